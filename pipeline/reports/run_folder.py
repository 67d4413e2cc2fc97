"""The reports of a run folder. A new report is one more ``yield``: its name, and its pieces."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import msgspec

from pipeline.kernels import background
from pipeline.plan import saved
from pipeline.reports.annotated import WorkbookAhead
from pipeline.reports.issue_lines import issue_lines
from pipeline.reports.page import html
from pipeline.reports.page.html import PageFacts
from pipeline.reports.rejects import rejects
from pipeline.reports.summary import manifest, plan_header
from pipeline.result import RunResult
from pipeline.state import files
from pipeline.state.run_folders import LATEST, LATEST_DELIVERED

Reports = Iterator[tuple[str, Iterable[bytes | memoryview]]]
"""Files of the run folder: the name and the pieces of each."""


def _early(run: RunResult) -> Reports:
    """Yield the reports without a word about the annotated workbook."""
    if run.plan is not None:
        yield "plan.json", saved.document(run.plan.changes, plan_header(run, run.plan))
    yield "issues.jsonl", issue_lines(run)
    if run.rejected.any():
        yield "rejects.csv", rejects(run)


def _later(run: RunResult, facts: PageFacts) -> Reports:
    if run.workbook is not None:
        yield "annotated.xlsx", [run.workbook]
    for name, hidden in (("report.html", False), ("report-masked.html", True)):
        yield name, [html.page(run, facts, language=run.request.language, hidden=hidden)]


def _last(run: RunResult) -> Reports:
    """Yield the manifest: a folder that has it has all of its reports."""
    yield "manifest.json", [msgspec.json.format(msgspec.json.encode(manifest(run)), indent=2), b"\n"]


def write(run: RunResult, workbook: WorkbookAhead) -> RunResult:
    """Write every report, and last of all the pointers to this run; return the result with the annotated workbook.

    While another process makes the workbook, the early reports are written in two more threads, and what the pages show
    is found in this one.

    Raises:
        OSError: the disk is full or not writable.
    """
    with background.worker() as worker, ThreadPoolExecutor(thread_name_prefix="reports", max_workers=2) as beside:
        annotated = worker.submit(workbook.added, run)
        early = [beside.submit(files.write, run.folder / name, pieces) for name, pieces in _early(run)]
        html.load_template(run.request.language)
        facts = PageFacts.of_run(run, run.request.language)
        run = annotated.result()
        _write(run, _later(run, facts))
        for each in early:
            each.result()
    _write(run, _last(run))
    # Their temporary files are in the run's own folder: in the job's, another run might take them for a dead run's.
    for pointer in [LATEST, LATEST_DELIVERED] if run.delivered else [LATEST]:
        files.write(run.folder.parent / pointer, [run.folder.name.encode()], by=run.folder)
    return run


def _write(run: RunResult, reports: Reports) -> None:
    for name, pieces in reports:
        files.write(run.folder / name, pieces)
