"""Starting and ending the child processes that parse workbooks."""

import os
import subprocess
import sys
from pathlib import Path

from connectors.excel.process import limits, memory_watch

WALL_SECONDS = 180.0
"""On a busy computer a child gets a fraction of a processor; what a hostile file may use is limited by its own time."""

_NEEDED_BY_WINDOWS = ("SYSTEMROOT", "TEMP", "TMP")
"""Without the first, Python does not start there; the others are the folder of temporary files."""


def environment(system: str = os.name) -> dict[str, str]:
    """Return the environment of a child on a system (as ``os.name`` names it): empty, but for what Windows needs."""
    return {name: os.environ[name] for name in _NEEDED_BY_WINDOWS if system == "nt" and name in os.environ}


def start(program: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start one of our programs with pipes of its own, without messages or an environment that holds secrets."""
    child = subprocess.Popen(  # noqa: S603 - our own program; each argument is one argument, never a shell's
        [sys.executable, "-I", str(program), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment(),
    )
    if memory_watch.NEEDED:
        memory_watch.start(child, limits.MEMORY_LIMIT)
    return child


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
