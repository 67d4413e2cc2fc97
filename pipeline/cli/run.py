"""The commands that do a job from its sources: ``run``, ``check`` and ``plan``."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import typer

from pipeline.cli import execute, options, output
from pipeline.model.exit_codes import CHANGES, ExitCode, worst

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
    wave: options.Wave = None,
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
    raise typer.Exit(_do("run", sources, given, runs, wave=wave, as_json=as_json))


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
    raise typer.Exit(_do("check", sources, given, runs, as_json=as_json))


def plan(
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
    wave: options.Wave = None,
    exit_code_on_changes: options.OnChanges = False,
    runs: options.Runs = Path("runs"),
    as_json: options.AsJson = False,
) -> None:
    """Say what a run would change in Contact Pro, and seal it; no import file is written."""
    given: Options = {
        "tenant": {"name": tenant, "region": region},
        "roster": {"sheet": sheet, "encoding": encoding, "mapping": mapping},
        "directory": {"path": directory, "email_attribute": email_attribute},
        "output": {"layout": layout, "rows_per_file": rows_per_file},
        "policy": {"on_reject": on_reject, "on_case_mismatch": on_case_mismatch},
    }
    mark = CHANGES if exit_code_on_changes else None
    raise typer.Exit(_do("plan", sources, given, runs, wave=wave, pending=mark, as_json=as_json))


def _do(
    command: str,
    sources: list[Path],
    given: Options,
    runs: Path,
    *,
    wave: str | None = None,
    pending: ExitCode | None = None,
    as_json: bool,
) -> int:
    """Do one source after the other, print what became of each, and give the worst exit code."""
    from pipeline.config import request

    documents = []
    for source in sources:
        ordered = partial(request.of, command, source, given, runs, wave=wave, pending=pending)
        documents.append(execute.one(command, ordered, as_json=as_json))
    code = worst([document["exit_code"] for document in documents])
    if as_json:
        outcome = next((each["outcome"] for each in documents if each["exit_code"] == code), "ok")
        several = {"command": command, "outcome": outcome, "exit_code": code, "runs": documents}
        output.document(documents[0] if len(documents) == 1 else several)
    return code
