"""One run, told from top to bottom: read, name, judge, prove, plan, guard, write, read back, report, remember.

The sources are already being read when this room is entered (``extract.reading``). ``check`` and ``plan`` are the same
story, stopped earlier; ``emit`` tells it again in the folder of a plan, and goes on only if it comes to the same end.
Whatever happens, the run's folder says what it was.
"""

import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from connectors.base import SourceEmpty
from pipeline import emit, transform
from pipeline.config.request import RunRequest
from pipeline.config.sources import Live
from pipeline.extract.read import BoundExtract, PendingSources
from pipeline.model import errors, fields
from pipeline.model.errors import UsageProblem
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.plan import baseline, guard, roster_size, waves
from pipeline.plan import build as planning
from pipeline.reports import run_folder as report
from pipeline.reports import state_record
from pipeline.result import RunResult
from pipeline.state import files, owner, run_log
from pipeline.validate import roster, saml_attribute

Progress = Callable[[str], None]
Said = Callable[..., None]


def run(order: RunRequest, reading: PendingSources, progress: Progress) -> RunResult:
    """Do what is ordered, and leave a folder that tells it: also where the run was stopped, and why.

    Raises:
        OSError: the folder of runs cannot be written.
    """
    now = datetime.now(UTC)
    begun = RunResult(order, order.folder or files.new_run_folder(order.runs, order.name, now), now)
    with run_log.kept(begun.folder) as said:
        said(f"{order.command} {order.name}")

        def step(words: str) -> None:
            said(words)
            progress(words)

        try:
            done = _left(_carried_out(begun, reading, step, said), step)
        except (KeyboardInterrupt, SystemExit):
            with suppress(OSError):
                said("stopped by a signal")
            raise
        with suppress(OSError):  # the disk that is too full for this line was too full for the report, and that is said
            said(done.end.name, done.counts() | {"exit_code": done.end.code})
        return done


def _carried_out(begun: RunResult, reading: PendingSources, step: Progress, said: Said) -> RunResult:
    """Go as far as the command goes, or until something stops it."""
    order, result = begun.order, begun
    try:
        if order.plans:
            owner.claim(order)
        result = _judged(result, reading, step)
        _refuse_nobody(result)
        result = replace(
            result, size=roster_size.roster_size(result.people, result.dropped) if result.people else result.size
        )
        said("judged", {name: result.counts()[name] for name in ("read", "accepted", "rejected", "dropped")})
        if order.plans:
            result = _planned(result)
            said("planned", result.plan.counts if result.plan is not None else {})
        guard.as_sealed(result)
        guard.let_through(result)
        if order.emits:
            result = _written(result, step)
            said("written", {"files": len(result.written), "rows": sum(file.rows for file in result.written)})
        return replace(result, end=_end(result))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - the last door; a panic of a Rust library is no Exception
        return _stopped(result, error)


def _end(done: RunResult) -> errors.Exit:
    """Say how a run ends that was not stopped; what a plan was asked to say goes before rows that were rejected."""
    if done.order.pending is not None and done.plan is not None and done.plan.changes.num_rows:
        return done.order.pending
    return errors.REJECTED if done.rejected.any() else errors.OK


def judged(order: RunRequest, reading: PendingSources) -> RunResult:
    """Read and judge as a run does, and leave no folder."""
    result = _judged(RunResult(order, order.runs, datetime.now(UTC)), reading, lambda _: None)
    _refuse_nobody(result)
    return result


def _judged(begun: RunResult, reading: PendingSources, progress: Progress) -> RunResult:
    """Read everything, and find everything that is wrong with it."""
    order, job = begun.order, begun.order.job
    with _beside() as beside:
        # A workbook takes longer to read than a directory to be made ready, so neither waits for the other.
        known = beside.submit(lambda: roster.truth(_people(reading.directory())))
        progress("Reading the list")
        people = _placed(order, transform.to_people(reading.roster()))
        if job.users is not None:
            people = transform.with_groups(people, job.users)

        progress("Looking at every letter")
        own_place = (order.tenant, order.region_key) if people.has(fields.ISSUER) else None
        is_truth = isinstance(job.roster, Live)
        judgement = roster.roster(people, known, order.layout.fields, own_place, job.policy, is_truth=is_truth)
    return replace(
        begun,
        people=people,
        directory=truth.people if (truth := known.result()) else None,
        subject=judgement.subject,
        findings=(*judgement.findings, *saml_attribute.findings(job), *_unverified(order, people)),
    )


def _refuse_nobody(result: RunResult) -> None:
    """Stop where every row was blank, an example or a total: that is an empty list, not one that everybody has left."""
    if result.people is not None and result.dropped.all():
        raise SourceEmpty(f"{result.people.extract.origin.source} has column headers, but no rows of people.")


