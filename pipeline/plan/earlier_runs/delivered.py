"""Which runs delivered something, and how a run that was undone is taken back from the job's state."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import distinct_rows, flat
from pipeline.model import identity
from pipeline.model.errors import UsageProblem
from pipeline.model.exit_codes import GUARDED
from pipeline.model.fields import CERTIFICATE, SINCE
from pipeline.plan.diff import DELETE, WAS
from pipeline.plan.saved import SavedRun
from pipeline.state import records, verified


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many certificates of a run were taken back, how many from before it are known again, how many stay.

    What later runs replaced stays.
    """

    taken_back: int
    restored: int
    replaced: int


def why_undelivered(run: SavedRun) -> str:
    """Return why a run delivered nothing, by its manifest and by what the state recorded of it; "" if it delivered."""
    recorded = records.run(run.state, run.folder.name)
    if run.manifest.delivered and (recorded is None or recorded.delivered):
        return ""
    if GUARDED.code in {run.manifest.exit_code, recorded.exit_code if recorded is not None else None}:
        return "a guard stopped it"
    if run.manifest.command not in {"run", "emit"}:
        return f"it was only a {run.manifest.command}"
    if run.manifest.imports:
        return f"it ended with {run.manifest.outcome}"
    return "there was nothing to change"


def forget(run: SavedRun) -> Forgotten:
    """Take back what the state kept of a run that was undone, so that the next run writes these people again.

    Each person gets back the certificate from before the run; what later runs replaced stays. The certificates of the
    run count as left behind, because an import that empties cells may not take them away: until a verification shows
    that they are gone, no other person gets them.

    Raises:
        UsageProblem: the run delivered nothing, or its job keeps no certificates.
        StateProblem: the state cannot be believed.
    """
    if why := why_undelivered(run):
        raise UsageProblem(
            f"{run.folder} delivered nothing, because {why}: there is nothing to forget.",
            advice="Name a run that wrote import files; history lists the runs.",
        )
    standing = records.standing(run.state)
    if standing is None:
        raise UsageProblem(
            f"The job of {run.folder} compares with nothing, so its state keeps no certificates.",
            advice="Nothing is to be done: its next run writes everyone.",
        )
    ours = standing.filter(pc.equal(standing[SINCE], run.folder.name))
    written = run.plan.table(deletes=False)
    taken = ours.filter(identity.with_certificate_of(ours, written))
    before = _before(run)
    before = before.filter(_of_people(before, taken, run))
    kept = standing.filter(pc.invert(identity.with_certificate_of(standing, taken)))
    before = before.filter(pc.invert(identity.with_certificate_of(before, kept)))
    left = verified.left_behind(run.state)
    gone, stale = (
        left.filter(pc.equal(left[verified.WHY], why)).select(CERTIFICATE) for why in (verified.GONE, verified.STALE)
    )
    stale = pa.concat_tables([stale, taken.select(CERTIFICATE)])
    stale = stale.filter(pc.invert(identity.with_certificate_of(stale, before)))
    known = verified.verified(run.state)
    records.forget(
        run.state,
        run.folder.name,
        {
            records.DELIVERED: pa.concat_tables([kept, before]),
            records.LEFT_BEHIND: verified.left(gone=gone, stale=stale),
            verified.VERIFIED: known.filter(pc.invert(identity.with_certificate_of(known, taken))),
        },
    )
    return Forgotten(taken.num_rows, before.num_rows, written.num_rows - taken.num_rows)


def _before(run: SavedRun) -> pa.Table:
    """Return what the people of a run had before it, each certificate once; no run is known to have delivered it."""
    changes = [change for change in run.plan.changes if change["was_subject"]]
    columns = {"tenant": [change["tenant"] for change in changes]}
    columns |= {name.removeprefix("was_"): [change[name] for change in changes] for name in WAS}
    once = distinct_rows(pa.table({name: pa.array(columns[name], pa.string()) for name in CERTIFICATE}))
    return once.append_column(SINCE, pa.array([""] * once.num_rows, pa.string()))


def _of_people(before: pa.Table, taken: pa.Table, run: SavedRun) -> pa.BooleanArray:
    """Mark the earlier certificates of people whose new one is taken back, or whom the run deleted."""
    deleted = run.plan.table(deletes=True)
    changed = pa.table(
        {
            name: pa.array([row[name] for row in run.plan.changes if row["kind"] != DELETE], pa.string())
            for name in ("tenant", *WAS, *(key for key in CERTIFICATE if key != "tenant"))
        }
    )
    back = changed.filter(identity.with_certificate_of(changed, taken))
    theirs = back.select(["tenant", "was_external_id", "was_login"]).rename_columns(["tenant", "external_id", "login"])
    return pc.or_(identity.among(before, theirs), flat(identity.with_certificate_of(before, deleted)))
