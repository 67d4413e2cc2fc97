"""The commands about a plan that was made: ``show``, ``approve``, ``emit``, ``verify``."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from msgspec.structs import replace

from pipeline.cli import execute, options, output, terminal
from pipeline.cli.output import saying_what_is_wrong
from pipeline.cli.progress import watched
from pipeline.config.option_keys import repeated
from pipeline.model.command_line import command

if TYPE_CHECKING:
    from pipeline.config.request import RunRequest


def show(
    run: options.RunFolder,
    only: options.Only = None,
    masked: options.Masked = False,
    as_json: options.AsJson = False,
) -> None:
    """Show the changes of a plan, all of them or those of one kind; on a terminal with people's addresses."""
    with saying_what_is_wrong("show", as_json=as_json):
        from pipeline.plan import saved
        from pipeline.reports import plan_table

        found = plan_table.chosen(saved.read(run), only)
        seen = terminal.is_watched() and not masked
        output.answer(found.document, lambda: found.lines(unmasked=seen), as_json=as_json)


def approve(run: options.RunFolder, seal: options.Seal, as_json: options.AsJson = False) -> None:
    """Approve a blocked plan: the next run with the same plan hash is allowed, once."""
    with saying_what_is_wrong("approve", as_json=as_json):
        from pipeline.config.operator import who
        from pipeline.model import errors
        from pipeline.plan import saved
        from pipeline.state import approvals

        found = saved.read(run)
        if seal != found.seal:
            raise errors.UsageProblem(
                f"The plan of {found.folder} has the hash {found.seal}, not {seal}.",
                advice=f"Check the plan: {command('show', found.folder)}; then approve the hash that it shows.",
            )
        source = found.plan.source
        again = repeated("run", Path(source.path), source.options, found.runs, wave=source.wave)
        when = datetime.now(UTC).isoformat(timespec="seconds")
        approvals.approve(found.state, seal, found.folder.name, who(), when)
        following = f"Run it again, a plan with this hash is allowed once: {again}"
        document = {"command": "approve", "outcome": "ok", "exit_code": 0, "run": str(found.folder), "sha256": seal}
        document |= {
            "who": who(),
            "when": when,
            "next": following,
        }
        lines = [f"Approved by {who()} at {when}: {seal}", f"next: {following}"]
        output.answer(lambda: document, lambda: lines, as_json=as_json)


def emit(run: options.RunFolder, lang: options.Lang = None, as_json: options.AsJson = False) -> None:
    """Write exactly the import files of a plan, unless a list, the directory or the state has changed since."""

    def requested() -> "RunRequest":
        from pipeline.config import request
        from pipeline.model import errors
        from pipeline.plan import saved

        found = saved.read(run)
        if (found.folder / "out").exists():
            raise errors.UsageProblem(
                f"{found.folder} has its import files already.", advice="Import them, or plan again."
            )
        found.prove_job()
        source = found.plan.source
        again = request.replay("emit", Path(source.path), source.options, found.runs, wave=source.wave, lang=lang)
        return replace(again, folder=found.folder, seal=found.seal, hashes=found.plan.hashes)

    document = execute.one("emit", requested, as_json=as_json)
    if output.wants_document(as_json=as_json):
        output.document(document)
    raise typer.Exit(document["exit_code"])


def verify(
    target: options.RunOrJob,
    export: options.Export = None,
    encoding: options.Encoding = None,
    sheet: options.Sheet = None,
    runs: options.Runs = Path("runs"),
    as_json: options.AsJson = False,
) -> None:
    """Compare what a run or a job delivered with an export, or without --export with RCI; write the rest again."""
    with saying_what_is_wrong("verify", as_json=as_json):
        from pipeline.config.load import file_at
        from pipeline.diagnostics.verify import command

        file = file_at(export, sheet, encoding) if export is not None else None
        with watched(as_json=as_json) as (_, tally):
            found = command.verify(target, runs, file, lambda done, all_: tally("verify", done, all_))
        output.show(found, as_json=as_json)
        raise typer.Exit(found.end.code)
