"""The page as a user starts it: a process of its own on a free port, stopped at the end."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

PROGRAM = "from pipeline.cli import main; import sys; sys.argv[0] = 'contactpro-sync'; main()"


@dataclass(frozen=True, slots=True)
class PageServer:
    """A running page: its address, its process and the folder it was started in."""

    address: str
    process: "subprocess.Popen[str]"
    folder: Path

    def browser(self, **headers: str) -> httpx.Client:
        """Return a client that keeps cookies and follows redirects, as a browser does."""
        return httpx.Client(base_url=self.address, follow_redirects=True, headers=headers, timeout=60, trust_env=False)


@contextmanager
def page_server(folder: Path, *arguments: str, shown: str = "", **environment: str) -> Iterator[PageServer]:
    """Start the page in ``folder`` and stop it at the end of the block; its temporary files go below ``folder/tmp``.

    ``shown`` is the address that it prints if that is not the one on which it listens.
    """
    (folder / "tmp").mkdir(exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "web", "--no-browser", "--port", str(port), *arguments],
        cwd=folder,
        env=os.environ | {"TMPDIR": str(folder / "tmp"), "LC_ALL": "C.UTF-8"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        address = f"http://127.0.0.1:{port}"
        assert line == f"The page is at {shown or address + '/'}\n", line + process.stdout.read()
        yield PageServer(address, process, folder)
    finally:
        process.terminate()
        process.wait(timeout=60)
        process.stdout.close()
