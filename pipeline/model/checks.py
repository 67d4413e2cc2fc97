"""An examination: many checks, each with its next step, and one exit code, by the worst that failed (design §7)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from connectors.base import Check
from pipeline.model import errors, exit_codes
from pipeline.model.exit_codes import OK, ExitCode
from pipeline.model.printed import Cell, Column, Line, Printed, Table

STYLES = {"ok": "green", "warning": "yellow", "failed": "red"}
"""The colour of a status on a terminal."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Every line of an examination, and how the command ends."""

    command: str
    checks: tuple[Check, ...]
    end: ExitCode

    def document(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        lines = [{"name": c.name, "status": c.status, "detail": c.detail, "next": c.next} for c in self.checks]
        return {"command": self.command, "outcome": self.end.name, "exit_code": self.end.code, "checks": lines}

    def lines(self) -> Iterator[Printed]:
        """Yield a line for each check, its next step below, and how the command ends."""
        columns = (Column(is_worded=True), Column(is_worded=True), Column(is_worded=True))
        yield Table.of(columns, self._rows())
        worst = "failed" if self.end is not OK else "ok"
        yield Line(f"\nFinished: {self.end.name} (exit code {self.end.code})", f"bold {STYLES[worst]}")

    def _rows(self) -> Iterator[tuple[Cell, ...]]:
        for check in self.checks:
            yield Line(check.status, STYLES[check.status]), check.name, check.detail
            if check.next:
                yield "", "", Line(f"next: {check.next}", "bold")


def concluded(command: str, found: Iterable[tuple[Check, ExitCode]]) -> CheckReport:
    """Close an examination; each check comes with how the command ends if it has failed."""
    found = list(found)
    failed = {end.code: end for check, end in found if check.status == "failed"}
    worst = failed.get(exit_codes.worst(list(failed)), OK)
    return CheckReport(command, tuple(check for check, _ in found), worst)


def failed(name: str, error: Exception) -> Check:
    """Build the check of an error: its message, and what to do."""
    return Check(name, "failed", str(error), errors.advice_for(error))
