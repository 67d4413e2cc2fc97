"""The plan: the changes to make in Contact Pro, with counts and a content hash (the seal).

Accepted rows and the baseline go in; out come the changes, in the order of the files that they become.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from mappings.model import Layout
from pipeline.config.job_file.job import Policy
from pipeline.config.request import RunRequest
from pipeline.kernels import background
from pipeline.kernels.columns import Mask, Positions, constant, flat
from pipeline.kernels.hashing import HashKey
from pipeline.kernels.spill import IN_MEMORY, Spill
from pipeline.model.fields import CERTIFICATE, SINCE
from pipeline.model.people import People
from pipeline.plan import baseline, diff, seal
from pipeline.plan.diff import CASE, CREATE, DELETE, ISSUER, RENAME, SUBJECT, WAS
from pipeline.plan.earlier_runs import left_behind
from pipeline.plan.earlier_runs.grace import Grace
from pipeline.plan.extension_numbers import ExtensionPool
from pipeline.plan.protect import Protected
from pipeline.plan.rows import PlanRows, flattened, named_for_deletion, rows, with_deletes
from pipeline.plan.taken import Taken

COUNTED = {
    CREATE: "create",
    SUBJECT: "change",
    CASE: "case_change",
    ISSUER: "change",
    RENAME: "change",
    DELETE: "delete",
}
"""What a change may be, and the count of the summary (design §7) under which it falls."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Every change, counted and sealed.

    ``changes`` has the column ``kind`` (a key of ``COUNTED``), the columns of ``rows``, and ``WAS``; all are texts,
    or dictionaries of one word. ``gone`` are people whom the roster no longer lists, ``stale`` certificates that a new
    one does not take away (both as ``CERTIFICATE`` and ``SINCE``). ``after`` is what Contact Pro has once the plan has
    been carried out; its ``SINCE`` is "" for what this plan delivers. ``known`` counts the people of the baseline, and
    ``baseline_sha256`` is the digest of it. ``earlier`` are stale certificates of earlier runs, and those that are in
    the way of a rejected row (``CERTIFICATE``); ``left_behind`` is what stays there unwanted once the plan has been
    carried out (``verified.left_behind``). ``extensions`` is every number ever given by then (``EXTENSION_COLUMNS``);
    None if the layout makes no users. ``taken`` are certificates that rejected rows want and others have;
    ``is_known`` is True if the baseline is already what it will be, to the last letter;
    ``later`` counts the people of a later wave; ``waiting`` are those of ``gone`` who are deleted later,
    and ``gone_since`` is what the state keeps of all of them (``grace.Grace``), None if there is no grace period.
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
    earlier: pa.Table = field(default_factory=baseline.no_certificates)
    left_behind: pa.Table = field(default_factory=baseline.no_certificates)
    taken: pa.Table = field(default_factory=baseline.no_certificates)
    is_known: bool = False
    later: int = 0
    waiting: pa.Table = field(default_factory=baseline.no_certificates)
    gone_since: pa.Table | None = None
    _counted: dict[str, int] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def counts(self) -> dict[str, int]:
        """Count as the summary does (design §7)."""
        counts = dict.fromkeys(COUNTED.values(), 0)
        for kind, name in COUNTED.items():
            counts[name] += self._by_kind.get(kind, 0)
        gone = self.waiting if counts["delete"] else self.gone
        return counts | {"unchanged": self.unchanged, "gone": gone.num_rows}

    @property
    def changed_subjects(self) -> int:
        """Count the users who get another Subject in place of one that was delivered."""
        return self._by_kind.get(SUBJECT, 0) + self._by_kind.get(CASE, 0)

    @property
    def _by_kind(self) -> dict[str, int]:
        """Count the changes of each kind, once: every report asks for them."""
        if not self._counted:
            counts = pc.value_counts(self.changes["kind"])
            self._counted.update(
                zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True)
            )
        return self._counted

    @property
    def written(self) -> pa.Table:
        """Return the changes that become rows of the import files."""
        deletes = pc.equal(self.changes["kind"], DELETE)
        return self.changes.filter(pc.invert(deletes)) if pc.any(deletes).as_py() else self.changes

    @property
    def deleted(self) -> pa.Table:
        """Return the changes that become rows of the deletes file."""
        return self.changes.filter(pc.equal(self.changes["kind"], DELETE))


def delete_policy(request: RunRequest, people: People) -> Policy:
    """Return the policy of this run: a source that gave a part deletes nothing: others may be in the rest."""
    policy = request.job.policy
    return policy if people.extract.complete else policy.model_copy(update={"delete": "never"})


