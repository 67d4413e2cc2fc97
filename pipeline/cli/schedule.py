"""The command ``schedule``: files for the scheduler of a system."""

import sys
from pathlib import Path

from pipeline.cli import options, output
from pipeline.cli.output import saying_what_is_wrong


def schedule(
    job: options.JobOrList,
    target: options.For,
    at: options.At = "02:30",
    image: options.Image = None,
    runs: options.Runs = Path("runs"),
    as_json: options.AsJson = False,
) -> None:
    """Print ready files for the scheduler of the system; nothing is installed."""
    with saying_what_is_wrong("schedule", as_json=as_json):
        from pipeline.schedule import from_job

        made = from_job.for_job(job, runs, Path(sys.argv[0]), target, at, image)
        if as_json:
            told = [{"name": unit.name, "text": unit.text, "install": unit.install} for unit in made]
            output.document({"command": "schedule", "outcome": "ok", "exit_code": 0, "files": told})
        else:
            output.text(from_job.lines(made))
