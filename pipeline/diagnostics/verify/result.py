"""The result of a verification, as text and as JSON."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.config.request import RunRequest
from pipeline.diagnostics.verify.compare import LANDED, STALE, Comparison
from pipeline.diagnostics.verify.expected import Expected
from pipeline.model.command_line import command
from pipeline.model.exit_codes import DIFFERS, OK, ExitCode

SHOWN = {"wrong_case": "wrong case", "wrong_issuer": "wrong issuer"}
"""The counts that a person reads in other words."""


@dataclass(frozen=True, slots=True)
class Verification:
    """How many certificates are in the export as they were delivered, and the files about the others.

    ``again`` are the commands that deliver what is missing through RCI, "" if it is to be imported;
    ``undeleted`` counts the deletes of the remainder.
    """

    counts: dict[str, int]
    people: Path | None
    remainder: Path | None
    notes: tuple[str, ...] = ()
    again: str = ""
    undeleted: int = 0

    @property
    def end(self) -> ExitCode:
        """Return how the command ends: anything but landed is a difference."""
        return OK if not any(number for name, number in self.counts.items() if name != LANDED) else DIFFERS

    def document(self) -> dict[str, Any]:
        """Return what ``--json`` prints (design §7)."""
        end = {"command": "verify", "outcome": self.end.name, "exit_code": self.end.code}
        paths = {"people": self.people, "remainder": self.remainder}
        document = {name: str(path) if path else None for name, path in paths.items()}
        return end | {"counts": self.counts} | document | {"notes": list(self.notes), "next": self._next()}

    def lines(self) -> Iterator[str]:
        """Yield the lines for a person."""
        for name, number in self.counts.items():
            yield f"{number:>7}  {SHOWN.get(name, name)}"
        if self.people:
            yield f"\npeople: {self.people}"
        if self.counts[STALE] > self.undeleted:
            yield "\nstale: a user has another certificate too. No new row takes an old one away: remove it by hand."
        for note in self.notes:
            yield f"\nnote: {note}"
        if following := self._next():
            yield f"\nnext: {following}"
        yield f"Finished: {self.end.name} (exit code {self.end.code})"

    def _next(self) -> str:
        if self.remainder and self.again:
            return f"Deliver what is missing: {self.again}. Or import {self.remainder} in System Configurator."
        if self.remainder and self.undeleted and self.remainder.is_dir():
            return f"Import {self.remainder} in System Configurator, deletes first, export again and verify again."
        if self.remainder:
            return f"Import {self.remainder} in System Configurator, export again and verify again."
        if self.counts[STALE]:
            return f"Remove the certificates with the status stale of {self.people} in System Configurator."
        return ""


def deliver_again(job: RunRequest) -> str:
    """Return the commands that plan and deliver again what a reading through RCI did not find."""
    run, deliver = (command(name, job.source, runs=job.runs) for name in ("run", "deliver"))
    if job.job.deliver is not None and job.job.deliver.after_run:
        return run
    return f"{run}, then {deliver}"


def notes(wanted: Expected, found: Comparison, named: Iterable[str]) -> Iterator[str]:
    """Yield what the counts do not show."""
    tenants = [tenant for tenant in wanted.tenants if tenant]
    if tenants and (others := list(named)) and set(others).isdisjoint(tenants):
        yield f"Every Issuer in the export names {' or '.join(others)}, and the run is for {' and '.join(tenants)}."
    if found.undeleted.num_rows:
        yield (
            f"Of the run's deletes {found.undeleted.num_rows} did not land; they are counted as stale, and the "
            "remainder has them."
        )
    if wanted.replaced:
        why = "they were never read back, or later" if wanted.delivers else "later"
        yield f"{wanted.replaced} certificates of this run are left out: {why} runs replaced them, or it was forgotten."
    if wanted.undone:
        number = "1 certificate" if wanted.undone == 1 else f"{wanted.undone} certificates"
        yield f"Not looked for: {number} of {wanted.folder.name}, taken back by deliver --undo."
    if wanted.forbidden:
        number = "1 delete" if wanted.forbidden == 1 else f"{wanted.forbidden} deletes"
        yield f"Left out: {number} that policy.delete or [protect] in the job file forbids by now."
    if wanted.whole_job and found.remaining:
        yield f"{found.remaining} certificates of people who are no longer listed are still there."
    if wanted.left.num_rows and not found.is_complete:
        yield (
            f"The export lists {found.listed} of {wanted.rows.num_rows} people, so an old certificate that is not in "
            "it does not count as removed."
        )
