"""State of certificates in Contact Pro: results of verifications, and certificates left behind.

A certificate is left behind if it stays in Contact Pro although the job does not want it there any more: that of a
person who is gone from the roster and kept, or the old one of a person who got another. It is remembered until a
verification shows that it is gone, because its Subject must not be given to another person before (design rule 11).
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import distinct_rows
from pipeline.model import identity
from pipeline.model.fields import CERTIFICATE, SINCE
from pipeline.state import database, records

VERIFIED = "verified"
GONE, STALE = "gone", "stale"
WHY = "why"


def verified(path: Path) -> pa.Table:
    """Return what was found last of each person: ``CERTIFICATE`` and ``verdict``, ``run``, ``when`` (``string``)."""
    found = records.frame(path, VERIFIED)
    return _no_texts((*CERTIFICATE, "verdict", "run", "when")) if found is None else found


def left_behind(path: Path) -> pa.Table:
    """Return the certificates that were left behind: ``CERTIFICATE`` and ``WHY`` (``GONE`` or ``STALE``)."""
    found = records.frame(path, records.LEFT_BEHIND)
    return _no_texts((*CERTIFICATE, WHY)) if found is None else found


def knows_left_behind(path: Path) -> bool:
    """Return True if the state records what was left behind: one of an older version does not."""
    return records.frame(path, records.LEFT_BEHIND) is not None


def left(*, gone: pa.Table, stale: pa.Table) -> pa.Table:
    """Build the table of what was left behind, each certificate once."""
    parts = [
        part.select(CERTIFICATE).append_column(WHY, pa.array([why] * part.num_rows, pa.string()))
        for why, part in ((GONE, gone), (STALE, stale))
    ]
    return distinct_rows(pa.concat_tables(parts))


def unverified(path: Path, standing: pa.Table | None = None) -> pa.Table:
    """Return the certificates of listed people that no verification has looked for; ``SINCE`` names the run.

    ``standing`` is what was delivered (``records.standing``), if it was read already.
    """
    standing = records.standing(path) if standing is None else standing
    if standing is None or not standing.num_rows:
        return records.nothing()
    by_a_run = pc.not_equal(standing[SINCE], "")
    delivered = standing if pc.all(by_a_run).as_py() else standing.filter(by_a_run)
    left = left_behind(path)
    for known in (verified(path), left.filter(pc.equal(left[WHY], GONE))):
        if known.num_rows:
            delivered = delivered.filter(pc.invert(identity.with_certificate_of(delivered, known)))
    return delivered


def keep(path: Path, found: pa.Table, removed: pa.Table) -> None:
    """Keep what a verification found; of other people what was found before stays.

    ``found`` is as ``verified``. ``removed`` are certificates that were left behind and are gone from Contact Pro: they
    are forgotten, also as the last certificate of a person who is gone.

    Raises:
        StateProblem: there is no state, or it cannot be believed.
    """
    before, standing, left = verified(path), records.standing(path), left_behind(path)
    kept = before.filter(pc.invert(identity.among(before, found)))
    frames = {VERIFIED: pa.concat_tables([kept, found.select(kept.column_names)])}
    if removed.num_rows:
        frames[records.LEFT_BEHIND] = left.filter(pc.invert(identity.with_certificate_of(left, removed)))
        gone = removed.filter(pc.equal(removed[WHY], GONE))
        if standing is not None:
            frames[records.DELIVERED] = standing.filter(pc.invert(identity.with_certificate_of(standing, gone)))
    landed = pc.value_counts(found.filter(pc.equal(found["verdict"], "landed"))["run"].combine_chunks())
    counted = dict(zip(landed.field("values").to_pylist(), landed.field("counts").to_pylist(), strict=True))
    compared = dict.fromkeys(pc.unique(found["run"]).to_pylist(), 0) | counted
    with database.opened(path) as opened:
        for name, frame in frames.items():
            opened.execute("INSERT OR REPLACE INTO frames VALUES (?, ?)", [name, records.packed(frame)])
        for run, number in compared.items():
            opened.execute("UPDATE runs SET counts = json_set(counts, '$.verified', ?) WHERE run = ?", [number, run])


def keep_read_back(path: Path, found: pa.Table, lost: pa.Table) -> None:
    """Keep certificates that were read back in place of what those people had, and drop those that were not there.

    Both have ``CERTIFICATE`` and ``SINCE``.
    """
    before = records.delivered(path)
    kept = before.filter(pc.invert(identity.among(before, found)))
    kept = kept.filter(pc.invert(identity.with_certificate_of(kept, lost)))
    columns = [*CERTIFICATE, SINCE]
    with database.opened(database.created(path)) as opened:
        both = pa.concat_tables([kept.select(columns), found.select(columns)])
        opened.execute("INSERT OR REPLACE INTO frames VALUES (?, ?)", [records.DELIVERED, records.packed(both)])


def _no_texts(names: tuple[str, ...]) -> pa.Table:
    return pa.table({name: pa.array([], pa.string()) for name in names})
