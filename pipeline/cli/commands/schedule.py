"""The command ``schedule``: files for the scheduler of a system."""

import sys
from pathlib import Path

from pipeline.cli import options, output
from pipeline.cli.output import saying_what_is_wrong
from pipeline.model.command_line import command
from pipeline.model.printed import FileText


def schedule(
    job: options.JobOrList,
    target: options.For,
    at: options.At = "04:15",
    image: options.Image = None,
    runs: options.Runs = Path("runs"),
    folder: options.ScheduleFolder = None,
    as_json: options.AsJson = False,
) -> None:
    """Print ready files for the scheduler of the system; nothing is installed."""
    with saying_what_is_wrong("schedule", as_json=as_json):
        from pipeline.schedule import from_job

        made = from_job.for_job(job, runs, Path(sys.argv[0]), target, at, image)
        written = from_job.write(made, folder) if folder is not None else []
        if as_json:
            listed = [{"name": unit.name, "text": unit.text, "install": unit.install} for unit in made]
            paths = {"written": [str(path) for path in written]} if written else {}
            output.document({"command": "schedule", "outcome": "ok", "exit_code": 0, "files": listed, **paths})
        elif written:
            output.text(from_job.installation(made, written))
        else:
            more = ["--image", image] if image else []
            all_files = command("schedule", job, "--for", target, "--at", at, *more, "-o", "FOLDER", runs=runs)
            output.text(map(FileText, from_job.lines(made, all_files)))
