"""Grace period: people who are gone are deleted only after ``guards.delete_after_days``; the state keeps since when."""

from datetime import date, datetime, timedelta

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config.request import RunRequest
from pipeline.kernels.columns import flat
from pipeline.model import identity
from pipeline.model.fields import PERSON, SINCE
from pipeline.state import records

NAME = "gone_since"
"""The name of the table in the state: ``PERSON`` and ``since``, a date as ISO 8601 writes it."""


class Grace(msgspec.Struct, frozen=True):
    """The grace period of a run: how long it is, the day of the run (UTC), and who was gone before it."""

    days: int
    today: date
    before: pa.Table

    def table(self, gone: pa.Table) -> pa.Table:
        """Return what the state keeps of people who are gone: since when, from the state before, else today."""
        known = pc.index_in(identity.person_keys(gone), value_set=identity.person_keys(self.before))
        since = pc.fill_null(flat(self.before[SINCE]).take(known), self.today.isoformat())
        return pa.table({name: flat(gone[name]) for name in PERSON} | {SINCE: flat(since)})

    def is_over(self, gone_since: pa.Table) -> pa.BooleanArray:
        """Mark the people whose grace period has ended; ``gone_since`` is as ``table`` makes it."""
        return flat(pc.less_equal(gone_since[SINCE], (self.today - timedelta(days=self.days)).isoformat()))


def grace(request: RunRequest, started: datetime) -> Grace | None:
    """Return the grace period of a run, None if the job has none; a saved plan keeps the day on which it was made.

    Raises:
        StateProblem: the state cannot be believed.
    """
    days = request.job.guards.delete_after_days
    if not days or request.job.policy.delete == "never":
        return None
    made = started.strftime("%Y%m%d") if request.folder is None else request.folder.name[:8]
    before = records.frame(request.state, NAME)
    return Grace(days, date.fromisoformat(made), before if before is not None else _none())


def note(waiting: pa.Table, days: int) -> str:
    """Return the sentence about people who are gone and not yet deleted; ``waiting`` is as ``Grace.table`` makes it."""
    first = date.fromisoformat(pc.min(waiting[SINCE]).as_py()) + timedelta(days=days)
    one = waiting.num_rows == 1
    return (
        f"{'1 person is' if one else f'{waiting.num_rows} people are'} gone and will be deleted after {days} days "
        f"(guards.delete_after_days), {'' if one else 'the first '}on {first.isoformat()}."
    )


def _none() -> pa.Table:
    return pa.table({name: pa.array([], pa.string()) for name in (*PERSON, SINCE)})
