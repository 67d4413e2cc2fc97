"""Build the scheduler files of a job: its program, folder and secrets."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import get_args

from pipeline.config import operator, request
from pipeline.config.secrets import references
from pipeline.model.command_line import command
from pipeline.model.errors import UsageProblem
from pipeline.schedule import delivery, units
from pipeline.schedule.units import ScheduleFile, Target
from pipeline.state import files


def _account() -> str | None:
    """Name the account of this process, which should own the runs; not root, nor a container's without a name."""
    name = operator.account()
    return None if name == "root" else name


def for_job(job: Path, runs: Path, program: Path, target: str, at: str, image: str | None) -> tuple[ScheduleFile, ...]:
    """Write the files for one scheduler.

    Raises:
        UsageProblem: the job is not a job file or is wrong, or there is no such scheduler or time of day.
    """
    known = {name: name for name in get_args(Target)}
    if target not in known:
        raise UsageProblem(f"--for {target}: there is no such scheduler.", advice=f"Write one of {', '.join(known)}.")
    if job.suffix.lower() != request.JOB_FILE:
        raise UsageProblem(f"{job} is not a job file.", advice=f"Write a job file first: {command('init', job)}")
    settings = request.from_options("schedule", job, {}, runs).job
    parts = (settings.roster, settings.directory, settings.baseline, settings.deliver)
    secrets = [reference for part in parts for reference in references(part).values()]
    if settings.notify is not None:
        secrets += [*settings.notify.urls, *([settings.notify.ping] if settings.notify.ping else [])]
    return units.units(
        known[target],
        job,
        runs,
        program,
        at=at,
        references=tuple(dict.fromkeys(secrets)),
        image=image,
        user=_account(),
        about=delivery.lines(settings.deliver, at),
    )


def lines(made: Sequence[ScheduleFile], command: str) -> Iterator[str]:
    """Yield the main file, valid as it is; how to put it in place, and how to get the others, are comments in it.

    ``command`` is the command that writes all files.
    """
    main, *others = made
    comment = list(main.install.splitlines())
    if others:
        names = ", ".join(each.name for each in others)
        comment += [f"{names} {'belongs' if len(others) == 1 else 'belong'} to it. To write all files:", command]
    text = main.text.rstrip()
    if main.name.endswith(".xml"):  # only white space may precede the declaration, and no "--" in a comment
        yield f"{text}\n<!-- {main.name}; to put it in place:"
        yield from (line.replace("--", "- -") for line in comment)
        yield "-->"
    else:
        yield f"{text}\n\n# {main.name}; to put it in place:"
        yield from (f"#   {line}" for line in comment)


def write(made: Iterable[ScheduleFile], folder: Path) -> list[Path]:
    """Write each file into a folder, which is made if it is missing; a file that is there is not overwritten.

    Raises:
        UsageProblem: one of the files is there already.
        OSError: the folder cannot be made or written.
    """
    wanted = [(folder / each.name, each.text) for each in made]
    for path, _ in wanted:
        if path.exists():
            raise UsageProblem(f"{path} exists already.", advice="Name another folder with -o, or move the file away.")
    files.make_folders(folder)
    for path, text in wanted:
        files.write(path, [text.encode()])
    return [path for path, _ in wanted]


def installation(made: Iterable[ScheduleFile], written: Iterable[Path]) -> Iterator[str]:
    """Yield the path of each written file and how it is put in place."""
    for unit, path in zip(made, written, strict=True):
        yield f"{path}\n" + "".join(f"    {line}\n" for line in unit.install.splitlines())
