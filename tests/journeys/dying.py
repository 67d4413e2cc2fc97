"""A nursery of commands that die: each is a process of its own, forked from one that has everything imported already.

It is started once and told on stdin, a JSON document a line, what to run and how it shall die; it answers on stdout.
``at``: kill -9 itself at the n-th point at which anything is about to be written, made, renamed, removed, flushed or
committed. ``after``: be sent a signal after so many seconds. ``bytes``: no file may grow larger, as on a full disk.
``user``: be somebody else.
"""

import json
import os
import resource
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Self

from pipeline.cli import main

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
POINTS = ("mkdir", "replace", "rename", "unlink", "rmdir", "fsync", "ftruncate")
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


def called(function: Callable[..., object], *given: object, **named: object) -> object:
    """Call a function behind a point."""
    Death.point()
    return function(*given, **named)


def opened(path: str, flags: int, *given: object, **named: object) -> int:
    """Open a file; a point, where it may be written."""
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
        """Give itself."""
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
    """A connection with a point before each statement, and one after it."""

    def execute(self, *given: object) -> sqlite3.Cursor:
        """Execute one statement, COMMIT for example."""
        done = called(super().execute, *given)
        Death.point()
        return done

    def executescript(self, script: str) -> sqlite3.Cursor:
        """Execute several."""
        done = called(super().executescript, script)
        Death.point()
        return done


def speak_into(handle: int) -> None:
    """Let everything that is printed go there."""
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.close(handle)


def command(folder: Path, words: list[str]) -> None:
    """Be the command, as its script would be, to the end."""
    os.chdir(folder)
    sys.argv = ["contactpro-sync", *words]
    code: object = 0
    try:
        main()
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    os._exit(code if isinstance(code, int) else 1)


def one(wish: dict[str, Any]) -> dict[str, Any]:
    """Do one command, and tell how it ended: its exit code, or minus the signal, and what it said."""
    ear, mouth = os.pipe()
    child = os.fork()
    if not child:
        os.close(ear)
        speak_into(mouth)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if "bytes" in wish:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (wish["bytes"], wish["bytes"]))
        if "at" in wish:
            Death.lies_in_wait(wish["at"])
        if "user" in wish:
            os.setuid(wish["user"])
        command(Path(wish["folder"]), wish["words"])
    os.close(mouth)
    if "after" in wish:
        time.sleep(wish["after"])
        os.kill(child, wish["signal"])
    with os.fdopen(ear, "rb") as heard:
        said = heard.read().decode()
    _, status = os.waitpid(child, 0)
    return {"code": os.waitstatus_to_exitcode(status), "said": said}


def warm_up() -> None:
    """Run the command once, so that those who are forked have nothing to import any more."""
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "a.csv").write_text("Login,Email\nanna,Anna@example.com\n")
        screen, errors, home = os.dup(1), os.dup(2), Path.cwd()
        os.chdir(place)
        speak_into(os.open(os.devnull, os.O_WRONLY))
        sys.argv = ["contactpro-sync", "run", "a.csv", "--tenant", "acme", "--region", "eu", "--json"]
        with suppress(SystemExit):
            main()
        sys.stdout.flush()
        os.dup2(screen, 1)
        os.dup2(errors, 2)
        os.chdir(home)


if __name__ == "__main__":
    warm_up()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(one(json.loads(line))) + "\n")
        sys.stdout.flush()
