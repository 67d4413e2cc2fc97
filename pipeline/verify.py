"""Did the import land? The certificates of a run against an export of System Configurator, letter for letter."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.contact_pro_export.connector import Settings as ContactProExport
from mappings.load import load_layout
from pipeline import emit
from pipeline.kernels import columns
from pipeline.model import identity
from pipeline.model.exit_codes import DIFFERS, OK, ExitCode
from pipeline.model.fields import CERTIFICATE, EXTENSION
from pipeline.model.identity import among
from pipeline.plan import baseline, diff
from pipeline.plan.build import DELETE
from pipeline.plan.diff import CASE, CREATE, ISSUER, SUBJECT
from pipeline.plan.saved import SavedPlan
from pipeline.state import files, records
from pipeline.users_export.read import read as read_export

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
    def end(self) -> ExitCode:
        """Say how the command ends: anything but landed is a difference."""
        return OK if not any(n for name, n in self.counts.items() if name != "landed") else DIFFERS

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


def verify(past: SavedPlan, export: ContactProExport) -> Verification:
    """Compare what a run handed over with an export made after the import; what is not there becomes the next file.

    Raises:
        SourceError: the export is missing, unreadable, or has not the layout's columns.
        StateProblem: what was found cannot be remembered.
        OSError: the remainder cannot be written.
    """
    layout = load_layout(past.plan["layout_path"])
    handed, deleted = _rows(past, deletes=False), _rows(past, deletes=True)
    tenants = sorted({*handed["tenant"].to_pylist(), *deleted["tenant"].to_pylist()})
    read = read_export(export, layout)
    known = pa.concat_tables(baseline.since_ever(read.certificates(tenant)) for tenant in tenants or [""])
    found = diff.difference(handed, handed.slice(0, 0), known)
    verdicts = [FOUND[kind] for kind in found.kinds.tolist()]
    counts = {name: verdicts.count(name) for name in ("landed", "missing", "wrong_case", "wrong_issuer")}
    stale = np.setdiff1d(found.stale, found.known[[kind in {CASE, ISSUER} for kind in found.kinds]])
    there = pa.concat_tables(read.users(tenant) for tenant in tenants or [""])
    what = past.plan["policy"]["delete"]
    undeleted = deleted.filter(among(deleted, there) if what == "user" else _same_certificate(deleted, known))
    if what == "user":
        counts["stale"] = len(stale) + undeleted.num_rows
    else:
        counts["stale"] = len(np.union1d(stale, np.flatnonzero(_same_certificate(known, undeleted))))
    _keep(past, handed, verdicts)
    if layout.makes_users:
        handed = _new_ones_numbered(handed, there)
    open_rows = handed.filter(pa.array([verdict != "landed" for verdict in verdicts], pa.bool_()))
    rest = emit.imports(open_rows, layout) if open_rows.num_rows else []
    rest += [emit.deletes(undeleted, layout, what)] if undeleted.num_rows else []
    notes = tuple(_notes(read.issuers.tenants, tenants, undeleted.num_rows))
    return Verification(counts, _remainder(past, rest) if rest else None, notes)


def _notes(named: Iterable[str], wanted: list[str], undeleted: int) -> Iterator[str]:
    """Say where the export seems to be another tenant's; the counts stay, for they are right of this export."""
    if wanted and (others := list(named)) and set(others).isdisjoint(wanted):
        yield f"Every Issuer in the export names {' or '.join(others)}, and the run is for {' and '.join(wanted)}."
    if undeleted:
        yield f"Of the run's deletes {undeleted} did not land; they are counted as stale, and the remainder has them."


def _same_certificate(rows: pa.Table, others: pa.Table) -> pa.BooleanArray:
    """Mark the rows that stand among the others: the same Subject and Issuer of the same id or login."""
    met = pa.array(np.zeros(rows.num_rows, np.bool_))
    for name in ("external_id", "login"):
        key = identity.within_tenant(rows, name)
        ours, theirs = (
            pc.binary_join_element_wise(identity.within_tenant(each, name), each["subject"], each["issuer"], "\x1f")
            for each in (rows, others)
        )
        met = pc.or_(met, pc.and_(pc.not_equal(key, ""), pc.is_in(ours, value_set=theirs)))
    return columns.flat(met)


def _new_ones_numbered(handed: pa.Table, there: pa.Table) -> pa.Table:
    """Take the number away from whoever is there by now: such a one needs the certificate only."""
    numbers = pc.if_else(among(handed, there), "", handed[EXTENSION])
    return handed.set_column(handed.column_names.index(EXTENSION), EXTENSION, numbers)


def _keep(past: SavedPlan, handed: pa.Table, verdicts: list[str]) -> None:
    """Let the job remember, so that ``explain`` can say it of each person."""
    when = datetime.now(UTC).isoformat(timespec="seconds")
    found = handed.select(CERTIFICATE)
    for name, texts in {
        "verdict": verdicts,
        "run": [past.folder.name] * len(verdicts),
        "when": [when] * len(verdicts),
    }.items():
        found = found.append_column(name, pa.array(texts, pa.string()))
    records.keep_verified(past.state, found)


def _rows(past: SavedPlan, *, deletes: bool) -> pa.Table:
    """Give what a run handed over, or what it wanted gone."""
    rows = [change for change in past.changes if (change["kind"] == DELETE) == deletes]
    names = [name for name in (rows[0] if rows else dict.fromkeys(CERTIFICATE)) if not name.startswith("was_")]
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names if name != "kind"})


def _remainder(past: SavedPlan, rest: list[emit.Import]) -> Path:
    number = sum(1 for each in past.folder.iterdir() if each.name.startswith("remainder")) + 1
    folder = files.make_folder(past.folder / f"remainder-{number:03d}")
    written = emit.write(folder, rest, past.plan.get("rows_per_file", 500))
    return folder / written[0].path if len(written) == 1 else folder / "out"
