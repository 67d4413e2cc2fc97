"""A nursery of commands: each is a process of its own, forked from one that has everything imported already.

A journey of ten commands then takes as long as what they do, and not ten times as long as Python's start. The nursery
gets on stdin, a JSON document a line, what to run and where; it answers on stdout with the exit code and the output.
``umask`` is that of the command; ``signal`` is sent to it ``after`` so many seconds of processor time, which are the
same on a busy machine. ``given`` is what comes on its standard input, which is empty otherwise; ``screen`` is a file or
a terminal that gets its standard output; ``environment`` comes in place of that of the test; ``program`` is the text of
a Python program to run in place of the command. With ``errors``, a file that gets its standard error, the answer comes
when the command begins, and is its ``pid``; ``wait`` is answered at its end. A command that hangs is found by
``tests.hang_watch``.
"""

import atexit
import gc
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import typer.main

HOME = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("contactpro-sync")
Prepare = Callable[[dict[str, Any]], None]
LATE = (
    "connectors.azure_ad.graph.client",
    "connectors.azure_ad.delta_read",
    "connectors.azure_ad.observations",
    "connectors.azure_ad.self_check",
    "connectors.azure_ad.source",
    "connectors.contact_pro_rci.reading",
    "connectors.excel.source",
    "connectors.excel.annotation.text_cells",
    "connectors.http.transport",
    "connectors.sap_idp.source",
    "email_validator",
    "h2.connection",
    "httpcore",
    "kiota_http.httpx_request_adapter",
    "openpyxl",
    "pandas",
    "pipeline.deliver.command",
    "pipeline.diagnostics.census.command",
    "pipeline.diagnostics.doctor",
    "pipeline.diagnostics.explain",
    "pipeline.diagnostics.verify.command",
    "pipeline.reports.plan_table",
    "pipeline.schedule.from_job",
    "pipeline.setup.layouts.describe",
    "pipeline.setup.layouts.save",
    "pipeline.setup.template.command",
    "pipeline.setup.template.workbook",
    "pipeline.sso.metadata_check",
    "pipeline.sso.sign_in.assertion",
    "pipeline.sso.ticket",
    "pipeline.sso.urls",
    "pipeline.state.history",
    "pipeline.web.serve",
    "rapidfuzz.fuzz",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.h11_impl",
)
"""Modules that some commands import when they need them; a test that looks at imports starts Python itself.

A command that is forked with them imports nothing from files that may have been edited since the test began.
"""


class Nursery:
    """The client's side: a nursery that was started as ``python -m`` some module."""

    def __init__(self, module: str = "tests.end_to_end.command_server") -> None:
        """Start it; what it imports, it imports once."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", module], cwd=HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, folder: Path, *words: str, **wish: object) -> dict[str, Any]:
        """Run one command and give its ``code`` (minus the signal that ended it), ``stdout`` and ``stderr``."""
        return self._asked({"environment": dict(os.environ)} | wish | {"folder": str(folder), "words": words})

    def start(self, folder: Path, *words: str, screen: Path, errors: Path, **wish: object) -> int:
        """Start a command whose output goes to files, and return the number of its process."""
        return self.run(folder, *words, screen=str(screen), errors=str(errors), **wish)["pid"]

    def wait(self, pid: int) -> int:
        """Wait until a command that was started has ended, and return its exit code."""
        return self._asked({"wait": pid})["code"]

    def _asked(self, wish: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(wish) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """Let it end."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait()
        self._process.stdout.close()


@cache
def nursery() -> Nursery:
    """Return the nursery of this process."""
    started = Nursery()
    atexit.register(started.close)
    return started


def serve(prepare: Prepare) -> None:
    """Be a nursery: do what comes in on stdin, one command after the other; ``prepare`` is called in each of them."""
    _warm_up()
    gc.freeze()  # a collection in a process that was forked would otherwise copy every page
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_one(json.loads(line), prepare)) + "\n")
        sys.stdout.flush()


def _one(wish: dict[str, Any], prepare: Prepare) -> dict[str, Any]:
    if "wait" in wish:
        return {"code": _end(wish["wait"])}
    if "errors" in wish:
        return {"pid": _begin(wish, prepare, {})}
    ears, mouths = zip(*(os.pipe() for _ in range(2)), strict=True)
    child = _begin(wish, prepare, dict(zip((1, 2), mouths, strict=True)))
    for mouth in mouths:
        os.close(mouth)
    if "after" in wish:
        _send(wish["signal"], child, wish["after"])
    stdout, stderr = _heard(ears)
    said = {"stdout": stdout, "stderr": stderr}
    return {"code": _end(child)} | {name: data.decode(errors="surrogateescape") for name, data in said.items()}


