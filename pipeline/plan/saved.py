"""A run's folder, read again: what it planned, and for whom; and what has moved since."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from pipeline.model.errors import GuardProblem, UsageProblem
from pipeline.plan import seal
from pipeline.plan.inputs import out_of_date


@dataclass(frozen=True, slots=True)
class SavedPlan:
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

    def prove_job(self) -> None:
        """See that the job file is the one that the plan was made with, before anything that it says is believed.

        Raises:
            GuardProblem: it has changed.
        """
        then, path = self.plan["hashes"]["config"], Path(self.plan["source"]["path"])
        if then is not None and path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() != then:
            raise out_of_date(self.folder, [f"the job file {path.name}"])


def read(folder: Path) -> SavedPlan:
    """Read a run folder back; ``<runs>/<job>/latest`` names the newest one.

    Raises:
        UsageProblem: it is no run folder, or the run made no plan.
        GuardProblem: plan.json was changed after it was sealed.
    """
    folder = _followed(folder)
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
    if not seal.is_whole(plan):
        raise GuardProblem(
            f"{folder / 'plan.json'} was changed after it was made: its changes do not carry its seal any more.",
            advice="Change the list or the job file instead, and plan again.",
        )
    return SavedPlan(folder, manifest, plan)


def _followed(folder: Path) -> Path:
    """Go where ``latest`` points, where that is what was named; a folder named by dots gets its name back."""
    if folder.name in {"", ".."}:
        return folder.resolve()
    if folder.name != "latest" or not folder.is_file():
        return folder
    try:
        name = folder.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        name = ""
    if not name or not (folder.parent / name).is_dir():
        raise UsageProblem(
            f"{folder} points to no run folder ({name!r}): that run was deleted, or the file was changed.",
            advice="Name the folder of a run instead; history lists them.",
        )
    return folder.parent / name
