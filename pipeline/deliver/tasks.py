"""Tasks of a delivery, one for each person: the certificate to add, and those that it replaces."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.plan.diff import DELETE
from pipeline.plan.saved import SavedRun

Pair = tuple[str, str]
"""Subject and Issuer."""


@dataclass(frozen=True, slots=True)
class Task:
    """One person: ``wanted`` is the certificate to have (None: only removals), ``replaced`` those to be removed.

    ``was`` are the login and external id by which the person was known before.
    """

    tenant: str
    login: str
    external_id: str
    wanted: Pair | None
    replaced: tuple[Pair, ...]

    @property
    def key(self) -> tuple[str, str]:
        """Return what names the person in delivery.jsonl."""
        return self.login, self.external_id


def of_plan(run: SavedRun) -> list[Task]:
    """Return the tasks of a plan, one a person, in its order."""
    return _joined(_forward(change) for change in run.plan.changes)


def inverse(run: SavedRun, sent: Iterable[tuple[str, str]]) -> list[Task]:
    """Return the tasks that undo a delivery: of the people whom it sent, and of the certificates that it removed."""
    theirs = set(sent)
    tasks = []
    for change in run.plan.changes:
        own = (change["subject"], change["issuer"])
        if change["kind"] == DELETE:
            tasks.append(Task(change["tenant"], change["login"], change["external_id"], own, ()))
        elif (change["login"], change["external_id"]) in theirs:
            before = (change["was_subject"], change["was_issuer"]) if change["was_subject"] else None
            tasks.append(Task(change["tenant"], change["login"], change["external_id"], before, (own,)))
    return _joined(tasks)


def people(tasks: Iterable[Task]) -> list[Task]:
    """Return the tasks of people who are to have a certificate; the others have no line of their own."""
    return [task for task in tasks if task.wanted is not None]


def own_issuers(run: SavedRun, issuer: str) -> frozenset[str]:
    """Return the Issuers that are ours: that of the job's tenant and region, and those that the plan writes."""
    written = {change["issuer"] for change in run.plan.changes if change["kind"] != DELETE}
    return frozenset(written | ({issuer} if issuer else set()))


def _forward(change: Mapping[str, Any]) -> Task:
    own = (change["subject"], change["issuer"])
    if change["kind"] == DELETE:
        return Task(change["tenant"], change["login"], change["external_id"], None, (own,))
    replaced = ((change["was_subject"], change["was_issuer"]),) if change["was_subject"] else ()
    return Task(change["tenant"], change["login"], change["external_id"], own, replaced)


def _joined(tasks: Iterable[Task]) -> list[Task]:
    """Join the tasks of one person; what is wanted is never removed."""
    found: dict[tuple[str, str, str], Task] = {}
    for task in tasks:
        key = (task.tenant, *task.key)
        before = found.get(key)
        wanted = task.wanted if before is None else before.wanted or task.wanted
        replaced = dict.fromkeys((*(before.replaced if before else ()), *task.replaced))
        if wanted is not None:
            replaced.pop(wanted, None)
        found[key] = Task(*key, wanted, tuple(replaced))
    return list(found.values())
