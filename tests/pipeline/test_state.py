"""The job's memory: given back as it was kept, and refused when it is not what was kept (T10)."""

import sqlite3
import stat
from pathlib import Path

import pyarrow as pa
import pytest

from connectors.base import Memory
from pipeline import state
from pipeline.errors import StateProblem, exit_of

FRAME = pa.table({"id": ["1", "2"], "mail": ["Zoë@example.com", ""]})
KEPT = Memory("https://graph.example.com/delta?token=x", FRAME, "scope", 3)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Make a state that remembers one directory."""
    state.remember(tmp_path / "state.db", {"directory": KEPT})
    return tmp_path / "state.db"


def test_no_state_is_no_memory(tmp_path: Path) -> None:
    """Before the first run there is nothing, and asking makes nothing."""
    assert state.recall(tmp_path / "state.db", "roster") is None
    assert list(tmp_path.iterdir()) == []


def test_what_was_kept_comes_back(path: Path) -> None:
    """Token, scope, count and every cell come back; the other part has nothing."""
    assert state.recall(path, "directory") == KEPT
    assert state.recall(path, "roster") is None


def test_the_last_memory_counts(path: Path) -> None:
    """Keeping again replaces what was kept, and leaves the other part alone."""
    state.remember(path, {"roster": KEPT})
    state.remember(path, {"directory": Memory("next", FRAME.slice(1), "scope", 0)})
    assert state.recall(path, "directory") == Memory("next", FRAME.slice(1), "scope", 0)
    assert state.recall(path, "roster") == KEPT


def test_the_state_is_private(path: Path) -> None:
    """Nobody else may read it, and nothing else is left beside it."""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["state.db"]


def newer(path: Path) -> None:
    """Make it a state of a version to come."""
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
def test_a_state_that_cannot_be_believed_is_refused(path: Path, harm: object, said: str) -> None:
    """It is never taken for a first run, neither to read nor to write, and is left as it is."""
    harm(path)  # type: ignore[operator]
    before = path.read_bytes()
    with pytest.raises(StateProblem) as read:
        state.recall(path, "directory")
    with pytest.raises(StateProblem):
        state.remember(path, {"directory": KEPT})
    assert said in str(read.value)
    assert read.value.advice
    assert exit_of(read.value).code == 8
    assert path.read_bytes() == before


def test_all_or_nothing(path: Path) -> None:
    """Where one part cannot be kept, none is."""
    with pytest.raises(StateProblem):
        state.remember(path, {"directory": Memory("lost", FRAME, "scope", 1), "roster": Memory(None, FRAME, "s", 1)})  # type: ignore[arg-type]
    assert state.recall(path, "directory") == KEPT
