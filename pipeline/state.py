"""The job's memory, ``<runs>/<job>/state.db``: what it must still know when it runs again.

SQLite, because a token and the people it belongs to must be kept together or not at all. A state that cannot be read is
refused and never taken for a first run (facts: reliability, T10): forgetting is how everybody becomes new.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import pyarrow as pa

from connectors.base import Memory
from pipeline import files
from pipeline.errors import StateProblem

APPLICATION = 0x43505359
"""Written into the head of the file, so that no other program's database is taken for ours."""

VERSION = 1

SCHEMA = """
CREATE TABLE directory_memory (
    part TEXT PRIMARY KEY,      -- roster | directory
    scope TEXT NOT NULL,
    token TEXT NOT NULL,
    readings INTEGER NOT NULL,
    frame BLOB NOT NULL         -- Arrow IPC stream, zstd
);
"""


def recall(path: Path, part: str) -> Memory | None:
    """Give what a source wanted to be given at its next reading; None where nothing was kept.

    Raises:
        StateProblem: the state is damaged, is no state, or comes from a newer version.
    """
    if not path.exists():
        return None
    with _opened(path) as state:
        row = state.execute("SELECT token, frame, scope, readings FROM directory_memory WHERE part = ?", [part])
        found = row.fetchone()
    return None if found is None else Memory(found[0], pa.ipc.open_stream(found[1]).read_all(), found[2], found[3])


def remember(path: Path, memories: Mapping[str, Memory]) -> None:
    """Keep what sources want to be given next time, all of it or nothing; made where there is no state yet.

    Raises:
        StateProblem: the state is damaged, is no state, or comes from a newer version.
        OSError: it cannot be written.
    """
    if not path.exists():
        _create(path)
    with _opened(path) as state, state:
        for part, memory in memories.items():
            kept = (part, memory.scope, memory.token, memory.readings, _packed(memory.frame))
            state.execute("INSERT OR REPLACE INTO directory_memory VALUES (?, ?, ?, ?, ?)", kept)


def _create(path: Path) -> None:
    """Make an empty state whole before it gets its name: half a state would be refused for ever."""
    with files.becoming(path) as unnamed, closing(sqlite3.connect(unnamed)) as state:
        state.executescript(f"PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; {SCHEMA}")


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(path)) as state:
            _refuse_strangers(path, state)
            yield state
    except sqlite3.DatabaseError as error:
        raise StateProblem(
            f"{path}: the job's state cannot be read or written ({error}). Nothing was changed in it.",
            advice="Restore it from a backup. Deleting it makes the next run a first run: everybody is new then.",
        ) from None


def _refuse_strangers(path: Path, state: sqlite3.Connection) -> None:
    application = state.execute("PRAGMA application_id").fetchone()[0]
    version = state.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION:
        raise sqlite3.DatabaseError("it is empty, or another program's database")
    if version > VERSION:
        raise StateProblem(
            f"{path}: the job's state was written by a newer version (state {version}, this one knows {VERSION}).",
            advice="Run the job with that newer version.",
        )
    if (verdict := state.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
        raise sqlite3.DatabaseError(f"it is damaged: {verdict}")


def _packed(frame: pa.Table) -> pa.Buffer:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, frame.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(frame)
    return sink.getvalue()
