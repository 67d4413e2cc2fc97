"""Number of users of the last complete reading through RCI, to compare the next one with."""

from pathlib import Path

import pyarrow as pa

from pipeline.state import database, records

NAME = "users_read"


def last(path: Path) -> int | None:
    """Return the number of users; None if there was no reading.

    Raises:
        StateProblem: the state cannot be believed.
    """
    found = records.frame(path, NAME)
    return None if found is None else int(found["users"][0].as_py())


def frames(number: int | None) -> dict[str, pa.Table]:
    """Return what ``RunCommit.frames`` keeps; nothing if there was no reading."""
    return {} if number is None else {NAME: pa.table({"users": pa.array([number], pa.int64())})}


def keep(path: Path, number: int) -> None:
    """Keep the number of users of a reading outside a run.

    Raises:
        StateProblem: the state cannot be believed.
        OSError: it cannot be written.
    """
    with database.opened(database.created(path)) as opened:
        for name, table in frames(number).items():
            opened.execute("INSERT OR REPLACE INTO frames VALUES (?, ?)", [name, records.packed(table)])
