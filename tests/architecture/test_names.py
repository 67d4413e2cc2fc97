"""The names of tests: the same in every process, or the workers that share the suite cannot agree on what there is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]


def test_a_name_depends_on_neither_the_clock_nor_the_hash_seed(request: pytest.FixtureRequest) -> None:
    """Collected once more, in another second and with another hash seed, every test has its name again."""
    again = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider"],
        cwd=PROJECT,
        env=os.environ | {"PYTHONHASHSEED": "1", "PYTHONDONTWRITEBYTECODE": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode == 0, again.stdout[-2000:]
    assert {item.nodeid for item in request.session.items} - set(again.stdout.splitlines()) == set()
