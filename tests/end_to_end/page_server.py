"""The page as a user starts it: a process of its own on a free port, stopped at the end."""

import os
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
def page_server(folder: Path, *arguments: str) -> Iterator[PageServer]:
    """Start the page in ``folder`` and stop it at the end of the block; its temporary files go below ``folder/tmp``."""
    (folder / "tmp").mkdir(exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "web", "--no-browser", "--port", "0", *arguments],
        cwd=folder,
        env=os.environ | {"TMPDIR": str(folder / "tmp"), "LC_ALL": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("The page is at http://127.0.0.1:"), line + process.stdout.read()
        yield PageServer(line.split()[-1].rstrip("/"), process, folder)
    finally:
        process.terminate()
        process.wait(timeout=60)
        process.stdout.close()
