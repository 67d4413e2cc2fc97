"""The annotated workbook that is made while the import files are written."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from msgspec.structs import replace

from connectors.excel.annotation.annotator import Annotator
from pipeline.emit.write import Written
from pipeline.kernels import background
from pipeline.model.exit_codes import GUARDED, OK, REJECTED
from pipeline.model.issues import Finding, RowIds
from pipeline.reports import annotated
from pipeline.reports.annotated import Made, WorkbookAhead
from pipeline.result import RunResult

FINDING = Finding("EMAIL-MISSING", np.array([0]), "email", "It is not an email.", "Correct it.")
FILE = Written("out/acme/certificates-001.txt", 1, "0" * 64, "certificates")


@pytest.fixture
def ended() -> RunResult:
    """Build the result of a run that is about to write its import files."""
    request = SimpleNamespace(language="en", wave=None, job=SimpleNamespace(protect={}, deliver=None))
    return RunResult(cast("Any", request), Path("runs"), datetime(2026, 1, 31, tzinfo=UTC))


@pytest.mark.parametrize(
    ("last", "ends"),
    [
        (lambda run: replace(run, written=(FILE,)), [OK]),
        (lambda run: replace(run, remarks=("A remark of the plan.",)), [OK]),
        (lambda run: replace(run, end=GUARDED, message="Too many deletions."), [OK, GUARDED]),
        (lambda run: replace(run, findings=(*run.findings, FINDING)), [OK, OK]),
    ],
    ids=["as foreseen", "a remark", "guarded", "another finding"],
)
def test_a_workbook_is_made_again_if_it_shows_something_else(
    last: Callable[[RunResult], RunResult], ends: list[Any], ended: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it shows is the end of the run, never what was expected of it; written files are not in it."""
    seen: list[Any] = []

    def made(run: RunResult, _: Annotator) -> Made:
        seen.append(run.end)
        return Made(f"{run.end.name} {len(run.findings)}".encode(), ("noted",))

    monkeypatch.setattr(annotated, "made", made)
    with background.worker() as worker:
        ahead = WorkbookAhead(None, worker, Annotator())
        ahead.foresee(ended)
        run = last(ended)
        found = ahead.added(run)
    expected = f"{run.end.name} {len(run.findings)}".encode()
    assert found == replace(run, workbook=expected, remarks=(*run.remarks, "noted"))
    assert seen == ends


@pytest.mark.parametrize(
    ("rejected", "wave", "protect", "is_begun"),
    [(1, None, {}, True), (0, None, {}, False), (1, "first", {}, False), (1, None, {"emails": ["*"]}, False)],
    ids=["rejected", "all accepted", "a wave", "protected people"],
)
def test_a_workbook_is_begun_before_the_plan_if_its_sentence_is_known(
    rejected: int,
    wave: str | None,
    protect: dict[str, list[str]],
    ended: RunResult,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_begun: bool,
) -> None:
    """With a wave or protected people, or if nothing was rejected, the sentence depends on the plan."""
    request = SimpleNamespace(language="en", wave=wave, pending=None, job=SimpleNamespace(protect=protect))
    people = SimpleNamespace(ids=RowIds(0, 2))
    findings = (FINDING,) * rejected
    run = replace(ended, request=cast("Any", request), people=cast("Any", people), findings=findings)
    seen: list[RunResult] = []
    monkeypatch.setattr(annotated, "made", lambda run, _: seen.append(run))
    with background.worker() as worker:
        WorkbookAhead(None, worker, Annotator()).judged(run)
    assert seen == [replace(run, end=REJECTED)] * is_begun
