"""The commands about a job's memory and its nights: ``explain``, ``history``, ``state``, ``schedule``."""

import sys
from pathlib import Path

import typer

from pipeline.cli import options, output
from pipeline.cli.output import saying_what_is_wrong

state = typer.Typer(help="Back up the memory of a job, or restore it.", no_args_is_help=True)


def explain(
    job: options.JobOrList, who: options.Who, runs: options.Runs = Path("runs"), as_json: options.AsJson = False
) -> None:
    """Tell one person's life: where they are listed, what the directory says, the verdict, what was handed over."""
    with saying_what_is_wrong("explain", as_json=as_json):
        from pipeline import explain as explanation

        found = explanation.explain(job, who, runs)
        output.document(found.document()) if as_json else output.text(found.lines())


def history(
    what: options.History = None,
    older_than: options.OlderThan = None,
    runs: options.Runs = Path("runs"),
    as_json: options.AsJson = False,
) -> None:
    """List the runs of a job, or of all of them; ``history purge --older-than 90d`` deletes old run folders."""
    with saying_what_is_wrong("history", as_json=as_json):
        from pipeline.model import errors
        from pipeline.state import history

        if older_than is not None and what != "purge":
            raise errors.UsageProblem(
                "--older-than is for history purge.", advice=f"Write: history purge --older-than {older_than}."
            )
        if what == "purge":
            purged = history.purge(runs, older_than or "")
            told = {"command": "history", "outcome": "ok", "exit_code": 0, "purged": [str(each) for each in purged]}
            output.document(told) if as_json else output.text(f"deleted {folder}" for folder in purged)
            return
        found = history.chronicle(runs, what)
        output.document(found.document()) if as_json else output.text(found.lines())


@state.command("backup", epilog="Example: contactpro-sync state backup nightly.toml nightly-state.db")
def backup(
    job: options.JobOrList, copy: options.Copy, runs: options.Runs = Path("runs"), as_json: options.AsJson = False
) -> None:
    """Copy the memory of a job to a new file."""
    with saying_what_is_wrong("state", as_json=as_json):
        from pipeline.state import database as memory

        memory.back_up(_of(job, runs), copy)
        _say(f"The memory of {job.stem} is in {copy}.", _of(job, runs), as_json=as_json)


@state.command("restore", epilog="Example: contactpro-sync state restore nightly.toml nightly-state.db")
def restore(
    job: options.JobOrList, copy: options.Copy, runs: options.Runs = Path("runs"), as_json: options.AsJson = False
) -> None:
    """Put a copy in the place of a job's memory."""
    with saying_what_is_wrong("state", as_json=as_json):
        from pipeline.state import database as memory
        from pipeline.state import lock

        with lock.held(_of(job, runs).parent):
            memory.restore(copy, _of(job, runs))
        _say(f"The memory of {job.stem} is that of {copy}.", _of(job, runs), as_json=as_json)


@state.command("new", epilog="Example: contactpro-sync state new nightly.toml")
def new(job: options.JobOrList, runs: options.Runs = Path("runs"), as_json: options.AsJson = False) -> None:
    """Begin anew where a job's memory is gone: everybody is new at its next run."""
    with saying_what_is_wrong("state", as_json=as_json):
        from pipeline.model import errors
        from pipeline.state import lock, owner, records

        memory = _of(job, runs)
        with lock.held(memory.parent):
            if memory.exists():
                raise errors.UsageProblem(
                    f"{job.stem} has a memory: {memory}.", advice="Move it away first, if it shall be forgotten."
                )
            records.own(memory, owner.place_of(job, memory))
        _say(f"{job.stem} begins anew: everybody is new at its next run.", memory, as_json=as_json)


def _of(job: Path, runs: Path) -> Path:
    return runs / job.stem / "state.db"


def _say(sentence: str, memory: Path, *, as_json: bool) -> None:
    told = {"command": "state", "outcome": "ok", "exit_code": 0, "state": str(memory), "message": sentence}
    output.document(told) if as_json else output.text([sentence])


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
