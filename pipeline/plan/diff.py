"""Compare the roster with the baseline: created, changed and removed people.

Identity comes before everything: the immutable id, then the login, then the email itself, each within the tenant. So a
renamed person is one person who changed, never one who left and one who came (facts: peers, traps). Contact Pro has one
user of a login: a row with the login of a person no longer listed is that user, under whichever id.
"""

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels import columns, folding, hashing
from pipeline.kernels.by_key import join_by_key
from pipeline.kernels.columns import Mask, Positions
from pipeline.model.fields import IDENTITY, NOT_FOUND
from pipeline.model.identity import persons, within_tenant
from pipeline.plan.earlier_runs import unchanged

CREATE, SUBJECT, CASE, ISSUER, RENAME, DELETE = "create", "subject", "case", "issuer", "rename", "delete"
WAS = ("was_login", "was_external_id", "was_subject", "was_issuer")
"""The columns of a change with what the person had before."""


PAIRS_AT_A_TIME = 1 << 17
"""Rows that are compared with their entries at a time."""

FEW = 8
"""Rows are few if there are so many times as many entries: then only entries that have a key of theirs are hashed."""


class Difference(msgspec.Struct, frozen=True):
    """What has to happen so that the known becomes the wanted.

    ``kinds`` is the kind of change of each wanted row, "" if nothing has to happen; ``known`` is the entry that the row
    changes, -1 for none (int64). ``gone`` are the entries of people that the roster no longer lists; ``stale`` are
    certificates that a changed person still has beside the new one; ``people`` counts the persons of the known.
    """

    kinds: npt.NDArray[np.object_]
    known: Positions
    gone: Positions
    stale: Positions
    people: int


def difference(
    wanted: pa.Table, kept: pa.Table, known: pa.Table, key: hashing.HashKey, same: Positions | None = None
) -> Difference:
    """Compare people with a baseline; all three have the columns of ``CERTIFICATE``, ``string`` without nulls.

    ``wanted`` are the accepted rows; ``kept`` are rejected ones, who keep what they have and are never gone. A person
    may have several entries in ``known``, one for each certificate. ``same`` is ``unchanged.entries`` of the wanted
    rows, None if it is not known yet.
    """
    person = persons(known, key)
    same = unchanged.entries(wanted, known, key) if same is None else same
    if _is_known(same, known, person):
        nothing = np.zeros(0, np.int64)
        return Difference(np.full(wanted.num_rows, "", object), person, nothing, nothing, known.num_rows)
    own = unchanged.own_entries(wanted, person, same)
    entry = _pairs(wanted, known, person, (wanted, kept), key, own)
    spoken_for = np.zeros(known.num_rows, np.bool_)
    spoken_for[entry[entry >= 0]] = True
    others = _pairs(kept, known, person, (wanted, kept), key, np.full(kept.num_rows, NOT_FOUND, np.int64))
    spoken_for[others[others >= 0]] = True

    entry, several = _nearest_certificate(wanted, known, person, entry)
    kinds = np.full(wanted.num_rows, CREATE, object)
    kinds[own >= 0] = ""
    changed = np.zeros(wanted.num_rows, np.bool_)
    paired = np.flatnonzero((own < 0) & (entry >= 0))
    for begin in range(0, len(paired), PAIRS_AT_A_TIME):
        some = paired[begin : begin + PAIRS_AT_A_TIME]
        kinds[some] = _kinds(wanted.take(pa.array(some)), known.take(pa.array(entry[some])))
        changed[some] = np.isin(kinds[some], (SUBJECT, CASE, ISSUER))
    stale = np.unique(np.concatenate([entry[changed], several]))
    return Difference(
        kinds, entry, np.flatnonzero(~spoken_for[person]), stale, int(np.count_nonzero(np.bincount(person)))
    )


