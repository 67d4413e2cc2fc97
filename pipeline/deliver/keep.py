"""Keep in the state what was read back: only that counts as delivered in a job with ``[deliver]``."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.deliver.tasks import Pair, Task
from pipeline.kernels.columns import distinct_rows
from pipeline.model import identity
from pipeline.model.fields import CERTIFICATE, SINCE
from pipeline.plan.saved import SavedRun
from pipeline.state import database, files, records, run_folders, verified
from pipeline.state.rci.delivery_log import Line


def keep(run: SavedRun, landed: list[tuple[Task, Line]], removed: list[Task], *, undone: bool, deletes: bool) -> None:
    """Keep the certificates of people who were read back, and remove those that were deleted.

    ``deletes`` is True if replaced certificates were removed; those of a line with another status stay left behind.

    Raises:
        StateProblem: the state cannot be believed.
        OSError: the state or the pointer cannot be written.
    """
    wanted = _certificates((task, task.wanted) for task, _ in landed if task.wanted is not None)
    replaced = _certificates(
        (task, pair) for task in (*(task for task, _ in landed), *removed) for pair in task.replaced
    )
    stale = _certificates(
        (task, pair) for task, line in landed if not deletes or not line.is_done for pair in task.replaced
    )
    standing = records.delivered(run.state)
    kept = standing.filter(pc.invert(identity.with_certificate_of(standing, replaced)))
    kept = kept.filter(pc.invert(identity.among(kept, wanted)))
    since = pa.array(["" if undone else run.folder.name] * wanted.num_rows, pa.string())
    delivered = pa.concat_tables([kept.select([*CERTIFICATE, SINCE]), wanted.append_column(SINCE, since)])
    left = verified.left_behind(run.state)
    left = left.filter(pc.invert(identity.with_certificate_of(left, replaced)))
    left = left.filter(pc.invert(identity.with_certificate_of(left, wanted)))
    gone = _texts(run.plan.gone)
    gone = gone.filter(pc.invert(identity.with_certificate_of(gone, replaced)))
    behind = distinct_rows(pa.concat_tables([left, verified.left(gone=gone, stale=stale)]))
    with database.opened(database.created(run.state)) as opened:
        for name, frame in {records.DELIVERED: delivered, records.LEFT_BEHIND: behind}.items():
            opened.execute("INSERT OR REPLACE INTO frames VALUES (?, ?)", [name, records.packed(frame)])
    if wanted.num_rows and not undone:
        _verified(run, wanted)
        files.write(run.folder.parent / run_folders.LATEST_DELIVERED, [f"{run.folder.name}\n".encode()])


def _verified(run: SavedRun, wanted: pa.Table) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    columns = {"verdict": "landed", "run": run.folder.name, "when": now}
    found = wanted
    for name, text in columns.items():
        found = found.append_column(name, pa.array([text] * wanted.num_rows, pa.string()))
    verified.keep(run.state, found, verified.left_behind(run.state).slice(0, 0))


def _certificates(rows: Iterable[tuple[Task, Pair]]) -> pa.Table:
    return _texts(
        {
            "tenant": task.tenant,
            "external_id": task.external_id,
            "login": task.login,
            "subject": pair[0],
            "issuer": pair[1],
        }
        for task, pair in rows
    )


def _texts(rows: Iterable[dict[str, str]]) -> pa.Table:
    listed = list(rows)
    return pa.table({name: pa.array([row[name] for row in listed], pa.string()) for name in CERTIFICATE})
