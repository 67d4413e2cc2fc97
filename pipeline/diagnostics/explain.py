"""Report on one person: source rows, directory entry, verdict, delivered certificates."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config import request
from pipeline.config.request import RunRequest
from pipeline.extract import read
from pipeline.kernels import columns, folding
from pipeline.model.errors import UsageProblem
from pipeline.model.exit_codes import OK, USAGE, ExitCode
from pipeline.model.masking import without_addresses
from pipeline.model.people import People
from pipeline.model.printed import Column, Line, Printed, Table
from pipeline.result import RunResult
from pipeline.run import checked
from pipeline.state import records, verified

STYLES = {"accepted": "green", "rejected": "red", "dropped": "dim"}
"""The colour of a verdict on a terminal."""

LOOKED_FOR = ("email", "upn", "login", "external_id")


@dataclass(frozen=True, slots=True)
class PersonReport:
    """Everything known about one person."""

    who: str
    roster: list[dict[str, Any]]
    directory: list[dict[str, Any]]
    delivered: list[dict[str, Any]]
    verified: list[dict[str, str]]

    @property
    def end(self) -> ExitCode:
        """Return how the command ends: with 2 if nothing is known of that name, which is mostly a typo."""
        return OK if self.roster or self.directory or self.delivered else USAGE

    @property
    def last(self) -> dict[str, Any]:
        """Return the newest import file with the person, and the newest verification; None for neither."""
        newest = max(self.delivered, key=lambda row: str(row["since"]), default=None)
        file = {name: newest[name] for name in ("since", "file", "line", "note")} if newest else None
        return {"last_file": file, "last_verify": max(self.verified, key=lambda row: row["when"], default=None)}

    def document(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        found = {
            "roster": self.roster,
            "directory": self.directory,
            "handed_over": self.delivered,
            "verified": self.verified,
        }
        head = {"command": "explain", "outcome": self.end.name, "exit_code": self.end.code, "who": self.who}
        return {**head, **found, **self.last}

    def lines(self, *, unmasked: bool = False) -> Iterator[Printed]:
        """Yield the lines for a person; addresses are masked unless ``unmasked``, because logs are kept."""

        def shown(text: str) -> str:
            return text if unmasked else without_addresses(text)

        yield Line(shown(self.who), "bold")
        if self.end is USAGE:
            yield "  No match in the list, the directory or earlier import files"
            return
        rows = [(part, cell._replace(text=shown(cell.text))) for part, cell in self._facts()]
        yield Table.of((Column(is_worded=True), Column(is_worded=True)), rows, 2)

    def _facts(self) -> Iterator[tuple[str, Line]]:
        """Yield what each part knows of the person; the first part of several lines has its name."""
        if not self.roster:
            yield "roster", Line("not listed, or not any more", "yellow")
        for row in self.roster:
            read = f"{row['place']}: {row['verdict']}, read as {row['mapping']!r}, email {row['email']!r}"
            yield "roster", Line(read, STYLES[row["verdict"]])
            for issue in row["issues"]:
                yield "", Line(f"{issue['code']}: {issue['message']}")
                yield "", Line(issue["fix"])
        for entry in self.directory:
            upn = f", sign-in name {entry['upn']!r}" if entry["upn"] else ""
            yield "directory", Line(f"email {entry['email']!r}{upn}")
        for row in self.delivered:
            yield "delivered", Line(f"in {row['since']}: Subject {row['subject']!r}, Issuer {row['issuer']}")
            yield "last file", Line(f"{row['file']} line {row['line']}" if row["file"] else row["note"])
        if self.delivered and not self.verified:
            yield "verified", Line("Not verified since this file was written", "yellow")
        for row in self.verified:
            yield "verified", Line(f"{row['when']}, of run {row['run']}: {row['verdict'].replace('_', ' ')}")


def explain(job: Path, who: str, runs: Path) -> PersonReport:
    """Find a person by email, sign-in name, Login, ExternalId or object id, whatever the case.

    Raises:
        UsageProblem: no person was named.
        SourceError, ChoiceNeeded, MappingError, Problem: as a run does.
    """
    if not who.strip():
        raise UsageProblem("No person was named.", advice="Give an email, a Login, an ExternalId or an object id.")
    given = request.from_options("explain", job, {}, runs)
    with read.reading(given) as reading:
        run = checked(given, reading)
    people = run.people
    roster = [] if people is None else [_row(run, people, position) for position in _positions(people, who)]
    names = {who, *(row["email"] for row in roster)}
    directory = _entries(run.directory, names) if run.directory is not None else []
    asked = {folding.fold_text(name) for name in names} - {""}
    delivered = [row | _last_file(given, row) for row in _of(records.delivered(given.state), asked)]
    return PersonReport(who, roster, directory, delivered, _of(verified.verified(given.state), asked))


def _last_file(given: RunRequest, certificate: Mapping[str, str]) -> dict[str, Any]:
    """Find import file and line (the header counts) that delivered a certificate, or the reason why there is none."""
    run = given.state.parent / certificate["since"]
    if not certificate["since"] or not run.is_dir():
        return {"file": None, "line": None, "note": f"the folder of run {certificate['since']} was deleted"}
    if not os.access(run, os.R_OK | os.X_OK):  # the state answers what it can; another account ran the job
        return {"file": None, "line": None, "note": f"the folder of run {run.name} belongs to another account"}
    keys_of = {certificate["login"], certificate["external_id"]} - {""}
    for path in sorted((run / "out" / certificate["tenant"]).glob("*.txt")):
        if path.stem.rpartition("-")[0] in {"deletes", "inverse"}:  # older versions put what undoes beside the others
            continue
        for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
            cells = set(line.decode("utf-8", "replace").strip("\r").split("\t"))
            if {certificate["subject"], certificate["issuer"]} <= cells and cells & keys_of:
                return {"file": str(path), "line": number, "note": ""}
    return {"file": None, "line": None, "note": f"no import file of run {run.name} has it: Contact Pro had it before"}


def _of(certificates: pa.Table, asked: set[str]) -> list[dict[str, str]]:
    """Find the certificates of those who go by one of the names (folded)."""
    wanted = pa.array(sorted(asked), pa.string())
    masks = [
        pc.is_in(folding.fold(columns.flat(certificates[name])), wanted) for name in ("subject", "login", "external_id")
    ]
    rows: list[dict[str, str]] = certificates.filter(pc.or_(pc.or_(masks[0], masks[1]), masks[2])).to_pylist()
    return rows


def _positions(people: People, who: str) -> list[int]:
    folded = folding.fold_text(who)
    found: set[int] = set()
    for field in LOOKED_FOR:
        if people.has(field):
            same = pc.equal(folding.fold(columns.flat(people.texts(field))), folded)
            found |= set(pc.indices_nonzero(same).to_pylist())
    return sorted(found)


def _row(run: RunResult, people: People, position: int) -> dict[str, Any]:
    row_id = people.first + position
    verdict = "dropped" if run.dropped[position] else "rejected" if run.rejected[position] else "accepted"
    issues = [
        {"code": finding.code, "message": finding.message(at), "fix": finding.fix(at)}
        for finding in run.findings
        for at in np.flatnonzero(finding.rows == row_id).tolist()
    ]
    place = f"{people.extract.origin.source} {people.where([row_id])}"
    row = {"place": place, "mapping": people.binding.mapping.name, "email": people.raw("email", row_id)}
    return row | {"verdict": verdict, "issues": issues}


def _entries(directory: People, names: set[str]) -> list[dict[str, Any]]:
    positions = sorted({position for name in names for position in _positions(directory, name)})
    return [{"email": directory.raw("email", each), "upn": directory.raw("upn", each)} for each in positions]
