"""The account of a process, also if the system knows no name for its number."""

import getpass

import pytest

from pipeline.config import operator
from pipeline.schedule import from_job
from tests.job_texts import job_text

VARIABLES = ("LOGNAME", "USER", "LNAME", "USERNAME")


@pytest.fixture
def nameless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run as an account that no file of users lists, as a container may."""
    pytest.importorskip("pwd", reason="Windows names every account")
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("os.getuid", lambda: 23456)


def test_the_account_has_its_name() -> None:
    """The account is the one that Python knows."""
    assert operator.account() == operator.who() == getpass.getuser()


@pytest.mark.usefixtures("nameless")
def test_an_account_without_a_name_is_unknown() -> None:
    """It is None for units that would name it, and a word for people."""
    assert operator.account() is None
    assert operator.who() == "unknown"


@pytest.mark.usefixtures("nameless")
def test_files_of_a_scheduler_are_written_without_a_name(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unit of systemd leaves the account to a comment."""
    folder = tmp_path_factory.mktemp("job")
    (folder / "night.toml").write_text(job_text(path="list.csv"))
    monkeypatch.chdir(folder)
    job, runs, program = folder / "night.toml", folder / "runs", folder / "contactpro-sync"
    service = from_job.for_job(job, runs, program, "systemd", "04:15", None)[0]
    assert "\n# User=contactpro\n" in service.text
