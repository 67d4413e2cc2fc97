"""End a test that hangs: one that makes no progress, or makes it for ever.

Progress is processor time of the test's process and of every process below it, so that a busy machine, on which a test
may take ten times as long, looks like no hang. A clock on the wall would.
"""

import faulthandler
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

QUIET = 180.0
"""A test hangs if for so many seconds it has used less than ``STEP`` seconds of processor time."""

STEP = 0.2
"""More than what threads that wait need to look at their clocks."""

ENDLESS = 600.0
"""A test hangs if it has used so many seconds of processor time; none needs 60."""

PROC = Path("/proc")


class Watch(threading.Thread):
    """Look from time to time how much processor time the running test has used."""

    def __init__(self, config: pytest.Config, quiet: float = QUIET, endless: float = ENDLESS) -> None:
        """Watch nothing yet."""
        super().__init__(name="hang watch", daemon=True)
        self.test: str | None = None
        self._config, self._quiet, self._endless = config, quiet, endless
        self._stopped = threading.Event()

    def stop(self) -> None:
        """End the thread."""
        self._stopped.set()

    def run(self) -> None:
        """Compare the processor time with that of the last look; restart with every new test."""
        test, first, last, quiet, every = None, 0.0, 0.0, 0.0, self._quiet / 20
        while not self._stopped.wait(every):
            now = processor_seconds(os.getpid())
            if test != self.test or test is None:
                test, first, last, quiet = self.test, now, now, 0.0
            elif abs(now - last) >= STEP:
                last, quiet = now, 0.0
            else:
                quiet += every
            if test is not None and (quiet >= self._quiet or now - first >= self._endless):
                self._end(f"{test} hangs: {quiet:.0f} s without progress, {now - first:.0f} s of processor time")

    def _end(self, message: str) -> None:
        """Return the stack of every thread, and end the process and those below it."""
        capture = self._config.pluginmanager.getplugin("capturemanager")
        if capture is not None:
            capture.suspend_global_capture(in_=True)
        sys.stderr.write(f"\n{message}\n")
        sys.stderr.flush()
        faulthandler.dump_traceback(sys.stderr)
        for pid in below(os.getpid()):
            if pid != os.getpid():
                os.kill(pid, 9)
        os._exit(3)


def below(root: int) -> Iterator[int]:
    """Return a process and every process below it, if the system lets them be seen (Linux)."""
    children: dict[int, list[int]] = {}
    for path in PROC.glob("[0-9]*/stat"):
        if fields := _stat(path):
            children.setdefault(int(fields[1]), []).append(int(path.parent.name))
    waiting = [root]
    while waiting:
        yield (pid := waiting.pop())
        waiting += children.get(pid, [])


def processor_seconds(root: int) -> float:
    """Return the processor time of a process, of every process below it and of those that it has waited for."""
    if not PROC.is_dir():
        return sum(os.times()[:4])
    ticks = sum(int(ticks) for pid in below(root) for ticks in _stat(PROC / str(pid) / "stat")[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def _stat(path: Path) -> list[str]:
    """Read the fields behind a process' name; none if it has ended meanwhile."""
    try:
        return path.read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return []


WATCH = pytest.StashKey[Watch]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin to watch; the process that only hands tests to workers never has one running."""
    config.stash[WATCH] = Watch(config)
    config.stash[WATCH].start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Watch no longer."""
    config.stash[WATCH].stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Name the test that is running."""
    item.config.stash[WATCH].test = item.nodeid
    try:
        return (yield)
    finally:
        item.config.stash[WATCH].test = None
