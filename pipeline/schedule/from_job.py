"""From a job to the files by which a scheduler does it: which program, which folder, which secrets it asks for."""

import getpass
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

from pipeline.config import request
from pipeline.config.secrets import references
from pipeline.model.errors import UsageProblem
from pipeline.schedule import units
from pipeline.schedule.units import ScheduleFile, Target


def _account() -> str | None:
    """Name the account of this process, which shall own the runs; root is not meant."""
    name = getpass.getuser()
    return None if name == "root" else name


def for_job(job: Path, runs: Path, program: Path, target: str, at: str, image: str | None) -> tuple[ScheduleFile, ...]:
    """Write the files for one scheduler.

    Raises:
        UsageProblem: the job is no job file or is wrong, or there is no such scheduler or time of day.
    """
    known = {name: name for name in get_args(Target)}
    if target not in known:
        raise UsageProblem(f"--for {target}: there is no such scheduler.", advice=f"Write one of {', '.join(known)}.")
    if job.suffix.lower() != request.JOB_FILE:
        raise UsageProblem(f"{job} is no job file.", advice="Write a job file first; a list alone has no memory.")
    settings = request.of("schedule", job, {}, runs).job
    parts = [part for part in (settings.roster, settings.directory) if part is not None]
    secrets = [reference for part in parts for reference in references(part).values()]
    if settings.notify is not None:
        secrets += [*settings.notify.urls, *([settings.notify.ping] if settings.notify.ping else [])]
    return units.units(known[target], job, runs, program, at, tuple(dict.fromkeys(secrets)), image, _account())


def lines(made: Iterable[ScheduleFile]) -> Iterator[str]:
    """Tell a person the files, and how they are put in place in comments: so the whole of it is a file as well."""
    for unit in made:
        text = unit.text.rstrip()
        if unit.name.endswith(".xml"):  # nothing but white space may stand before its declaration
            yield f"{text}\n<!-- {unit.name}\n     to put it in place:\n{unit.install}\n-->\n"
        else:
            install = "\n".join(f"# {line}" for line in unit.install.splitlines())
            yield f"# ---- {unit.name}\n{text}\n\n# ---- to put it in place:\n{install}\n"
