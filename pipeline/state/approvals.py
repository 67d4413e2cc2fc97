"""Approvals of plans that a guard stopped: each lets one run through, once. ``records.conclude`` uses them up."""

from pathlib import Path

from pipeline.state import database


def approve(path: Path, seal: str, run: str, who: str, when: str) -> None:
    """Approve a plan: the next run with this plan hash passes its guards, once; account and time are kept."""
    with database.opened(path) as opened:
        opened.execute("INSERT OR REPLACE INTO approvals VALUES (?, ?, ?, ?, NULL)", [seal, run, who, when])


def is_approved(path: Path, seal: str) -> bool:
    """Return True if this seal was approved and no run has used the approval yet."""
    if not path.exists():
        return False
    with database.opened(path) as opened:
        found = opened.execute("SELECT 1 FROM approvals WHERE seal = ? AND used_by IS NULL", [seal]).fetchone()
    return found is not None


def lapse_approvals(path: Path, why: str) -> None:
    """Let every approval lapse that no run has used."""
    with database.opened(path) as opened:
        opened.execute("UPDATE approvals SET used_by = ? WHERE used_by IS NULL", [f"lapsed at {why}"])
