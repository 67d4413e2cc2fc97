"""The Python API: results as frames, errors as one exception, and silence."""

from pathlib import Path

import contactpro_sync
import pandas as pd
import pytest
from contactpro_sync import Job, SyncError, check, plan, run
from contactpro_sync.schemas import DIRECTORY, IMPORT_FILE, NEW_USERS, ROSTER

from tests.job_texts import job_text

LIST = "Login,Email,Team\nanna,Anna@example.com,Billing\nbo,bo @example.com,Billing\n,,\n"


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Return a list with one good row, one wrong one and a blank one."""
    path = tmp_path / "agents.csv"
    path.write_text(LIST)
    return Job(path, tenant="Acme", region="eu", runs=tmp_path / "runs")


def test_a_check_returns_people_and_issues(job: Job, capfd: pytest.CaptureFixture[str]) -> None:
    """Rows have the numbers of the file, and nothing is printed."""
    result = check(job)
    assert (result.outcome, result.exit_code) == ("rejected", 3)
    assert result.people[["row", "status", "login", "subject"]].to_numpy().tolist() == [
        [2, "accepted", "anna", "Anna@example.com"],
        [3, "rejected", "bo", "bo @example.com"],
        [4, "dropped", "", ""],
    ]
    issues = result.issues[result.issues["severity"] == "error"]
    assert issues[["row", "column", "code", "value"]].to_numpy().tolist() == [
        [3, "Email", "EMAIL-SPACE", "bo @example.com"]
    ]
    assert result.files == ()
    assert capfd.readouterr() == ("", "")


def test_the_frames_have_one_type_a_column_whether_or_not_there_are_rows(job: Job, tmp_path: Path) -> None:
    """Row numbers are Int64, everything else is text; a run without a list has the same columns."""
    (tmp_path / "empty.csv").write_text("Login,Email\n")
    full, empty = check(job), check(Job(tmp_path / "empty.csv", tenant="Acme", region="eu", runs=tmp_path / "runs"))
    assert (empty.outcome, len(empty.people)) == ("source", 0)
    for one, other in ((full.people, empty.people), (full.issues, empty.issues), (full.changes, empty.changes)):
        assert one.dtypes.to_dict() == other.dtypes.to_dict()
        assert {str(kind) for kind in one.dtypes.drop("row", errors="ignore")} == {"str"}
    assert str(full.people["row"].dtype) == str(full.issues["row"].dtype) == "Int64"


def test_a_run_writes_the_files_that_the_command_writes(job: Job) -> None:
    """The import file is there; a second plan of the same list has the same changes, because a list keeps no state."""
    result = run(job)
    (path,) = result.files
    assert path.read_bytes().decode("utf-8-sig").splitlines()[1:] == [
        "anna\t\tAnna@example.com\tcc-acme.auth.eu-central-1.amazoncognito.com"
    ]
    assert result.counts["create"] == 1
    pd.testing.assert_frame_equal(plan(job).changes, result.changes)


def test_a_job_file_keeps_its_state(tmp_path: Path) -> None:
    """What a run delivered is unchanged in the next plan."""
    (tmp_path / "agents.csv").write_text(LIST)
    (tmp_path / "nightly.toml").write_text(job_text())
    job = Job(tmp_path / "nightly.toml", runs=tmp_path / "runs")
    assert run(job).changes["kind"].tolist() == ["create"]
    assert (plan(job).changes["kind"].tolist(), plan(job).counts["unchanged"]) == ([], 1)


def test_the_progress_is_called_with_what_was_read(job: Job) -> None:
    """A file has no progress of its own; the callback may be left out or given."""
    assert check(job, progress=lambda *_: None).exit_code == 3


@pytest.mark.parametrize(
    ("changes", "exit_code", "message", "advice"),
    [
        ({"source": "none.csv"}, 5, "none.csv: there is no such file.", "Check the path and run again."),
        ({"region": "atlantis"}, 2, 'There is no region "atlantis".', "Use one of the names in the message."),
        ({"on_reject": "perhaps"}, 2, "--on-reject", "Correct the option and run again."),
    ],
)
def test_a_job_that_cannot_begin_raises(
    job: Job, changes: dict[str, str], exit_code: int, message: str, advice: str
) -> None:
    """The error has the exit code and the next step of the command."""
    with pytest.raises(SyncError) as error:
        check(Job(**{"source": job.source, "tenant": "Acme", "region": "eu", "runs": job.runs} | changes))
    assert (error.value.exit_code, error.value.advice) == (exit_code, advice)
    assert message in str(error.value)


def test_a_stop_raises_only_if_asked(job: Job, tmp_path: Path) -> None:
    """Rejected rows do not stop a run, unless they are not allowed; an empty list is one."""
    check(job).raise_for_outcome()
    with pytest.raises(SyncError) as rejected:
        check(job).raise_for_outcome(allow_rejected=False)
    assert rejected.value.exit_code == 3
    (tmp_path / "empty.csv").write_text("Login,Email\n")
    with pytest.raises(SyncError) as empty:
        check(Job(tmp_path / "empty.csv", runs=tmp_path / "runs")).raise_for_outcome()
    assert empty.value.exit_code == 5


def test_the_schemas_are_public() -> None:
    """Each is a pandera schema under its own name."""
    assert (ROSTER.name, DIRECTORY.name, IMPORT_FILE.name) == ("roster", "directory", "import file")
    assert set(NEW_USERS.columns) - set(ROSTER.columns) == {"group", "template"}
    assert {"email", "login", "external_id"} <= set(ROSTER.columns)


def test_the_version_is_that_of_the_distribution() -> None:
    """``__version__`` reads the installed metadata."""
    assert contactpro_sync.__version__ == "0.1.0"
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = contactpro_sync.nothing