@contextmanager
def _beside() -> Iterator[ThreadPoolExecutor]:
    """Give a second thread, for which nobody waits where the first one has failed or was stopped."""
    thread = ThreadPoolExecutor(max_workers=1)
    try:
        yield thread
    except BaseException:
        thread.shutdown(wait=False, cancel_futures=True)
        raise
    thread.shutdown()


def _people(source: BoundExtract | None) -> People | None:
    return transform.to_people(source) if source else None


def _placed(order: RunRequest, people: People) -> People:
    """Give every row its tenant, region and Issuer, where anything is said of them.

    Raises:
        UsageProblem: import files are wanted, and neither the job nor the list names a tenant or a region.
    """
    if order.plans and not (order.tenant or people.has(fields.TENANT)):
        raise UsageProblem("No tenant is named.", advice="Give --tenant and --region, or a tenant column in the list.")
    if order.plans and not (order.region or people.has(fields.REGION)):
        known = ", ".join(region.key for region in order.regions)
        raise UsageProblem("No region is named.", advice=f"Give --region ({known}), or a region column in the list.")
    if order.tenant or people.has(fields.TENANT) or people.has(fields.REGION):
        return transform.with_issuers(people, order.tenant, order.region_key, order.regions)
    return people


def _planned(judged: RunResult) -> RunResult:
    """Compare what shall be with what Contact Pro has; with one bad row too many nothing is planned at all.

    Raises:
        StateProblem, SourceError: the baseline cannot be read.
    """
    order, people, subject = judged.order, judged.people, judged.subject
    if people is None or subject is None:
        return judged
    if order.job.policy.on_reject == "stop" and judged.rejected.any():
        return replace(judged, message='Rows were rejected, and policy.on_reject is "stop": no import file is written.')
    wanted, kept = (planning.rows(people, subject, rows, order.layout) for rows in (judged.accepted, judged.rejected))
    now, later = waves.split(wanted, order.wave)
    policy = order.job.policy
    if not people.extract.complete:
        policy = policy.model_copy(update={"delete": "never"})  # who is not in a part may be in the whole
    there = baseline.baseline(order)
    made = planning.plan(now, [kept, later], there.known, policy, order.layout, there.pool)
    return replace(judged, plan=made)


def _written(planned: RunResult, progress: Progress) -> RunResult:
    """Write what the plan says, each kind of change in files of its own; where nothing changes, no file."""
    order, made = planned.order, planned.plan
    if made is None or not made.changes.num_rows:
        return planned
    progress("Writing the import files")
    imports = emit.imports(made.written, order.layout)
    if made.deleted.num_rows:
        imports.append(emit.deletes(made.deleted, order.layout, order.job.policy.delete))
    if order.job.baseline.kind != "none":
        imports.append(emit.inverse(made.changes, order.layout))
    return replace(planned, written=tuple(emit.write(planned.folder, imports, order.job.output.rows_per_file)))


def _left(done: RunResult, step: Progress) -> RunResult:
    """Leave the report, and what the next run must know; only now, for the output of this one is in place.

    What cannot be kept is said, and the run has failed: the files are there, but the next run would not know of them.
    A plan that was not carried out stays as it was.
    """
    if done.order.folder is not None and done.end not in {errors.OK, errors.REJECTED}:
        return done
    try:
        step("Writing the report")
        report.write(done)
        state_record.keep(done)
    except (errors.Problem, OSError) as error:
        failed = _stopped(done, error)
        with suppress(OSError):
            report.write(failed)
        return failed
    return done


def _unverified(order: RunRequest, people: People) -> list[Finding]:
    """Say which facts behind the import files nobody has confirmed yet."""
    nobody = np.zeros(0, np.int64)
    found = []
    if order.plans and not order.layout.verified:
        message = f"the layout {order.layout.name!r} has not been compared with an export of System Configurator yet"
        found.append(Finding("LAYOUT-UNVERIFIED", nobody, None, message))
    used = set(people.texts(fields.REGION).unique().to_pylist()) if people.has(fields.REGION) else set()
    for region in order.regions:
        if region.key in used and not region.verified and region.aws_region not in order.layout.regions:
            message = f"{region.title}: its login host and issuer are inferred, nobody has confirmed them"
            found.append(Finding("REGION-UNVERIFIED", nobody, None, message))
    return found


def _stopped(reached: RunResult, error: BaseException) -> RunResult:
    """Turn an error into the end of the run; a defect of ours leaves where it happened, never the data it met."""
    end, advice = errors.exit_of(error), errors.advice_for(error)
    if advice:
        said = f"The run could not write its files: {error}." if isinstance(error, OSError) else str(error)
        return replace(reached, end=end, message=said, advice=advice)
    trace = tuple(
        f"{frame.name} ({frame.filename}:{frame.lineno})" for frame in traceback.extract_tb(error.__traceback__)
    )
    return replace(
        reached,
        end=end,
        trace=trace,
        message=f"An unexpected failure ({type(error).__name__}) in {trace[-1]}.",
        advice='This is a defect of contactpro-sync: please report the lines under "trace" in manifest.json.',
    )
