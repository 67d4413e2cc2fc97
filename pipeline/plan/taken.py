"""EMAIL-TAKEN: a row whose Subject and Issuer still are at another person in Contact Pro (design rule 11).

An address is given to a newcomer, two people swap theirs, a service address passes to a colleague: an import would give
the same certificate to two people. Judged between match and plan, because it needs the accepted rows and the baseline.
"""

import functools

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config.request import RunRequest
from pipeline.kernels import hashing
from pipeline.kernels.by_key import group_by_key, join_by_key
from pipeline.kernels.columns import Mask, Positions, flat
from pipeline.kernels.spill import Spill
from pipeline.model import fields, identity
from pipeline.model.command_line import command
from pipeline.model.fields import CERTIFICATE, NOT_FOUND
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.plan import diff
from pipeline.plan.baseline import Baseline
from pipeline.plan.earlier_runs import unchanged
from pipeline.plan.rows import PlanRows, flattened

CODE = "EMAIL-TAKEN"


class Taken(msgspec.Struct, frozen=True):
    """The finding, if there is one; what the rows want, and what is in the way: the same certificates at two people.

    Both tables have the columns of ``CERTIFICATE``.
    """

    findings: tuple[Finding, ...]
    wanted: pa.Table
    holders: pa.Table


def judge(
    request: RunRequest,
    people: People,
    subject: pa.StringArray,
    wanted: PlanRows,
    kept: Mask,
    before: Baseline,
    delete: str,
) -> Taken:
    """Find the rows whose certificate another person still has.

    Args:
        request: the job, named in the next step.
        people: the roster.
        subject: the Subject of each row.
        wanted: the accepted rows that this run is about.
        kept: the other people of the roster, who keep what they have.
        before: what Contact Pro has.
        delete: the delete policy of this run; what the run itself deletes is not in the way.
    """
    standing = pa.concat_tables([before.known.select(CERTIFICATE), before.left_stale.select(CERTIFICATE)])
    nothing = Taken((), standing.slice(0, 0), standing.slice(0, 0))
    rows = wanted.table.select(CERTIFICATE)
    if not standing.num_rows or not rows.num_rows:
        return nothing
    asked = unchanged.may_meet_others(rows, wanted.same, standing)
    if not asked.any():
        return nothing  # as in a night without a change: each certificate is at its own person, and at no other
    rows, key = flattened(rows), people.folded.key
    holder = np.full(rows.num_rows, NOT_FOUND, np.int64)
    holder[asked] = _holders(people.spill.filtered(rows, asked), standing, key, people.spill)
    if delete != "never" and (holder >= 0).any():
        staying = _rows(people, subject, np.flatnonzero(kept))
        holder = _not_deleted(rows, staying, standing, holder, before, delete, key)
    taken = np.flatnonzero(holder >= 0)
    if not len(taken):
        return nothing
    taken = taken[np.argsort(wanted.positions[taken])]
    holders = standing.take(pa.array(holder[taken]))
    certificates = rows.take(pa.array(taken))
    ours, theirs = certificates.to_pylist(), holders.to_pylist()
    messages = [
        f"{named(row)} has the Subject {row['subject']!r}, and {named(other)} still has it in Contact Pro, with the "
        "same Issuer: one certificate must not be at two people"
        for row, other in zip(ours, theirs, strict=True)
    ]
    fixes = [_fix(request, other) for other in theirs]
    return Taken(
        (Finding(CODE, people.ids.at(wanted.positions[taken]), "email", messages, fixes),), certificates, holders
    )


def named(row: dict[str, str]) -> str:
    """Name a person as System Configurator finds them."""
    return f"login {row['login']!r}" if row["login"] else f"ExternalId {row['external_id']!r}"


def _fix(request: RunRequest, holder: dict[str, str]) -> str:
    away = f"Remove that certificate from {named(holder)} in System Configurator"
    if request.job.baseline.kind in {"contact_pro_export", "contact_pro_rci"}:
        return f"{away}, export the users again and run again."
    verify = command("verify", request.source, "--export", "FILE", runs=request.runs)
    return f"{away}, export the users, then: {verify}"


def _rows(people: People, subject: pa.StringArray, positions: Positions) -> pa.Table:
    columns = {name: subject if name == "subject" else people.texts(name) for name in CERTIFICATE}
    return pa.table({name: people.spill.picked(column, positions) for name, column in columns.items()})


