"""Run one request: under the lock of the job, with progress and notifications."""

import gc
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from pipeline.cli import output, terminal
from pipeline.cli.progress import watched

if TYPE_CHECKING:
    from pipeline.config.request import RunRequest


def one(command: str, requested: Callable[[], "RunRequest"], *, as_json: bool, hidden: bool = False) -> dict[str, Any]:
    """Run one request and return its summary; a request that cannot begin has a summary too."""
    from pipeline.extract import open_source
    from pipeline.reports import refusal

    given: RunRequest | None = None
    try:
        given = requested()
        open_source.refuse_missing(given)
        document = _done(given, as_json=as_json, hidden=hidden)
        document = _delivered(given, document, as_json=as_json)
    except Exception as problem:  # noqa: BLE001 - one source that fails leaves the others alone, whatever it was
        document = refusal.summary_of(command, problem)
        if not as_json:
            output.refusal(document)
    if given is not None:
        _notified(given, document)
    return document


def _done(given: "RunRequest", *, as_json: bool, hidden: bool) -> dict[str, Any]:
    """Read the sources, and start the writer of workbooks, while pandas and pandera are being imported, then run."""
    import pyarrow as pa

    from connectors.excel.annotation.annotator import Annotator
    from connectors.settings import FileSettings
    from pipeline.extract import read
    from pipeline.state import lock

    pa.enable_signal_handlers(enable=False)  # Arrow's own lose a signal that comes while a file is being read back
    alone = lock.held(given.runs / given.name) if given.plans else nullcontext()
    with (
        alone,
        watched(as_json=as_json) as (step, tally),
        read.reading(given, tally) as reading,
        Annotator() as annotator,
    ):
        if isinstance(given.job.roster, FileSettings):  # nearly every list has a row to mark
            annotator.begin(given.job.roster.path)
        from pipeline.reports import console, summary
        from pipeline.run import run

        gc.freeze()  # modules stay: no collection walks through them again
        result = run(given, reading, step, annotator)
    if not as_json:
        seen = terminal.is_watched() and not hidden
        lines = console.lines(result, unmasked=seen and given.command == "check", pilot_unmasked=seen)
        output.text(lines)
    return summary.summary(result)


def _delivered(given: "RunRequest", document: dict[str, Any], *, as_json: bool) -> dict[str, Any]:
    """Deliver what a run planned, if its job wants it and it passed its guards."""
    from pipeline.deliver import after_run

    if not after_run.is_wanted(given, document):
        return document
    with watched(as_json=as_json) as (_, tally):
        sent, lines = after_run.document(given, document, lambda done, all_: tally("delivery", done, all_))
    whole = after_run.with_delivery(document, sent)
    if not as_json and lines:
        output.text([*lines, after_run.last_line(whole)])
    elif not as_json:
        output.refusal(sent)
    return whole


def _notified(given: "RunRequest", document: dict[str, Any]) -> None:
    """Send the notices of a job, and print on stderr the targets that were not reached; the exit code stays."""
    if given.emits and given.job.notify is not None:
        from pipeline.notify import after_run

        output.warnings(after_run.notify(given.job.notify, given.name, document, given.language))
