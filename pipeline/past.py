"""A run's folder, read again: what it planned, and for whom."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from pipeline import seal
from pipeline.errors import UsageProblem


@dataclass(frozen=True, slots=True)
class Past:
    """A run that made a plan: its folder, its manifest, and plan.json as it stands there."""

    folder: Path
    manifest: dict[str, Any]
    plan: dict[str, Any]

    @property
    def runs(self) -> Path:
        """Give the folder of all runs."""
        return self.folder.parent.parent

    @property
    def state(self) -> Path:
        """Say where the job's memory is."""
        return self.folder.parent / "state.db"

    @property
    def seal(self) -> str:
        """Give the seal of the plan."""
        return str(self.plan["sha256"])

    @property
    def changes(self) -> list[dict[str, str]]:
        """List the changes."""
        return list(self.plan["changes"])


def read(folder: Path) -> Past:
    """Read a run folder back; ``<runs>/<job>/latest`` names the newest one.

    Raises:
        UsageProblem: it is no run folder, or the run made no plan.
    """
    if folder.name == "latest" and folder.is_file():
        folder = folder.parent / folder.read_text("utf-8").strip()
    try:
        manifest = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.DecodeError):
        raise UsageProblem(
            f"{folder} is no run folder.", advice="Name a folder below runs/<job>/, as the summary of a run does."
        ) from None
    try:
        plan = seal.read((folder / "plan.json").read_bytes())
    except FileNotFoundError:
        raise UsageProblem(
            f"{folder} has no plan: the run was a check, or was stopped before.", advice="Name a run that made a plan."
        ) from None
    except (OSError, ValueError) as error:
        raise UsageProblem(f"{folder / 'plan.json'} cannot be read: {error}.", advice="Plan again.") from None
    return Past(folder, manifest, plan)
