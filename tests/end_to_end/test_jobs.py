"""Job files: relative paths, several in one command, nothing beside them."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.job_texts import job_text

Done = Any
"""What the command left behind: conftest's Done, which a test file cannot import."""


def job(path: str, more: str = "") -> str:
    """Build a job on a list below ``lists``."""
    return job_text(more, region="Frankfurt", path=f"lists/{path}")


FILES = {
    "lists/good.csv": "Login,Email\nanna,anna@example.com\nben,Ben@example.com\n",
    "lists/bad.csv": "Login,Email\nanna,anna@example.com\nben,ben.example.com\n",
    "lists/truth.csv": "mail,userPrincipalName\nanna@example.com,a@example.com\nBen@example.com,b@example.com\n",
    "good.toml": job("good.csv", '[directory]\nkind = "csv"\npath = "lists/truth.csv"'),
    "bad.toml": job("bad.csv", '[directory]\nkind = "none"'),
    "gone.toml": job("gone.csv"),
    "few.toml": job("good.csv", "[guards]\nmin_rows = 50"),
    "wrong.toml": job("good.csv", "[gaurds]\nmin_rows = 50"),
}


def lay(folder: Path) -> Path:
    """Put jobs and lists into a folder of their own."""
    for name, text in FILES.items():
        path = folder / "jobs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory, sync: Callable[..., Done]) -> Done:
    """Run a good job, one with a bad row, one without its list, and one that its guard stops."""
    folder = lay(tmp_path_factory.mktemp("several"))
    return sync(folder, "run", *(f"jobs/{name}.toml" for name in ("good", "bad", "few", "gone")), "--json")


def test_worst_code_wins(several: Done) -> None:
    """With several jobs the code is the worst by the order of design §5: source before guarded before rejected."""
    assert several.code == 5
    codes = [(run["outcome"], run["exit_code"]) for run in several.document["runs"]]
    assert codes == [("ok", 0), ("rejected", 3), ("guarded", 4), ("source", 5)]


def test_paths_are_relative_to_the_job(several: Done) -> None:
    """Lists are found beside the job file, wherever the command was started."""
    assert several.latest("good").subjects == ["anna@example.com", "Ben@example.com"]
    assert several.latest("good").manifest["issues"] == {"LAYOUT-UNVERIFIED": 1}


def test_directory_none(several: Done) -> None:
    """A directory of kind none proves nothing, and the report states it."""
    assert ("NO-DIRECTORY", None) in several.latest("bad").found("warning")
    assert several.latest("bad").subjects == ["anna@example.com"]


def test_guard_stops_before_output(several: Done) -> None:
    """A list below ``min_rows`` is refused with both numbers and without an import file."""
    folder = several.latest("few")
    assert folder.outputs == {}
    assert "2" in folder.manifest["message"]
    assert "50" in folder.manifest["message"]


@pytest.mark.parametrize(("names", "code"), [(("few", "wrong"), 4), (("bad", "wrong"), 2), (("good", "good"), 0)])
def test_order_of_exit_codes(tmp_path: Path, sync: Callable[..., Done], names: tuple[str, ...], code: int) -> None:
    """A guard is worse than a wrong job file, and that is worse than a rejected row."""
    done = sync(lay(tmp_path), "run", *(f"jobs/{name}.toml" for name in names), "--json")
    assert done.code == code


def test_options_beside_a_job_are_refused(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """The job file alone names what is done: an option beside it is a usage error that names the option."""
    done = sync(lay(tmp_path), "run", "jobs/good.toml", "--tenant", "Other", "--json")
    assert (done.code, done.document["outcome"]) == (2, "usage")
    assert "tenant" in done.document["message"]
    assert done.tables() == {}


def test_latest_and_runs_of_one_job(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """A second run has a folder of its own, the first stays as it was, and a link at ``latest`` is never followed."""
    folder = lay(tmp_path)
    first = sync(folder, "run", "jobs/good.toml", "--json")
    kept = {path: path.read_bytes() for path in first.folder.path.rglob("*") if path.is_file()}
    victim = folder / "victim.txt"
    victim.write_text("mine")
    latest = folder / "runs" / "good" / "latest"
    latest.unlink()
    latest.symlink_to(victim)
    second = sync(folder, "run", "jobs/good.toml", "--json")
    assert {path: path.read_bytes() for path in kept} == kept
    assert victim.read_text() == "mine"
    assert second.latest("good").path == second.folder.path
    shutil.rmtree(folder / "runs")


def test_the_version_is_that_of_the_manifest(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """A run records the version that ``--version`` prints."""
    (tmp_path / "agents.csv").write_text("Login,Email\nanna,anna@example.com\n")
    run = sync(tmp_path, "check", "agents.csv", "--json")
    assert sync(tmp_path, "--version").stdout == f"contactpro-sync {run.folder.manifest['version']}\n"
