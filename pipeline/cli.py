"""The command line: parse, call, print, end with the exit code; nothing else.

Heavy rooms are imported inside the commands, after the sources have begun to be read: help and a usage error need
none of them.
"""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.progress import TaskID

    from pipeline.order import Order

Options = Mapping[str, Mapping[str, Any]]
"""The options of a command, as the tables and keys of a job file; None where an option was not given."""

app = typer.Typer(
    name="contactpro-sync",
    help="Prove every letter of every email, then write System Configurator's certificate import files.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

INTERRUPTED = 130
"""What shells report for a program that was stopped with Ctrl-C."""

STEPS = (
    "Reading the list",
    "Looking at every letter",
    "Writing the import files",
    "Writing the report",
)

Sources = Annotated[list[Path], typer.Argument(metavar="FILE|JOB.toml...", help="A list of people, or job files.")]
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
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@app.callback()
def _contactpro_sync() -> None:
    """Prove every letter of every email, then write System Configurator's certificate import files."""


@app.command(epilog="Example: contactpro-sync run agents.xlsx --tenant ACME --region eu --directory exportUsers.csv")
def run(
    sources: Sources,
    tenant: Tenant = None,
    region: RegionName = None,
    directory: DirectoryFile = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
    mapping: MappingName = None,
    email_attribute: EmailAttribute = None,
    layout: Layout = None,
    rows_per_file: RowsPerFile = None,
    on_reject: OnReject = None,
    on_case_mismatch: OnCase = None,
    runs: Runs = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Write the import files for a list of people, or for one job after the other."""
    options: Options = {
        "tenant": {"name": tenant, "region": region},
        "roster": {"sheet": sheet, "encoding": encoding, "mapping": mapping},
        "directory": {"path": directory, "email_attribute": email_attribute},
        "output": {"layout": layout, "rows_per_file": rows_per_file},
        "policy": {"on_reject": on_reject, "on_case_mismatch": on_case_mismatch},
    }
    _do("run", sources, options, runs, as_json=as_json)


@app.command(epilog="Example: contactpro-sync check agents.xlsx --directory exportUsers.csv")
def check(
    sources: Sources,
    tenant: Tenant = None,
    region: RegionName = None,
    directory: DirectoryFile = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
    mapping: MappingName = None,
    email_attribute: EmailAttribute = None,
    on_case_mismatch: OnCase = None,
    runs: Runs = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Find everything that is wrong with a list of people, and write no import file."""
    options: Options = {
        "tenant": {"name": tenant, "region": region},
        "roster": {"sheet": sheet, "encoding": encoding, "mapping": mapping},
        "directory": {"path": directory, "email_attribute": email_attribute},
        "policy": {"on_case_mismatch": on_case_mismatch},
    }
    _do("check", sources, options, runs, as_json=as_json)


def _do(command: str, sources: list[Path], options: Options, runs: Path, *, as_json: bool) -> None:
    """Do one source after the other, print what became of each, and end with the worst exit code."""
    from pipeline import errors

    documents = [_one(command, source, options, runs, as_json=as_json) for source in sources]
    code = errors.worst([document["exit_code"] for document in documents])
    if as_json:
        outcome = next((each["outcome"] for each in documents if each["exit_code"] == code), "ok")
        several = {"command": command, "outcome": outcome, "exit_code": code, "runs": documents}
        _print_document(documents[0] if len(documents) == 1 else several)
    raise typer.Exit(code)


def _one(command: str, source: Path, options: Options, runs: Path, *, as_json: bool) -> dict[str, Any]:
    """Do one job and give its summary; a job that cannot even begin has a summary too."""
    from mappings.model import MappingError
    from pipeline import errors, order

    try:
        given = order.of(command, source, options, runs)
        return _run(given, as_json=as_json)
    except (errors.Problem, MappingError, OSError) as problem:
        refused = order.refused(command, problem)
        if not as_json:
            _print_refusal(refused)
        return refused


def _run(given: "Order", *, as_json: bool) -> dict[str, Any]:
    """Let the sources be read while pandas and pandera are still being imported, then tell the story."""
    from pipeline import extract

    with _watched(as_json=as_json) as (step, tally), extract.reading(given, tally) as reading:
        from pipeline.reports import console, summary
        from pipeline.run import run

        result = run(given, reading, step)
    if not as_json:
        typer.echo("\n".join(console.lines(result)))
    return summary.summary(result)


@contextmanager
def _watched(*, as_json: bool) -> Iterator[tuple[Callable[[str], None], Callable[[str, int, int | None], None]]]:
    """Show on stderr, where a person is watching, what is being done, and how many users a directory has given."""
    if as_json or not sys.stderr.isatty():
        yield lambda _: None, lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        story = bar.add_task("Opening the sources", total=len(STEPS))
        pulls: dict[str, TaskID] = {}

        def tally(part: str, read: int, total: int | None) -> None:
            if part not in pulls:
                pulls[part] = bar.add_task(part, total=total)
            known = "" if total is None else f" of {total:,}"
            bar.update(pulls[part], description=f"{part}: {read:,}{known} users", completed=read, total=total)

        yield lambda step: bar.update(story, description=step, completed=STEPS.index(step)), tally


def main() -> None:
    """Start the command line; a wrong option ends as every other mistake does, in a sentence or in one document."""
    try:
        code = app(standalone_mode=False)
    except typer.TyperException as wrong:
        from pipeline import order
        from pipeline.errors import UsageProblem

        command = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
        advice = f"See contactpro-sync {command} --help.".replace("  ", " ")
        refused = order.refused(command, UsageProblem(wrong.format_message(), advice=advice))
        if "--json" in sys.argv:
            _print_document(refused)
        else:
            _print_refusal(refused)
        code = refused["exit_code"]
    except typer.Abort:
        code = INTERRUPTED
    sys.exit(code)


def _print_document(document: dict[str, Any]) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


def _print_refusal(refused: dict[str, Any]) -> None:
    typer.echo(f"{refused['message']}\n\nnext: {refused['next']}", err=True)
    typer.echo(f"end: {refused['outcome']} (exit code {refused['exit_code']})", err=True)
