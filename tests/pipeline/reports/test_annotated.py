"""The annotated workbook that is made while the import files are written."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from msgspec.structs import replace

from connectors.excel.annotation.annotator import Annotator
from pipeline.emit.write import Written
from pipeline.kernels import background
from pipeline.model.exit_codes import FAILED, OK
from pipeline.reports import annotated
from pipeline.reports.annotated import WorkbookAhead
from pipeline.result import RunResult

FILE = Written("out/acme/certificates-001.txt", 1, "0" * 64, "certificates")


@pytest.fixture
def ended() -> RunResult:
    """Build the result of a run that is about to write its import files."""
    return RunResult(cast("Any", SimpleNamespace()), Path("runs"), datetime(2026, 1, 31, tzinfo=UTC))


@pytest.mark.parametrize(
    ("last", "made"),
    [
        (lambda run: replace(run, written=(FILE,)), [OK]),
        (lambda run: replace(run, end=FAILED, message="The disk is full."), [OK, FAILED]),
        (lambda run: replace(run, findings=(*run.findings, cast("Any", "another"))), [OK, OK]),
    ],
    ids=["as foreseen", "stopped", "another finding"],
)
def test_a_workbook_is_made_again_if_the_run_ends_otherwise(
    last: Callable[[RunResult], RunResult], made: list[Any], ended: RunResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it shows is the end of the run, never what was expected of it; written files are not in it."""
    ends: list[Any] = []

    def with_workbook(run: RunResult, _: Annotator) -> RunResult:
        ends.append(run.end)
        return replace(run, workbook=f"{run.end.name} {len(run.findings)}".encode(), remarks=("noted",))

    monkeypatch.setattr(annotated, "with_workbook", with_workbook)
    with background.worker() as worker:
        ahead = WorkbookAhead(None, worker, Annotator())
        ahead.foresee(ended)
        run = last(ended)
        found = ahead.added(run)
    assert found == replace(run, workbook=f"{run.end.name} {len(run.findings)}".encode(), remarks=("noted",))
    assert ends == made
