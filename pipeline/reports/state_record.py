"""What the job remembers of a run: that it was, how large its roster was, and what it handed over."""

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config.operator import who
from pipeline.kernels import columns
from pipeline.model import errors
from pipeline.model.fields import SINCE
from pipeline.result import RunResult
from pipeline.state import records
from pipeline.state.records import RunCommit, RunRecord


def keep(run: RunResult) -> None:
    """Write the run into the job's memory; a check leaves nothing there, and a list alone no certificates.

    Raises:
        StateProblem: the memory cannot be believed.
        OSError: it cannot be written.
    """
    order = run.order
    if not order.plans or run.end is errors.STATE:
        return
    went_out = order.emits and run.end.code in {0, 3}
    memories = {
        part: memory
        for part, people in {"roster": run.people, "directory": run.directory}.items()
        if people is not None and (memory := people.extract.memory) is not None
    }
    records.conclude(
        order.state,
        RunCommit(
            entry(run),
            handed=_handed_over(run) if went_out else None,
            extensions=run.plan.extensions if went_out and run.plan is not None else None,
            memories=memories if went_out else {},
            approval=run.plan.seal if went_out and run.plan is not None else None,
        ),
    )


def entry(run: RunResult) -> RunRecord:
    """Give the line of the history."""
    return RunRecord(
        run=run.folder.name,
        started=run.started.isoformat(timespec="seconds"),
        command=run.order.command,
        outcome=run.end.name,
        exit_code=run.end.code,
        who=who(),
        seal=run.plan.seal if run.plan is not None else None,
        counts=run.counts(),
        shape=run.size if run.order.job.baseline.kind != "none" else None,
    )


def _handed_over(run: RunResult) -> pa.Table | None:
    """Give everything that Contact Pro has after the run; what this run handed over carries its name."""
    if run.plan is None or run.order.job.baseline.kind == "none":
        return None
    since = columns.flat(run.plan.after[SINCE])
    named = pc.if_else(pc.equal(since, ""), run.folder.name, since)
    return run.plan.after.set_column(run.plan.after.column_names.index(SINCE), SINCE, named)
