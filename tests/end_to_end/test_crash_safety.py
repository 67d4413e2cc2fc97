"""Whatever kills a run, and whenever: what is there is old or new, never half, and the next run puts it right.

T13, T14, T17, T18 of facts: reliability. The commands run in real processes, which die real deaths (``dying.py``).
"""

import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.state import records
from tests.end_to_end.command_server import Nursery
from tests.job_texts import NO_DIRECTORY, job_text

HOME = Path(__file__).parents[2]
JOB = job_text(NO_DIRECTORY, "[output]\nrows_per_file = 3\n")
NIGHTS = [[f"u{number}" for number in range(5)], [f"u{number}" for number in range(1, 8)]]
"""Five people; in the next run two more, and one less."""
UNFINISHED = re.compile(r"\..+\.[0-9a-f]{8}.*|\.staging")
SHARES = 6
"""Tests among which the points of a run are shared out."""
SERIES = int(os.environ.get("CONTACTPRO_DEATHS", "20"))
Command = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def mortal() -> Iterator[Command]:
    """Return a function that runs the command in a folder, and lets it die at a point."""
    nursery = Nursery("tests.end_to_end.crash_process")

    def run(folder: Path, *words: str, **wish: object) -> dict[str, Any]:
        told = nursery.run(folder, *(words or ("run", "job.toml", "--json")), **wish)
        said = told["stdout"] + told["stderr"]
        assert "Traceback" not in said, said
        return told | {"said": said}

    yield run
    nursery.close()


def lay(folder: Path, night: int) -> Path:
    """Write the job, and the list of a run."""
    folder.mkdir(exist_ok=True)
    (folder / "job.toml").write_text(JOB)
    rows = [f"{login},{login.upper()}@example.com\n" for login in NIGHTS[night]]
    (folder / "agents.csv").write_text("Login,Email\n" + "".join(rows))
    return folder


def outputs(folder: Path) -> list[dict[str, bytes]]:
    """Read the import files of each run that has some, the runs in their order."""
    runs = sorted(folder.glob("runs/job/*/out"), key=lambda each: each.stat().st_mtime_ns)
    return [{p.relative_to(run).as_posix(): p.read_bytes() for p in run.rglob("*") if p.is_file()} for run in runs]


def handed(folder: Path, beside: Path) -> list[str]:
    """Return the delivered Subjects from a copy of the state, so that reading changes nothing."""
    beside.mkdir()
    for each in folder.glob("runs/job/state.db*"):
        shutil.copy(each, beside)
    found = sorted(records.delivered(beside / "state.db")["subject"].to_pylist())
    shutil.rmtree(beside)
    return found


def log(folder: Path) -> list[str]:
    """Read what the newest run wrote down before it died, all but a last line that may be torn."""
    path = (
        max(folder.glob("runs/job/*"), key=lambda each: (each.is_dir(), each.stat().st_mtime_ns), default=folder)
        / "log.jsonl"
    )
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    assert not any(b"@" in line for line in lines)
    return [json.loads(line)["event"] for line in lines]


def unfinished(folder: Path) -> list[str]:
    """Return what is left of incomplete files."""
    return [path.name for path in folder.glob("runs/**/*") if UNFINISHED.fullmatch(path.name)]


class Night:
    """The state before and after an undisturbed run, to compare all others with."""

    def __init__(self, folder: Path, run: Command, night: int) -> None:
        """Run the earlier runs, keep the folder as it is then, and run this one."""
        self.run, self.start, self.count = run, folder / "start", 0
        for earlier in range(night):
            assert run(lay(self.start, earlier))["code"] == 0
        lay(self.start, night)
        whole = folder / "whole"
        shutil.copytree(self.start, whole)
        self.before = outputs(self.start)
        self.old = handed(self.start, folder / "look")
        assert run(whole)["code"] == 0
        (self.out,) = [each for each in outputs(whole) if each not in self.before]
        self.new = handed(whole, folder / "look")
        self.folder = folder

    def disturbed(self, **wish: object) -> int:
        """Run, die at a point, check what is left, run again; return the exit code of the first.

        One that ends by itself, also because it was asked to, leaves nothing unfinished.
        """
        self.count += 1
        folder = self.folder / f"n{self.count}"
        shutil.copytree(self.start, folder)
        code: int = self.run(folder, **wish)["code"]
        if code >= 0:
            assert unfinished(folder) == []
            assert not (folder / "runs/job/.lock-holder.json").exists()
        left = [each for each in outputs(folder) if each not in self.before]
        assert left in ([], [self.out])
        known = handed(folder, self.folder / "look")
        assert known in (self.old, self.new)
        assert left or known == self.old
        told = log(folder)
        assert [event.split(" ")[0] for event in told[:1]] in ([], ["run"])
        assert "Writing the import files" in told or not left
        assert "Writing the report" in told or known == self.old

        again = self.run(folder)
        assert again["code"] == 0, again["said"]
        written = [each for each in outputs(folder) if each not in self.before]
        assert written == [*left, *([] if known == self.new else [self.out])]
        assert handed(folder, self.folder / "look") == self.new
        assert unfinished(folder) == []
        shutil.rmtree(folder)
        return code


