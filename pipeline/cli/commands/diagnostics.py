"""The commands that look before a first run and change nothing: ``census`` and ``doctor``."""

from pathlib import Path

import typer

from pipeline.cli import options, output
from pipeline.cli.progress import watched


def census(
    job: options.JobOrList,
    format: options.Format = None,  # noqa: A002 - the name of the option
    runs: options.Runs = Path("runs"),
    as_json: options.AsJson = False,
) -> None:
    """Directory statistics: case of the emails, mail against sign-in name, guests, disabled accounts."""
    with output.saying_what_is_wrong("census", as_json=as_json):
        from pipeline.cli import standard_input
        from pipeline.config import request

        given = request.from_options("census", standard_input.received(job, format, runs), {}, runs)
        with watched(as_json=as_json) as (_, tally):
            from pipeline.diagnostics.census import command

            found = command.survey(given, tally)
        output.show(found, as_json=as_json)


def doctor(
    job: options.JobOrList,
    metadata: options.Metadata = None,
    runs: options.Runs = Path("runs"),
    as_json: options.AsJson = False,
) -> None:
    """Check that a job can run: settings, secrets, sign-in, permissions, attribute name, clock, disk, state."""
    from pipeline.diagnostics import doctor as examination

    found = examination.examine(job, runs, metadata)
    output.show(found, as_json=as_json)
    raise typer.Exit(found.end.code)
