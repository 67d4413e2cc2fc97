"""The exit codes of the process, one table (design §5): name, meaning, usual next step, and whether files went out."""

from collections.abc import Iterable

import msgspec

from pipeline.model.command_line import command


class ExitCode(msgspec.Struct, frozen=True):
    """One exit code.

    ``name`` is the outcome in summaries and manifests. ``delivered`` is True if the command did its work and import
    files may have gone out; ``is_stop`` is True if something kept the command from doing its work.
    """

    code: int
    name: str
    meaning: str
    advice: str = ""
    delivered: bool = False
    is_stop: bool = True


_DOCTOR = f"Examine the job: {command('doctor', 'JOB.toml')}"

OK = ExitCode(0, "ok", "The run did what it was asked to do.", delivered=True, is_stop=False)
FAILED = ExitCode(
    1,
    "failed",
    "The run met a defect of contactpro-sync.",
    "Report it; manifest.json of the run has the place.",
)
USAGE = ExitCode(
    2, "usage", "The run could not begin: the command, the job file, a mapping or a layout is wrong.", _DOCTOR
)
REJECTED = ExitCode(
    3,
    "rejected",
    "Rows were rejected.",
    "Correct the rows that rejects.csv lists and run again.",
    delivered=True,
    is_stop=False,
)
GUARDED = ExitCode(
    4,
    "guarded",
    "A guard stopped the run: no import file was written.",
    "Look at its numbers; approve its plan, or not.",
)
SOURCE = ExitCode(5, "source", "A source could not be read whole: no import file was written.", _DOCTOR)
LOCKED = ExitCode(
    6,
    "locked",
    "Another run of this job was still at work.",
    "If it happens again, see what the other is waiting for.",
)
DIFFERS = ExitCode(7, "differs", "Differences were found.", "Import the remainder.", is_stop=False)
STATE = ExitCode(8, "state", "The job's state is damaged, or of a newer version.", "Restore it from a backup.")
CHANGES = ExitCode(10, "changes", "Changes are pending.", is_stop=False)

EXIT_CODES = {
    each.code: each for each in (OK, FAILED, USAGE, REJECTED, GUARDED, SOURCE, LOCKED, DIFFERS, STATE, CHANGES)
}

WORST_FIRST = (1, 8, 5, 4, 6, 2, 7, 10, 3, 0)
"""The order in which several jobs decide the exit code of their process (design §5)."""


def worst(codes: Iterable[int]) -> int:
    """Return the worst of several exit codes; 0 if there is none."""
    return min(codes, key=WORST_FIRST.index, default=0)
