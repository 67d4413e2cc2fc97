"""Return what should be in Contact Pro by now: of one run, less what later runs replaced, or of the job."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from mappings.load import load_layout
from mappings.model import Layout
from pipeline.config import request
from pipeline.diagnostics.verify.deletes import allowed, job_of, of_all_runs
from pipeline.model import identity
from pipeline.model.command_line import command
from pipeline.model.errors import UsageProblem
from pipeline.model.fields import CERTIFICATE, SINCE
from pipeline.plan import saved
from pipeline.plan.earlier_runs import delivered
from pipeline.plan.saved import SavedRun
from pipeline.state import owner, records, run_folders, verified
from pipeline.state.rci import delivery_log


@dataclass(frozen=True, slots=True)
class Expected:
    """The certificates to look for in an export.

    ``rows`` have ``CERTIFICATE`` and ``SINCE``, those of one run also the fields of its layout. ``deleted`` are
    certificates that were to be deleted (``what`` is the delete policy), ``left`` those that the job knows to be left
    behind (``records.left_behind``). ``folder`` gets the files of the verification. ``undone`` counts certificates that
    ``deliver --undo`` took back: they are not looked for. ``forbidden`` counts deletes that the job file forbids now.
    """

    folder: Path
    state: Path
    layout: Layout
    rows_per_file: int
    what: str
    rows: pa.Table
    deleted: pa.Table
    left: pa.Table
    whole_job: bool = False
    delivers: bool = False
    is_pending: bool = False
    replaced: int = 0
    undone: int = 0
    forbidden: int = 0

    @property
    def tenants(self) -> list[str]:
        """Return the tenants of all certificates; one without a name if there is none."""
        parts = (self.rows, self.deleted, self.left)
        return sorted({tenant for part in parts for tenant in part["tenant"].to_pylist()}) or [""]


def expected(target: Path, runs: Path) -> Expected:
    """Find what ``target`` names: a run folder, a job file, a list of people, or the folder of a job's runs.

    Raises:
        UsageProblem: it names none of them, or nothing was delivered.
        GuardProblem: a plan.json was changed after it was made.
        StateProblem: the job's state cannot be believed.
    """
    if target.name in run_folders.POINTERS or (target / "manifest.json").is_file() or not target.exists():
        return of_run(saved.read(target))
    if target.is_file():
        return of_job(runs / target.stem, target)
    if _is_job(target):
        return of_job(target, None)
    jobs = [each for each in sorted(target.iterdir()) if each.is_dir() and _is_job(each)]
    if len(jobs) == 1:
        return of_job(jobs[0], None)
    if jobs:
        raise UsageProblem(
            f"{target} has the runs of {len(jobs)} jobs: {', '.join(each.name for each in jobs)}.",
            advice=f"Name the folder of one of them, such as {jobs[0]}.",
        )
    return of_run(saved.read(target))


def of_run(run: SavedRun) -> Expected:
    """Return what one run delivered, less what later runs replaced.

    Raises:
        UsageProblem: the run delivered nothing.
        StateProblem: the job's state cannot be believed.
    """
    job = run.folder.parent
    if why := delivered.why_undelivered(run):
        raise UsageProblem(
            f"{run.folder} delivered nothing, because {why}: there is nothing to look for in an export.",
            advice=_instead(job),
        )
    standing = _standing(job, run.state)
    rows, undone = _written(run)
    pending = _awaits_read_back(run)
    current = pa.array([True] * rows.num_rows, pa.bool_()) if pending else identity.with_certificate_of(rows, standing)
    deletes = run.plan.table(deletes=True)
    deletes = deletes.filter(pc.invert(identity.with_certificate_of(deletes, standing)))
    deleted = allowed(deletes, job_of(run))
    return Expected(
        run.folder,
        run.state,
        load_layout(run.plan.layout_path),
        run.plan.rows_per_file,
        str(run.plan.policy["delete"]),
        rows.filter(current),
        deleted,
        verified.left_behind(run.state),
        delivers=_delivers(run),
        is_pending=pending,
        replaced=rows.num_rows - (pc.sum(current).as_py() or 0),
        undone=undone,
        forbidden=deletes.num_rows - deleted.num_rows,
    )


def of_job(job: Path, source: Path | None) -> Expected:
    """Return everything that a job has delivered and not replaced; ``source`` is its job file or list, if it is known.

    Raises:
        UsageProblem: nothing was delivered, or the state belongs to another job file.
        StateProblem: the job's state cannot be believed.
    """
    newest = next(run_folders.delivered(job), None)
    run = saved.read(newest) if newest is not None else None
    plan = run.plan if run is not None else None
    now = job_of(run) if run is not None else None
    if source is not None and source.suffix.lower() == request.JOB_FILE:
        asked = request.from_options("verify", source, {}, job.parent)
        owner.prove(asked)
        now = asked.job
        layout, what, size = asked.layout, str(asked.job.policy.delete), asked.job.output.rows_per_file
    elif plan is not None:
        layout, what, size = load_layout(plan.layout_path), str(plan.policy["delete"]), plan.rows_per_file
    else:
        raise _nothing_delivered(job)
    state = job / "state.db"
    standing = _standing(job, state)
    left = verified.left_behind(state)
    if plan is not None and not verified.knows_left_behind(state):  # the state is of an older version
        left = verified.left(gone=_certificates(plan.gone), stale=_certificates(plan.stale))
    if not standing.num_rows and plan is None:
        raise _nothing_delivered(job)
    gone = left.filter(pc.equal(left["why"], verified.GONE))
    rows = standing.filter(pc.invert(identity.with_certificate_of(standing, gone)))
    pending, undone = run is not None and _delivers(run), 0
    if run is not None and pending:
        written, undone = _written(run)
        others = rows.filter(pc.invert(identity.among(rows, written)))
        rows = pa.concat_tables([others.select([*CERTIFICATE, SINCE]), written.select([*CERTIFICATE, SINCE])])
    deletes = of_all_runs(job, standing)
    deleted = allowed(deletes, now)
    return Expected(
        newest or job,
        state,
        layout,
        size,
        what,
        rows,
        deleted,
        left,
        whole_job=True,
        delivers=pending,
        is_pending=pending,
        undone=undone,
        forbidden=deletes.num_rows - deleted.num_rows,
    )


def _written(run: SavedRun) -> tuple[pa.Table, int]:
    """Return the certificates that a run wrote, and how many more an undo of its delivery took back."""
    rows = _since(run.plan.table(deletes=False), run.folder.name)
    undone = delivery_log.undone(run.folder)
    if not undone:
        return rows, 0
    people = zip(rows["login"].to_pylist(), rows["external_id"].to_pylist(), strict=True)
    kept = rows.filter(pa.array([person not in undone for person in people], pa.bool_()))
    return kept, rows.num_rows - kept.num_rows


def _awaits_read_back(run: SavedRun) -> bool:
    """Return True if a run's certificates count as delivered only when they are read back: the newest of its job."""
    newest = next(run_folders.delivered(run.folder.parent), None)
    return newest is not None and newest.name == run.folder.name and _delivers(run)


