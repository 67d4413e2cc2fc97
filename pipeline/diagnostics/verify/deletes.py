"""The deletes that an export is compared with: of all runs of a job, and only what its job file allows now.

An older run allowed what [protect] or the policy forbids by now, and ``verify`` gets around no rule.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config import request
from pipeline.config.job_file.job import Job
from pipeline.kernels.columns import distinct_rows
from pipeline.kernels.hashing import random_key
from pipeline.model import identity
from pipeline.model.fields import CERTIFICATE
from pipeline.plan import protect, saved
from pipeline.plan.saved import SavedRun
from pipeline.state import records, run_folders


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
    return deletes.filter(pa.array(~protect.holders(job.protect, deletes, random_key())))


def of_all_runs(job: Path, standing: pa.Table) -> pa.Table:
    """Return every certificate that a run of the job wanted deleted and that none delivered again."""
    parts = [records.nothing().select(CERTIFICATE), *_deletes(job)]
    deleted = distinct_rows(pa.concat_tables(parts))
    return deleted.filter(pc.invert(identity.with_certificate_of(deleted, standing)))


def _deletes(job: Path) -> Iterator[pa.Table]:
    for folder in run_folders.delivered(job):
        found = run_folders.read_manifest(folder)
        if found is not None and any("/deletes-" in path for path in found.imports):
            yield saved.read(folder).plan.table(deletes=True).select(CERTIFICATE)
