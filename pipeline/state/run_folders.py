"""Run folders on disk: their manifests, which runs delivered something, and the pointers to the newest ones.

A run delivered something if it wrote import files: nothing else may be verified, or counts as imported.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from pipeline.model.exit_codes import EXIT_CODES

LATEST, LATEST_DELIVERED = "latest", "latest-delivered"
POINTERS = (LATEST, LATEST_DELIVERED)
UNDO = "undo"
"""The folder of the files that undo a run, beside ``out``: importing ``out`` never imports them."""


class Manifest(msgspec.Struct, frozen=True):
    """The keys of manifest.json that are read back; a manifest of an older version may lack some."""

    command: str = ""
    exit_code: int = 1
    outcome: str = ""
    job: str = ""
    hashes: dict[str, Any] = {}

    @property
    def imports(self) -> list[str]:
        """Return the paths of the files that the run wrote to be imported, deletes included."""
        written = self.hashes.get("outputs") or {}
        return [path for path in written if not (path.startswith(f"{UNDO}/") or "/inverse-" in path)]

    @property
    def delivered(self) -> bool:
        """Return True if the run passed its guards and wrote files to be imported."""
        ended = EXIT_CODES.get(self.exit_code)
        return self.command in {"run", "emit"} and ended is not None and ended.delivered and bool(self.imports)


def read_manifest(folder: Path) -> Manifest | None:
    """Read the manifest of a run folder; None if there is none that can be read."""
    try:
        return msgspec.json.decode((folder / "manifest.json").read_bytes(), type=Manifest)
    except (OSError, msgspec.DecodeError):
        return None


def delivered(job: Path) -> Iterator[Path]:
    """Yield the folders of a job's runs that delivered something, the newest first."""
    for folder in sorted(job.glob("*"), reverse=True):
        found = read_manifest(folder)
        if found is not None and found.delivered:
            yield folder


def pointed_to(pointer: Path) -> Path | None:
    """Return the run folder that ``latest`` or ``latest-delivered`` names; None if it names none that exists.

    A job whose last delivery was made by an older version has no ``latest-delivered`` yet: its manifests show it.
    """
    try:
        name = pointer.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        name = ""
        if pointer.name == LATEST_DELIVERED and not pointer.exists() and pointer.parent.is_dir():
            return next(delivered(pointer.parent), None)
    folder = pointer.parent / name
    return folder if name and folder.is_dir() else None
