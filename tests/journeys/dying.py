"""A nursery of commands that die: each is a process of its own, forked from one that has everything imported already.

It is started once and told on stdin, a JSON document a line, what to run and how it shall die; it answers on stdout.
``at``: kill -9 itself at the n-th point at which anything is about to be written, made, renamed, removed, flushed or
committed. ``after``: be sent a signal after so many seconds. ``bytes``: no file may grow larger, as on a full disk.
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
from pathlib import Path
from typing import IO, Any

from pipeline.cli import main

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
POINTS = ("mkdir", "replace", "rename", "unlink", "rmdir", "fsync", "ftruncate")


class Death:
    """Counts the points that a command passes, and kills it at one of them."""

    def __init__(self, at: int) -> None:
        """Die at the n-th point, counted from 1; 0 lets the command live."""
        self.at, self.passed = at, 0

    def point(self) -> None:
        """Pass a point, or die there."""
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Make a point of every call of a function."""

        def called(*given: Any, **named: Any) -> Any:
            self.point()
            return function(*given, **named)

        return called

    def lie_in_wait(self) -> None:
        """Put points before everything that writes, and in the middle of every write."""
        death, really_open, really_write, really_fdopen = self, os.open, os.write, os.fdopen

        def opened(path: Any, flags: int, *given: Any, **named: Any) -> int:
            if flags & WRITING:
                death.point()
            return really_open(path, flags, *given, **named)

        def written(handle: int, data: bytes) -> int:
            half = really_write(handle, data[: len(data) // 2])
            death.point()
            return half + really_write(handle, data[half:])

        class Torn:
            """A file whose writing can end in the middle."""

            def __init__(self, *given: Any) -> None:
                self.file: IO[bytes] = really_fdopen(*given)

            def __enter__(self) -> "Torn":
                return self

            def __exit__(self, *_: object) -> None:
                self.file.close()

            def __getattr__(self, name: str) -> Any:
                return getattr(self.file, name)

            def writelines(self, pieces: Iterable[bytes]) -> None:
                data = b"".join(pieces)
                death.point()
                self.file.write(data[: len(data) // 2])
                self.file.flush()
                death.point()
                self.file.write(data[len(data) // 2 :])

        class Connection(sqlite3.Connection):
            """A connection with a point before each statement, and one after it."""

            def execute(self, *given: Any) -> sqlite3.Cursor:  # type: ignore[override]
                death.point()
                done = super().execute(*given)
                death.point()
                return done

            def executescript(self, script: str) -> sqlite3.Cursor:  # type: ignore[override]
                death.point()
                done = super().executescript(script)
                death.point()
                return done

        connect = sqlite3.connect
        sqlite3.connect = lambda *given, **named: connect(*given, factory=Connection, **named)  # type: ignore[assignment,misc]
        os.open, os.write, os.fdopen = opened, written, Torn  # type: ignore[assignment,misc]
        for name in POINTS:
            setattr(os, name, self.before(getattr(os, name)))


def speak_into(said: Path) -> None:
    """Let everything that is printed go into a file."""
    handle = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(handle, 1)
    os.dup2(handle, 2)


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
    folder = Path(wish["folder"])
    said = folder.with_name(f"{folder.name}.said")
    child = os.fork()
    if not child:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        speak_into(said)
        if "bytes" in wish:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (wish["bytes"], wish["bytes"]))
        if "at" in wish:
            Death(wish["at"]).lie_in_wait()
        command(folder, wish["words"])
    if "after" in wish:
        time.sleep(wish["after"])
        os.kill(child, wish["signal"])
    _, status = os.waitpid(child, 0)
    return {"code": os.waitstatus_to_exitcode(status), "said": said.read_text("utf-8")}


def warm_up() -> None:
    """Run the command once, so that those who are forked have nothing to import any more."""
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "a.csv").write_text("Login,Email\nanna,Anna@example.com\n")
        screen, home = os.dup(1), Path.cwd()
        os.chdir(place)
        speak_into(Path(place) / "said")
        sys.argv = ["contactpro-sync", "run", "a.csv", "--tenant", "acme", "--region", "eu", "--json"]
        with suppress(SystemExit):
            main()
        sys.stdout.flush()
        os.dup2(screen, 1)
        os.chdir(home)


if __name__ == "__main__":
    warm_up()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(one(json.loads(line))) + "\n")
        sys.stdout.flush()
