"""Run whole processes by turns and ask the system what each cost: seconds, processor seconds, peak memory.

On a machine that does other work too, compare the processor seconds (user and system, of all threads and children)
rather than the seconds of the clock. Peak memory is that of the largest process of one way; a process begins with the
peak of the one that starts it (Linux), so whatever needs memory in a benchmark is done in a child too.
"""

import os
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from typing import NamedTuple, TypeVar

Made = TypeVar("Made")
KIB_PER_MIB = 1024
AS_INSTALLED = ["env", f"PYTHONPATH={Path(__file__).resolve().parent / 'as_installed'}"]


class Cost(NamedTuple):
    """What one whole process cost."""

    seconds: float
    processor_seconds: float
    peak_mib: float


def of(command: list[str], stdout: Path, ends: set[int]) -> Cost:
    """Run a command to its end, its own children included.

    Raises:
        SystemExit: it ended with another exit code.
    """
    with stdout.open("wb") as out:
        begun = time.perf_counter()
        process = subprocess.Popen([*AS_INSTALLED, *command], stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)  # so that subprocess does not wait for it again
    if process.returncode not in ends:
        raise SystemExit(f"{' '.join(command)} ended with exit code {process.returncode}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / KIB_PER_MIB)


def by_turns(ways: dict[str, Callable[[], Cost]], repeat: int) -> dict[str, Cost]:
    """Run the ways A B A B ..., so that a busy minute of the machine hits all of them; give the medians."""
    costs: defaultdict[str, list[Cost]] = defaultdict(list)
    for _ in range(repeat):
        for way, run in ways.items():
            costs[way].append(run())
    return {way: Cost(*map(median, zip(*of_way, strict=True))) for way, of_way in costs.items()}


def apart(do: Callable[..., Made], *given: object) -> Made:
    """Run a function in a process of its own, so that this one stays small."""
    with ProcessPoolExecutor(max_workers=1) as process:
        return process.submit(do, *given).result()