def _is_known(same: Positions, known: pa.Table, person: Positions) -> bool:
    """Return True if the wanted are the known, row for row, and each entry is a person of their own with a key.

    So it is in a night without a change, because both are in byte order: each row then is its own entry.
    """
    in_order = np.arange(known.num_rows)
    if not known.num_rows or not np.array_equal(same, in_order) or not np.array_equal(person, in_order):
        return False
    keyless = pc.and_(*(pc.equal(columns.flat(known[name]), "") for name in IDENTITY))
    return not pc.any(keyless).as_py()


def before(known: pa.Table, name: str, entry: npt.NDArray[np.int64]) -> pa.Array:
    """Return what each row had before; "" for those who are new."""
    if not (entry >= 0).any():
        return columns.constant("", len(entry))
    texts = columns.flat(known[name]).take(pa.array(np.maximum(entry, 0)))
    return pc.if_else(pa.array(entry >= 0), texts, "")


def untouched(known: pa.Table, found: Difference, *, delete: bool) -> Positions:
    """Find the entries that stay as they are beside the wanted: people who were rejected, or are gone and kept."""
    touched = np.zeros(known.num_rows, np.bool_)
    touched[found.known[found.known >= 0]] = True
    touched[found.stale] = True
    if delete:
        touched[found.gone] = True
    return np.flatnonzero(~touched)


def _kinds(wanted: pa.Table, there: pa.Table) -> npt.NDArray[np.object_]:
    """Return the kind of change of each pair; the most important first, because a row has one kind."""
    same_subject, same_issuer = (_equal(wanted, there, name) for name in ("subject", "issuer"))
    folded = pc.equal(*(pc.utf8_lower(columns.flat(each["subject"])) for each in (wanted, there)))
    alike: Mask = folded.to_numpy(zero_copy_only=False)
    same_keys = _same_key(wanted, there, "external_id") & _same_key(wanted, there, "login")
    return np.select(
        [~alike, ~same_subject, ~same_issuer, ~same_keys],
        [np.array(kind, object) for kind in (SUBJECT, CASE, ISSUER, RENAME)],
        np.array("", object),
    )


def _equal(left: pa.Table, right: pa.Table, name: str) -> Mask:
    same: Mask = pc.equal(columns.flat(left[name]), columns.flat(right[name])).to_numpy(zero_copy_only=False)
    return same


def _same_key(left: pa.Table, right: pa.Table, name: str) -> Mask:
    """Compare a key as Contact Pro does: a login without case; one that a side does not know is not a difference."""
    ours, theirs = (columns.flat(each[name]) for each in (left, right))
    if name == "login":
        ours, theirs = folding.fold(ours), folding.fold(theirs)
    silent = pc.or_(pc.equal(ours, ""), pc.equal(theirs, ""))
    same: Mask = pc.or_(pc.equal(ours, theirs), silent).to_numpy(zero_copy_only=False)
    return same


def _pairs(
    rows: pa.Table,
    known: pa.Table,
    person: Positions,
    listed: tuple[pa.Table, ...],
    key: hashing.HashKey,
    own: Positions,
) -> Positions:
    """Find each row's person among the known (the first of their entries), by the strongest key that is not empty.

    ``listed`` are all people of the roster; ``own`` are the entries that are found already, -1 for none.
    """
    entry = own.copy()
    if not known.num_rows:
        return entry
    ids, own_ids = columns.flat(known["external_id"]), columns.flat(rows["external_id"])
    for name in ("external_id", "login", "subject"):
        open_rows = np.flatnonzero(entry < 0)
        if not len(open_rows):
            break
        still = rows if len(open_rows) == rows.num_rows else rows.take(pa.array(open_rows))
        found = _joined(still, known, name, key)
        found = np.where(found >= 0, person[np.maximum(found, 0)], NOT_FOUND)
        if name != "external_id":  # a weaker key never joins one who is met already, nor one who is listed elsewhere
            theirs, ours = ids.take(pa.array(np.maximum(found, 0))), own_ids.take(pa.array(open_rows))
            alike = pc.or_(pc.or_(pc.equal(theirs, ""), pc.equal(ours, "")), pc.equal(theirs, ours))
            free = alike.to_numpy(zero_copy_only=False).copy()
            if name == "subject":
                free &= ~_of_another_login(rows, known, open_rows, found)
            if name == "login" and len(others := np.flatnonzero(~free & (found >= 0))):
                free[others] = _left_behind(known.take(pa.array(found[others])), listed)
            found = np.where(free & ~np.isin(found, entry[entry >= 0]), found, NOT_FOUND)
            found[_again(found)] = NOT_FOUND
        entry[open_rows] = found
    return entry


