"""Run one job: extract, transform, validate, match, plan, guard, emit, report, state.

The sources are already being read in the background. ``check`` ends after match, ``plan`` after guard; ``emit`` repeats
a saved plan, and goes on only if the result is identical.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial

import pyarrow as pa
from msgspec.structs import replace

from connectors.base import ProgressCallback
from connectors.excel.annotation.annotator import Annotator
from pipeline import transform
from pipeline.config.request import RunRequest
from pipeline.emit import write as emit
from pipeline.extract.read import PendingSources
from pipeline.kernels import background
from pipeline.match import directory as match
from pipeline.match import proposals
from pipeline.match.index import DirectoryIndex
from pipeline.model import errors, fields
from pipeline.model.exit_codes import STATE
from pipeline.model.people import People
from pipeline.plan import baseline, build, guard, protect, rows, taken
from pipeline.plan.baseline import Baseline
from pipeline.plan.earlier_runs import grace, unverified
from pipeline.plan.rows import PlanRows
from pipeline.plan.taken import Taken
from pipeline.plan.waves import members as waves
from pipeline.reports import run_folder as reports
from pipeline.reports.annotated import WorkbookAhead, workbook_ahead
from pipeline.result import RunResult
from pipeline.state import owner, records, run_log
from pipeline.state.judgement import kept as judgement
from pipeline.validate import duplicates, placement
from pipeline.validate import roster as validate
from pipeline.validate.whole_source import directory_rows, doubts, live_advice, unconfirmed

Progress = Callable[[str], None]
Log = Callable[..., None]


def run(request: RunRequest, sources: PendingSources, progress: Progress, begun: Annotator | None = None) -> RunResult:
    """Run the request and write its run folder, also if the run is stopped; ``begun`` will write the workbook.

    Raises:
        OSError: the folder of runs cannot be written.
    """
    result = RunResult.begin(request)
    with run_log.kept(result.folder) as log, background.worker(3) as worker, workbook_ahead(request, begun) as workbook:
        log(f"{request.command} {request.name}")

        def step(words: str) -> None:
            log(words)
            progress(words)

        try:
            for reached in _steps(result, sources, worker, workbook, step, log):
                result = reached
            result = _keep(result.ended(), workbook, step)
        except (KeyboardInterrupt, SystemExit):
            with suppress(OSError):
                log("stopped by a signal")
            raise
        except BaseException as error:  # noqa: BLE001 - the last door; a panic of a Rust library is not an Exception
            result = _keep(result.stopped(error), workbook, step)
        with suppress(OSError):  # a disk too full for this line was too full for the report, as the report notes
            log(result.end.name, result.counts() | {"exit_code": result.end.code})
    return result


def checked(request: RunRequest, sources: PendingSources) -> RunResult:
    """Run extract, transform, validate and match, without a run folder."""
    result = RunResult(request, request.runs, datetime.now(UTC))
    with background.worker(threads=3) as worker:
        *_, result = _extract_to_match(result, sources, worker, lambda _: None)
    result = result.with_findings(protect.listed(request.job.protect, result.people, result.accepted))
    if request.job.baseline.kind == "state" and result.people is not None and result.subject is not None:
        before = baseline.baseline(request)
        wanted = rows.rows(result.people, result.subject, result.accepted, request.layout, before.known)
        result = result.with_findings(_taken(result, result.people, result.subject, wanted, before).findings)
    return result


def _steps(
    result: RunResult,
    sources: PendingSources,
    worker: ThreadPoolExecutor,
    workbook: WorkbookAhead,
    progress: Progress,
    log: Log,
) -> Iterator[RunResult]:
    """Yield the result after each step up to emit: the result that is reported if the next step fails."""
    request = result.request
    if request.plans:
        owner.claim(request)
    for reached in _extract_to_match(result, sources, worker, progress, workbook.list_read):
        result = reached
        yield result
    workbook.judged(result)
    log("judged", {name: result.counts()[name] for name in ("read", "accepted", "rejected", "dropped")})

    if not request.plans:
        result = result.with_findings(protect.listed(request.job.protect, result.people, result.accepted))
        yield result
    else:
        result = _plan(result, partial(sources.tally, "baseline"))  # 5 plan
        yield result
        log("planned", result.plan.counts if result.plan is not None else {})

    guard.check(request, result.size, result.plan, result.hashes(), result.folder)  # 6 guard

    if request.emits:
        workbook.foresee(result.ended())
        if result.plan is not None and result.plan.changes.num_rows:
            progress("Writing the import files")
            result = replace(result, written=emit.write_plan(result.folder, result.plan, request))  # 7 emit
            yield result
        log("written", {"files": len(result.written), "rows": sum(file.rows for file in result.written)})


def _extract_to_match(
    result: RunResult,
    sources: PendingSources,
    worker: ThreadPoolExecutor,
    progress: Progress,
    list_read: Callable[[People], None] = lambda _: None,
) -> Iterator[RunResult]:
    """Yield the result of steps 1 to 4; the list is judged unless an earlier run judged exactly this input."""
    request = result.request
    reading = worker.submit(_directory, sources)
    progress("Reading the list")
    people = transform.to_canonical(sources.roster(), request)  # 1 extract, 2 transform
    list_read(people)
    progress("Checking every character")
    found = judgement.recall(request, people, reading.result)
    if found is None:
        found = _judged(request, people, reading, worker)  # 3 validate, 4 match
        worker.submit(judgement.keep, request, people, reading.result(), found)
    result = replace(result, people=people, directory=reading.result())
    result = replace(result, subject=found.subject, doubts=found.doubts).with_findings(found.findings)
    yield result
    validate.refuse_empty(people, result.dropped)
    if request.plans:
        placement.refuse_unnamed(people, ~result.dropped, request.tenant, request.region_key)
    yield replace(result, size=found.size)


def _judged(
    request: RunRequest, people: People, reading: Future[People | None], worker: ThreadPoolExecutor
) -> judgement.Judgement:
    """Validate the roster and match it with the directory, which is indexed while the roster is validated."""
    indexed = worker.submit(_index, reading)
    grouped = worker.submit(duplicates.DuplicateGroups.from_people, people)
    place = (request.tenant, request.region_key) if people.has(fields.ISSUER) else None
    written, at_once = request.layout.fields, people.spill.batch_rows
    checked = validate.check(people, written, place, is_planned=request.plans, batch_rows=at_once)
    index, directory = indexed.result(), reading.result()
    reference = request.job.roster.is_identity_provider
    matched = match.against(index, checked, request.job.policy, is_reference=reference)
    fit = match.fit(index, people, matched)
    twins = duplicates.findings(checked, grouped.result(), matched.exact, matched.findings, fit)
    spelled, unused = proposals.confirmed(checked.findings, index), directory_rows.findings(directory)
    found = (*spelled, *unused, *matched.findings, *twins, *unconfirmed.findings(people, request))
    found = live_advice.fitted(people, found)
    notes = tuple(doubts.notes(people, directory, found, request.tenant))
    size = guard.roster_size(people, people.ids.marked(found, severity="dropped"))
    return judgement.Judgement(matched.subject, found, notes, size)


def _directory(sources: PendingSources) -> People | None:
    directory = sources.directory()
    return transform.to_people(directory) if directory is not None else None


def _index(reading: Future[People | None]) -> DirectoryIndex | None:
    directory = reading.result()
    return DirectoryIndex.from_people(directory) if directory is not None else None


def _plan(result: RunResult, progress: ProgressCallback) -> RunResult:
    """Compare the roster with the baseline, unless the policy wants every row accepted and one is not."""
    request, people, subject = result.request, result.people, result.subject
    if people is None or subject is None:
        return result
    if _is_stopped_by_rejects(result):
        return _without_plan(result)
    before = baseline.baseline(request, progress)
    before = replace(before, known=people.spill.table(before.known))
    spared = protect.protected(request.job.protect, people, result.accepted, before)
    ours = result.accepted & ~spared.rows
    members = waves.members(request.wave, people, subject, ours, request.job.roster)
    wanted = rows.rows(people, subject, members, request.layout, before.known)
    found = _taken(result, people, subject, wanted, spared.before)
    remarks = (*result.remarks, *unverified.note(request, result.started, before.known), *waves.note(request))
    result = replace(result, remarks=remarks, users_read=spared.before.users_read)
    result = result.with_findings((*spared.findings, *found.findings))
    if _is_stopped_by_rejects(result):
        return _without_plan(result)
    later = result.accepted & ~members & ~spared.rows
    wanted = wanted.only(result.accepted)
    others = (later, result.rejected | spared.rows)
    period = grace.grace(request, result.started)
    return replace(result, plan=build.for_request(request, people, subject, wanted, others, spared, found, period))


def _taken(result: RunResult, people: People, subject: pa.StringArray, wanted: PlanRows, before: Baseline) -> Taken:
    """Find the rows of this run whose certificate another person still has."""
    kept = ~result.dropped
    kept[wanted.positions] = False
    delete = build.delete_policy(result.request, people).delete
    return taken.judge(result.request, people, subject, wanted, kept, before, delete)


def _is_stopped_by_rejects(result: RunResult) -> bool:
    return result.request.job.policy.on_reject == "stop" and bool(result.rejected.any())


def _without_plan(result: RunResult) -> RunResult:
    message = 'Rows were rejected, and policy.on_reject is "stop": no import file is written.'
    return replace(result, message=message)


def _keep(result: RunResult, workbook: WorkbookAhead, progress: Progress) -> RunResult:
    """Write the report, then the state. A saved plan that was not emitted stays as it was.

    The state comes last: if the process dies in between, the next run writes the same people again, instead of taking
    files for delivered that no report asks to import.
    """
    request = result.request
    if request.folder is not None and not result.end.delivered:
        return result
    try:
        progress("Writing the report")
        commit = result.state_record() if request.plans and result.end is not STATE else None
        with background.worker() as worker:
            packed = worker.submit(records.packed_tables, commit) if commit is not None else None
            result = reports.write(result, workbook)  # 8 report
        if commit is not None and packed is not None:
            records.conclude(request.state, commit, packed.result())  # 9 state
    except (errors.Problem, OSError) as error:
        result = result.stopped(error)
        with suppress(OSError):
            result = reports.write(result, workbook)
    return result
