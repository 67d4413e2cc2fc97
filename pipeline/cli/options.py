"""The options of every command: their names, their help, their types."""

from pathlib import Path
from typing import Annotated

import typer

Sources = Annotated[list[Path], typer.Argument(metavar="FILE|JOB.toml...", help="A list of people, or job files.")]
JobOrList = Annotated[Path, typer.Argument(metavar="JOB.toml|FILE", help="A job file, or a list of people.")]
Tenant = Annotated[str | None, typer.Option(help="Tenant name, in any case.", metavar="NAME")]
RegionName = Annotated[str | None, typer.Option(help="Region: eu, na, au, af, or one of their names.", metavar="NAME")]
DirectoryFile = Annotated[Path | None, typer.Option(help="Export of the directory (CSV or workbook).", metavar="FILE")]
Runs = Annotated[Path, typer.Option(help="Folder for the run folders.", metavar="DIR")]
Sheet = Annotated[str | None, typer.Option(help="Sheet of the workbook.", metavar="NAME")]
Encoding = Annotated[str | None, typer.Option(help="Encoding of a text file that is not UTF-8.", metavar="NAME")]
MappingName = Annotated[str | None, typer.Option(help="Mapping of the list's columns, or a TOML file.", metavar="NAME")]
EmailAttribute = Annotated[
    str | None, typer.Option(help="Header of the email column in the directory.", metavar="NAME")
]
Layout = Annotated[str | None, typer.Option(help="Layout of the import files, or a TOML file.", metavar="NAME")]
RowsPerFile = Annotated[int | None, typer.Option(help="Rows of one import file at the most.")]
OnReject = Annotated[
    str | None, typer.Option(help="skip: the good rows go out; stop: nothing does.", metavar="skip|stop")
]
OnCase = Annotated[
    str | None,
    typer.Option(help="Where only case differs: reject, or write as the directory.", metavar="reject|use_directory"),
]
Metadata = Annotated[Path | None, typer.Option(help="Metadata file of the identity provider.", metavar="FILE")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
