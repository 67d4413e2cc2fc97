"""Makers of small lists of people, of judgements and of runs, for every test of the pipeline."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from connectors.base import Extract, Origin, ReaderIssue
from mappings.bind import bind
from mappings.load import load_regions, load_source_mapping
from pipeline import transform
from pipeline.config import request
from pipeline.config.job_file.job import Policy
from pipeline.extract import read as sources
from pipeline.kernels import hashing
from pipeline.match import directory as match
from pipeline.match.index import DirectoryIndex
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.result import RunResult
from pipeline.run import run
from pipeline.validate import duplicates, roster

KEYS = {"Login", "Employee ID", "External ID", "id"}
HASH_KEY = hashing.random_key()
"""The lists and directories of a test are compared, so they have one."""


def make_people(
    columns: Mapping[str, Sequence[str]],
    mapping: str = "spreadsheet",
    *,
    remarks: Sequence[ReaderIssue] = (),
    rows: Sequence[int] | None = None,
    coded: bool = False,
) -> People:
    """Build people of the columns of a list; a spreadsheet without a key gets Logins u1, u2 and so on."""
    length = len(next(iter(columns.values())))
    if mapping == "spreadsheet" and KEYS.isdisjoint(columns):
        columns = {**columns, "Login": [f"u{number}" for number in range(1, length + 1)]}
    arrays = [pa.array(list(texts), pa.string()) for texts in columns.values()]
    frame = pa.table([array.dictionary_encode() if coded else array for array in arrays], names=list(columns))
    origin = Origin("list.csv", None, rows or range(2, length + 2))
    extract = Extract(frame, origin, complete=True, remarks=tuple(remarks), sha256="0" * 64)
    binding = bind(load_source_mapping(mapping), list(columns))
    return transform.to_people(sources.BoundExtract.bind(extract, binding, HASH_KEY))


@dataclass(frozen=True)
class Judged:
    """What was found about a list, row by row."""

    codes: list[set[str]]
    whole: set[str]
    subject: list[str]
    findings: list[Finding]

    def said(self, code: str, row: int) -> str:
        """Return message and fix of one code on one row."""
        for finding in self.findings:
            if finding.code == code and row in finding.rows.tolist():
                at = finding.rows.tolist().index(row)
                return f"{finding.message(at)} | {finding.fix(at)}"
        raise AssertionError(f"{code} was not found on row {row}")


def judge_list(
    people: People, directory: People | None = None, *, tenant: str = "", region: str = "", **policy: str
) -> Judged:
    """Judge a list as a run does; without a directory the word that none was given is left out of ``codes``."""
    own_place = None
    if tenant or people.has("tenant") or people.has("region"):
        people = transform.with_issuers(people, tenant, region, load_regions())
        own_place = (tenant, region)
    written = frozenset({"login", "external_id", "issuer"} & set(people.frame.columns))
    settings = Policy.model_validate(policy)
    checked = roster.check(people, written, own_place)
    index = None if directory is None else DirectoryIndex.from_people(directory)
    matched = match.against(index, checked, settings, is_reference=False)
    fit = match.fit(index, people, matched)
    groups = duplicates.DuplicateGroups.from_people(people)
    again = duplicates.findings(checked, groups, matched.exact, matched.findings, fit)
    findings = [*checked.findings, *matched.findings, *again]
    codes: list[set[str]] = [set() for _ in range(len(people))]
    for finding in findings:
        for row in finding.rows.tolist():
            codes[row].add(finding.code)
    whole = {finding.code for finding in findings if not len(finding.rows)}
    return Judged(codes, whole, matched.subject.to_pylist(), findings)


def run_list(
    folder: Path,
    text: str | bytes,
    directory: str | None = None,
    *,
    command: str = "run",
    directory_file: Path | None = None,
    wave: str | None = None,
    **tables: dict[str, Any],
) -> RunResult:
    """Write a list (and a directory) as CSV below ``folder`` and do the whole run; runs are in ``folder/runs``."""
    path = folder / "agents.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    options: dict[str, dict[str, Any]] = {"tenant": {"name": "ACME", "region": "eu"}, **tables}
    if directory is not None:
        directory_file = folder / "directory.csv"
        directory_file.write_bytes(directory.encode())
    if directory_file is not None:
        options["directory"] = {"path": directory_file}
    given = request.from_options(command, path, options, folder / "runs", wave=wave)
    with sources.reading(given) as reading:
        return run(given, reading, lambda _: None)


@pytest.fixture(scope="session")
def people() -> Callable[..., People]:
    """Return ``make_people``."""
    return make_people


@pytest.fixture(scope="session")
def judged() -> Callable[..., Judged]:
    """Return ``judge_list``."""
    return judge_list


@pytest.fixture(scope="session")
def ran() -> Callable[..., RunResult]:
    """Return ``run_list``."""
    return run_list
