"""Deliver a run as soon as it has ended, if its job has ``after_run = true``, and put both documents together."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pipeline.config.request import RunRequest
from pipeline.deliver.result import finished
from pipeline.model.exit_codes import EXIT_CODES, worst
from pipeline.reports import refusal
from pipeline.reports.summary import NOTHING_TO_DO


def is_wanted(request: RunRequest, summary: Mapping[str, Any]) -> bool:
    """Return True if the job delivers after each run, and this run passed its guards."""
    wanted = request.command == "run" and request.job.deliver is not None and request.job.deliver.after_run
    return wanted and EXIT_CODES[summary["exit_code"]].delivered


def document(
    request: RunRequest, summary: Mapping[str, Any], progress: Callable[[int, int | None], None]
) -> tuple[dict[str, Any], list[str]]:
    """Deliver a run; return the document of the delivery, and its lines for a screen (none if it could not begin).

    The lines lack the last one, which is that of the whole (``last_line``).

    An error is the document's message: the run itself is done, and its summary is printed whatever comes after.
    """
    try:
        from pipeline.deliver import command  # noqa: PLC0415 - most runs deliver nothing

        delivery = command.deliver(Path(summary["run"]), request.runs, progress=progress)
        return delivery.document(), list(delivery.body())
    except Exception as problem:  # noqa: BLE001 - as the docstring has it
        return refusal.summary_of("deliver", problem), []


def with_delivery(summary: dict[str, Any], delivery: dict[str, Any]) -> dict[str, Any]:
    """Return the summary with its delivery; the worse exit code of both is that of the whole."""
    code = worst([summary["exit_code"], delivery["exit_code"]])
    steps = (delivery["next"], summary["next"] if summary["next"] != NOTHING_TO_DO else "")
    end = {"exit_code": code, "outcome": EXIT_CODES[code].name, "next": " ".join(filter(None, steps)) or NOTHING_TO_DO}
    return summary | {"delivery": delivery} | end


def last_line(summary: Mapping[str, Any]) -> str:
    """Return the last line of a run that delivered: how the whole ended."""
    return finished(EXIT_CODES[summary["exit_code"]])
