"""Compare the expected certificates with those of an export, byte for byte."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.diagnostics.verify.expected import Expected
from pipeline.kernels import hashing
from pipeline.kernels.columns import Positions
from pipeline.model import identity
from pipeline.model.fields import CERTIFICATE, NOT_FOUND
from pipeline.plan import baseline, diff
from pipeline.plan.diff import CASE, CREATE, ISSUER, SUBJECT
from pipeline.users_export.live import LiveUsers
from pipeline.users_export.read import Export

LANDED, MISSING, WRONG_CASE, WRONG_ISSUER, STALE = "landed", "missing", "wrong_case", "wrong_issuer", "stale"
STATUSES = (LANDED, MISSING, WRONG_CASE, WRONG_ISSUER)
FOUND = {
    "": LANDED,
    diff.RENAME: LANDED,
    CREATE: MISSING,
    SUBJECT: MISSING,
    CASE: WRONG_CASE,
    ISSUER: WRONG_ISSUER,
}
"""What a difference between the expected certificate and the export means here."""

ENOUGH = 0.8
"""Share of the expected people whom an export must list before an absence in it proves that a certificate is gone."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What an export has of the expected certificates.

    ``statuses`` has one of ``STATUSES`` for each expected row, ``instead`` the certificate that the person has instead
    (``CERTIFICATE``, empty texts for none). ``stale`` are certificates that should not be there any more, ``undeleted``
    those among them that a deletes file named. ``removed`` are certificates that were left behind and are gone by now;
    ``remaining`` counts those of people who left that are still there. ``is_complete`` is False if the export lists too
    few of the expected people to prove an absence.
    """

    statuses: list[str]
    instead: pa.Table
    stale: pa.Table
    undeleted: pa.Table
    removed: pa.Table
    remaining: int
    users: pa.Table
    is_complete: bool
    listed: int

    @property
    def counts(self) -> dict[str, int]:
        """Count as the document does (design §7)."""
        return {name: self.statuses.count(name) for name in STATUSES} | {STALE: self.stale.num_rows}


def compare(expected: Expected, export: Export | LiveUsers) -> Comparison:
    """Find each expected certificate in the export.

    A certificate of another person is missing for the one that it was delivered for (design rule 11).
    """
    known = pa.concat_tables(baseline.since_ever(export.certificates(tenant)) for tenant in expected.tenants)
    users = pa.concat_tables(export.users(tenant) for tenant in expected.tenants)
    rows = expected.rows
    found = diff.difference(rows, rows.slice(0, 0), known, hashing.random_key())
    entry, kinds = _own_entries(rows, known, found)
    stale = np.setdiff1d(found.stale, entry[np.isin(kinds, (CASE, ISSUER))])
    is_user = expected.what == "user"
    undeleted = expected.deleted.filter(
        identity.among(expected.deleted, users) if is_user else identity.with_certificate_of(expected.deleted, known)
    )
    if expected.whole_job:
        beside = expected.left.filter(pc.not_equal(expected.left["why"], "gone"))
        stale = np.union1d(stale, np.flatnonzero(identity.with_certificate_of(known, beside)))
    if not is_user:
        stale = np.union1d(stale, np.flatnonzero(identity.with_certificate_of(known, undeleted)))
    there = identity.with_certificate_of(expected.left, known)
    listed = pc.sum(identity.among(rows, users)).as_py() or 0
    is_complete = users.num_rows > 0 and listed >= ENOUGH * rows.num_rows
    extra = undeleted.select(CERTIFICATE) if is_user else known.slice(0, 0).select(CERTIFICATE)
    return Comparison(
        [FOUND[kind] for kind in kinds.tolist()],
        _instead(known, np.where(np.isin(kinds, ("", diff.RENAME)), NOT_FOUND, entry)),
        pa.concat_tables([known.select(CERTIFICATE).take(pa.array(stale.astype(np.int64))), extra]),
        undeleted,
        expected.left.filter(pc.invert(there)) if is_complete else expected.left.slice(0, 0),
        expected.left.filter(pc.and_(there, pc.equal(expected.left["why"], "gone"))).num_rows,
        users,
        is_complete,
        listed,
    )


def _own_entries(rows: pa.Table, known: pa.Table, found: diff.Difference) -> tuple[Positions, np.ndarray]:
    """Split the pairs of two different people, which were joined by the Subject alone."""
    if not known.num_rows:
        return found.known, found.kinds
    paired = known.take(pa.array(np.maximum(found.known, 0)))
    others = identity.another_person(rows, paired).to_numpy(zero_copy_only=False) & (found.known >= 0)
    return np.where(others, NOT_FOUND, found.known), np.where(others, CREATE, found.kinds)


def _instead(known: pa.Table, entry: Positions) -> pa.Table:
    """Return the certificate at each position, empty texts for none."""
    there = pa.array(entry, mask=entry < 0)
    return pa.table({name: pc.fill_null(known[name].take(there), "") for name in CERTIFICATE})