@pytest.mark.parametrize("first", range(1, SHARES + 1))
@pytest.mark.parametrize("night", [0, 1], ids=["first night", "second night"])
def test_death_at_every_point(night: int, first: int, tmp_path: Path, mortal: Command) -> None:
    """Killed before each write, rename, flush and commit, and in the middle of each write: old or new, never half.

    The next run then gives what an undisturbed one gives, byte for byte, and nothing unfinished remains (T13, T17). The
    points are shared out among several tests, each of which takes a few seconds.
    """
    life = Night(tmp_path, mortal, night)
    codes = []
    while not codes or codes[-1] == -signal.SIGKILL:
        codes.append(life.disturbed(at=first + SHARES * len(codes)))
    assert codes[-1] == 0
    assert len(codes) * SHARES > 60


def test_death_at_any_time(tmp_path: Path, mortal: Command) -> None:
    """Killed from outside after a random while: the same holds (T13; a longer series is run by hand)."""
    life, chance = Night(tmp_path, mortal, 1), random.Random(4)  # noqa: S311 - no secret, only the same every time
    codes = [life.disturbed(after=chance.uniform(0, 0.1), signal=signal.SIGKILL) for _ in range(SERIES)]
    assert set(codes) <= {0, -signal.SIGKILL}
    assert -signal.SIGKILL in codes


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_a_run_tidily(number: int, code: int, tmp_path: Path, mortal: Command) -> None:
    """At any time a run that is asked to stop cleans up behind itself and reports it by its exit code (T18)."""
    life = Night(tmp_path, mortal, 1)
    codes = [life.disturbed(after=moment / 200, signal=number) for moment in range(1, 16)]
    assert set(codes) <= {0, code}
    assert code in codes


