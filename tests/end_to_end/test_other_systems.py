"""What differs on Windows and macOS, as far as it can be had here: encodings, line ends, names, lengths of paths.

docs/windows.md has the table of all differences. Limits of the child are tested in tests/connectors/excel, patience
with virus scanners in tests/pipeline/state.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Done, call
from tests.end_to_end.nightly import lay
from tests.job_texts import job_text

HOME = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("contactpro-sync")
NAMES = "Login,Email,Vorname\nanna,anna@example.com,Анна\nbe n,ben@example.com,健\n"
LONGEST = 70
"""Characters of a path below the folder of runs, less the names of job and tenant, as docs/windows.md promises."""

Sync = Callable[..., Done]


def encoded(folder: Path, encoding: str, *words: str) -> tuple[int, bytes, bytes]:
    """Run the command as on a system whose pipes have this encoding, as cp1252 on most of Windows."""
    done = call(folder, *words, environment=os.environ | {"PYTHONIOENCODING": encoding})
    return done.code, *(shown.encode(errors="surrogateescape") for shown in (done.stdout, done.stderr))


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "cp932", "ascii", "utf-8", "utf-16"])
def test_letters_that_a_console_lacks_end_no_command(encoding: str, tmp_path: Path) -> None:
    """Every screen is printed, and what is written does not depend on the console."""
    (tmp_path / "Список.csv").write_text(NAMES, "utf-8")
    code, stdout, stderr = encoded(tmp_path, encoding, "check", "Список.csv")
    shown = stdout.decode("utf-8" if encoding == "ascii" else encoding)  # click takes ASCII for a wrong setting
    assert (code, stderr) == (3, b"")
    assert "1 rejected" in shown
    lacking = {"cp1252", "cp437"}
    assert (r"\u0421\u043f\u0438\u0441\u043e\u043a.csv" in shown) is (encoding in lacking)
    assert ("Список.csv" in shown) is (encoding not in lacking)
    [issues] = tmp_path.glob("runs/*/*/issues.jsonl")
    assert {json.loads(line)["source"] for line in issues.read_text("utf-8").splitlines()} == {"Список.csv"}


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii", "utf-8"])
def test_a_document_is_json_whatever_the_console(encoding: str, tmp_path: Path) -> None:
    """The document is ASCII if the pipe is not UTF-8, so that every reader of JSON reads the same names."""
    (tmp_path / "Список.csv").write_text(NAMES, "utf-8")
    _, stdout, _ = encoded(tmp_path, encoding, "check", "Список.csv", "--json")
    assert json.loads(stdout)["run"].startswith("runs/Список/")
    assert stdout.isascii() is (encoding != "utf-8")


@pytest.mark.parametrize("command", ["--help", "run --help", "schema", "completion powershell", "census --help"])
def test_help_is_printed_on_a_narrow_console(command: str, tmp_path: Path) -> None:
    """Help and texts for other programs fit into the oldest code page of Windows."""
    code, _, stderr = encoded(tmp_path, "cp437", *command.split())
    assert (code, stderr) == (0, b"")


def test_the_command_server_prints_as_python_does(tmp_path: Path) -> None:
    """What a command prints in an encoding is, byte for byte, what it prints when Python was started with it."""
    environment = {**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"}
    words = ("check", "Größe-Список.csv")
    done = subprocess.run([COMMAND, *words], cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == encoded(tmp_path, "cp1252", *words)
    assert r"Größe-\u0421".encode("cp1252") in done.stderr


def test_a_job_written_on_windows_is_the_same_job(sync: Sync, tmp_path: Path) -> None:
    """Line ends of Windows and a byte order mark, in the job file and in the list, change no byte that is written."""
    for name, mark, end in (("here", "", "\n"), ("windows", "\ufeff", "\r\n")):
        folder = tmp_path / name
        folder.mkdir()
        lay(folder, ["anna", "ben"])
        for path in (folder / "nightly.toml", folder / "agents.csv"):
            path.write_text(mark * (path.suffix == ".csv") + path.read_text(), "utf-8", newline=end)
    ends = [sync(tmp_path / name, "run", "nightly.toml", "--json") for name in ("here", "windows")]
    assert [done.code for done in ends] == [0, 0]
    assert ends[0].folder.outputs == ends[1].folder.outputs != {}


def test_a_job_file_may_be_written_in_another_case(sync: Sync, tmp_path: Path) -> None:
    """One file that two spellings lead to, as on Windows and macOS, is one job with one state."""
    lay(tmp_path, ["anna"])
    folder = tmp_path / "runs" / "nightly"
    assert sync(tmp_path, "run", "nightly.toml").code == 0
    other = tmp_path / "copies" / "nightly.toml"
    other.parent.mkdir()
    shutil.copy(tmp_path / "agents.csv", other.parent)
    other.hardlink_to(tmp_path / "nightly.toml")  # a second name of the same file
    done = sync(tmp_path, "run", "copies/nightly.toml", "--json")
    assert (done.code, done.document["counts"]["create"]) == (0, 0)
    assert (folder / "state.db").is_file()
    other.unlink()
    shutil.copy(tmp_path / "nightly.toml", other)
    refused = sync(tmp_path, "run", "nightly.toml")  # the last run was that of the copy
    assert refused.code == 2
    assert "two jobs of one name cannot share it" in refused.stdout + refused.stderr


def test_paths_stay_short(sync: Sync, tmp_path: Path) -> None:
    """Below the folder of runs no path is longer than docs/windows.md promises, also while it is being written."""
    tenant = "contoso-example"
    shutil.copytree(HOME / "sample_data", tmp_path / "sample_data")
    done = sync(tmp_path, "run", "sample_data/onboarding.toml", "--json")
    written = [path.relative_to(tmp_path / "runs") for path in (tmp_path / "runs").rglob("*")]
    temporary = len(".") + len(".12345678") + len("-journal")
    lengths = [len(str(path)) - len("onboarding") - len(tenant) * (tenant in path.parts) for path in written]
    assert done.code == 3
    assert any(tenant in path.parts for path in written)
    assert 50 < max(lengths) + temporary <= LONGEST
    assert f"{LONGEST} characters" in (HOME / "docs" / "windows.md").read_text("utf-8")


def test_no_name_of_a_run_is_forbidden_on_windows(sync: Sync, tmp_path: Path) -> None:
    """No file or folder of a run has a character, an end or a device's name that Windows refuses."""
    lay(tmp_path, ["anna", "be@n"])
    (tmp_path / "nightly.toml").write_text(job_text('[directory]\nkind = "none"\n'))
    assert sync(tmp_path, "run", "nightly.toml").code == 3
    devices = {"con", "prn", "aux", "nul", *(f"{name}{number}" for name in ("com", "lpt") for number in range(1, 10))}
    names = {path.name for path in (tmp_path / "runs").rglob("*")}
    assert len(names) > 8
    assert not {name for name in names if set(name) & set('<>:"/\\|?*') or name.endswith((".", " "))}
    assert not {name for name in names if name.partition(".")[0].lower() in devices}
