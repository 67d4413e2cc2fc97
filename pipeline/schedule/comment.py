"""The comment of every scheduler file: what is run when, by whose clock, and what the exit codes mean."""

from collections.abc import Iterator, Sequence

CHANGING_HOURS = range(1, 4)
"""The hours of the day that summer time takes away or repeats in some zone."""

ENDS = (
    "It ends with 0 (done, or nothing to do), or with 3 (rows were rejected, see rejects.csv; the good ones were",
    "written). Any other code is a failure to be looked at: 1 a defect, 2 the job file, 4 stopped by a guard,",
    "5 a source, 6 another run holds the lock, 8 the state of the job. The folder of the run says what to do.",
    "Runs never overlap: the command holds a lock of its own. Made by contactpro-sync schedule.",
)


def lines(target: str, job: str, at: str, references: Sequence[tuple[str, str, str]]) -> Iterator[str]:
    """Yield the lines about a job that is run every day at a time; ``references`` are parted at their colon."""
    yield f'The job "{job}" of contactpro-sync, every day at {at}.'
    yield _clock(target)
    yield from ENDS
    if int(at[:2]) in CHANGING_HOURS and target not in {"kubernetes", "airflow"}:
        yield "Where clocks change to summer time in this hour, that night has no run or two; 04:15 avoids it."
    variables = [name for kind, _, name in references if kind == "env"]
    if variables and target in {"windows", "airflow"}:
        whose = "The account that runs it needs" if target == "windows" else "The workers need"
        yield f"{whose} these environment variables: {', '.join(variables)}."
    if any(kind == "keyring" for kind, *_ in references):
        yield "At night a keyring is mostly locked: secrets by env: or file: are surer than those by keyring:."


def _clock(target: str) -> str:
    """Return whose clock decides: a container and a worker seldom know the time zone of the users."""
    if target == "kubernetes":
        return "The time is that of the cluster's zone (mostly UTC), unless timeZone names another."
    if target == "airflow":
        return "The time is that of Airflow's default_timezone (UTC, unless changed)."
    return "The time is that of this machine, in its own zone."
