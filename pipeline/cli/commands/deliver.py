"""The command ``deliver``."""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli import options, output
from pipeline.cli.output import saying_what_is_wrong
from pipeline.cli.progress import watched

DryRun = Annotated[bool, typer.Option("--dry-run", help="Read, send nothing, and list what would be sent.")]
Undo = Annotated[bool, typer.Option("--undo", help="Deliver the inverse of a run that was delivered.")]


def deliver(
    target: options.RunOrJob,
    dry_run: DryRun = False,
    undo: Undo = False,
    runs: options.Runs = Path("runs"),
    as_json: options.AsJson = False,
) -> None:
    """Send a sealed plan through RCI, read every certificate back, and remember what landed."""
    with saying_what_is_wrong("deliver", as_json=as_json):
        from pipeline.deliver import command

        with watched(as_json=as_json) as (_, tally):
            found = command.deliver(
                target, runs, dry_run=dry_run, undo=undo, progress=lambda done, all_: tally("delivery", done, all_)
            )
        output.show(found, as_json=as_json)
        raise typer.Exit(found.end.code)
