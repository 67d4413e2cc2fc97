"""Notify the targets of a job after its run: the notices that it wants, and the heartbeat ping of a run that worked."""

import socket
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.base import ChoiceNeeded
from pipeline.config.job_file.job import Notify
from pipeline.config.secrets import resolve
from pipeline.model.errors import Problem
from pipeline.model.exit_codes import EXIT_CODES
from pipeline.model.texts import DEFAULT
from pipeline.notify import metrics, notice, send


def notify(settings: Notify, job: str, summary: Mapping[str, Any], language: str = DEFAULT) -> list[str]:
    """Send what the job's ``[notify]`` wants; return a sentence for each target that was not reached.

    ``summary`` is the document of the run (design §7), ``language`` that of the notices. No target stops another,
    and none changes the run's exit code.
    """
    unreached: list[str] = []

    def resolved(references: Iterable[str]) -> Iterator[str]:
        for reference in references:
            try:
                yield resolve(reference)
            except (Problem, ChoiceNeeded) as problem:  # the other targets are notified all the same
                unreached.append(str(problem))

    changes = sum(file["rows"] for file in summary["files"])
    if notice.wanted(settings.on, summary["exit_code"], changes):
        message = notice.notice(summary, job, socket.gethostname(), language)
        unreached += send.send(list(resolved(settings.urls)), message)
    if EXIT_CODES[summary["exit_code"]].delivered:
        unreached += [send.ping(url) or "" for url in resolved([settings.ping] if settings.ping else [])]
    if settings.metrics is not None:
        unreached.append(metrics.write(settings.metrics, job, summary, datetime.now(UTC)))
    return [sentence for sentence in unreached if sentence]
