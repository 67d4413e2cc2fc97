"""The commands that do a job or a part of it: ``run`` and ``check``."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from pipeline.cli import options, printing
from pipeline.cli.progress import watched

if TYPE_CHECKING:
    from pipeline.order import Order

Options = Mapping[str, Mapping[str, Any]]
"""The options of a command, as the tables and keys of a job file; None where an option was not given."""


def run(
    sources: options.Sources,
    tenant: options.Tenant = None,
    region: options.RegionName = None,
    directory: options.DirectoryFile = None,
    sheet: options.Sheet = None,
    encoding: options.Encoding = None,
    mapping: options.MappingName = None,
    email_attribute: options.EmailAttribute = None,
    layout: options.Layout = None,
    rows_per_file: options.RowsPerFile = None,
    on_reject: options.OnReject = None,
    on_case_mismatch: options.OnCase = None,
    runs: options.Runs = Path("runs"),
    as_json: options.AsJson = False,
) -> None:
    """Write the import files for a list of people, or for one job after the other."""
    given: Options = {
        "tenant": {"name": tenant, "region": region},
        "roster": {"sheet": sheet, "encoding": encoding, "mapping": mapping},
        "directory": {"path": directory, "email_attribute": email_attribute},
        "output": {"layout": layout, "rows_per_file": rows_per_file},
        "policy": {"on_reject": on_reject, "on_case_mismatch": on_case_mismatch},
    }
    _do("run", sources, given, runs, as_json=as_json)


def check(
    sources: options.Sources,
    tenant: options.Tenant = None,
    region: options.RegionName = None,
    directory: options.DirectoryFile = None,
    sheet: options.Sheet = None,
    encoding: options.Encoding = None,
    mapping: options.MappingName = None,
    email_attribute: options.EmailAttribute = None,
    on_case_mismatch: options.OnCase = None,
    runs: options.Runs = Path("runs"),
    as_json: options.AsJson = False,
) -> None:
    """Find everything that is wrong with a list of people, and write no import file."""
    given: Options = {
        "tenant": {"name": tenant, "region": region},
        "roster": {"sheet": sheet, "encoding": encoding, "mapping": mapping},
        "directory": {"path": directory, "email_attribute": email_attribute},
        "policy": {"on_case_mismatch": on_case_mismatch},
    }
    _do("check", sources, given, runs, as_json=as_json)


def _do(command: str, sources: list[Path], given: Options, runs: Path, *, as_json: bool) -> None:
    """Do one source after the other, print what became of each, and end with the worst exit code."""
    from pipeline import errors

    documents = [_one(command, source, given, runs, as_json=as_json) for source in sources]
    code = errors.worst([document["exit_code"] for document in documents])
    if as_json:
        outcome = next((each["outcome"] for each in documents if each["exit_code"] == code), "ok")
        several = {"command": command, "outcome": outcome, "exit_code": code, "runs": documents}
        printing.document(documents[0] if len(documents) == 1 else several)
    raise typer.Exit(code)


def _one(command: str, source: Path, given: Options, runs: Path, *, as_json: bool) -> dict[str, Any]:
    """Do one job and give its summary; a job that cannot even begin has a summary too."""
    from mappings.model import MappingError
    from pipeline import errors, order

    try:
        return _run(order.of(command, source, given, runs), as_json=as_json)
    except (errors.Problem, MappingError, OSError) as problem:
        refused = order.refused(command, problem)
        if not as_json:
            printing.refusal(refused)
        return refused


def _run(given: "Order", *, as_json: bool) -> dict[str, Any]:
    """Let the sources be read while pandas and pandera are still being imported, then tell the story."""
    from pipeline import extract

    with watched(as_json=as_json) as (step, tally), extract.reading(given, tally) as reading:
        from pipeline.reports import console, summary
        from pipeline.run import run

        result = run(given, reading, step)
    if not as_json:
        printing.text(console.lines(result))
    return summary.summary(result)
