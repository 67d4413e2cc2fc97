"""Leave out deletes that the job file forbids by now: an older run allowed them, and ``verify`` gets around no rule."""

from pathlib import Path

import pyarrow as pa

from pipeline.config import request
from pipeline.config.job_file.job import Job
from pipeline.plan import protect
from pipeline.plan.saved import SavedRun


def job_of(run: SavedRun) -> Job | None:
    """Return the job file of a run as it is now; None if the run had none, or it is gone.

    Raises:
        UsageProblem: the job file is wrong.
    """
    source = Path(run.plan.source.path)
    if source.suffix.lower() != request.JOB_FILE or not source.is_file():
        return None
    return request.from_options("verify", source, {}, run.runs).job


def allowed(deletes: pa.Table, job: Job | None) -> pa.Table:
    """Return the deletes that a job allows: none with ``policy.delete = "never"``, none of protected people."""
    if job is None:
        return deletes
    if job.policy.delete == "never":
        return deletes.slice(0, 0)
    return deletes.filter(pa.array(~protect.holders(job.protect, deletes)))
