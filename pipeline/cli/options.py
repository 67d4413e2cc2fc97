"""The options of every command: their names, their help, their types."""

from pathlib import Path
from typing import Annotated

import typer

from mappings.load import region_keys
from pipeline.cli.completions import LAYOUTS, MAPPINGS, REGIONS, beginning, choice

Sources = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE|JOB.toml...", help="A list of people (- for standard input), or job files.", readable=False
    ),
]
JobOrList = Annotated[
    Path, typer.Argument(metavar="JOB.toml|FILE", help="A job file, or a list of people.", readable=False)
]
Tenant = Annotated[str | None, typer.Option(help="Tenant name, in any case.", metavar="NAME")]
RegionName = Annotated[
    str | None,
    typer.Option(help=f"Region: {region_keys()}, or one of their names.", metavar="NAME", autocompletion=REGIONS),
]
DirectoryFile = Annotated[
    Path | None, typer.Option(help="Export of the directory (CSV or workbook).", metavar="FILE", readable=False)
]
Runs = Annotated[Path, typer.Option(help="Folder for the run folders.", metavar="DIR", readable=False)]
Sheet = Annotated[str | None, typer.Option(help="Sheet of the workbook.", metavar="NAME")]
Format = Annotated[str | None, typer.Option(help="Format of a list from standard input (-).", **choice("csv", "xlsx"))]
Password = Annotated[
    str | None, typer.Option(help="Where the password of the workbook is: env:NAME or file:/path.", metavar="REFERENCE")
]
Encoding = Annotated[str | None, typer.Option(help="Encoding of a text file that is not UTF-8.", metavar="NAME")]
MappingName = Annotated[
    str | None,
    typer.Option(help="Mapping of the list's columns, or a TOML file.", metavar="NAME", autocompletion=MAPPINGS),
]
EmailAttribute = Annotated[
    str | None, typer.Option(help="Header of the email column in the directory.", metavar="NAME")
]
Layout = Annotated[
    str | None, typer.Option(help="Layout of the import files, or a TOML file.", metavar="NAME", autocompletion=LAYOUTS)
]
RowsPerFile = Annotated[int | None, typer.Option(help="Maximum rows of one import file.")]
OnReject = Annotated[
    str | None, typer.Option(help="skip: write the good rows; stop: write nothing.", **choice("skip", "stop"))
]
OnCase = Annotated[
    str | None,
    typer.Option(
        help="If only case differs: reject, or write the directory's spelling.", **choice("reject", "use_directory")
    ),
]
Metadata = Annotated[
    Path | None, typer.Option(help="Metadata file of the identity provider.", metavar="FILE", readable=False)
]
Lang = Annotated[
    str | None,
    typer.Option(help="Language of the texts; else CONTACTPRO_LANG, else the system's.", **choice("en", "de")),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]

Memory = Annotated[
    str | None,
    typer.Option(help="Memory that a run may use; larger lists are kept in files meanwhile.", metavar="800M|1.2G"),
]
Wave = Annotated[
    str | None,
    typer.Option(
        help="Process only part of the list (the same people every time).",
        metavar="pilot|N%|rest|FIELD=VALUE[,VALUE]|FIELD=@FILE|sheet=NAME",
        autocompletion=beginning(lambda: iter(("pilot", "10%", "rest"))),
    ),
]
OnChanges = Annotated[bool, typer.Option("--exit-code-on-changes", help="End with 10 if changes are pending.")]
RunFolder = Annotated[
    Path, typer.Argument(metavar="RUN", help="The folder of a run, or runs/<job>/latest.", readable=False)
]
RunOrJob = Annotated[
    Path,
    typer.Argument(
        metavar="RUN|JOB", help="The folder of a run, a job file, or the folder of a job's runs.", readable=False
    ),
]
Only = Annotated[
    str | None,
    typer.Option(
        help="Only one kind of change, or those of one count: change, case_change.",
        **choice("create", "subject", "case", "issuer", "rename", "delete", "gone", "stale"),
    ),
]
Seal = Annotated[str, typer.Option("--hash", help="The plan hash that show prints.", metavar="SHA256")]
Export = Annotated[
    Path | None,
    typer.Option(help="Users export of System Configurator; without it RCI is asked.", metavar="FILE", readable=False),
]
Who = Annotated[str, typer.Argument(metavar="WHO", help="An email, a Login, an ExternalId or an object id.")]
History = Annotated[str | None, typer.Argument(metavar="[JOB|purge]", help="The job's name; all jobs without it.")]
OlderThan = Annotated[str | None, typer.Option(help="With purge: how old, in days.", metavar="90d")]
Copy = Annotated[Path, typer.Argument(metavar="FILE", help="The copy.", readable=False)]
For = Annotated[
    str, typer.Option("--for", help="Which scheduler.", **choice("cron", "systemd", "windows", "kubernetes", "airflow"))
]
At = Annotated[str, typer.Option(help="Time of day.", metavar="HH:MM")]
ScheduleFolder = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write each file into this folder.", metavar="DIR", readable=False)
]
Image = Annotated[str | None, typer.Option(help="Container image, for kubernetes.", metavar="NAME")]

