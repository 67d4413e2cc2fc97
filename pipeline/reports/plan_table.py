"""The changes of a plan, for a screen (masked) or for a program (complete)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pipeline.model.command_line import command
from pipeline.model.errors import UsageProblem
from pipeline.model.exit_codes import GUARDED
from pipeline.model.masking import masked, plainly
from pipeline.model.printed import Column, Line, Printed, Table
from pipeline.plan.build import COUNTED
from pipeline.plan.saved import SavedRun

OTHERS = ("gone", "stale")
UNCHANGED = "unchanged"
CLASSES = ("change", "case_change")
"""The counts of the summary (design §7) that are made of several kinds, or have another name than theirs."""
SHOWN = 50
STYLES = {"create": "green", "change": "yellow", "case_change": "yellow", "delete": "red"}
"""The colour of a class of changes on a terminal."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A plan, and those of its changes that were asked for."""

    past: SavedRun
    changes: list[dict[str, str]]
    only: str | None = None

    def document(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        head = {"command": "show", "outcome": "ok", "exit_code": 0, "run": str(self.past.folder)}
        kept = {key: getattr(self.past.plan, key) for key in ("job", "tenant", "counts", "sha256")}
        return head | kept | {"changes": self.changes}

    def lines(self, *, unmasked: bool = False) -> Iterator[Printed]:
        """Yield what would change, a line each, and how a plan that a guard stopped is approved.

        A masked plan cannot be approved: on a terminal addresses are shown as they are.
        """
        shown = plainly if unmasked else masked
        counts = self.past.plan.counts
        yield f"{self.past.plan.job}: " + ", ".join(f"{number} {name}" for name, number in counts.items())
        yield f"seal {self.past.seal}\n"
        if self.changes:
            yield self._table(shown)
        if len(self.changes) > SHOWN:
            yield f"  and {len(self.changes) - SHOWN} more; with --json all of them are there"
        if self.only is None and counts["gone"] == 1:
            yield "  and 1 who is gone; --only gone lists that person"
        elif self.only is None and counts["gone"]:
            yield f"  and {counts['gone']} who are gone; --only gone lists them"
        if self.only == UNCHANGED:
            yield "  a plan counts them, and does not list them"
        elif not self.changes:
            yield "  nothing of that kind"
        if self.past.manifest.exit_code == GUARDED.code:
            approving = command("approve", self.past.folder, "--hash", self.past.seal)
            yield f"\nnext: If all of this is right: {approving}"

    def _table(self, shown: Callable[[str], str]) -> Table:
        """Build the table of changes; a column that is empty in each of them is left out."""
        heads = ("kind", "tenant", "person", "Subject", "Issuer", "was")
        rows = [
            (
                Line(change["kind"], STYLES[COUNTED[change["kind"]]] if change["kind"] in COUNTED else "dim"),
                change["tenant"],
                shown(change["login"] or change["external_id"]),
                shown(change["subject"]),
                change["issuer"],
                shown(change["was_subject"]) if change.get("was_subject") else "",
            )
            for change in self.changes[:SHOWN]
        ]
        kept = [place for place in range(len(heads)) if any(row[place] for row in rows)]
        return Table.of((Column(heads[place]) for place in kept), ([row[each] for each in kept] for row in rows), 2)


def chosen(past: SavedRun, only: str | None) -> Chosen:
    """Choose the changes of one kind or class, or all; ``gone`` and ``stale`` are not changes, but can be asked for.

    Raises:
        UsageProblem: there is no such kind.
    """
    if only in OTHERS:
        rows = past.plan.gone if only == "gone" else past.plan.stale
        return Chosen(past, [{"kind": only, **row} for row in rows], only)
    if only is not None and only not in (*COUNTED, *CLASSES, UNCHANGED):
        known = ", ".join((*COUNTED, *CLASSES, *OTHERS, UNCHANGED))
        raise UsageProblem(f"--only {only}: there is no such kind.", advice=f"Write {known}.")
    found = [each for each in past.plan.changes if only in {None, each["kind"], COUNTED[each["kind"]]}]
    return Chosen(past, found, only)