def _holders(rows: pa.Table, standing: pa.Table, key: hashing.HashKey, spill: Spill) -> Positions:
    """Return for each row a certificate that another person has, byte for byte the row's own; -1 for none."""
    near = pc.is_in(flat(standing["subject"]), value_set=flat(rows["subject"])).to_numpy(zero_copy_only=False)
    standing, position = spill.filtered(standing, near), np.flatnonzero(near)
    wanted, there = (hashing.HashedTexts.build(each, key) for each in _certificates(spill, rows, standing))
    found = join_by_key(wanted, there).first
    holder = np.where(_are_others(rows, standing, found), found, NOT_FOUND)
    for group in group_by_key(there):  # several people have it already
        for each in group[1:].tolist():
            same = np.where((found == group[0]) & (holder < 0), each, NOT_FOUND)
            if (same >= 0).any():
                holder = np.where(_are_others(rows, standing, same), same, holder)
    holder[holder >= 0] = position[holder[holder >= 0]]
    return holder


def _certificates(spill: Spill, *tables: pa.Table) -> list[pa.StringArray]:
    """Return the certificates of each table as one text a row: Subject, and the number of its Issuer among all."""
    issuers = pa.chunked_array([chunk for table in tables for chunk in table["issuer"].chunks], pa.string())
    numbers = flat(issuers.dictionary_encode().combine_chunks().indices.cast(pa.string()))
    made, first = [], 0
    for table in tables:
        subjects, own = flat(table["subject"]), numbers.slice(first, table.num_rows)
        made.append(spill.texts(table.num_rows, functools.partial(_joined, subjects, own)))
        first += table.num_rows
    return made


def _joined(subjects: pa.StringArray, numbers: pa.StringArray, at: int, length: int) -> pa.StringArray:
    parts = subjects.slice(at, length), numbers.slice(at, length)
    return flat(pc.binary_join_element_wise(*parts, identity.SEPARATOR))


def _are_others(rows: pa.Table, standing: pa.Table, found: Positions) -> Mask:
    """Mark the rows that were paired with another person."""
    mask = np.zeros(len(found), np.bool_)
    every = np.flatnonzero(found >= 0)
    for begin in range(0, len(every), diff.PAIRS_AT_A_TIME):
        paired = every[begin : begin + diff.PAIRS_AT_A_TIME]
        pair = rows.take(pa.array(paired)), standing.take(pa.array(found[paired]))
        own = [pc.equal(*(flat(table[name]) for table in pair)) for name in ("tenant", *fields.IDENTITY)]
        paired = paired[~functools.reduce(pc.and_, own).to_numpy(zero_copy_only=False)]  # equal keys are one person
        if len(paired):
            ours, theirs = rows.take(pa.array(paired)), standing.take(pa.array(found[paired]))
            mask[paired] = identity.another_person(ours, theirs).to_numpy(zero_copy_only=False)
    return mask


def _not_deleted(
    rows: pa.Table,
    kept: pa.Table,
    standing: pa.Table,
    holder: Positions,
    before: Baseline,
    delete: str,
    key: hashing.HashKey,
) -> Positions:
    """Remove the rows whose holder loses the certificate by the deletes of this run.

    A row that is rejected keeps the certificate that it has, which may be in the way of another: repeated until no row
    is rejected in addition.
    """
    taken = np.zeros(len(holder), np.bool_)
    while True:
        staying = pa.concat_tables([kept, rows.filter(pa.array(taken))])
        found = diff.difference(rows.filter(pa.array(~taken)), staying, before.known, key)
        gone = before.known.take(pa.array(found.gone))
        if delete == "certificate":
            stale = before.known.take(pa.array(found.stale))
            deleted = [gone.select(CERTIFICATE), stale.select(CERTIFICATE), before.left_stale.select(CERTIFICATE)]
        else:
            deleted = [gone.select(CERTIFICATE)]
        certificates = standing.take(pa.array(np.maximum(holder, 0)))
        leaves = identity.with_certificate_of(certificates, pa.concat_tables(deleted)).to_numpy(zero_copy_only=False)
        now = (holder >= 0) & ~leaves
        if (now == taken).all():
            return np.where(taken, holder, NOT_FOUND)
        taken |= now
