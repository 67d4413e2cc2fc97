"""Did the import land? The certificates of a run against an export of System Configurator, letter for letter."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.load import load_layout
from mappings.model import Layout
from pipeline import baseline, diff, emit, errors, files, ledger
from pipeline.config.sources import FileSource
from pipeline.diff import CASE, CREATE, ISSUER, SUBJECT
from pipeline.errors import Exit
from pipeline.exports import reading
from pipeline.extensions import NUMBER, among
from pipeline.past import Past

FOUND = {
    "": "landed",
    diff.RENAME: "landed",
    CREATE: "missing",
    SUBJECT: "missing",
    CASE: "wrong_case",
    ISSUER: "wrong_issuer",
}
"""What a difference between the run and the export means here."""


@dataclass(frozen=True, slots=True)
class Verification:
    """How many certificates of a run are in the export as they were handed over, and where the rest is to be had."""

    counts: dict[str, int]
    remainder: Path | None
    notes: tuple[str, ...] = ()

    @property
    def end(self) -> Exit:
        """Say how the command ends: anything but landed is a difference."""
        return errors.OK if not any(n for name, n in self.counts.items() if name != "landed") else errors.DIFFERS

    def document(self) -> dict[str, Any]:
        """Give what ``--json`` prints (design §7)."""
        remainder = str(self.remainder) if self.remainder else None
        end = {"command": "verify", "outcome": self.end.name, "exit_code": self.end.code}
        return end | {"counts": self.counts, "remainder": remainder, "notes": list(self.notes)}

    def lines(self) -> Iterator[str]:
        """Tell it to a person."""
        for name, number in self.counts.items():
            yield f"{number:>7}  {name.replace('_', ' ')}"
        if self.counts["stale"]:
            yield "\nstale: a user has another certificate too. No new row takes an old one away: remove it by hand."
        for note in self.notes:
            yield f"\nnote: {note}"
        if self.remainder:
            yield f"\nnext: Import {self.remainder} in System Configurator, export again and verify again."
        yield f"end: {self.end.name} (exit code {self.end.code})"


def verify(past: Past, export: FileSource) -> Verification:
    """Compare what a run handed over with an export made after the import; what is not there becomes the next file.

    Raises:
        SourceError: the export is missing, unreadable, or has not the layout's columns.
        StateProblem: what was found cannot be remembered.
        OSError: the remainder cannot be written.
    """
    layout = load_layout(past.plan["layout_path"])
    handed = _handed(past)
    tenants = handed["tenant"].unique().to_pylist()
    read = reading.read(export, layout)
    known = pa.concat_tables(baseline.since_ever(read.certificates(tenant)) for tenant in tenants or [""])
    found = diff.difference(handed, handed.slice(0, 0), known)
    verdicts = [FOUND[kind] for kind in found.kinds.tolist()]
    counts = {name: verdicts.count(name) for name in ("landed", "missing", "wrong_case", "wrong_issuer")}
    counts["stale"] = len(np.setdiff1d(found.stale, found.known[[kind in {CASE, ISSUER} for kind in found.kinds]]))
    _keep(past, handed, verdicts)
    if layout.makes_users:
        handed = _new_ones_numbered(handed, pa.concat_tables(read.users(tenant) for tenant in tenants or [""]))
    open_rows = handed.filter(pa.array([verdict != "landed" for verdict in verdicts], pa.bool_()))
    remainder = _remainder(past, open_rows, layout) if open_rows.num_rows else None
    return Verification(counts, remainder, tuple(_notes(read.issuers.tenants, tenants)))


def _notes(named: Iterable[str], wanted: list[str]) -> Iterator[str]:
    """Say where the export seems to be another tenant's; the counts stay, for they are right of this export."""
    if (others := list(named)) and set(others).isdisjoint(wanted):
        yield f"Every Issuer in the export names {' or '.join(others)}, and the run is for {' and '.join(wanted)}."


def _new_ones_numbered(handed: pa.Table, there: pa.Table) -> pa.Table:
    """Take the number away from whoever is there by now: such a one needs the certificate only."""
    numbers = pc.if_else(among(handed, there), "", handed[NUMBER])
    return handed.set_column(handed.column_names.index(NUMBER), NUMBER, numbers)


def _keep(past: Past, handed: pa.Table, verdicts: list[str]) -> None:
    """Let the job remember, so that ``explain`` can say it of each person."""
    when = datetime.now(UTC).isoformat(timespec="seconds")
    found = handed.select(diff.CERTIFICATE)
    for name, texts in {
        "verdict": verdicts,
        "run": [past.folder.name] * len(verdicts),
        "when": [when] * len(verdicts),
    }.items():
        found = found.append_column(name, pa.array(texts, pa.string()))
    ledger.keep_verified(past.state, found)


def _handed(past: Past) -> pa.Table:
    rows = [change for change in past.changes if change["kind"] != "delete"]
    names = [name for name in (rows[0] if rows else dict.fromkeys(diff.CERTIFICATE)) if not name.startswith("was_")]
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names if name != "kind"})


def _remainder(past: Past, rows: pa.Table, layout: Layout) -> Path:
    number = sum(1 for each in past.folder.iterdir() if each.name.startswith("remainder")) + 1
    folder = files.make_folder(past.folder / f"remainder-{number:03d}")
    written = emit.write(folder, emit.imports(rows, layout), rows_per_file=500)
    return folder / written[0].path if len(written) == 1 else folder / "out"
