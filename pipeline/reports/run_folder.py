"""The reports of a run folder: one tuple, written in its order. A new report is one more line of ``REPORTS``."""

from collections.abc import Callable, Iterable

import msgspec

from pipeline.kernels import background
from pipeline.plan import saved
from pipeline.reports.annotated import WorkbookAhead
from pipeline.reports.issue_lines import issue_lines
from pipeline.reports.page.html import load_template, report
from pipeline.reports.rejects import rejects
from pipeline.reports.summary import manifest, plan_header
from pipeline.result import RunResult
from pipeline.state import files
from pipeline.state.run_folders import LATEST, LATEST_DELIVERED


class Report(msgspec.Struct, frozen=True):
    """A file of the run folder: its name, and the function from a result to its pieces, None if it is not written.

    ``early`` is one that needs no annotated workbook and no note about it, so it is written while that is made.
    """

    name: str
    build: Callable[[RunResult], Iterable[bytes | memoryview] | None]
    early: bool = False


def _plan(run: RunResult) -> Iterable[bytes | memoryview] | None:
    return saved.document(run.plan.changes, plan_header(run, run.plan)) if run.plan is not None else None


def _rejects(run: RunResult) -> Iterable[bytes] | None:
    table = rejects(run)
    return [table] if table is not None else None


def _manifest(run: RunResult) -> Iterable[bytes]:
    return [msgspec.json.format(msgspec.json.encode(manifest(run)), indent=2), b"\n"]


REPORTS = (
    Report("plan.json", _plan, early=True),
    Report("issues.jsonl", issue_lines, early=True),
    Report("rejects.csv", _rejects, early=True),
    Report("annotated.xlsx", lambda run: [run.workbook] if run.workbook is not None else None),
    Report("report.html", lambda run: [report(run, language=run.request.language)]),
    Report("report-masked.html", lambda run: [report(run, language=run.request.language, hidden=True)]),
    Report("manifest.json", _manifest),  # the last one: a folder with a manifest has all of its reports
)


def write(run: RunResult, workbook: WorkbookAhead) -> RunResult:
    """Write every report, and last of all the pointers to this run; return the result with the annotated workbook.

    While another process writes the workbook, the early reports are written and the template of the pages is compiled.

    Raises:
        OSError: the disk is full or not writable.
    """
    with background.worker() as worker:
        annotated = worker.submit(workbook.added, run)
        _write(run, early=True)
        load_template(run.request.language)
        run = annotated.result()
    _write(run, early=False)
    # Their temporary files are in the run's own folder: in the job's, another run might take them for a dead run's.
    for pointer in [LATEST, LATEST_DELIVERED] if run.delivered else [LATEST]:
        files.write(run.folder.parent / pointer, [run.folder.name.encode()], by=run.folder)
    return run


def _write(run: RunResult, *, early: bool) -> None:
    for each in REPORTS:
        if each.early is early and (pieces := each.build(run)) is not None:
            files.write(run.folder / each.name, pieces)
