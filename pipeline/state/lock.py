"""One run of a job at a time: a lock of the operating system, kept for the time of the run.

The kernel frees it when its holder ends, however it ends, so no lock is ever stale and none has to be broken by hand
(facts: reliability §4.6). A note beside the lock names its owner. The owner knows that no other run is at work,
and clears away what one that was killed left unfinished (T13, T17).
"""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from filelock import FileLock, Timeout

from pipeline.model.errors import LockProblem
from pipeline.state import files, run_log

MOMENTS, MOMENT = 20, 0.05
"""How often, and after how many seconds, the name of a holder is asked for."""


class LockOwner(msgspec.Struct, frozen=True):
    """The process that has a lock."""

    pid: int
    host: str
    since: str


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keep the lock of a job, whose runs are in ``folder``, for the time of the block.

    Raises:
        LockProblem: another run has it; the message names it.
        OSError: the folder cannot be made or written.
    """
    files.make_folders(folder)
    lock = FileLock(folder / ".lock", timeout=0, mode=files.PRIVATE_FILE)
    note = folder / ".lock-holder.json"
    try:
        lock.acquire()
    except Timeout:
        raise LockProblem(
            f"Another run of this job is at work{_named(note)}. This one did nothing.",
            advice="Wait until it is done and run again.",
        ) from None
    try:
        holder = LockOwner(os.getpid(), socket.gethostname(), datetime.now(UTC).isoformat(timespec="seconds"))
        files.write(note, [msgspec.json.encode(holder)])
        _clear_away(folder, note)
        yield
    finally:
        files.remove(note)
        lock.release()


def _clear_away(folder: Path, note: Path) -> None:
    """Remove temporary files and staging folders of dead runs, of this job only; a check may still be at work."""
    files.tidy(folder, note.name, "state.db")
    for run in folder.iterdir():
        if run.is_dir() and not run.is_symlink() and run_log.is_of_one_alone(run):
            files.tidy(run)


def _named(note: Path) -> str:
    for _ in range(MOMENTS):  # it may have begun this very moment
        with suppress(OSError, msgspec.DecodeError):
            holder = msgspec.json.decode(note.read_bytes(), type=LockOwner)
            break
        time.sleep(MOMENT)
    else:
        return ""  # it has just ended
    return f": process {holder.pid} on {holder.host}, since {holder.since}"
