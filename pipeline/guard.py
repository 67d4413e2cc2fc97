"""Refuse with numbers: a plan that changes too much, or a source that looks too small to be believed.

Whatever is wrong is said at once. A stop writes no import file; a person who has looked at the plan may let exactly
this plan through, once (``approve``). Nothing here can be turned off for ever (facts: reliability §1).
"""

from collections.abc import Iterator, Mapping

from pipeline.config.model import Budget, Job
from pipeline.ledger import Shape
from pipeline.plan import Plan

FLOOR = 10
"""A group smaller than this may vanish, and a list shorter than this may shrink, without a word (T05)."""


def too_few(people: int, job: Job, source: str) -> Iterator[str]:
    """Say that fewer people are listed than the job says there must be."""
    if people < job.guards.min_rows:
        yield f"{source} lists {people} people, and guards.min_rows asks for at least {job.guards.min_rows}"


def over_budget(plan: Plan, job: Job) -> Iterator[str]:
    """Hold a plan against the budgets; a percentage is of the people in the baseline."""
    counts = plan.counts
    spent = {
        "create": (counts["create"], job.budgets.create),
        "change": (counts["change"] + counts["case_change"], job.budgets.change),
        "delete": (counts["delete"], job.budgets.delete),
    }
    for name, (number, budget) in spent.items():
        said = _only_case(counts) if name == "change" else ""
        yield from (
            f"{number} to {name}{said}, and budgets.{name}.{limit}" for limit in _limits(number, plan.known, budget)
        )


def shrunk(now: Shape, before: Shape | None, job: Job) -> Iterator[str]:
    """Compare a roster with that of the last good run: its size, and every domain and site of it."""
    if before is None:
        return
    allowed = job.guards.max_shrink_percent
    lost = before.people - now.people
    if before.people >= FLOOR and lost * 100 > allowed * before.people:
        yield (
            f"the roster has {now.people} people, the last good run had {before.people}: "
            f"{lost * 100 / before.people:.0f} % fewer, and guards.max_shrink_percent allows {allowed:g} %"
        )
    yield from _vanished("domain", now.domains, before.domains)
    yield from _vanished("site", now.sites, before.sites)


def _vanished(what: str, now: Mapping[str, int], before: Mapping[str, int]) -> Iterator[str]:
    for name, people in sorted(before.items()):
        if people >= FLOOR and name not in now:
            yield f"nobody of the {what} {name!r} is listed any more, the last good run had {people}"


def _limits(number: int, known: int, budget: Budget) -> Iterator[str]:
    """Name the limits that a number breaks; a percentage sleeps below its population, a maximum never does."""
    if budget.max is not None and number > budget.max:
        yield f"max allows {budget.max}"
    if budget.percent is not None and known >= max(budget.min_population, 1) and number * 100 > budget.percent * known:
        yield f"percent allows {budget.percent:g} % of {known}"


def _only_case(counts: Mapping[str, int]) -> str:
    if not counts["case_change"]:
        return ""
    return f" ({counts['case_change']} of them by upper and lower case only)"
