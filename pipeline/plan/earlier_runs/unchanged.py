"""Rows that the baseline has to the last byte, as most rows of a later run: they need no comparison with all others."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.background import by_twos
from pipeline.kernels.by_key import equal_texts, join_by_key
from pipeline.kernels.columns import Mask, Positions, flat
from pipeline.kernels.hashing import HashedTexts, HashKey
from pipeline.model.fields import CERTIFICATE, IDENTITY, NOT_FOUND
from pipeline.model.identity import within_tenant


def entries(rows: pa.Table, known: pa.Table | None, key: HashKey) -> Positions:
    """Return for each row the entry of the baseline that equals it (``int64``), -1 for none or without a baseline.

    Both have the columns of ``CERTIFICATE``, ``string`` without nulls. Row for row the same, as in a night without a
    change, is found by one comparison of columns; else entries are found by one key, and a row whose key an earlier
    entry has too is left to ``diff``.
    """
    if known is None or not known.num_rows or not rows.num_rows:
        return np.full(rows.num_rows, NOT_FOUND, np.int64)
    if _are_same(rows, known):
        return np.arange(rows.num_rows)
    of_all = [name for name in IDENTITY if not pc.any(pc.equal(flat(rows[name]), "")).as_py()]
    name = next(iter(of_all), "login")
    ours, theirs = by_twos(lambda table: HashedTexts.build(flat(table[name]), key), (rows, known))
    entry = join_by_key(ours, theirs).first
    for other in CERTIFICATE:
        if other != name:
            entry = np.where(equal_texts(flat(rows[other]), flat(known[other]), entry), entry, NOT_FOUND)
    return entry


def own_entries(wanted: pa.Table, person: Positions, same: Positions) -> Positions:
    """Return the entries that ``diff`` would find for rows that are in the baseline already, -1 for all other rows.

    It would find an entry by its ExternalId, or without one by its Login, if it is all that its person has and no other
    row asks for that Login.
    """
    alone = (person == np.arange(len(person))) & (np.bincount(person, minlength=len(person)) == 1)
    own = same >= 0
    own[own] = alone[same[own]]
    empty = [pc.equal(flat(wanted[name]), "").to_numpy(zero_copy_only=False) for name in IDENTITY]
    own &= ~(empty[0] & empty[1])
    by_login = np.flatnonzero(own & empty[0])
    if len(by_login):
        ours, others = (wanted.take(pa.array(rows)) for rows in (by_login, np.flatnonzero(~own)))
        asked = pc.is_in(within_tenant(ours, "login"), value_set=within_tenant(others, "login"))
        own[by_login] = ~asked.to_numpy(zero_copy_only=False)
    return np.where(own, same, NOT_FOUND)


def may_meet_others(rows: pa.Table, same: Positions, standing: pa.Table) -> Mask:
    """Mark the rows whose certificate may be at another person; ``same`` is ``entries`` of the rows.

    A row that equals its entry has its certificate already. No other accepted row has it, so only an entry that no row
    equals may have it too. ``standing`` is the baseline, and behind it what earlier runs left.
    """
    unequal = np.ones(standing.num_rows, np.bool_)
    unequal[same[same >= 0]] = False
    subjects = flat(standing.filter(pa.array(unequal))["subject"])
    again: Mask = pc.is_in(flat(rows["subject"]), value_set=subjects).to_numpy(zero_copy_only=False)
    return (same < 0) | again


def _are_same(rows: pa.Table, known: pa.Table) -> bool:
    """Return True if the rows of both have the same certificates, one after the other."""
    return rows.num_rows == known.num_rows and all(flat(rows[name]).equals(flat(known[name])) for name in CERTIFICATE)
