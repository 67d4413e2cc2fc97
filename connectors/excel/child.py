"""Starting and ending the child processes that parse workbooks."""

import os
import subprocess
import sys
from pathlib import Path

WALL_SECONDS = 60.0


def start(program: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start one of our programs with pipes of its own, without environment (Windows needs one) or messages."""
    return subprocess.Popen(  # noqa: S603 - our own program; each argument is one argument, never a shell's
        [sys.executable, "-I", str(program), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=None if os.name == "nt" else {},
    )


def end(child: subprocess.Popen[bytes]) -> None:
    """Stop a child, whatever it is doing, and close its pipes; harmless if it has ended."""
    child.kill()
    for pipe in (child.stdin, child.stdout):
        if pipe:
            try:
                pipe.close()
            except BrokenPipeError:
                continue
    child.wait()
