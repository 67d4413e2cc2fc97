"""The error family, and the one table from an error to the exit code of the process (design §5)."""

from dataclasses import dataclass

from connectors import base as sources
from mappings import model as mappings


@dataclass(frozen=True, slots=True)
class Exit:
    """How a command ends: the process's exit code and its name in summaries and manifests."""

    code: int
    name: str


OK = Exit(0, "ok")
FAILED = Exit(1, "failed")
USAGE = Exit(2, "usage")
REJECTED = Exit(3, "rejected")
GUARDED = Exit(4, "guarded")
SOURCE = Exit(5, "source")

WORST_FIRST = (1, 8, 5, 4, 6, 2, 7, 3, 0)
"""With several jobs the process ends with the worst of their codes, by this order (design §5)."""


class Problem(Exception):
    """A stop that the user can understand: the message says what, where, why; ``advice`` says what to do next."""

    def __init__(self, message: str, *, advice: str = "") -> None:
        """Keep the sentence and the next step apart, so that a report can show both."""
        super().__init__(message)
        self.advice = advice


class UsageProblem(Problem):
    """The command line or the job file asks for something that cannot be, or leaves a choice open."""


class GuardProblem(Problem):
    """A guard refused the run; the message carries the numbers."""


class OutputRefused(Problem):
    """A value that would break the import file reached the writer: a defect of ours, stopped before it does harm."""


_EXITS: tuple[tuple[type[Exception], Exit], ...] = (
    (UsageProblem, USAGE),
    (GuardProblem, GUARDED),
    (OutputRefused, FAILED),
    (mappings.HeadersUnknown, SOURCE),  # the file's own headers are at fault, not the mapping
    (mappings.MappingError, USAGE),
    (sources.ChoiceNeeded, USAGE),
    (sources.SourceError, SOURCE),
)


def exit_of(error: BaseException) -> Exit:
    """Find how the process ends after this error; anything not in the table is a defect of ours."""
    return next((end for kind, end in _EXITS if isinstance(error, kind)), FAILED)


def worst(codes: list[int]) -> int:
    """Pick the worst of several exit codes; an empty list is a success."""
    return min(codes, key=WORST_FIRST.index, default=0)
