"""The plan: what would change in Contact Pro, as a thing one can hold, read, count and seal.

Accepted rows and the baseline go in; out come the changes, in the order of the files that they become.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mappings.model import Layout
from pipeline.config.job import Policy
from pipeline.config.request import RunRequest
from pipeline.kernels import sorting
from pipeline.kernels.columns import Mask, constant, flat
from pipeline.model import fields, identity
from pipeline.model.fields import CERTIFICATE, SINCE
from pipeline.model.people import People
from pipeline.plan import baseline, diff, seal, waves
from pipeline.plan.diff import CASE, CREATE, DELETE, ISSUER, RENAME, SUBJECT
from pipeline.plan.extension_numbers import ExtensionPool

COUNTED = {
    CREATE: "create",
    SUBJECT: "change",
    CASE: "case_change",
    ISSUER: "change",
    RENAME: "change",
    DELETE: "delete",
}
"""What a change may be, and the count of the summary (design §7) under which it falls."""

OF_SUBJECT = frozenset({fields.SUBJECT, "new_user_email"})
WAS = ("was_login", "was_external_id", "was_subject", "was_issuer")


@dataclass(frozen=True, slots=True)
class Plan:
    """Every change, counted and sealed.

    ``changes`` has the column ``kind`` (a key of ``COUNTED``), the columns of ``rows``, and ``WAS``; all are texts,
    or dictionaries of one word. ``gone`` are people whom the roster no longer lists, ``stale`` certificates that a new
    one does not take away (both as ``diff.CERTIFICATE`` and ``ledger.SINCE``). ``after`` is what Contact Pro has once
    the plan has been carried out; its ``SINCE`` is "" for what this plan hands over. ``known`` counts the people of the
    baseline, and ``baseline_sha256`` is the digest of it. ``extensions`` is every number ever given, once the plan has
    been carried out (``extensions.COLUMNS``); None where the layout makes no users.
    """

    changes: pa.Table
    gone: pa.Table
    stale: pa.Table
    after: pa.Table
    unchanged: int
    known: int
    baseline_sha256: str
    seal: str
    extensions: pa.Table | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Count as the summary does (design §7)."""
        counted = pc.value_counts(flat(self.changes["kind"]))
        by_kind = dict(zip(counted.field("values").to_pylist(), counted.field("counts").to_pylist(), strict=True))
        counts = dict.fromkeys(COUNTED.values(), 0)
        for kind, name in COUNTED.items():
            counts[name] += by_kind.get(kind, 0)
        return counts | {"unchanged": self.unchanged, "gone": 0 if counts["delete"] else self.gone.num_rows}

    @property
    def changed_subjects(self) -> int:
        """Count the users who get another Subject in place of one that was delivered."""
        return int(pc.sum(pc.is_in(flat(self.changes["kind"]), pa.array([SUBJECT, CASE]))).as_py() or 0)

    @property
    def written(self) -> pa.Table:
        """Return the changes that become rows of the import files."""
        return self.changes.filter(pc.not_equal(self.changes["kind"], DELETE))

    @property
    def deleted(self) -> pa.Table:
        """Return the changes that become rows of the deletes file."""
        return self.changes.filter(pc.equal(self.changes["kind"], DELETE))


def for_request(request: RunRequest, people: People, subject: pa.StringArray, accepted: Mask, rejected: Mask) -> Plan:
    """Compare the accepted rows of a roster with the job's baseline.

    Raises:
        StateProblem, SourceError: the baseline cannot be read.
        UsageProblem: there are more new users than extension numbers.
    """
    wanted, kept = (rows(people, subject, chosen, request.layout) for chosen in (accepted, rejected))
    now, later = waves.split(wanted, request.wave)
    policy = request.job.policy
    if not people.extract.complete:
        policy = policy.model_copy(update={"delete": "never"})  # a person missing in a part may be in the rest
    known = baseline.baseline(request)
    return plan(now, [kept, later], known.known, policy, request.layout, known.pool)


def rows(people: People, subject: pa.StringArray, chosen: npt.NDArray[np.bool_], layout: Layout) -> pa.Table:
    """Return the chosen rows of a roster under their canonical names: what the layout writes, and what is compared.

    They stand in the byte order of the layout's cells, so the order of the source does not matter (facts: T08). A
    column that says the same on every row is a dictionary of one word.
    """
    needed = dict.fromkeys([*(column.field for column in layout.columns if column.field), *CERTIFICATE])
    columns = {field: subject if field in OF_SUBJECT else _texts(people, field) for field in needed}
    order = sorting.byte_order([column for column in columns.values() if pa.types.is_string(column.type)])
    order = order[chosen[order]]
    return pa.table({field: _chosen(column, order) for field, column in columns.items()})


