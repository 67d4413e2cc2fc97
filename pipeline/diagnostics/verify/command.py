"""Verify a run or a job: compare, write the people and the remainder, and keep what was learned."""

import io
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from connectors.base import ProgressCallback
from connectors.contact_pro_export.connector import Settings as ContactProExport
from pipeline.config import request
from pipeline.config.request import RunRequest
from pipeline.diagnostics.verify import remainder
from pipeline.diagnostics.verify.compare import LANDED, STALE, Comparison, compare
from pipeline.diagnostics.verify.expected import Expected, expected
from pipeline.diagnostics.verify.remainder import new_name
from pipeline.diagnostics.verify.result import Verification, deliver_again, notes
from pipeline.extract.own_rejects import FORMULA
from pipeline.kernels.columns import flat
from pipeline.model.errors import UsageProblem
from pipeline.model.fields import CERTIFICATE, SINCE
from pipeline.plan import saved
from pipeline.state import files, lock, verified
from pipeline.state.rci import users_read
from pipeline.users_export.live import LiveUsers
from pipeline.users_export.live import read as read_live
from pipeline.users_export.read import Export
from pipeline.users_export.read import read as read_export

PEOPLE = ("status", "login", "external_id", "subject", "issuer", "subject_instead", "issuer_instead")


def verify(
    target: Path, runs: Path, export: ContactProExport | None, progress: ProgressCallback = lambda *_: None
) -> Verification:
    """Compare what a run or a job delivered with an export, or without one with RCI; what is missing is written again.

    Raises:
        UsageProblem: nothing was delivered, ``target`` names nothing, or the export lacks the only key of some.
        GuardProblem: a plan was changed after it was made.
        SourceError: the export is missing, unreadable, or lacks the layout's columns.
        StateProblem, LockProblem: what was found cannot be kept.
        OSError: a file cannot be written.
    """
    wanted = expected(target, runs)
    job: RunRequest | None = None
    if export is not None:
        of_file = read_export(export, wanted.layout)
        of_file.refuse_unfindable(wanted.rows["login"], wanted.rows["external_id"])
        read: Export | LiveUsers = of_file
    else:
        job = _job(target, wanted, runs)
        read = read_live(job, progress)
    found = compare(wanted, read)
    with lock.held(wanted.state.parent):
        if isinstance(read, LiveUsers):
            users_read.keep(wanted.state, len(read.people))
        if wanted.is_pending or (wanted.delivers and isinstance(read, LiveUsers)):
            _keep(wanted, found, read)
        verified.keep(wanted.state, _learned(wanted, found), found.removed)
        rest = remainder.write(wanted, found)
        people = _people(wanted, found)
    again = deliver_again(job) if job is not None and wanted.delivers else ""
    seen = tuple(notes(wanted, found, read.issuers.tenants))
    return Verification(found.counts, people, rest, seen, again, found.undeleted.num_rows)


def _job(target: Path, wanted: Expected, runs: Path) -> RunRequest:
    """Return the job whose RCI is asked: the job file named, or that of the run.

    Raises:
        UsageProblem: it was made without a job file.
    """
    source = target
    if target.suffix.lower() != request.JOB_FILE and wanted.folder != wanted.state.parent:
        source = Path(saved.read(wanted.folder).plan.source.path)
    if source.suffix.lower() != request.JOB_FILE:
        raise UsageProblem(f"{target} has no job file, and only a job file names an RCI.", advice="Give --export FILE.")
    return request.from_options("verify", source, {}, runs)


def _keep(wanted: Expected, found: Comparison, read: Export | LiveUsers) -> None:
    """Keep what was read back; read through RCI also what is not there, so that the next plan has it.

    An export may be older than the last delivery, so an absence in it proves nothing.
    """
    landed = pa.array([status == LANDED for status in found.statuses], pa.bool_())
    there, lost = wanted.rows.filter(landed), wanted.rows.filter(pc.invert(landed))
    if isinstance(read, Export):
        lost = lost.slice(0, 0)
    else:
        instead = found.instead.filter(pc.not_equal(found.instead["subject"], ""))
        since = pa.array([""] * instead.num_rows, pa.string())
        there = pa.concat_tables(
            [there.select([*CERTIFICATE, SINCE]), instead.select(CERTIFICATE).append_column(SINCE, since)]
        )
    verified.keep_read_back(wanted.state, there, lost)


def _learned(wanted: Expected, found: Comparison) -> pa.Table:
    """Return what is kept of each person: the certificate, its status, the run that delivered it, and now."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    columns = {name: wanted.rows[name] for name in CERTIFICATE}
    columns |= {"verdict": pa.array(found.statuses, pa.string()), "run": wanted.rows[SINCE]}
    return pa.table(columns | {"when": pa.array([now] * len(found.statuses), pa.string())})


def _people(wanted: Expected, found: Comparison) -> Path | None:
    """Write the people behind the counts, differences first, formula-safe; None if there are none."""
    differs = [status != LANDED for status in found.statuses]
    order = pa.array(sorted(range(len(differs)), key=lambda row: not differs[row]), pa.int64())
    own = wanted.rows.select(CERTIFICATE).append_column("status", pa.array(found.statuses, pa.string()))
    for name in ("subject", "issuer"):
        own = own.append_column(f"{name}_instead", found.instead[name])
    stale = found.stale.append_column("status", pa.array([STALE] * found.stale.num_rows, pa.string()))
    for name in ("subject", "issuer"):
        stale = stale.append_column(f"{name}_instead", pa.array([""] * found.stale.num_rows, pa.string()))
    table = pa.concat_tables([own.take(order), stale]).select(PEOPLE)
    if not table.num_rows:
        return None
    safe = [pc.replace_substring_regex(flat(column), FORMULA, r"'\1") for column in table.columns]
    sink = io.BytesIO()
    arrow_csv.write_csv(pa.table(safe, names=PEOPLE), sink, arrow_csv.WriteOptions(quoting_style="needed"))
    path = new_name(wanted.folder, "verify-{:03d}.csv")
    files.write(path, [b"\xef\xbb\xbf", sink.getvalue()])
    return path
