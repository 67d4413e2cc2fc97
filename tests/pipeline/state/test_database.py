"""The job's state: returned as it was kept, and refused when it is not what was kept (T10)."""

import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from connectors.base import DeltaState
from pipeline.model.errors import StateProblem, UsageProblem, exit_of
from pipeline.state import approvals, database, records
from pipeline.state.records import RosterSize, RunCommit, RunRecord

FRAME = pa.table({"id": ["1", "2"], "mail": ["Zoë@example.com", ""]})
KEPT = DeltaState("https://graph.example.com/delta?token=x", FRAME, "scope", 3)


def entry(run: str) -> RunRecord:
    """Build the record of a good run."""
    shape = RosterSize(2, {"example.com": 2}, {"Berlin": 2})
    return RunRecord(run, "2026-01-31T07:30:00+00:00", "run", "ok", 0, "anna", "seal", {"create": 2}, shape)


def remember(path: Path, **delta_states: DeltaState) -> None:
    """Conclude a run that keeps delta states."""
    number = len(records.history(path)) if path.exists() and path.stat().st_size else 0
    records.conclude(path, RunCommit(entry(f"run-{number}"), delta_states=delta_states))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Build a state that remembers one directory."""
    remember(tmp_path / "state.db", directory=KEPT)
    return tmp_path / "state.db"


def test_no_state_is_no_memory(tmp_path: Path) -> None:
    """Before the first run there is nothing, and asking makes nothing."""
    assert records.recall(tmp_path / "state.db", "roster") is None
    assert list(tmp_path.iterdir()) == []


def test_what_was_kept_comes_back(path: Path) -> None:
    """Token, scope, count and every cell come back; the other part has nothing."""
    assert records.recall(path, "directory") == KEPT
    assert records.recall(path, "roster") is None


def test_the_last_memory_counts(path: Path) -> None:
    """Keeping again replaces what was kept, and leaves the other part alone."""
    remember(path, roster=KEPT)
    remember(path, directory=DeltaState("next", FRAME.slice(1), "scope", 0))
    assert records.recall(path, "directory") == DeltaState("next", FRAME.slice(1), "scope", 0)
    assert records.recall(path, "roster") == KEPT


def test_the_state_is_private(path: Path) -> None:
    """No one else may read it, and nothing else is left beside it."""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["state.db"]


def newer(path: Path) -> None:
    """Build it a state of a version to come."""
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA user_version = 99")
    base.close()


def foreign(path: Path) -> None:
    """Put another program's database there."""
    path.unlink()
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE t (a)")
    base.close()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda path: path.write_bytes(b""), "it is empty, or another program's database"),
        (lambda path: path.write_bytes(path.read_bytes()[:5000]), "cannot be read"),
        (lambda path: path.write_bytes(b"rubbish" * 1000), "cannot be read"),
        (lambda path: path.write_bytes(path.read_bytes()[:4096] + b"\xff" * 4096), "cannot be read"),
        (newer, "newer version (state 99"),
        (foreign, "another program's database"),
    ],
    ids=["empty", "truncated", "rubbish", "damaged page", "newer", "foreign"],
)
def test_a_state_that_cannot_be_believed_is_refused(path: Path, harm: Callable[[Path], object], said: str) -> None:
    """It is never taken for a first run, neither to read nor to write, and is left as it is."""
    harm(path)
    before = path.read_bytes()
    with pytest.raises(StateProblem) as read:
        records.recall(path, "directory")
    with pytest.raises(StateProblem):
        records.conclude(path, RunCommit(entry("new"), delta_states={"directory": KEPT}))
    assert said in str(read.value)
    assert read.value.advice
    assert exit_of(read.value).code == 8
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("harm", "asked"),
    [
        ("UPDATE directory_memory SET frame = x'00112233'", lambda path: records.recall(path, "directory")),
        ("UPDATE directory_memory SET frame = 'text'", lambda path: records.recall(path, "directory")),
        ("UPDATE runs SET counts = '{'", records.last_good),
        ("UPDATE runs SET shape = '[]'", records.history),
        ("UPDATE runs SET exit_code = 'x'", records.history),
        ("DROP TABLE runs", records.history),
        ("DROP TABLE frames", records.delivered),
    ],
)
def test_what_stands_in_whole_pages_is_not_believed_either(
    harm: str, asked: Callable[[Path], object], path: Path
) -> None:
    """A broken table, broken numbers, a missing table: refused with 8, and never a traceback."""
    with sqlite3.connect(path) as base:
        base.execute(harm)
    base.close()
    with pytest.raises(StateProblem, match="cannot be read") as refused:
        asked(path)
    runs = path.parent.parent
    assert refused.value.advice == f"Restore it from a backup: contactpro-sync state restore JOB COPY --runs {runs}."