@pytest.mark.parametrize("size", [0, 100, 300, 700, 1500, 4000, 20000, 1 << 30])
def test_a_full_disk(size: int, tmp_path: Path, mortal: Command) -> None:
    """Wherever there is no more room, the run reports it and ends with 2; nothing is half-written (T14)."""
    life = Night(tmp_path, mortal, 1)
    folder = tmp_path / "full"
    shutil.copytree(life.start, folder)
    done = mortal(folder, bytes=size)
    told = json.loads(done["said"])
    assert (done["code"], told["exit_code"]) in {(code, code) for code in ((0,) if size == 1 << 30 else (2,))}
    assert told["next"]
    assert unfinished(folder) == []
    assert [each for each in outputs(folder) if each not in life.before] in ([], [life.out])
    assert mortal(folder)["code"] == 0
    assert handed(folder, tmp_path / "look") == life.new


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody who may not write")
@pytest.mark.parametrize(
    ("closed", "code"), [("runs", 2), ("runs/job", 2), ("runs/job/state.db", 2), ("runs/job/latest", 0)]
)
def test_a_place_that_may_not_be_written(closed: str, code: int, mortal: Command) -> None:
    """A missing right to write is reported before anything is written, with what to do (T15).

    A file that is only put in place anew, as the pointer to the latest run is, needs no leave of its own.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = lay(Path(place) / "job", 0)
        assert mortal(folder)["code"] == 0
        (folder / "runs/job/.lock").unlink()
        if closed == "runs":
            shutil.rmtree(folder / "runs/job")
        lay(folder, 1)
        for path in (Path(place), *Path(place).rglob("*")):
            path.chmod(0o777 if path.is_dir() else 0o666)
        (folder / closed).chmod(0o555 if (folder / closed).is_dir() else 0o444)
        before = outputs(folder)
        done = mortal(folder, user=65534)
        told = json.loads(done["said"])
        assert (done["code"], told["exit_code"], bool(told["next"])) == (code, code, True)
        assert code == 0 or (told["message"] and outputs(folder) == before)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another account")
@pytest.mark.parametrize(
    "words",
    [
        ["run", "job.toml"],
        ["explain", "job.toml", "A@example.com"],
        ["show", "runs/job/latest"],
        ["emit", "runs/job/latest"],
        ["verify", "runs/job/latest", "--export", "agents.csv"],
        ["deliver", "runs/job/latest"],
        ["history"],
        ["history", "job"],
        ["sso", "assertion", "agents.csv", "--run", "runs/job/latest"],
        ["state", "backup", "job.toml", "copy.db"],
    ],
)
def test_runs_of_another_account_cannot_be_read(words: list[str], mortal: Command) -> None:
    """Each command names the folder that it may not read, whose it is, and how to get access."""
    with tempfile.TemporaryDirectory() as place:
        folder = lay(Path(place) / "job", 0)
        assert mortal(folder)["code"] == 0
        for path in (Path(place), folder, *folder.iterdir()):
            path.chmod(0o700 if path.name == "runs" else 0o755)
        done = mortal(folder, *words, user=65534)
        assert done["code"] == 2
        assert "runs cannot be read: it belongs to another account." in done["stderr"]
        assert 'sudo chown -R "$(id -un)" runs' in done["stderr"]


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another account")
def test_the_state_answers_for_a_run_of_another_account(mortal: Command) -> None:
    """``explain`` shows what was delivered, and why the import file cannot be named."""
    with tempfile.TemporaryDirectory() as place:
        folder = lay(Path(place) / "job", 0)
        assert mortal(folder)["code"] == 0
        (run,) = (path.parent for path in folder.glob("runs/job/*/plan.json"))
        for path in (Path(place), *Path(place).rglob("*")):
            if run not in {path, *path.parents}:
                path.chmod(0o777 if path.is_dir() else 0o666)
        done = mortal(folder, "explain", "job.toml", NIGHTS[0][0], user=65534)
        assert (done["stderr"], done["code"]) == ("", 0)
        assert f"the folder of run {run.name} belongs to another account" in done["said"]


DOOMED = """
import ctypes, sys
libc = ctypes.CDLL(None)
libc.__cxa_atexit(libc.abort, None, None)
sys.argv = ["contactpro-sync", *sys.argv[1:]]
from pipeline.cli import main
main()
"""


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["sso", "urls", "--tenant", "ACME", "--region", "eu"], 0, "SAP BusinessObjects"),
        (["sso", "urls", "--tenant", "ACME", "--region", "mars"], 2, "Stopped: usage (exit code 2)"),
        (["check", "job.toml"], 0, "Finished: nothing written, 0 rejected (exit code 0)"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="the C library's own list of what to do at the end")
def test_what_libraries_do_at_the_end_changes_no_exit_code(
    words: list[str], code: int, said: str, tmp_path: Path
) -> None:
    """A library that aborts while the process goes away, as Arrow's threads sometimes do, comes too late."""
    lay(tmp_path, 0)
    done = subprocess.run(
        [sys.executable, "-c", DOOMED, *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == code
    assert said in done.stdout + done.stderr


HANDLER = """
import ctypes, io, signal, sys
import pyarrow as pa, pyarrow.csv
from pipeline.cli import app

def handler():
    told = ctypes.create_string_buffer(256)
    ctypes.CDLL(None).sigaction(signal.SIGTERM, None, told)
    return told.raw[:8]

class Told(io.BytesIO):
    def read(self, *given):
        seen.add(handler())
        return super().read(*given)

sys.argv = ["contactpro-sync", "run", "job.toml"]
try:
    app.main()
except SystemExit as end:
    assert end.code == 0, end
seen = {handler()}
pyarrow.csv.read_csv(pa.PythonFile(Told(b"a\\n1\\n"), mode="r"))
print("handlers", len(seen))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the handler of a signal is read as Linux keeps it")
def test_no_library_takes_a_signal_away(tmp_path: Path) -> None:
    """A signal that comes while Arrow reads a file back is still the command's own: Arrow's handler lost some."""
    done = subprocess.run(
        [sys.executable, "-c", HANDLER], cwd=lay(tmp_path / "here", 0), capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1:] == ["handlers 1"], done.stderr