def _joined(rows: pa.Table, known: pa.Table, name: str, key: hashing.HashKey) -> Positions:
    """Return the first entry with the key of each row, -1 for none."""
    near = np.arange(known.num_rows)
    if rows.num_rows * FEW < known.num_rows:
        folded = [folding.fold(columns.flat(table[name])) for table in (known, rows)]
        asked = folded[1].filter(pc.not_equal(folded[1], ""))
        near = np.flatnonzero(pc.is_in(folded[0], value_set=asked).to_numpy(zero_copy_only=False))
        known = known.take(pa.array(near))
    ours, theirs = within_tenant(rows, name), within_tenant(known, name)
    found = join_by_key(hashing.HashedTexts.build(ours, key), hashing.HashedTexts.build(theirs, key)).first
    found[found >= 0] = near[found[found >= 0]]
    return found


def _of_another_login(rows: pa.Table, known: pa.Table, open_rows: Positions, found: Positions) -> Mask:
    """Mark the rows that have only a login, and an entry with only another: a passed-on address joins no one."""
    pair = rows.take(pa.array(open_rows)), known.take(pa.array(np.maximum(found, 0)))
    both = pc.and_(*(pc.not_equal(columns.flat(each["login"]), "") for each in pair))
    no_ids = pc.and_(*(pc.equal(columns.flat(each["external_id"]), "") for each in pair))
    same = pc.equal(*(within_tenant(each, "login") for each in pair))
    others: Mask = pc.and_not(pc.and_(both, no_ids), same).to_numpy(zero_copy_only=False)
    return others


def _left_behind(entries: pa.Table, listed: tuple[pa.Table, ...]) -> Mask:
    """Mark the entries whose ExternalId is not in the roster."""
    ids = pa.concat_arrays([within_tenant(each, "external_id") for each in listed])
    there: Mask = pc.is_in(within_tenant(entries, "external_id"), value_set=ids).to_numpy(zero_copy_only=False)
    return ~there


def _again(found: Positions) -> Positions:
    """Find the rows that claim a person whom an earlier row of the same key claims."""
    claimed = np.flatnonzero(found >= 0)
    people, order = found[claimed], np.arange(len(claimed))
    first = np.zeros(people.max(initial=0) + 1, np.int64)
    first[people[::-1]] = order[::-1]  # of several rows the earliest is written last
    later: Positions = claimed[first[people] != order]
    return later


def _nearest_certificate(
    wanted: pa.Table, known: pa.Table, person: Positions, entry: Positions
) -> tuple[Positions, Positions]:
    """Choose the certificate of a person that is right, or nearest, if there are several; the others are left over."""
    counts = np.bincount(person, minlength=known.num_rows) if known.num_rows else np.zeros(0, np.int64)
    many = np.flatnonzero((entry >= 0) & (counts[np.maximum(entry, 0)] > 1)) if known.num_rows else entry[:0]
    entry, left_over = entry.copy(), []
    subjects, issuers = (
        known["subject"].to_pylist() if len(many) else [],
        known["issuer"].to_pylist() if len(many) else [],
    )
    for row in many.tolist():
        subject, issuer = wanted["subject"][row].as_py(), wanted["issuer"][row].as_py()
        own = np.flatnonzero(person == entry[row]).tolist()

        def distance(at: int, subject: str = subject, issuer: str = issuer) -> tuple[bool, bool, bool]:
            return subjects[at].lower() != subject.lower(), subjects[at] != subject, issuers[at] != issuer

        own.sort(key=distance)
        entry[row] = own[0]
        left_over += own[1:]
    return entry, np.array(left_over, np.int64)
