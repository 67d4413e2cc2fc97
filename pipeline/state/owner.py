"""A state database belongs to one job file. It is made at the first run, and is refused for any other job.

Two ways to lose it unnoticed are closed here: a ``state.db`` that is gone beside run folders with import files, which
would make every person new (facts: reliability, T11), and two job files of one name that write into one folder of runs.
"""

import os
from pathlib import Path

from pipeline.config.request import RunRequest
from pipeline.model.command_line import command
from pipeline.model.errors import StateProblem, UsageProblem
from pipeline.state import records, run_folders


def claim(request: RunRequest) -> None:
    """Build the state of a job if it has none yet; a job that compares with nothing needs none.

    Raises:
        StateProblem, UsageProblem: as ``prove`` does.
        OSError: it cannot be made.
    """
    if request.job.baseline.kind == "none":
        return
    prove(request)
    records.own(request.state, place_of(request.source, request.state))  # also if nothing is new: better known now


def prove(request: RunRequest) -> None:
    """Check that the state belongs to the job and is where it was.

    A job file that was moved takes its state along: only if the other one is still there, there are two.

    Raises:
        StateProblem: the state cannot be believed, or is gone although the job has run.
        UsageProblem: it is the state of another job file.
    """
    if not request.state.exists() and (last := next(run_folders.delivered(request.state.parent), None)) is not None:
        raise StateProblem(
            f"{request.state} is gone, and {last.name} beside it wrote import files: without the state everyone would "
            "be new.",
            advice=f"Restore it with: {command('state', 'restore', request.source, 'COPY', runs=request.runs)}. "
            f"Or start over with: {command('state', 'new', request.source, runs=request.runs)}",
        )
    folder, owner, own = request.state.parent, records.owner(request.state), place_of(request.source, request.state)
    other = folder / str(owner)
    if owner not in {None, own} and other.is_file() and not other.samefile(request.source):  # Job.toml may be job.toml
        raise UsageProblem(
            f"{folder} holds the state of another job, {other.resolve()}: two jobs of one name cannot share it.",
            advice="Give one of the two job files another name, or another folder with --runs.",
        )


def refuse_foreign(copy: Path, job: Path, state: Path) -> None:
    """Check that a copy of a state is not that of another job which is still there; a job that was moved takes its own.

    Raises:
        StateProblem: the copy cannot be read.
        UsageProblem: it belongs to another job; nothing was changed.
    """
    owner = records.owner(copy)
    other = (state.parent / str(owner)).resolve()  # the folder of the state may not be there yet
    if owner not in {None, place_of(job, state)} and other.is_file() and not (job.is_file() and other.samefile(job)):
        raise UsageProblem(
            f"{copy} is the state of another job, {other}. The state of {job.stem} is as it was.",
            advice=f"Name a copy of {job.stem}.",
        )


def place_of(job: Path, state: Path) -> str:
    """Return the path of a job file relative to its state, so that a copy of both is a job with its own state."""
    try:
        return Path(os.path.relpath(job.resolve(), state.parent.resolve())).as_posix()
    except ValueError:  # on another drive
        return str(job.resolve())
