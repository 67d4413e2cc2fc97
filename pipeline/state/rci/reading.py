"""The certificates that a reading through RCI has so far, user by user, so that the next reading can go on.

A reading of thousands of users takes minutes, and may be killed or fail. Its file is private, and is removed when the
reading is complete or something is delivered; what is older than an hour is read again.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import msgspec

from pipeline.state import files, json_lines

NAME = ".rci-reading.jsonl"
SECONDS = 3600.0

Certificates = Sequence[tuple[str, str, str]]
"""Id, Subject and Issuer of each certificate of one user."""


class _Line(msgspec.Struct, frozen=True):
    """One user: when the certificates were read, in which kind of reading, and what they were."""

    at: float
    source: str
    user: str
    certificates: list[tuple[str, str, str]]


@contextmanager
def resumed(
    state: Path, same: Sequence[str], now: Callable[[], float] = time.time
) -> Iterator[tuple[Mapping[str, Certificates], Callable[[str, Certificates], None]]]:
    """Return what an earlier reading has, by user, and a function that keeps one user more.

    ``same`` is what two readings must have in common: purpose, address, account and property names. The file is
    removed at the end of the block, and stays if the block fails.

    Raises:
        OSError: the file cannot be written.
    """
    path = state.with_name(NAME)
    source = sha256("\n".join(same).encode()).hexdigest()[:16]
    read = json_lines.read(path, _Line)
    known = {line.user: line.certificates for line in read if line.source == source and _recent(line, now())}
    if not known:
        files.remove(path)
    files.make_folders(path.parent)
    with files.growing(path) as add:

        def keep(user: str, certificates: Certificates) -> None:
            line = _Line(now(), source, user, list(certificates))
            add(b"\n" + msgspec.json.encode(line))  # a line that was cut ends here

        yield known, keep
    files.remove(path)


def forget(state: Path) -> None:
    """Remove what a reading has so far: certificates are about to change."""
    files.remove(state.with_name(NAME))


def _recent(line: _Line, now: float) -> bool:
    return 0 <= now - line.at < SECONDS