Job = Annotated[
    Path | None, typer.Argument(metavar="[JOB.toml]", help="A job file that names tenant and region.", readable=False)
]
Markdown = Annotated[bool, typer.Option("--markdown", help="Write it for a wiki page.")]
MetadataFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--file", help="Downloaded metadata of either side; may be given again.", metavar="FILE", readable=False
    ),
]
Provider = Annotated[
    str | None,
    typer.Option("--idp", help="Metadata of the identity provider: https address or file.", metavar="URL|FILE"),
]
Attribute = Annotated[str | None, typer.Option(help="SAML attribute that carries the email.", metavar="NAME")]
AllowHost = Annotated[
    list[str] | None, typer.Option(help="Another host that metadata may be fetched from.", metavar="HOST")
]
MetadataUrl = Annotated[str | None, typer.Option(help="Address of the identity provider's metadata.", metavar="URL")]
MetadataFile = Annotated[
    Path | None, typer.Option(help="The identity provider's metadata.", metavar="FILE", readable=False)
]
Draft = Annotated[
    Path | None, typer.Option("--output", "-o", help="Write a mail draft.", metavar="FILE.eml", readable=False)
]
Recipient = Annotated[str | None, typer.Option(help="Recipient of the draft.", metavar="ADDRESS")]

AnyLayout = Annotated[
    str | None, typer.Argument(metavar="[NAME|FILE.toml]", help="A packaged layout, or a file.", autocompletion=LAYOUTS)
]
ExportFile = Annotated[
    Path | None, typer.Argument(metavar="[EXPORT]", help="Users export of System Configurator.", readable=False)
]
RciJob = Annotated[
    Path | None, typer.Option("--rci", help="Job whose RCI is asked instead.", metavar="JOB.toml", readable=False)
]
RciUser = Annotated[str | None, typer.Option("--user", help="With --rci: who has a certificate.", metavar="LOGIN")]
LayoutFile = Annotated[
    Path | None, typer.Option("--output", "-o", help="The new layout.", metavar="FILE.toml", readable=False)
]
Purpose = Annotated[
    str, typer.Option("--for", help="Purpose of the layout.", **choice("certificates", "users"), show_default=True)
]
Columns = Annotated[
    list[str] | None, typer.Option("--column", help="The column of a field, if several fit.", metavar="FIELD=LABEL")
]

Capture = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="A captured sign-in: HAR, form post, base64, XML or the page that posts it.",
        readable=False,
    ),
]
ProofRun = Annotated[Path | None, typer.Option("--run", help="The run to compare with.", metavar="RUN", readable=False)]
Save = Annotated[
    Path | None, typer.Option(help="Keep the JSON document in a new private file.", metavar="FILE", readable=False)
]

Port = Annotated[int, typer.Option(help="Port of the page; 0 for any that is free.", min=0, max=65535)]
Host = Annotated[str, typer.Option(help="Address of the page.", metavar="ADDRESS")]
KeptRuns = Annotated[
    Path | None,
    typer.Option(
        "--runs", help="Folder that keeps the runs; without it nothing is kept.", metavar="DIR", readable=False
    ),
]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Only print the address.")]
Shortcut = Annotated[bool, typer.Option("--shortcut", help="Write a launcher for the desktop and end.")]

TemplateFile = Annotated[
    Path, typer.Option("--output", "-o", help="The new workbook.", metavar="FILE.xlsx", readable=False)
]
TemplateJob = Annotated[
    Path | None,
    typer.Argument(
        metavar="[JOB.toml]", help="A job file whose tenant, region, teams and layout count.", readable=False
    ),
]
Tenants = Annotated[
    list[str] | None, typer.Option("--tenant", help="Tenant to choose; may be given again.", metavar="NAME")
]
RegionNames = Annotated[
    list[str] | None,
    typer.Option("--region", help="Region to choose; may be given again.", metavar="NAME", autocompletion=REGIONS),
]
Teams = Annotated[list[str] | None, typer.Option("--team", help="Team to choose; may be given again.", metavar="NAME")]
HeaderLang = Annotated[
    str | None,
    typer.Option(
        "--lang",
        help="Language of the headers; else the system's.",
        **choice("en", "de", "fr", "es", "fi", "sv", "pt", "ja"),
    ),
]

SHELLS = ("bash", "zsh", "fish", "powershell")
Shell = Annotated[str, typer.Argument(**choice(*SHELLS), help="The shell.")]

FirstList = Annotated[
    Path | None, typer.Argument(metavar="[LIST]", help="The list of people (CSV or workbook).", readable=False)
]
JobFolder = Annotated[
    Path, typer.Option("--output", "-o", help="Folder for the job file.", metavar="DIR", readable=False)
]
Masked = Annotated[bool, typer.Option("--masked", help="Mask addresses on a terminal as well.")]
