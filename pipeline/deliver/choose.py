"""Choose the run to deliver: one of ``run`` or ``emit`` that passed its guards and whose seal is intact."""

from collections.abc import Container, Iterator
from itertools import takewhile
from pathlib import Path

from pipeline.config import request
from pipeline.config.job_file.job import Deliver
from pipeline.config.request import RunRequest
from pipeline.deliver.tasks import of_plan, people
from pipeline.model.command_line import command
from pipeline.model.errors import GuardProblem, StateProblem, UsageProblem
from pipeline.model.exit_codes import EXIT_CODES, GUARDED
from pipeline.plan import saved
from pipeline.plan.saved import SavedRun
from pipeline.state import owner, run_folders
from pipeline.state.rci import delivery_log
from pipeline.users_export import live


def chosen(target: Path, runs: Path) -> SavedRun:
    """Find the run to deliver: the one named, or the newest of a job that may be delivered and is not finished.

    If every run of the job is finished, it is the newest of them.

    Raises:
        UsageProblem: it was only planned or checked, or there is none.
        GuardProblem: a guard stopped it.
        StateProblem: its seal is broken, or the state belongs to another job.
    """
    if target.suffix.lower() == request.JOB_FILE:
        owner.prove(request.from_options("deliver", target, {}, runs))
        return _newest(runs / target.stem)
    if target.name not in run_folders.POINTERS and not (target / "manifest.json").exists() and target.is_dir():
        return _newest(target)
    return _deliverable(target)


def planned_later(run: SavedRun) -> frozenset[tuple[str, str]]:
    """Return the people whom newer runs of the job plan: what this run planned for them is out of date.

    Raises:
        StateProblem: the seal of a newer run is broken.
    """
    return frozenset(task.key for folder in _newer(run) for task in of_plan(_read(folder)))


def delivered_later(run: SavedRun) -> frozenset[tuple[str, str]]:
    """Return the people to whom newer runs of the job delivered: undoing this run would bring back what is older."""
    logs = (delivery_log.read(folder / delivery_log.DELIVERY) for folder in _newer(run))
    return frozenset(key for lines in logs for key, line in lines.items() if line.status in delivery_log.DONE)


def connection(run: SavedRun) -> tuple[RunRequest, Deliver]:
    """Return the job of a run, and its table ``[deliver]``.

    Raises:
        UsageProblem: the run is of a list without a job file, the table is missing, or there is no file of names.
    """
    source = Path(run.plan.source.path)
    if source.suffix.lower() != request.JOB_FILE:
        raise UsageProblem(
            f"{run.folder} was made without a job file, and only a job file names an RCI.",
            advice="Write a job file with a table [deliver], and run it.",
        )
    asked = request.from_options("deliver", source, {}, run.runs)
    return asked, of_job(asked)


def of_job(asked: RunRequest) -> Deliver:
    """Return the table ``[deliver]`` of a job; raises as ``connection`` does."""
    deliver = asked.job.deliver
    if deliver is None:
        raise UsageProblem(
            f"{asked.source} has no table [deliver]: nothing is sent.",
            advice="Write [deliver] with kind, url, user, password, api_key and names.",
        )
    if deliver.names is None or not deliver.names.is_file():
        where = deliver.names or asked.source.parent / "names.toml"
        raise UsageProblem(
            f"{asked.source} has no file of property names ({where} is not there): nothing is sent, because no name is "
            "guessed.",
            advice=f"Run: {live.learning(asked, where)}",
        )
    return deliver


def _newer(run: SavedRun) -> Iterator[Path]:
    return takewhile(lambda folder: folder.name > run.folder.name, run_folders.delivered(run.folder.parent))


def _newest(job: Path) -> SavedRun:
    """Return the newest run that may be delivered and is not finished; raises as ``chosen`` does."""
    ready = list(run_folders.delivered(job))
    newer: set[tuple[str, str]] = set()
    for folder in ready:
        run = _read(folder)
        if not _is_finished(run, newer):
            return run
        newer |= {task.key for task in of_plan(run)}
    if ready:
        return _read(ready[0])
    folders = sorted((each.parent for each in job.glob("*/manifest.json")), reverse=True)
    if not folders:
        raise UsageProblem(f"{job} has no run.", advice="Run the job first, or name the folder of runs with --runs.")
    return _deliverable(folders[0])


def _is_finished(run: SavedRun, planned_later: Container[tuple[str, str]]) -> bool:
    """Return True if a delivery of the run has reached every person whom no newer run plans, if there are any."""
    known = delivery_log.read(run.folder / delivery_log.DELIVERY)
    own = [task for task in people(of_plan(run)) if task.key not in planned_later]
    return all(task.key in known and known[task.key].is_done for task in own)


def _deliverable(folder: Path) -> SavedRun:
    run = _read(folder)
    manifest = run.manifest
    if manifest.exit_code == GUARDED.code:
        raise GuardProblem(
            f"{run.folder} was stopped by a guard: nothing is sent.",
            advice=f"If it is right: {command('approve', run.folder, '--hash', run.seal)}, then run again.",
        )
    if manifest.command not in {"run", "emit"}:
        raise UsageProblem(
            f"{run.folder} was only a {manifest.command}: nothing is sent.",
            advice=f"Run: {command('emit', run.folder)}",
        )
    ended = EXIT_CODES.get(manifest.exit_code)
    if ended is None or not ended.delivered:
        raise UsageProblem(f"{run.folder} ended with {manifest.outcome}: nothing is sent.", advice="Run the job again.")
    return run


def _read(folder: Path) -> SavedRun:
    try:
        return saved.read(folder)
    except GuardProblem as broken:
        raise StateProblem(str(broken), advice=broken.advice) from None