def plan(
    wanted: pa.Table,
    kept: Sequence[pa.Table],
    known: pa.Table,
    policy: Policy,
    layout: Layout,
    pool: ExtensionPool | None = None,
) -> Plan:
    """Compare the accepted rows with the baseline.

    ``wanted`` and ``kept`` (people who keep what they have: rejected ones, and those of a later wave) are ``rows``;
    ``known`` is the baseline, as ``diff.CERTIFICATE`` and ``ledger.SINCE``. ``pool`` has the numbers for new
    users, None where the layout makes none.

    Raises:
        UsageProblem: there are more new users than numbers.
    """
    staying = pa.concat_tables(_flat(each.select(CERTIFICATE)) for each in kept)
    found = diff.difference(wanted, staying, known)
    moving = pa.array(found.kinds != "")
    changes = wanted.add_column(0, "kind", pa.array(found.kinds, pa.string()))
    for name in WAS:
        changes = changes.append_column(name, _before(known, name.removeprefix("was_"), found.known))
    changes = changes.filter(moving)
    if pool is not None:
        changes = pool.numbered(changes)
    gone, stale = known.take(pa.array(found.gone)), known.take(pa.array(found.stale))
    if policy.delete != "never":
        named = _named_for_deletion(gone, [wanted, staying])
        findable = pc.or_(pc.not_equal(named["login"], ""), pc.not_equal(named["external_id"], ""))
        found = replace(found, gone=found.gone[findable.to_numpy()])
        leaving = named.filter(findable)
        changes = _with_deletes(
            changes, pa.concat_tables([leaving, stale]) if policy.delete == "certificate" else leaving, layout
        )
    return Plan(
        changes,
        gone,
        stale,
        _after(wanted, known, found, delete=policy.delete != "never"),
        unchanged=int((found.kinds == "").sum()),
        known=len(np.unique(identity.persons(known))),
        baseline_sha256=seal.digest_of(known),
        seal=seal.of(changes, gone, policy, layout),
        extensions=pool.after(changes) if pool is not None else None,
    )


def _before(known: pa.Table, name: str, entry: npt.NDArray[np.int64]) -> pa.Array:
    """Return what each row had before; "" for those who are new."""
    if not (entry >= 0).any():
        return constant("", len(entry))
    texts = flat(known[name]).take(pa.array(np.maximum(entry, 0)))
    return pc.if_else(pa.array(entry >= 0), texts, "")


def _after(wanted: pa.Table, known: pa.Table, found: diff.Difference, *, delete: bool) -> pa.Table:
    left = known.take(pa.array(diff.untouched(known, found, delete=delete)))
    since = flat(pa.chunked_array([_before(known, SINCE, found.known)]))  # "" throughout where nobody is known
    since = pc.if_else(pa.array(found.kinds == ""), since, "") if known.num_rows else since
    ours = pa.table({name: flat(wanted[name]) for name in CERTIFICATE} | {SINCE: since})
    return pa.concat_tables([left, ours]).combine_chunks() if left.num_rows else ours


def _named_for_deletion(gone: pa.Table, listed: Sequence[pa.Table]) -> pa.Table:
    """Name who is gone by the ExternalId alone where somebody listed carries the Login now, or a delete would hit them.

    Who then has no key at all cannot be named, and is left as they are.
    """
    carried = pa.concat_arrays([identity.within_tenant(each, "login") for each in listed])
    passed_on = pc.is_in(identity.within_tenant(gone, "login"), value_set=carried)
    login = pc.if_else(passed_on, "", flat(gone["login"]))
    return _flat(gone.set_column(gone.column_names.index("login"), "login", login))


def _with_deletes(changes: pa.Table, leaving: pa.Table, layout: Layout) -> pa.Table:
    """Add a change for everybody who leaves, in the order of all; what a deletes file does not need stays empty."""
    blank = pa.array([""] * leaving.num_rows, pa.string())
    own = {"kind": pa.array([DELETE] * leaving.num_rows, pa.string())}
    own |= {name: flat(leaving[name]) for name in CERTIFICATE}
    own |= {name: flat(leaving[name.removeprefix("was_")]) for name in WAS}
    moving = _flat(changes)
    both = pa.concat_tables([moving, pa.table({name: own.get(name, blank) for name in moving.column_names})])
    first = dict.fromkeys([*(column.field for column in layout.columns if column.field), *both.column_names])
    return both.take(pa.array(sorting.byte_order([flat(both[name]) for name in first])))


def _flat(table: pa.Table) -> pa.Table:
    return pa.table({name: flat(table[name]) for name in table.column_names})


def _texts(people: People, field: str) -> pa.StringArray | pa.DictionaryArray:
    texts = people.texts(field)
    chunk = texts.chunk(0) if texts.num_chunks == 1 else None
    constant = chunk is not None and pa.types.is_dictionary(chunk.type) and len(chunk.dictionary) == 1
    return chunk if constant else flat(texts)


def _chosen(column: pa.StringArray | pa.DictionaryArray, order: npt.NDArray[np.int64]) -> pa.Array:
    if pa.types.is_string(column.type):
        return column.take(pa.array(order))
    return constant(column.dictionary[0].as_py(), len(order))