def _begin(wish: dict[str, Any], prepare: Prepare, mouths: dict[int, int]) -> int:
    """Fork a command, and return when it begins; ``mouths`` are what it prints to."""
    begun, begins = os.pipe()
    if child := os.fork():
        os.close(begins)
        os.read(begun, 1)
        os.close(begun)
        return child
    for number, mouth in mouths.items():
        os.dup2(mouth, number)
    for number, name in ((1, "screen"), (2, "errors")):
        if name in wish:
            os.dup2(os.open(wish[name], os.O_WRONLY | os.O_CREAT | os.O_NOCTTY), number)
    _be_given(wish.get("given", "").encode("latin-1"))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if wish.get("umask", -1) >= 0:
        os.umask(wish["umask"])
    os.environ.clear()
    os.environ.update(wish["environment"])  # that of the test, not of the test that started the server
    tempfile.tempdir = None
    _encode(os.environ.get("PYTHONIOENCODING", "utf-8"))
    prepare(wish)
    _command(Path(wish["folder"]), wish["words"], begins, wish.get("program", ""))
    raise AssertionError("the command returned")


def _end(child: int) -> int:
    """Wait until a command ends, and return its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _be_given(data: bytes) -> None:
    """Put bytes on the standard input of this process, through a pipe."""
    end, begin = os.pipe()
    os.dup2(end, 0)
    os.close(end)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - open to the end of the process
    threading.Thread(target=_write, args=(begin, data), daemon=True).start() if data else os.close(begin)


def _write(begin: int, data: bytes) -> None:
    with os.fdopen(begin, "wb") as pipe:
        pipe.write(data)


def _encode(encoding: str) -> None:
    """Let this process print as one that was started with an encoding in its environment."""
    sys.stdout = open(1, "w", encoding=encoding, closefd=False)  # noqa: SIM115 - as above
    sys.stderr = open(2, "w", 1, encoding=encoding, errors="backslashreplace", closefd=False)  # noqa: SIM115 - as above


def _send(number: int, child: int, seconds: float) -> None:
    """Send a signal to a command once it has used so many seconds of processor time, unless it ends before."""
    clock = (~child << 3) | 2  # Linux: the processor time of that process
    began = time.clock_gettime(clock)
    while time.clock_gettime(clock) - began < seconds:
        if os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return
        time.sleep(0.001)
    os.kill(child, number)


def _heard(ears: tuple[int, ...]) -> list[bytes]:
    """Read both to their ends."""
    said = {ear: bytearray() for ear in ears}
    with selectors.DefaultSelector() as waiting:
        for ear in ears:
            waiting.register(ear, selectors.EVENT_READ)
        while waiting.get_map():
            for ear in [key.fd for key, _ in waiting.select()]:
                piece = os.read(ear, 1 << 16)
                said[ear] += piece
                if not piece:
                    waiting.unregister(ear)
                    os.close(ear)
    return [bytes(each) for each in said.values()]


def _command(folder: Path, words: list[str], begins: int, program: str) -> None:
    """Be the command, as its script would be, or a program, to the end; ``begins`` is closed when it begins."""
    from pipeline.cli import main  # noqa: PLC0415 - the client's side does not need it

    os.chdir(folder)
    sys.argv = [str(COMMAND), *words]
    code: Any = None
    os.close(begins)
    try:
        exec(program, {"__name__": "__main__"}) if program else main()  # noqa: S102 - of a test
    except SystemExit as end:
        code = end.code
    if sys.stdout is not None:  # as Python does at its end
        sys.stdout.flush()
    os._exit(0 if code is None else code)


def _warm_up() -> None:
    """Import what commands import late, and run one, so that those that are forked have nothing to import any more."""
    from pipeline.cli import main  # noqa: PLC0415 - as above

    for name in LATE:
        import_module(name)
    typer.main.get_command = cache(typer.main.get_command)  # every command would build the tree of all commands anew
    with tempfile.TemporaryDirectory() as place, Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        (Path(place) / "a.csv").write_text("Login,Email\nanna,Anna@example.com\n")
        screen, errors, home = os.dup(1), os.dup(2), Path.cwd()
        os.chdir(place)
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        sys.argv = [str(COMMAND), "run", "a.csv", "--tenant", "acme", "--region", "eu", "--json"]
        with suppress(SystemExit):
            main()
        sys.stdout.flush()
        os.dup2(screen, 1)
        os.dup2(errors, 2)
        os.chdir(home)


if __name__ == "__main__":
    serve(lambda _: None)
