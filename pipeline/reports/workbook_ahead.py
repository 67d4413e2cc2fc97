"""annotated.xlsx, made ahead: by another process while the import files are written, of which it shows nothing."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import fields, replace

from connectors.excel.annotate import Annotator
from connectors.settings import FileSettings
from pipeline.config.request import RunRequest
from pipeline.kernels import background
from pipeline.reports.annotated import with_workbook
from pipeline.result import RunResult


class WorkbookAhead:
    """The workbook of one run: begun when its end is foreseen, and made again if it ends otherwise."""

    def __init__(self, worker: ThreadPoolExecutor, annotator: Annotator) -> None:
        """Begin nothing yet; ``worker`` waits for the process that writes."""
        self._worker, self._annotator = worker, annotator
        self._begun: tuple[RunResult, Future[RunResult]] | None = None

    def foresee(self, run: RunResult) -> None:
        """Begin to make the workbook of a run of which only the import files are not written yet."""
        self._begun = run, self._worker.submit(with_workbook, run, self._annotator)

    def added(self, run: RunResult) -> RunResult:
        """Return the result with its workbook, if a row was rejected or has a warning, and the notes about it."""
        if self._begun is not None:
            foreseen, coming = self._begun
            made = coming.result()
            if _same_but_for_files(run, foreseen):
                return replace(run, workbook=made.workbook, remarks=made.remarks)
        return with_workbook(run, self._annotator)


@contextmanager
def workbook_ahead(request: RunRequest) -> Iterator[WorkbookAhead]:
    """Start the process that writes, so that it loads openpyxl while the list is judged; nearly every list needs it."""
    with background.worker() as worker, Annotator() as annotator:
        if isinstance(request.job.roster, FileSettings):
            annotator.begin()
        yield WorkbookAhead(worker, annotator)


def _same_but_for_files(run: RunResult, other: RunResult) -> bool:
    return all(getattr(run, each.name) is getattr(other, each.name) for each in fields(run) if each.name != "written")
