"""Doing one order: under the job's lock, with progress for who is watching, and notices for who is not."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from pipeline.cli import output, terminal
from pipeline.cli.progress import watched

if TYPE_CHECKING:
    from pipeline.config.request import RunRequest


def one(command: str, requested: Callable[[], "RunRequest"], *, as_json: bool, hidden: bool = False) -> dict[str, Any]:
    """Do one order and give its summary; one that cannot even begin has a summary too."""
    from pipeline.reports import refusal

    given: RunRequest | None = None
    try:
        given = requested()
        _refuse_missing(given)
        told = _done(given, as_json=as_json, hidden=hidden)
        if given.command == "run" and given.job.deliver is not None and given.job.deliver.after_run:
            told = _delivered(given, told, as_json=as_json)
    except Exception as problem:  # noqa: BLE001 - one source that fails leaves the others alone, whatever it was
        told = refusal.summary_of(command, problem)
        if not as_json:
            output.refusal(told)
    if given is not None and given.emits and given.job.notify is not None:
        _tell(given, told)
    return told


def _refuse_missing(given: "RunRequest") -> None:
    """Refuse a list that is not there before a run folder is made; in a job a missing source is a run of its own."""
    from connectors.base import SourceMissing
    from pipeline.config.request import JOB_FILE

    paths = (getattr(part, "path", None) for part in (given.job.roster, given.job.directory))
    missing = next((path for path in paths if path is not None and not path.exists()), None)
    if missing is not None and given.source.suffix.lower() != JOB_FILE:
        raise SourceMissing(f"{missing}: there is no such file.")


def _done(given: "RunRequest", *, as_json: bool, hidden: bool) -> dict[str, Any]:
    """Read the sources while pandas and pandera are still being imported, then run."""
    import pyarrow as pa

    from pipeline.extract import read
    from pipeline.state import lock

    pa.enable_signal_handlers(enable=False)  # Arrow's own lose a signal that comes while a file is being read back
    alone = lock.held(given.runs / given.name) if given.plans else nullcontext()
    with alone, watched(as_json=as_json) as (step, tally), read.reading(given, tally) as reading:
        from pipeline.reports import console, summary
        from pipeline.run import run

        result = run(given, reading, step)
    if not as_json:
        seen = terminal.is_watched() and not hidden
        told = console.lines(result, unmasked=seen and given.command == "check", pilot_unmasked=seen)
        output.text(told)
    return summary.summary(result)


def _delivered(given: "RunRequest", told: dict[str, Any], *, as_json: bool) -> dict[str, Any]:
    """Deliver what a run planned, if it passed its guards; the worse exit code of both is that of the whole."""
    from pathlib import Path

    from pipeline.model.exit_codes import EXIT_CODES, worst
    from pipeline.reports import refusal, summary

    if not EXIT_CODES[told["exit_code"]].delivered:
        return told
    try:
        from pipeline.deliver import command

        with watched(as_json=as_json) as (_, tally):
            found = command.deliver(
                Path(told["run"]), given.runs, progress=lambda done, all_: tally("delivery", done, all_)
            )
        sent = found.document()
        if not as_json:
            output.text(found.lines())
    except Exception as problem:  # noqa: BLE001 - the run itself is done, and its summary is printed whatever comes after
        sent = refusal.summary_of("deliver", problem)
        if not as_json:
            output.refusal(sent)
    code = worst([told["exit_code"], sent["exit_code"]])
    following = " ".join(filter(None, (sent["next"], told["next"] if told["next"] != summary.NOTHING_TO_DO else "")))
    end = {"exit_code": code, "outcome": EXIT_CODES[code].name, "next": following or summary.NOTHING_TO_DO}
    return told | {"delivery": sent} | end


def _tell(given: "RunRequest", told: dict[str, Any]) -> None:
    """Send the notices of a job, and print on stderr the targets that were not reached; the exit code stays."""
    import socket

    from pipeline import notify
    from pipeline.config.secrets import resolve
    from pipeline.model.errors import Problem
    from pipeline.model.exit_codes import EXIT_CODES

    wishes = given.job.notify
    if wishes is None:
        return
    unreached: list[str] = []

    def resolved(references: Iterable[str]) -> Iterator[str]:
        for reference in references:
            try:
                yield resolve(reference)
            except Problem as problem:  # the other targets are notified all the same
                unreached.append(str(problem))

    changes = sum(file["rows"] for file in told["files"])
    if notify.wanted(wishes.on, told["exit_code"], changes):
        notice = notify.notice(told, given.name, socket.gethostname())
        unreached += notify.send(list(resolved(wishes.urls)), notice)
    if EXIT_CODES[told["exit_code"]].delivered:
        unreached += [notify.ping(url) or "" for url in resolved([wishes.ping] if wishes.ping else [])]
    output.warnings(sentence for sentence in unreached if sentence)
