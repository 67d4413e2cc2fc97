"""The page in a process of its own on a free port, stopped at the end."""

import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.end_to_end.command_server import nursery


class PageProcess:
    """A process that serves the page, and what it prints."""

    def __init__(self, folder: Path, words: list[str], environment: dict[str, str]) -> None:
        """Start it."""
        with tempfile.TemporaryDirectory() as place:
            pipe = Path(place) / "printed"
            os.mkfifo(pipe)
            end = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)  # does not wait for the one that writes
            words = ["web", "--no-browser", *words]
            self._pid = nursery().start(folder, *words, screen=pipe, errors=pipe, environment=environment)
        os.set_blocking(end, True)
        self.stdout, self._code = os.fdopen(end, encoding="utf-8"), -1

    def send_signal(self, number: int) -> None:
        """Send it a signal, if it has not ended."""
        if self._code == -1:
            os.kill(self._pid, number)

    def wait(self) -> int:
        """Wait for its end, and return its exit code."""
        if self._code == -1:
            self._code = nursery().wait(self._pid)
        return self._code


@dataclass(frozen=True, slots=True)
class PageServer:
    """A running page: its address, its process and the folder it was started in."""

    address: str
    process: "PageProcess"
    folder: Path

    def browser(self, **headers: str) -> httpx.Client:
        """Return a client that keeps cookies and follows redirects, as a browser does."""
        return httpx.Client(base_url=self.address, follow_redirects=True, headers=headers, timeout=600, trust_env=False)


@contextmanager
def page_server(folder: Path, *arguments: str, shown: str = "", **environment: str) -> Iterator[PageServer]:
    """Start the page in ``folder`` and stop it at the end of the block; its temporary files go below ``folder/tmp``.

    ``shown`` is the address that it prints if that is not the one on which it listens.
    """
    (folder / "tmp").mkdir(exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = os.environ | {"TMPDIR": str(folder / "tmp"), "LC_ALL": "C.UTF-8"} | environment
    process = PageProcess(folder, ["--port", str(port), *arguments], environment)
    try:
        line = process.stdout.readline()
        address = f"http://127.0.0.1:{port}"
        assert line == f"The page is at {shown or address + '/'}\n", line + process.stdout.read()
        yield PageServer(address, process, folder)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()
        process.stdout.close()
