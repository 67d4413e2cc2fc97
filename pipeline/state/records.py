"""Queries on the state database of a job: delivered certificates, run history, approvals.

Every function takes the path of the state. Reading without a state finds nothing and makes nothing; all of
them raise ``StateProblem`` if the state cannot be believed.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pyarrow as pa

from connectors.base import DeltaState
from pipeline.model.exit_codes import EXIT_CODES
from pipeline.model.fields import CERTIFICATE, SINCE
from pipeline.model.identity import no_extensions
from pipeline.state import database

DELIVERED, EXTENSIONS, LEFT_BEHIND = "handed_over", "extensions", "left_behind"

GOOD = (
    "exit_code IN (0, 3) AND command IN ('run', 'emit') AND shape IS NOT NULL"
    " AND json_extract(counts, '$.forgotten') IS NULL"
)


class RosterSize(msgspec.Struct, frozen=True):
    """How large a roster was: its people, and how many of them of each email domain and site."""

    people: int
    domains: dict[str, int]
    sites: dict[str, int]


NO_SIZE = RosterSize(0, {}, {})


class RunRecord(msgspec.Struct, frozen=True):
    """One run, as ``history`` lists it; ``shape`` is None if nothing was compared, as with a list alone."""

    run: str
    started: str
    command: str
    outcome: str
    exit_code: int
    who: str
    seal: str | None
    counts: dict[str, int]
    shape: RosterSize | None = None

    @property
    def delivered(self) -> bool:
        """Return True if the run passed its guards, and import files may have been written."""
        ended = EXIT_CODES.get(self.exit_code)
        return self.command in {"run", "emit"} and ended is not None and ended.delivered


class RunCommit(msgspec.Struct, frozen=True):
    """What a run leaves in the state once its output is in place; kept completely or not at all.

    ``delivered`` is everything that Contact Pro has now (``fields.CERTIFICATE`` and ``SINCE``), ``extensions`` every
    number ever given (``fields.EXTENSION_COLUMNS``), ``left_behind`` what stays there although it is no longer wanted
    (``verified.left_behind``); None if the state has that already, or if nothing was delivered. ``frames`` are tables
    of other modules, by name. ``approval`` is the seal of a plan that was carried out: an approval of it is used up,
    and one of another plan, which was made for what was before, lapses.
    """

    entry: RunRecord
    delivered: pa.Table | None = None
    extensions: pa.Table | None = None
    left_behind: pa.Table | None = None
    delta_states: Mapping[str, DeltaState] = msgspec.field(default_factory=dict)
    approval: str | None = None
    frames: Mapping[str, pa.Table] = msgspec.field(default_factory=dict)


def delivered(path: Path) -> pa.Table:
    """Return what was delivered so far: ``fields.CERTIFICATE`` and ``SINCE``, ``string`` without nulls."""
    found = standing(path)
    return nothing() if found is None else found


def standing(path: Path) -> pa.Table | None:
    """Return what ``delivered`` does; None if the job keeps none, because it compares with nothing."""
    return frame(path, DELIVERED)


def extensions(path: Path) -> pa.Table:
    """Return every extension number that was ever given, and to whom: ``fields.EXTENSION_COLUMNS``."""
    found = frame(path, EXTENSIONS)
    return no_extensions() if found is None else found


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a state, and refuse it also if its pages are intact and their content is not."""
    try:
        with database.opened(path) as opened:
            yield opened
    except (pa.ArrowException, msgspec.MsgspecError, OSError) as error:
        raise database.unbelievable(path, error) from None


def frame(path: Path, name: str) -> pa.Table | None:
    """Return one of the tables that are kept complete; None if it was never kept."""
    if not path.exists():
        return None
    with _reading(path) as opened:
        row = opened.execute("SELECT frame FROM frames WHERE name = ?", [name]).fetchone()
        return None if row is None else _unpacked(row[0])


def nothing() -> pa.Table:
    """Return what was delivered before the first run: the columns, and no rows."""
    return pa.table({name: pa.array([], pa.string()) for name in (*CERTIFICATE, SINCE)})


def recall(path: Path, part: str) -> DeltaState | None:
    """Return what a source wanted to be given at its next reading; None if nothing was kept."""
    if not path.exists():
        return None
    with _reading(path) as opened:
        row = opened.execute(
            "SELECT token, frame, scope, readings FROM directory_memory WHERE part = ?", [part]
        ).fetchone()
        return None if row is None else DeltaState(row[0], _unpacked(row[1]), row[2], row[3])


