"""The job's state, ``<runs>/<job>/state.db``: opened, verified and upgraded; ``records`` has the queries.

SQLite, because a token and the people it belongs to must be kept together or not at all. A state that cannot be
believed is refused and never taken for a first run (facts: reliability, T10): without it all people would be new.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pipeline.model.command_line import command
from pipeline.model.errors import FileProblem, StateProblem, UsageProblem
from pipeline.state import files

APPLICATION = 0x43505359
"""Written into the head of the file, so that no other program's database is taken for ours."""

SCHEMAS = (
    """
    CREATE TABLE frames (               -- whole tables, as Arrow IPC streams
        name TEXT PRIMARY KEY,
        frame BLOB NOT NULL
    );
    CREATE TABLE directory_memory (     -- what a source that tells only its changes wants back
        part TEXT PRIMARY KEY,          -- roster | directory
        scope TEXT NOT NULL,
        token TEXT NOT NULL,
        readings INTEGER NOT NULL,
        frame BLOB NOT NULL
    );
    CREATE TABLE runs (                 -- one row a run; counts and shape are JSON
        run TEXT PRIMARY KEY,
        started TEXT NOT NULL,
        command TEXT NOT NULL,
        outcome TEXT NOT NULL,
        exit_code INTEGER NOT NULL,
        who TEXT NOT NULL,
        seal TEXT,
        counts TEXT NOT NULL,
        shape TEXT
    );
    CREATE TABLE approvals (            -- a plan that a person let through although a guard stopped it
        seal TEXT PRIMARY KEY,
        run TEXT NOT NULL,
        who TEXT NOT NULL,
        approved TEXT NOT NULL,
        used_by TEXT
    );
    """,
    """
    CREATE TABLE owner (                -- the job file whose memory this is, as seen from its folder
        only_one INTEGER PRIMARY KEY CHECK (only_one = 1),
        job TEXT NOT NULL
    );
    """,
)
"""How a state becomes one of the next version, one script a version; a released script is never changed."""

_ADVICE = {
    sqlite3.SQLITE_BUSY: "Another program has it open: wait until that is done, or close it, and run again.",
    sqlite3.SQLITE_FULL: "The disk is full: make room and run again.",
    sqlite3.SQLITE_IOERR: "Make room on the disk, or see what is wrong with it, and run again.",
    sqlite3.SQLITE_READONLY: "Give write access to the file and its folder and run again.",
    sqlite3.SQLITE_CANTOPEN: "Give access to the file and its folder and run again.",
}
"""What to do if the state itself is not damaged."""
_NOT_WRITABLE = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN})


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a state that exists, in one transaction: all that the block writes is kept, or nothing.

    Raises:
        StateProblem: it is missing, damaged, in use, no state, or of a newer version; nothing was changed in it.
    """
    if not path.exists():
        raise StateProblem(f"{path}: there is no state of this job.", advice="Run the job first. Is --runs right?")
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as state:
            _prove(path, state)
            state.execute("BEGIN IMMEDIATE")
            try:
                yield state
            except BaseException:
                state.execute("ROLLBACK")
                raise
            state.execute("COMMIT")
    except (sqlite3.Error, OverflowError) as error:
        raise unbelievable(path, error) from None


def unbelievable(path: Path, error: Exception) -> StateProblem | FileProblem:
    """Build the error for a state that is damaged, or that cannot be written now, which is not damage."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _NOT_WRITABLE:
        return FileProblem(f"{path} cannot be written ({error}). Nothing was changed in it.", advice=_ADVICE[code])
    restore = command("state", "restore", "JOB", "COPY", runs=path.parent.parent)
    return StateProblem(
        f"{path}: the job's state cannot be read or written ({error}). Nothing was changed in it.",
        advice=_ADVICE.get(code) or f"Restore it from a backup: {restore}.",
    )


def created(path: Path) -> Path:
    """Build an empty state if there is none; complete before it gets its name, because half a state is refused forever.

    Raises:
        OSError: the folder is not writable.
    """
    if not path.exists():
        with files.becoming(path) as unnamed, closing(sqlite3.connect(unnamed, isolation_level=None)) as state:
            state.executescript(f"PRAGMA application_id = {APPLICATION}; PRAGMA journal_mode = WAL;")
            _migrate(state, 0)
    return path


def back_up(path: Path, copy: Path) -> None:
    """Copy a verified state, while it may be in use, to a file that does not exist yet.

    Raises:
        StateProblem: it cannot be believed.
        UsageProblem: there is something at ``copy``, or no folder for it.
        OSError: it cannot be written there.
    """
    if copy.exists():
        raise UsageProblem(f"{copy} is there already. Nothing was copied.", advice="Name a file that is not there yet.")
    if not copy.parent.is_dir():
        raise UsageProblem(f"There is no folder {copy.parent}. Nothing was copied.", advice="Make it, or name another.")
    _copy(path, copy)


def restore(copy: Path, path: Path) -> None:
    """Replace the state by a verified copy; the old state and its journal are removed.

    Raises:
        UsageProblem: there is no copy.
        StateProblem: the copy cannot be believed; the state is as it was.
        OSError: it cannot be written.
    """
    if not copy.exists():
        raise UsageProblem(f"There is no copy at {copy}. The state is as it was.", advice="Check the path.")
    _copy(copy, path)
    files.remove(path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm"))


def _copy(path: Path, to: Path) -> None:
    with opened(path):
        pass  # verified, and every page of its journal is in the file
    with (
        files.becoming(to) as unnamed,
        closing(sqlite3.connect(unnamed)) as target,
        closing(sqlite3.connect(path)) as source,
    ):
        source.backup(target)


def _prove(path: Path, state: sqlite3.Connection) -> None:
    application = state.execute("PRAGMA application_id").fetchone()[0]
    version = state.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION or version < 1:
        raise sqlite3.DatabaseError("it is empty, or another program's database")
    if version > len(SCHEMAS):
        raise StateProblem(
            f"{path}: the job's state was written by a newer version (state {version}, this one knows {len(SCHEMAS)}).",
            advice="Run the job with that newer version.",
        )
    if (verdict := state.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
        raise sqlite3.DatabaseError(f"it is damaged: {verdict}")
    _migrate(state, version)


def _migrate(state: sqlite3.Connection, version: int) -> None:
    for number, script in enumerate(SCHEMAS[version:], start=version + 1):
        state.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")
