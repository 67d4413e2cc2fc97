"""Settings of the whole suite: one profile for hypothesis, a place for files in memory, a watch for tests that hang."""

import gc
import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings

from tests.hang_watch import pytest_configure, pytest_runtest_protocol, pytest_unconfigure

__all__ = ["pytest_configure", "pytest_runtest_protocol", "pytest_unconfigure"]

settings.register_profile(
    "same everywhere",
    deadline=None,  # a busy machine is not a defect
    derandomize=True,  # the same examples on every machine and in every run
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("explore", settings.get_profile("same everywhere"), derandomize=False, max_examples=2000)
settings.load_profile("same everywhere")

MEMORY = Path("/dev/shm")  # noqa: S108 - a file system, not a file
ENOUGH = 2 << 30
"""Bytes that have to be free there; a container often has 64 MB."""


def _has_room(place: Path) -> bool:
    """Check that files and programs of the tests can be in a folder."""
    if not os.access(place, os.W_OK) or shutil.disk_usage(place).free < ENOUGH:
        return False
    return not os.statvfs(place).f_flag & os.ST_NOEXEC


if "TMPDIR" not in os.environ and _has_room(MEMORY):  # a run flushes 25 files, and each would wait for the disk
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None


def pytest_collection_finish() -> None:
    """Leave 7,000 tests out of every later collection of garbage."""
    gc.collect()
    gc.freeze()
