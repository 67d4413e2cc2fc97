"""delivery.jsonl: one line a person and attempt, of which the last one counts."""

from collections.abc import Container
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from pipeline.state import files, json_lines

DELIVERY, UNDONE = "delivery.jsonl", "undo.jsonl"
Status = Literal["sent", "already", "failed", "left"]
DONE = frozenset({"sent", "already"})
STILL_THERE = "old certificate still there"
READ_BACK = "read back as"
TAKEN_BACK = "undone"


class Line(msgspec.Struct, frozen=True):
    """How one attempt at one person ended; ``http`` is the server's last status, None without an answer."""

    login: str
    external_id: str
    subject: str
    status: Status
    http: int | None
    detail: str
    at: str

    @property
    def key(self) -> tuple[str, str]:
        """Return what names the person."""
        return self.login, self.external_id

    @property
    def is_done(self) -> bool:
        """Return True if nothing is left to do for the person."""
        return self.status in DONE and not self.detail.startswith(STILL_THERE)


def read(path: Path) -> dict[tuple[str, str], Line]:
    """Read the last line of each person; a line that was cut when the process was killed does not count."""
    found = {}
    for each in json_lines.read(path, Line):
        found[each.key] = each
    return found


def encoded(line: Line) -> bytes:
    """Return a line as the file has it."""
    return msgspec.json.encode(line) + b"\n"


def ends_midline(path: Path) -> bool:
    """Return True if the last line was cut, so that the next one must begin on a line of its own."""
    return path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")


def reopen(path: Path, people: Container[tuple[str, str]], why: str) -> None:
    """Count people who were done as left: an undo took back their delivery, or a delivery their undo.

    Raises:
        OSError: the file cannot be written.
    """
    now = datetime.now(UTC).isoformat(timespec="seconds")
    done = [line for key, line in read(path).items() if key in people and line.status in DONE]
    if not done:
        return
    with files.growing(path) as add:
        if ends_midline(path):
            add(b"\n")
        for line in done:
            add(encoded(msgspec.structs.replace(line, status="left", http=None, detail=why, at=now)))


def changed_by_server(job: Path) -> frozenset[tuple[str, str, str]]:
    """Return login, external id and Subject of each certificate that a server changed in an earlier delivery."""
    return frozenset(
        (line.login, line.external_id, line.subject)
        for path in job.glob(f"*/{DELIVERY}")
        for line in json_lines.read(path, Line)
        if line.status == "failed" and line.detail.startswith(READ_BACK)
    )


def undone(run: Path) -> frozenset[tuple[str, str]]:
    """Return login and external id of the people whose delivery by a run (its folder) was undone last."""
    lines = read(run / DELIVERY).items()
    return frozenset(key for key, line in lines if line.status == "left" and line.detail == TAKEN_BACK)