def last_good(path: Path) -> RunRecord | None:
    """Find the last run of the job that wrote what it wanted to write."""
    if not path.exists():
        return None
    with _reading(path) as opened:
        row = opened.execute(f"SELECT * FROM runs WHERE {GOOD} ORDER BY rowid DESC LIMIT 1").fetchone()  # noqa: S608 - a constant
        return None if row is None else _entry(row)


def history(path: Path) -> list[RunRecord]:
    """Return every run, the newest first."""
    if not path.exists():
        return []
    with _reading(path) as opened:
        return [_entry(row) for row in opened.execute("SELECT * FROM runs ORDER BY rowid DESC")]


def run(path: Path, name: str) -> RunRecord | None:
    """Return the record of one run; None if the state does not know it."""
    if not path.exists():
        return None
    with _reading(path) as opened:
        row = opened.execute("SELECT * FROM runs WHERE run = ?", [name]).fetchone()
        return None if row is None else _entry(row)


def packed_tables(done: RunCommit) -> dict[str, pa.Buffer]:
    """Return the tables that a run leaves behind, as the state keeps them: it takes a while, and needs no state."""
    tables = {DELIVERED: done.delivered, EXTENSIONS: done.extensions, LEFT_BEHIND: done.left_behind, **done.frames}
    return {name: packed(table) for name, table in tables.items() if table is not None}


def conclude(path: Path, done: RunCommit, tables: Mapping[str, pa.Buffer] | None = None) -> None:
    """Keep what a run leaves behind; ``tables`` are its tables if they are packed already.

    Raises:
        OSError: there is no state yet and none can be made.
    """
    entry = done.entry
    tables = packed_tables(done) if tables is None else tables
    with database.opened(database.created(path)) as opened:
        opened.execute(
            "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *(entry.run, entry.started, entry.command, entry.outcome, entry.exit_code, entry.who, entry.seal),
                msgspec.json.encode(entry.counts).decode(),
                None if entry.shape is None else msgspec.json.encode(entry.shape).decode(),
            ],
        )
        for name, table in tables.items():
            opened.execute("INSERT OR REPLACE INTO frames VALUES (?, ?)", [name, table])
        for part, state in done.delta_states.items():
            kept = (part, state.scope, state.token, state.readings, packed(state.frame))
            opened.execute("INSERT OR REPLACE INTO directory_memory VALUES (?, ?, ?, ?, ?)", kept)
        if done.approval is not None:
            used = "UPDATE approvals SET used_by = iif(seal = ?, ?, 'lapsed at ' || ?) WHERE used_by IS NULL"
            opened.execute(used, [done.approval, entry.run, entry.run])


def forget(path: Path, name: str, tables: Mapping[str, pa.Table]) -> None:
    """Keep these tables, and record that a run was taken back: it is not the last good one any more."""
    with database.opened(path) as opened:
        for table, rows in tables.items():
            opened.execute("INSERT OR REPLACE INTO frames VALUES (?, ?)", [table, packed(rows)])
        opened.execute("UPDATE runs SET counts = json_set(counts, '$.forgotten', 1) WHERE run = ?", [name])


def owner(path: Path) -> str | None:
    """Return the place of the job file that owns this state (``owner.place_of``); None if none does yet."""
    if not path.exists():
        return None
    with database.opened(path) as opened:
        row = opened.execute("SELECT job FROM owner").fetchone()
    return None if row is None else str(row[0])


def own(path: Path, job: str) -> None:
    """Build the state that of a job file (``owner.place_of``); there may be no state yet.

    Raises:
        OSError: there is none and none can be made.
    """
    with database.opened(database.created(path)) as opened:
        opened.execute("INSERT OR REPLACE INTO owner VALUES (1, ?)", [job])


def _entry(row: tuple[object, ...]) -> RunRecord:
    *plain, counts, shape = row
    known = dict(zip(RunRecord.__struct_fields__, plain, strict=False))
    known["counts"] = msgspec.json.decode(str(counts), type=dict[str, int])
    known["shape"] = None if shape is None else msgspec.json.decode(str(shape), type=RosterSize)
    return msgspec.convert(known, RunRecord)


def packed(frame: pa.Table) -> pa.Buffer:
    """Return a table as the state keeps it: an Arrow IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, frame.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(frame)
    return sink.getvalue()


def _unpacked(frame: bytes) -> pa.Table:
    return pa.ipc.open_stream(frame).read_all()
