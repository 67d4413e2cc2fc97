"""The watch over hanging tests: it ends what makes no progress, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
CONFTEST = """
import sys
sys.path.insert(0, {project!r})
from tests import hang_watch
from tests.hang_watch import pytest_runtest_protocol, pytest_unconfigure

def pytest_configure(config):
    config.stash[hang_watch.WATCH] = hang_watch.Watch(config, quiet=2.0, endless=4.0)
    config.stash[hang_watch.WATCH].start()
"""
WAITS = "import threading\ndef test_it():\n    threading.Event().wait()\n"
LOOPS = "def test_it():\n    while True:\n        pass\n"
WORK = """
import time
while (began := time.process_time()) < 1.5:
    while time.process_time() < began + 0.3:
        pass
    time.sleep(0.1)
"""
CHILD = f"""
import subprocess, sys
def test_it():
    subprocess.run([sys.executable, "-c", {WORK!r}], check=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="processes below are seen on Linux only")
@pytest.mark.parametrize(
    ("test", "code", "words"),
    [
        (WAITS, 3, "hangs: 2 s without progress"),
        (LOOPS, 3, "s of processor time"),
        (CHILD, 0, "1 passed"),
    ],
    ids=["waits for ever", "loops for ever", "waits for a child that works"],
)
def test_a_test_that_hangs_is_named_and_ended(test: str, code: int, words: str, tmp_path: Path) -> None:
    """A test without progress, and one without an end, end the process and are named; one that works is left alone."""
    (tmp_path / "conftest.py").write_text(CONFTEST.format(project=str(PROJECT)))
    (tmp_path / "test_one.py").write_text(test)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", tmp_path]
    done = subprocess.run([*command, tmp_path], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, words in done.stdout + done.stderr) == (code, True), done.stdout + done.stderr
    assert code == 0 or "test_one.py::test_it hangs" in done.stderr