def for_request(
    request: RunRequest,
    people: People,
    subject: pa.StringArray,
    now: PlanRows,
    others: tuple[Mask, Mask],
    spared: Protected,
    found: Taken,
    period: Grace | None,
) -> Plan:
    """Compare the rows of this run with the job's baseline.

    Args:
        request: the job.
        people: the roster.
        subject: the Subject of each row.
        now: the rows of this run.
        others: marks the rows of a later wave, and those that keep what they have (rejected, protected).
        spared: what Contact Pro has, and the certificates of protected people, who are never gone.
        found: rows that were rejected because another person still has their certificate.
        period: how long people must be gone before they are deleted; None if not at all.

    Raises:
        UsageProblem: there are more new users than extension numbers, or an export lacks the only key of some.
    """
    before = spared.before
    if before.export is not None:
        every = pa.array(others[0] | np.isin(np.arange(len(people)), now.positions))
        before.export.refuse_unfindable(*(people.texts(name).filter(every) for name in ("login", "external_id")))
    keeping = others[1] & (before.known.num_rows > 0)  # without a baseline there is nothing to keep
    later, rejected = (rows(people, subject, mask, request.layout).table for mask in (others[0], keeping))
    return plan(
        now.table,
        [rejected, spared.known, later],
        before.known,
        delete_policy(request, people),
        request.layout,
        before.pool,
        left_stale=before.left_stale,
        taken=found,
        period=period,
        key=people.folded.key,
        spill=people.spill,
        same=now.same,
    )


def plan(  # noqa: PLR0913 - each is another input of the comparison
    wanted: pa.Table,
    kept: Sequence[pa.Table],
    known: pa.Table,
    policy: Policy,
    layout: Layout,
    pool: ExtensionPool | None = None,
    *,
    left_stale: pa.Table | None = None,
    taken: Taken | None = None,
    period: Grace | None = None,
    key: HashKey,
    spill: Spill = IN_MEMORY,
    same: Positions | None = None,
) -> Plan:
    """Compare the accepted rows with the baseline.

    ``wanted`` and ``kept`` (people who keep what they have: rejected ones, and those of a later wave) are ``rows``;
    ``known`` is the baseline, as ``fields.CERTIFICATE`` and ``fields.SINCE``. ``pool`` has the numbers for new users,
    None if the layout makes none. ``left_stale`` are old certificates that earlier runs left behind, ``taken`` those in
    the way of a rejected row; ``key`` is the hash key, ``spill`` the place of columns, ``same`` as in ``difference``.

    Raises:
        UsageProblem: there are more new users than numbers.
    """
    staying = pa.concat_tables(flattened(each.select(CERTIFICATE)) for each in kept)
    with background.worker() as worker:
        digest = worker.submit(seal.digest_of, known)
        found = diff.difference(wanted, staying, known, key, same)
    moving = found.kinds != ""
    changes = spill.filtered(wanted, moving).add_column(0, "kind", _kinds(found.kinds[moving]))
    for name in WAS:
        changes = changes.append_column(name, diff.before(known, name.removeprefix("was_"), found.known[moving]))
    changes = changes if pool is None else pool.numbered(changes)
    gone, stale = known.take(pa.array(found.gone)), known.take(pa.array(found.stale))
    earlier = left_behind.not_wanted(known.slice(0, 0) if left_stale is None else left_stale, wanted)
    waiting, gone_since = gone.slice(0, 0), None
    if policy.delete != "never":
        named = named_for_deletion(gone, [wanted, staying])
        findable = pc.or_(pc.not_equal(named["login"], ""), pc.not_equal(named["external_id"], ""))
        if period is not None:
            gone_since = period.table(gone)
            over = period.is_over(gone_since)
            waiting, findable = gone_since.filter(pc.invert(over)), pc.and_(findable, over)
        found = replace(found, gone=found.gone[findable.to_numpy(zero_copy_only=False)])
        leaving = named.filter(findable)
        if policy.delete == "certificate":
            leaving = pa.concat_tables([leaving, stale, baseline.since_ever(earlier)])
        changes = with_deletes(changes, leaving, layout)
    after = _after(wanted, known, found, delete=policy.delete != "never")
    return Plan(
        changes,
        gone,
        stale,
        after,
        unchanged=int((found.kinds == "").sum()),
        known=found.people,
        baseline_sha256=digest.result(),
        seal=seal.compute(changes, gone, policy, layout),
        extensions=pool.after(changes) if pool is not None else None,
        earlier=pa.concat_tables([earlier] if taken is None else [earlier, taken.holders]),
        taken=baseline.no_certificates() if taken is None else taken.wanted,
        left_behind=left_behind.after(pa.concat_tables([stale.select(CERTIFICATE), earlier]), gone, changes),
        is_known=known.num_rows > 0 and after.equals(known),
        later=kept[-1].num_rows if len(kept) > 1 else 0,
        waiting=waiting,
        gone_since=gone_since,
    )


def _kinds(kinds: npt.NDArray[np.object_]) -> pa.Array:
    """Return the kind of each change as a column: a dictionary of one word if all are alike, as in a first run."""
    alike = len(kinds) and bool((kinds == kinds[0]).all())
    return constant(kinds[0], len(kinds)) if alike else pa.array(kinds, pa.string())


def _after(wanted: pa.Table, known: pa.Table, found: diff.Difference, *, delete: bool) -> pa.Table:
    left = known.take(pa.array(diff.untouched(known, found, delete=delete)))
    since = flat(pa.chunked_array([diff.before(known, SINCE, found.known)]))  # "" throughout if the baseline is empty
    since = pc.if_else(pa.array(found.kinds == ""), since, "") if known.num_rows else since
    ours = pa.table({name: flat(wanted[name]) for name in CERTIFICATE} | {SINCE: since})
    return pa.concat_tables([left, ours]).combine_chunks() if left.num_rows else ours
