"""The note of a run about earlier import files that were never compared with an export."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config.request import RunRequest
from pipeline.model.command_line import command
from pipeline.model.fields import SINCE
from pipeline.state import verified


def note(request: RunRequest, now: datetime, standing: pa.Table | None = None) -> Iterator[str]:
    """Yield how many people of how many earlier runs were never verified, how old they are, and what to do.

    A file that was written counts as imported; if it was not, these people wait for a certificate for ever.
    ``standing`` is what the state has delivered, if that was read already.

    Raises:
        StateProblem: the state cannot be believed.
    """
    if request.job.baseline.kind != "state":
        return
    waiting = verified.unverified(request.state, standing)
    if not waiting.num_rows:
        return
    runs = sorted(pc.unique(waiting[SINCE]).to_pylist())
    days = (now - datetime.strptime(runs[0].partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)).days
    age = {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
    people, were = ("1 person", "was") if waiting.num_rows == 1 else (f"{waiting.num_rows} people", "were")
    which = f"an earlier run ({age})" if len(runs) == 1 else f"{len(runs)} earlier runs (the oldest {age})"
    yield (
        f"{people} of {which} {were} never verified. Export the users and run: "
        + command("verify", request.source, "--export", "FILE", runs=request.runs)
    )