def test_all_or_nothing(path: Path) -> None:
    """If one part cannot be kept, none is."""
    with pytest.raises(StateProblem):
        remember(path, directory=DeltaState("lost", FRAME, "scope", 1), roster=DeltaState(None, FRAME, "s", 1))
    assert records.recall(path, "directory") == KEPT
    assert len(records.history(path)) == 1


def test_runs_are_listed(path: Path) -> None:
    """The newest run comes first, with all that was known of it; the last good one is the one that wrote."""
    refused = RunRecord("late", "2026-02-01T07:30:00+00:00", "run", "guarded", 4, "anna", "other", {"create": 9})
    records.conclude(path, RunCommit(refused))
    assert records.history(path) == [refused, entry("run-0")]
    assert records.last_good(path) == entry("run-0")


def test_an_approval_is_used_once(path: Path) -> None:
    """A seal that was approved is approved until a run has used it."""
    assert not approvals.is_approved(path, "abc")
    approvals.approve(path, "abc", "run-0", "anna", "2026-02-01T08:00:00+00:00")
    assert approvals.is_approved(path, "abc")
    records.conclude(path, RunCommit(entry("run-1"), approval="abc"))
    assert not approvals.is_approved(path, "abc")


def test_an_approval_lapses_when_another_plan_is_carried_out(path: Path) -> None:
    """It was given for what was then; a run that was stopped changes nothing of it."""
    approvals.approve(path, "abc", "run-0", "anna", "2026-02-01T08:00:00+00:00")
    records.conclude(path, RunCommit(entry("run-1")))
    assert approvals.is_approved(path, "abc")
    records.conclude(path, RunCommit(entry("run-2"), approval="def"))
    assert not approvals.is_approved(path, "abc")
    approvals.approve(path, "abc", "run-0", "anna", "2026-02-02T08:00:00+00:00")
    assert approvals.is_approved(path, "abc")


def test_what_was_handed_over_comes_back(path: Path) -> None:
    """The table of all certificates comes back cell for cell; before the first run it has columns and no rows."""
    assert records.delivered(path).num_rows == 0
    names = records.delivered(path).column_names
    handed = pa.table({name: pa.array([f"{name} Zoë"]) for name in names})
    records.conclude(path, RunCommit(entry("run-1"), delivered=handed))
    assert records.delivered(path) == handed


def test_a_backup_can_be_restored(path: Path, tmp_path: Path) -> None:
    """A backup is private and complete; restoring it brings back what was known then."""
    database.back_up(path, tmp_path / "copy.db")
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    remember(path, directory=DeltaState("next", FRAME, "scope", 0))
    database.restore(tmp_path / "copy.db", path)
    assert records.recall(path, "directory") == KEPT
    assert len(records.history(path)) == 1


def test_a_backup_never_overwrites(path: Path) -> None:
    """A file that is there already is not replaced by a backup."""
    with pytest.raises(UsageProblem, match="is there already"):
        database.back_up(path, path)


def test_a_backup_wants_a_folder(path: Path) -> None:
    """A folder that is not there is named, and not made."""
    with pytest.raises(UsageProblem, match="There is no folder"):
        database.back_up(path, path.parent / "away" / "copy.db")
    assert not (path.parent / "away").exists()


def test_a_damaged_backup_is_not_restored(path: Path, tmp_path: Path) -> None:
    """The state stays as it is if the copy is not valid."""
    (tmp_path / "copy.db").write_bytes(b"rubbish" * 1000)
    with pytest.raises(StateProblem):
        database.restore(tmp_path / "copy.db", path)
    assert records.recall(path, "directory") == KEPT


def test_an_older_state_is_carried_on(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A state of this version opened by the next one gets what is new, once, and loses nothing."""
    monkeypatch.setattr(database, "SCHEMAS", (*database.SCHEMAS, "CREATE TABLE news (a);"))
    with database.opened(path) as opened:
        opened.execute("INSERT INTO news VALUES (1)")
    assert records.recall(path, "directory") == KEPT
    with database.opened(path) as opened:
        assert opened.execute("SELECT a FROM news").fetchall() == [(1,)]
