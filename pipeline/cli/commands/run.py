"""The commands that do a job from its sources: ``run``, ``check`` and ``plan``."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from msgspec.structs import replace

from pipeline.cli import execute, output
from pipeline.cli.run_options import CheckOptions, PlanOptions, RunOptions, with_options
from pipeline.model.exit_codes import CHANGES, ExitCode, worst

if TYPE_CHECKING:
    from pipeline.config.request import RunRequest


@with_options(RunOptions)
def run(sources: list[Path], chosen: RunOptions) -> None:
    """Write the import files for a list of people, or for one job after the other."""
    raise typer.Exit(_do("run", sources, chosen, wave=chosen.wave))


@with_options(CheckOptions)
def check(sources: list[Path], chosen: CheckOptions) -> None:
    """Find everything that is wrong with a list of people, and write no import file."""
    raise typer.Exit(_do("check", sources, chosen))


@with_options(PlanOptions)
def plan(sources: list[Path], chosen: PlanOptions) -> None:
    """Show what a run would change in Contact Pro, and seal it; no import file is written."""
    pending = CHANGES if chosen.exit_code_on_changes else None
    raise typer.Exit(_do("plan", sources, chosen, wave=chosen.wave, pending=pending))


def _do(
    command: str,
    sources: list[Path],
    chosen: CheckOptions,
    *,
    wave: str | None = None,
    pending: ExitCode | None = None,
) -> int:
    """Run one source after the other, print how each ended, and return the worst exit code."""
    from pipeline.cli import standard_input
    from pipeline.config import memory, request

    def requested(source: Path) -> "RunRequest":
        path = standard_input.received(source, chosen.format_of(source), chosen.runs)
        limit, tables = memory.amount(chosen.memory), chosen.tables(path)
        made = request.from_options(
            command, path, tables, chosen.runs, wave=wave, pending=pending, lang=chosen.lang, memory=limit
        )
        return replace(made, spill=memory.spill(made))

    standard_input.refuse_two(sources)
    documents = [
        execute.one(command, partial(requested, source), as_json=chosen.as_json, hidden=chosen.masked)
        for source in sources
    ]
    code = worst([document["exit_code"] for document in documents])
    if output.wants_document(as_json=chosen.as_json):
        outcome = next((each["outcome"] for each in documents if each["exit_code"] == code), "ok")
        several = {"command": command, "outcome": outcome, "exit_code": code, "runs": documents}
        output.document(documents[0] if len(documents) == 1 else several)
    return code
