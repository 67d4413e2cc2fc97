"""A nursery of commands that die (``nursery``), each at its point.

``at``: kill -9 itself at the n-th point at which anything is about to be written, made, renamed, removed or
committed, so that each state which the disk has during a run is met once. Flushes and statements that only read are
left out, for a file reads the same before and after them. ``bytes``: no file may grow larger, as on a full disk.
``user``: be another user.
"""

import os
import resource
import signal
import sqlite3
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from typing import Any, Self

from tests.end_to_end.command_server import serve

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
POINTS = ("mkdir", "replace", "rename", "unlink", "rmdir", "ftruncate")
READING = ("SELECT", "PRAGMA user_version", "PRAGMA quick_check", "PRAGMA application_id")
LATE = ("pipeline.deliver.command", "pipeline.diagnostics.verify.command", "pipeline.sso.sign_in.assertion")
"""Modules that the warm-up of the nursery does not need."""

REAL = {name: getattr(os, name) for name in (*POINTS, "open", "write", "fdopen")} | {"connect": sqlite3.connect}


class Death:
    """Waits for the n-th point, counted from 1, that this process comes to."""

    at = passed = 0

    @classmethod
    def point(cls) -> None:
        """Pass a point, or die there."""
        cls.passed += 1
        if cls.passed == cls.at:
            os.kill(os.getpid(), signal.SIGKILL)

    @classmethod
    def lies_in_wait(cls, at: int) -> None:
        """Put points before everything that writes, and in the middle of every write."""
        cls.at = at
        sqlite3.connect = partial(REAL["connect"], factory=Statements)
        os.open, os.write, os.fdopen = opened, written, Torn
        for name in POINTS:
            setattr(os, name, partial(called, REAL[name]))


def called(function: Callable[..., Any], *given: object, **named: object) -> Any:  # noqa: ANN401 - whatever it returns
    """Call a function behind a point."""
    Death.point()
    return function(*given, **named)


def opened(path: str, flags: int, *given: object, **named: object) -> int:
    """Open a file; a point, if it may be written."""
    if flags & WRITING:
        Death.point()
    return REAL["open"](path, flags, *given, **named)


def written(handle: int, data: bytes) -> int:
    """Write in two halves, with a point between them."""
    half = REAL["write"](handle, data[: len(data) // 2])
    Death.point()
    return half + REAL["write"](handle, data[half:])


class Torn:
    """An open file whose writing can end in the middle."""

    def __init__(self, *given: object) -> None:
        """Open it as ``os.fdopen`` does."""
        self.file = REAL["fdopen"](*given)
        self.flush, self.fileno = self.file.flush, self.file.fileno

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.file.close()

    def writelines(self, pieces: Iterable[bytes]) -> None:
        """Write in two halves, with a point before each."""
        data = b"".join(pieces)
        for half in (data[: len(data) // 2], data[len(data) // 2 :]):
            Death.point()
            self.file.write(half)
            self.file.flush()


class Statements(sqlite3.Connection):
    """A connection with a point before each statement that writes."""

    def execute(self, sql: str, *given: object) -> sqlite3.Cursor:
        """Execute one statement, COMMIT for example."""
        return super().execute(sql, *given) if sql.startswith(READING) else called(super().execute, sql, *given)

    def executescript(self, script: str) -> sqlite3.Cursor:
        """Execute several."""
        return called(super().executescript, script)


def prepared(wish: dict[str, Any]) -> None:
    """Build the process that is to be the command that dies at its point."""
    if "bytes" in wish:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (wish["bytes"], wish["bytes"]))
    if "at" in wish:
        Death.lies_in_wait(wish["at"])
    if "user" in wish:
        for name in LATE:  # the other account may not be able to read the interpreter's own files
            import_module(name)
        os.setuid(wish["user"])


if __name__ == "__main__":
    serve(prepared)
