"""The runs below a folder of runs, read from their manifests; a run is found again by a key, never by a path."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import msgspec

MOST = 50
"""Runs that are listed, the newest first."""

DOWNLOADS = ("report.html", "report-masked.html", "annotated.xlsx", "rejects.csv")
"""Files beside the import files that can be downloaded."""


class _Manifest(msgspec.Struct):
    """What the history shows of a manifest."""

    job: str
    when: str
    command: str
    outcome: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run folder, and its manifest."""

    key: str
    folder: Path
    job: str
    when: str
    command: str
    outcome: str
    counts: dict[str, int]


def past_runs(runs: Path) -> list[PastRun]:
    """List the newest runs; a folder without a readable manifest is left out."""
    newest = sorted(runs.glob("*/*/manifest.json"), key=lambda path: path.parent.name, reverse=True)
    found = []
    for path in newest[:MOST]:
        try:
            read = msgspec.json.decode(path.read_bytes(), type=_Manifest)
        except (OSError, msgspec.DecodeError):
            continue
        key = hashlib.sha256(str(path.parent).encode()).hexdigest()[:20]
        found.append(PastRun(key, path.parent, read.job, read.when, read.command, read.outcome, read.counts))
    return found


def downloads(folder: Path) -> list[Path]:
    """List the files of a run that can be downloaded: import files first."""
    imports = sorted(path for path in folder.glob("out/*/*") if path.is_file())
    return [*imports, *(path for name in DOWNLOADS if (path := folder / name).is_file())]
