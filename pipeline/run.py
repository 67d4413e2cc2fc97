"""One run, told from top to bottom: read, name, judge, prove, lay out, write, read back, report.

The sources are already being read when this room is entered (``extract.reading``). ``check`` is the same story, stopped
before anything is laid out. Whatever happens, the run's folder says what it was.
"""

import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np

from connectors.base import SourceEmpty
from pipeline import attribute, canonical, emit, errors, files, guard, judge, state, transform
from pipeline.config.sources import Live
from pipeline.errors import UsageProblem
from pipeline.extract import Bound, Reading
from pipeline.issues import Finding
from pipeline.order import Order
from pipeline.outcome import Run
from pipeline.reports import folder as report
from pipeline.transform import People

Progress = Callable[[str], None]


def run(order: Order, reading: Reading, progress: Progress) -> Run:
    """Do what is ordered, and leave a folder that tells it: also where the run was stopped, and why.

    Raises:
        OSError: the folder of runs cannot be written.
    """
    now = datetime.now(UTC)
    result = Run(order, files.new_run_folder(order.runs, order.name, now), now)
    try:
        result = _judged(result, reading, progress)
        result = _written(result, progress) if order.emits else result
        result = replace(result, end=errors.REJECTED if result.rejected.any() else errors.OK)
        _remember(result)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - the last door; a panic of a Rust library is no Exception
        result = _stopped(result, error)
    progress("Writing the report")
    report.write(result)
    return result


def _judged(begun: Run, reading: Reading, progress: Progress) -> Run:
    """Read everything, and find everything that is wrong with it."""
    order, job = begun.order, begun.order.job
    with ThreadPoolExecutor(max_workers=1) as beside:
        # A workbook takes longer to read than a directory to be made ready, so neither waits for the other.
        known = beside.submit(lambda: judge.truth(_people(reading.directory())))
        progress("Reading the list")
        people = _placed(order, transform.to_people(reading.roster()))

        progress("Looking at every letter")
        written = {column.field for column in order.layout.columns if column.field} & set(people.frame.columns)
        own_place = (order.tenant, order.region_key) if people.has(canonical.ISSUER) else None
        is_truth = isinstance(job.roster, Live)
        judgement = judge.roster(people, known, written, own_place, job.policy, is_truth=is_truth)
    persons = judge.persons(people, judgement.findings)
    if not persons:
        raise SourceEmpty(f"{people.extract.origin.source} has column headers, but no rows of people.")
    guard.enough_rows(persons, job.guards, people.extract.origin.source)
    return replace(
        begun,
        people=people,
        directory=truth.people if (truth := known.result()) else None,
        subject=judgement.subject,
        findings=(*judgement.findings, *attribute.findings(job), *_unverified(order, people)),
    )


def _people(source: Bound | None) -> People | None:
    return transform.to_people(source) if source else None


def _placed(order: Order, people: People) -> People:
    """Give every row its tenant, region and Issuer, where anything is said of them.

    Raises:
        UsageProblem: import files are wanted, and neither the job nor the list names a tenant or a region.
    """
    if order.emits and not (order.tenant or people.has(canonical.TENANT)):
        raise UsageProblem("No tenant is named.", advice="Give --tenant and --region, or a tenant column in the list.")
    if order.emits and not (order.region or people.has(canonical.REGION)):
        known = ", ".join(region.key for region in order.regions)
        raise UsageProblem("No region is named.", advice=f"Give --region ({known}), or a region column in the list.")
    if order.tenant or people.has(canonical.TENANT) or people.has(canonical.REGION):
        return transform.with_issuers(people, order.tenant, order.region_key, order.regions)
    return people


def _written(judged: Run, progress: Progress) -> Run:
    """Lay the accepted rows out and write them, unless one bad row shall stop them all."""
    job, accepted = judged.order.job, judged.accepted
    if judged.people is None or judged.subject is None or not accepted.any():
        return judged
    if job.policy.on_reject == "stop" and judged.rejected.any():
        return replace(
            judged, message='Rows were rejected, and policy.on_reject is "stop": no import file was written.'
        )
    progress("Writing the import files")
    tables = emit.import_rows(judged.people, judged.subject, accepted, judged.order.layout)
    return replace(
        judged, written=tuple(emit.write(judged.folder, tables, judged.order.layout, job.output.rows_per_file))
    )


def _remember(done: Run) -> None:
    """Keep what the directories want to be given next time; only now, for the output of this time is in place."""
    sources = {"roster": done.people, "directory": done.directory}
    memories = {part: memory for part, people in sources.items() if people and (memory := people.extract.memory)}
    if memories and done.order.emits:
        state.remember(done.order.state, memories)


def _unverified(order: Order, people: People) -> list[Finding]:
    """Say which facts behind the import files nobody has confirmed yet."""
    nobody = np.zeros(0, np.int64)
    found = []
    if order.emits and not order.layout.verified:
        message = f"the layout {order.layout.name!r} has not been compared with an export of System Configurator yet"
        found.append(Finding("LAYOUT-UNVERIFIED", nobody, None, message))
    used = set(people.texts(canonical.REGION).unique().to_pylist()) if people.has(canonical.REGION) else set()
    for region in order.regions:
        if region.key in used and not region.verified:
            message = f"{region.title}: its login host and issuer are inferred, nobody has confirmed them"
            found.append(Finding("REGION-UNVERIFIED", nobody, None, message))
    return found


def _stopped(reached: Run, error: BaseException) -> Run:
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
        message=f"An unexpected failure ({type(error).__name__}) in {trace[-1]}. No import file was written.",
        advice='This is a defect of contactpro-sync: please report the lines under "trace" in manifest.json.',
    )
