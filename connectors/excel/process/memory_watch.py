"""A watch over the memory of a child, for systems that take a limit of memory and do not keep it (macOS)."""

import subprocess
import sys
import threading
import time

NEEDED = sys.platform == "darwin"
"""Linux holds RLIMIT_AS, Windows a job object (``limits``)."""

EVERY = 0.2
"""Seconds between two looks; a parser that runs wild takes a second for a gigabyte."""


def resident(pid: int) -> int:
    """Return the memory of a process in bytes, by ``ps``; 0 if it has ended."""
    shown = subprocess.run(  # noqa: S603 - our own program, and a number
        ["/bin/ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return int(shown.stdout.strip() or 0) << 10


def start(child: subprocess.Popen[bytes], most: int) -> None:
    """Kill a child as soon as it has more than ``most`` bytes; the watch ends with the child."""
    threading.Thread(target=_watch, args=(child, most), daemon=True, name="memory watch").start()


def _watch(child: subprocess.Popen[bytes], most: int) -> None:
    while child.poll() is None:
        if resident(child.pid) > most:
            child.kill()
            return
        time.sleep(EVERY)
