"""An examination: many checks, each with its next step, and one exit code, by the worst that failed (design §7)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from connectors.base import Check
from pipeline.model import errors, exit_codes
from pipeline.model.exit_codes import OK, ExitCode


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

    def lines(self) -> Iterator[str]:
        """Yield a line for each check, and its next step below."""
        width = max(len(check.name) for check in self.checks)
        for check in self.checks:
            yield f"{check.status:>7}  {check.name:<{width}}  {check.detail}"
            if check.next:
                yield f"{'':>7}  {'':<{width}}  next: {check.next}"
        yield f"\nFinished: {self.end.name} (exit code {self.end.code})"


def concluded(command: str, found: Iterable[tuple[Check, ExitCode]]) -> CheckReport:
    """Close an examination; each check comes with how the command ends if it has failed."""
    found = list(found)
    failed = {end.code: end for check, end in found if check.status == "failed"}
    worst = failed.get(exit_codes.worst(list(failed)), OK)
    return CheckReport(command, tuple(check for check, _ in found), worst)


def failed(name: str, error: Exception) -> Check:
    """Build the check of an error: its message, and what to do."""
    return Check(name, "failed", str(error), errors.advice_for(error))
