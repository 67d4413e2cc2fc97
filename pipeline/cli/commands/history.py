"""The commands about what was: ``explain`` one person, ``history`` of the runs."""

from pathlib import Path

import typer

from pipeline.cli import options, output, terminal
from pipeline.cli.output import saying_what_is_wrong
from pipeline.model.command_line import command


def explain(
    job: options.JobOrList,
    who: options.Who,
    runs: options.Runs = Path("runs"),
    masked: options.Masked = False,
    as_json: options.AsJson = False,
) -> None:
    """Show everything known about one person: row, directory entry, verdict, delivered certificates."""
    with saying_what_is_wrong("explain", as_json=as_json):
        from pipeline.diagnostics import explain as explanation

        found = explanation.explain(job, who, runs)
        seen = terminal.is_watched() and not masked
        output.answer(found.document, lambda: found.lines(unmasked=seen), as_json=as_json)
        raise typer.Exit(found.end.code)


def history(
    what: options.History = None,
    older_than: options.OlderThan = None,
    runs: options.Runs = Path("runs"),
    as_json: options.AsJson = False,
) -> None:
    """List the runs of a job, or of all of them; 'history purge --older-than 90d' deletes old run folders."""
    with saying_what_is_wrong("history", as_json=as_json):
        from pipeline.model import errors
        from pipeline.state import history

        if older_than is not None and what != "purge":
            raise errors.UsageProblem(
                "--older-than is for history purge.",
                advice=f"Write: {command('history', 'purge', '--older-than', older_than, runs=runs)}",
            )
        if what == "purge":
            purged = history.purge(runs, older_than or "")
            document = {"command": "history", "outcome": "ok", "exit_code": 0, "purged": [str(each) for each in purged]}
            deleted = [f"deleted {folder}" for folder in purged] or [f"No run below {runs} is older than {older_than}."]
            output.answer(lambda: document, lambda: deleted, as_json=as_json)
            return
        found = history.read_history(runs, what)
        output.show(found, as_json=as_json)
