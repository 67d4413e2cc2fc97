"""Refuse with numbers: a plan that changes too much, or a source that looks too small to be believed.

All reasons are named at once. A stop writes no import file; a person who has looked at the plan may let exactly
this plan through, once (``approve``). Nothing here can be turned off for ever (facts: reliability §1).
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config.job_file.job import Budget, Job
from pipeline.config.request import RunRequest
from pipeline.kernels.columns import Mask, flat
from pipeline.kernels.domains import domains
from pipeline.model import identity
from pipeline.model.command_line import command
from pipeline.model.errors import GuardProblem
from pipeline.model.fields import CERTIFICATE
from pipeline.model.people import People
from pipeline.plan import inputs
from pipeline.plan.build import Plan
from pipeline.state import approvals, records
from pipeline.state.records import RosterSize

FLOOR = 10
"""A list shorter than this may shrink, and lose all of a domain or site, without a warning (T05)."""

GROUP = 3
"""A domain or site of fewer people may vanish without a word: one or two people leave on any day."""


def check(request: RunRequest, size: RosterSize, plan: Plan | None, hashes: Mapping[str, Any], folder: Path) -> None:
    """Refuse a plan that is not the one to be emitted, or that breaks a budget or a guard and is not approved.

    Args:
        request: the job, and the seal and hashes of a saved plan if it is emitted.
        size: the people of the roster, with their domains and sites.
        plan: the plan, None if none was made.
        hashes: those of everything that went into this plan (``inputs.hashes``).
        folder: the run folder, named in the next step.

    Raises:
        GuardProblem: with every number, and how to approve.
    """
    _refuse_moved(request, plan, hashes)
    reasons = list(_reasons(request, size, plan))
    if not reasons or (plan is not None and approvals.is_approved(request.state, plan.seal)):
        return
    message = "The run was stopped:\n" + "\n".join(f"  - {reason}" for reason in reasons)
    advice = "Check that the list is whole; if it is, correct what the message names in the job file."
    if plan is not None:
        advice = (
            f"Look at it: {command('show', folder)}. If it is right: "
            f"{command('approve', folder, '--hash', plan.seal)}, and run again."
        )
    raise GuardProblem(f"{message}\nNo import file was written.", advice=advice)


def _refuse_moved(request: RunRequest, plan: Plan | None, hashes: Mapping[str, Any]) -> None:
    """Refuse to emit a saved plan if it, or anything that went into it, has changed."""
    if request.seal is None or request.hashes is None or request.folder is None:
        return
    moved = list(inputs.moved(request.hashes, hashes))
    if not moved and (plan is None or plan.seal != request.seal):
        moved = ["the people that a directory lists, or the version of contactpro-sync"]
    if moved:
        raise inputs.out_of_date(request.folder, moved)


def _reasons(request: RunRequest, size: RosterSize, plan: Plan | None) -> Iterator[str]:
    yield from too_few(size.people, request.job, request.job.roster.title)
    if plan is not None and request.job.baseline.kind != "none":
        last = records.last_good(request.state)
        announced = last.counts.get("later", 0) if last is not None and request.wave is not None else 0
        yield from over_budget(plan, request.job, announced)
        yield from shrunk(size, last.shape if last else None, request.job)


def too_few(people: int, job: Job, source: str) -> Iterator[str]:
    """Yield a reason if fewer people are listed than ``guards.min_rows``."""
    if people < job.guards.min_rows:
        number = "1 person" if people == 1 else f"{people} people"
        yield f"{source} lists {number}, and guards.min_rows asks for at least {job.guards.min_rows}"


def over_budget(plan: Plan, job: Job, announced: int = 0) -> Iterator[str]:
    """Compare a plan with the budgets; a percentage is of the people in the baseline.

    ``announced`` people were left for this wave by the one before: the default budget does not count them again, one
    that the job file sets does.
    """
    counts = plan.counts
    is_default = "create" not in job.budgets.model_fields_set
    spent = {
        "create": (max(0, counts["create"] - announced) if is_default else counts["create"], job.budgets.create),
        "change": (counts["change"] + counts["case_change"], job.budgets.change),
        "case_change": (counts["case_change"], job.budgets.case_change),
        "delete": (people_deleted(plan), job.budgets.delete),
    }
    words = {"change": f"change{_only_case(counts)}", "case_change": "change by upper and lower case only"}
    for name, (number, budget) in spent.items():
        yield from (
            f"{number} to {words.get(name, name)}, and budgets.{name}.{limit}"
            for limit in _limits(number, plan.known, budget)
        )


def people_deleted(plan: Plan) -> int:
    """Count the people who lose what they have; a certificate that another one replaces is not a loss."""
    rows = plan.deleted
    replaced = pa.concat_tables([plan.stale.select(CERTIFICATE), plan.earlier.select(CERTIFICATE)])
    leaving = rows.filter(pc.invert(identity.with_certificate_of(rows, replaced)))
    return identity.count_persons(leaving)


def shrunk(now: RosterSize, before: RosterSize | None, job: Job) -> Iterator[str]:
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
    if before.people >= FLOOR:
        yield from _vanished("domain", now.domains, before.domains)
        yield from _vanished("site", now.sites, before.sites)


def _vanished(what: str, now: Mapping[str, int], before: Mapping[str, int]) -> Iterator[str]:
    there = {name.casefold() for name in now}
    for name, people in sorted(before.items()):
        if people >= GROUP and name.casefold() not in there:
            yield f"no one of the {what} {name!r} is listed any more, the last good run had {people}"


def _limits(number: int, known: int, budget: Budget) -> Iterator[str]:
    """Name the limits that a number breaks; a percentage is ignored below min_population people, a maximum is not."""
    if budget.max is not None and number > budget.max:
        yield f"max allows {budget.max}"
    if budget.percent is not None and known >= max(budget.min_population, 1) and number * 100 > budget.percent * known:
        yield f"percent allows {budget.percent:g} % of {known}"


def _only_case(counts: Mapping[str, int]) -> str:
    if not counts["case_change"]:
        return ""
    return f" ({counts['case_change']} of them by upper and lower case only)"


def roster_size(people: People, dropped: Mask) -> RosterSize:
    """Count the people of a roster, accepted or rejected, and those of each email domain and site."""

    def of_people(texts: pa.StringArray) -> pa.StringArray:
        return texts.filter(pa.array(~dropped)) if dropped.any() else texts

    emails = of_people(people.folded.texts)
    sites = of_people(flat(people.texts("site"))) if people.has("site") else pa.array([], pa.string())
    return RosterSize(len(emails), _counted(domains(emails)), _counted(sites))


def _counted(texts: pa.StringArray) -> dict[str, int]:
    counts = pc.value_counts(texts)
    found = zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True)
    return {name: number for name, number in sorted(found) if name}