def _delivers(run: SavedRun) -> bool:
    """Return True if the job of a run has ``[deliver]``."""
    job = job_of(run)
    return job is not None and job.deliver is not None


def _is_job(folder: Path) -> bool:
    return (folder / "state.db").exists() or any(folder.glob("*/manifest.json"))


def _instead(job: Path) -> str:
    if next(run_folders.delivered(job), None) is None:
        return "Run the job and import its files first; then export the users and verify."
    return (
        "Verify the newest run that delivered something: "
        f"{command('verify', job / run_folders.LATEST_DELIVERED, '--export', 'FILE')}. "
        f"Or the whole job: {command('verify', job, '--export', 'FILE')}"
    )


def _nothing_delivered(job: Path) -> UsageProblem:
    return UsageProblem(
        f"No run of {job} has delivered anything.",
        advice="Run the job and import its files first, or name the folder of runs with --runs.",
    )


def _standing(job: Path, state: Path) -> pa.Table:
    """Return every certificate that the job delivered last: of its state, or of its plans if it compares with nothing.

    A run without a baseline keeps no certificates in the state; each of its plans has every person.
    """
    kept = records.standing(state)
    if kept is not None:
        return kept
    parts = []
    seen = records.nothing()
    for folder in run_folders.delivered(job):
        plan = saved.read(folder).plan
        rows = _since(plan.table(deletes=False), folder.name).select([*CERTIFICATE, SINCE])
        parts.append(rows.filter(pc.invert(identity.among(rows, seen))))
        seen = pa.concat_tables([seen, rows, _since(plan.table(deletes=True).select(CERTIFICATE), "")])
    return pa.concat_tables([records.nothing(), *parts])


def _since(rows: pa.Table, run: str) -> pa.Table:
    return rows.append_column(SINCE, pa.array([run] * rows.num_rows, pa.string()))


def _certificates(rows: list[dict[str, str]]) -> pa.Table:
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in CERTIFICATE})
