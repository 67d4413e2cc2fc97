"""The limits of the child that parses workbooks, on every system: rlimits, a job object of Windows, a watch."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from connectors.base import SourceUnreadable
from connectors.excel import source
from connectors.excel.process import child, job_object, limits, memory_watch
from connectors.excel.source import ExcelSource
from tests.connectors.excel import workbooks as w

GREEDY = """
taken = []
for _ in range(64):
    taken.append(b"x" * (16 << 20))
print("all of it", flush=True)
"""
MODEST = "print('done', flush=True)\n"
LIMITED = """
import sys
sys.path.insert(0, {project!r})
from connectors.excel.process import limits
limits.limit()
try:
    taken = bytearray(limits.MEMORY_LIMIT)
except MemoryError:
    print("refused", flush=True)
"""

needs_ps = pytest.mark.skipif(not Path("/bin/ps").exists(), reason="the watch asks ps")


def program(folder: Path, text: str) -> Path:
    """Write a program for a child."""
    path = folder / "program.py"
    path.write_text(text, encoding="utf-8")
    return path


def answered(started: subprocess.Popen[bytes]) -> bytes:
    """Return what a child prints until it ends, and end it."""
    try:
        return started.communicate()[0]
    finally:
        child.end(started)


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of Linux")
def test_linux_refuses_memory_beyond_the_limit(tmp_path: Path) -> None:
    """A child that asks for more gets a MemoryError, which it can report."""
    text = LIMITED.format(project=str(Path(limits.__file__).parents[3]))
    assert answered(child.start(program(tmp_path, text))) == b"refused\n"


# A job object of Windows


def test_the_structures_are_those_of_windows() -> None:
    """Sizes and places are what a C compiler for Windows (64 bits) gives them."""
    assert ctypes.sizeof(job_object.BasicLimits) == 64
    assert job_object.BasicLimits.flags.offset == 16
    assert ctypes.sizeof(job_object.ExtendedLimits) == 144
    assert job_object.ExtendedLimits.process_memory.offset == 112


class Kernel32:
    """The functions of Windows that are called; ``refuses`` is the one that fails."""

    def __init__(self, refuses: str = "") -> None:
        """Begin without a call."""
        self.calls: list[tuple[object, ...]] = []
        for name in ("CreateJobObjectW", "SetInformationJobObject", "GetCurrentProcess", "AssignProcessToJobObject"):
            setattr(self, name, self._function(name, refuses))

    def _function(self, name: str, refuses: str) -> SimpleNamespace:
        class Function(SimpleNamespace):
            def __call__(_, *given: object) -> int:  # noqa: N805 - self is the library
                self.calls.append((name, *given))
                return 0 if name == refuses else {"CreateJobObjectW": 77, "GetCurrentProcess": 88}.get(name, 1)

        return Function()


def test_windows_is_asked_for_memory_and_processor_time() -> None:
    """The process puts itself into a job with 1.5 GiB and 30 s, in units of 100 ns."""
    kernel32 = Kernel32()
    assert job_object.limit(kernel32, limits.MEMORY_LIMIT, limits.CPU_SECONDS) is True
    made, given, current, assigned = kernel32.calls
    assert made == ("CreateJobObjectW", None, None)
    assert (given[1], given[2], given[4]) == (77, 9, 144)
    told = given[3]._obj
    assert told.basic.flags == 0x502
    assert told.basic.process_time == 300_000_000
    assert told.process_memory == 1_610_612_736
    assert (told.job_memory, told.basic.processes) == (0, 0)
    assert (current, assigned) == (("GetCurrentProcess",), ("AssignProcessToJobObject", 77, 88))


@pytest.mark.parametrize("refuses", ["CreateJobObjectW", "SetInformationJobObject", "AssignProcessToJobObject"])
def test_windows_may_refuse_a_job(refuses: str) -> None:
    """A refusal is not an error, and is not taken for a limit; nothing is asked for after it."""
    kernel32 = Kernel32(refuses)
    assert job_object.limit(kernel32, 1, 1) is False
    assert kernel32.calls[-1][0] == refuses


# A watch


@needs_ps
def test_a_child_without_limits_is_ended_by_the_watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 200 MB, a child that takes a gigabyte is killed on the way there; one that stays below ends."""
    monkeypatch.setattr(memory_watch, "NEEDED", True)
    monkeypatch.setattr(memory_watch, "EVERY", 0.001)
    monkeypatch.setattr(limits, "MEMORY_LIMIT", 200 << 20)
    greedy = GREEDY.replace("taken.append", "__import__('time').sleep(0.02); taken.append")
    started = child.start(program(tmp_path, greedy))
    assert answered(started) == b""
    assert started.returncode == -9
    modest = child.start(program(tmp_path, MODEST))
    assert answered(modest) == b"done\n"
    assert modest.returncode == 0


@needs_ps
def test_a_workbook_that_the_watch_ends_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without rlimits the reader of a bomb is ended too, and its user is given the usual sentence."""
    monkeypatch.setattr(memory_watch, "NEEDED", True)
    monkeypatch.setattr(memory_watch, "EVERY", 0.001)
    monkeypatch.setattr(limits, "MEMORY_LIMIT", 100 << 20)
    monkeypatch.setattr(source, "_CHILD", program(tmp_path, GREEDY + "import time\ntime.sleep(600)\n"))
    path = w.xlsx(tmp_path / "agents.xlsx", "")
    with pytest.raises(SourceUnreadable, match="the program that parses workbooks died of it"):
        ExcelSource(path).read(lambda _: None)


@needs_ps
def test_the_watch_sees_the_memory_of_a_process() -> None:
    """This process has more than 20 MB; one that has ended has none."""
    assert memory_watch.resident(os.getpid()) > 20 << 20
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert memory_watch.resident(ended.pid) == 0


def test_the_watch_is_for_macos_alone() -> None:
    """Linux and Windows hold the limit themselves, so no process pays for a watch there."""
    assert (sys.platform == "darwin") is memory_watch.NEEDED


# Its environment


def test_the_child_has_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret in the environment does not reach the program that parses a file of a stranger."""
    monkeypatch.setenv("CONTACTPRO_TOKEN", "geheim")
    shown = program(tmp_path, "import os\nprint('CONTACTPRO_TOKEN' in os.environ, flush=True)\n")
    assert answered(child.start(shown)) == b"False\n"
    monkeypatch.setenv("SYSTEMROOT", r"C:\Windows")
    monkeypatch.setenv("TEMP", r"C:\Temp")
    monkeypatch.delenv("TMP", raising=False)
    assert child.environment("nt") == {"SYSTEMROOT": r"C:\Windows", "TEMP": r"C:\Temp"}
    assert child.environment("posix") == {}


def test_the_child_loads_no_client_for_http() -> None:
    """It needs neither network nor TLS, and loading them took a third of its start."""
    project = Path(limits.__file__).parents[3]
    code = f"import sys; sys.path.append({str(project)!r})\nimport connectors.excel.reading.worker\nprint(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-I", "-c", code], check=True, capture_output=True, text=True
    ).stdout.split()
    assert not {"http.client", "ssl", "socket", "urllib.request"} & {*loaded}
