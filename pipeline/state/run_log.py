"""log.jsonl of a run, as it happens: the log of a killed run shows how far it came.

A line a step: when (UTC), what, and numbers about it; never a value of a person. Each line is handed to the system
before the next step begins, so it outlives the process. ``emit`` goes on in the log of the plan that it carries out.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from pipeline.state import files

NAME = "log.jsonl"
ALONE = ("run", "plan", "emit")
"""The commands that take the lock of their job; the command is the first word of its log."""


class Event(msgspec.Struct, frozen=True):
    """A line of the log."""

    at: datetime
    event: str
    numbers: Mapping[str, int] = msgspec.field(default_factory=dict)


@contextmanager
def kept(folder: Path) -> Iterator[Callable[..., None]]:
    """Return a function that writes a line: what happened, and numbers by their names.

    Raises:
        OSError: the log cannot be written, now or at a later line.
    """
    path = folder / NAME
    torn = path.exists() and not path.read_bytes().endswith(b"\n")
    with files.growing(path) as add:
        if torn:  # its writer was killed in the middle of a line
            add(b"\n")

        def write(event: str, numbers: Mapping[str, int] | None = None) -> None:
            add(msgspec.json.encode(Event(datetime.now(UTC), event, numbers or {})) + b"\n")

        yield write


def is_of_one_alone(folder: Path) -> bool:
    """Return True if a run folder is of a command that takes the lock of its job; a check, for example, does not."""
    try:
        with (folder / NAME).open("rb") as file:
            first = msgspec.json.decode(file.readline(), type=Event)
    except (OSError, msgspec.DecodeError):
        return False
    return first.event.split(" ")[0] in ALONE
