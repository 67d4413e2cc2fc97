"""The lines of scheduler files about delivery: whether the job delivers by itself, and in which hours."""

from datetime import UTC, datetime, time

from pipeline.config.hours import open_now
from pipeline.config.job_file.job import Deliver
from pipeline.model.command_line import command


def lines(deliver: Deliver | None, at: str) -> tuple[str, ...]:
    """Return the lines of a comment about the delivery of a job that runs at a time of day; none without [deliver]."""
    if deliver is None:
        return ()
    if not deliver.after_run:
        own = command("deliver", "JOB.toml")
        return (f"It sends nothing through RCI: write after_run = true in [deliver], or run: {own}",)
    zone = f" {deliver.time_zone}" if deliver.time_zone else ""
    within = f", only within {deliver.hours}{zone}" if deliver.hours else ""
    found = [
        f"Then it delivers through RCI{within}. 3 is also the code if a person failed or is left (delivery-001.csv)."
    ]
    if deliver.time_zone is None and not _is_open(deliver.hours, at):
        found.append(f"{at} is outside these hours, so every person would be left: choose another time with --at.")
    return tuple(found)


def _is_open(hours: str | None, at: str) -> bool:
    try:
        moment = datetime.combine(datetime.now(UTC).astimezone().date(), time.fromisoformat(at))
    except ValueError:  # the time of day is refused with its own sentence
        return True
    return open_now(hours, None, moment.astimezone())
