"""The file for Prometheus: its text, the time of the last success, and a file that cannot be written."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.notify import metrics

FIRST, SECOND = datetime(2026, 1, 31, 7, 30, tzinfo=UTC), datetime(2026, 2, 1, 7, 30, tzinfo=UTC)
EXPECTED = r"""# HELP contactpro_sync_last_run_timestamp_seconds When the last run ended.
# TYPE contactpro_sync_last_run_timestamp_seconds gauge
contactpro_sync_last_run_timestamp_seconds{job="the \"new\""} 1769844600
# HELP contactpro_sync_last_success_timestamp_seconds When the last run that did its work ended.
# TYPE contactpro_sync_last_success_timestamp_seconds gauge
contactpro_sync_last_success_timestamp_seconds{job="the \"new\""} 1769844600
# HELP contactpro_sync_last_exit_code Exit code of the last run.
# TYPE contactpro_sync_last_exit_code gauge
contactpro_sync_last_exit_code{job="the \"new\""} 3
# HELP contactpro_sync_rows Rows of the list in the last run.
# TYPE contactpro_sync_rows gauge
contactpro_sync_rows{job="the \"new\"",state="read"} 100
contactpro_sync_rows{job="the \"new\"",state="accepted"} 97
contactpro_sync_rows{job="the \"new\"",state="rejected"} 3
contactpro_sync_rows{job="the \"new\"",state="dropped"} 0
# HELP contactpro_sync_changes People of the last run by what changes for them.
# TYPE contactpro_sync_changes gauge
contactpro_sync_changes{job="the \"new\"",kind="create"} 90
contactpro_sync_changes{job="the \"new\"",kind="change"} 0
contactpro_sync_changes{job="the \"new\"",kind="case_change"} 2
contactpro_sync_changes{job="the \"new\"",kind="delete"} 0
contactpro_sync_changes{job="the \"new\"",kind="gone"} 0
contactpro_sync_changes{job="the \"new\"",kind="unchanged"} 5
# HELP contactpro_sync_issues Findings of the last run by code.
# TYPE contactpro_sync_issues gauge
contactpro_sync_issues{job="the \"new\"",code="EMAIL-CASE"} 3
"""
COUNTS = {"read": 100, "accepted": 97, "rejected": 3, "create": 90, "case_change": 2, "unchanged": 5}


def summary(code: int, **more: object) -> dict[str, Any]:
    """Return the part of a summary that the metrics are made of."""
    return {"exit_code": code, "counts": COUNTS, "issues": {"EMAIL-CASE": 3}} | more


def test_the_text_is_that_of_prometheus(tmp_path: Path) -> None:
    """Every value has its job as a label; a quote in a job's name is escaped."""
    assert metrics.write(tmp_path / "a.prom", 'the "new"', summary(3), FIRST) == ""
    assert (tmp_path / "a.prom").read_text() == EXPECTED


@pytest.mark.skipif(os.name != "posix", reason="modes are those of POSIX")
def test_another_account_may_read_it(tmp_path: Path) -> None:
    """The collector of a host is not the account of the job."""
    metrics.write(tmp_path / "a.prom", "nightly", summary(0), FIRST)
    assert stat.S_IMODE((tmp_path / "a.prom").stat().st_mode) & 0o044


def test_a_failure_keeps_the_time_of_the_last_success(tmp_path: Path) -> None:
    """An alert on that time fires if runs fail, and if they do not happen at all."""
    path = tmp_path / "a.prom"
    metrics.write(path, "nightly", summary(5), FIRST)
    assert 'last_success_timestamp_seconds{job="nightly"} 0\n' in path.read_text()
    metrics.write(path, "nightly", summary(0), FIRST)
    metrics.write(path, "nightly", summary(4), SECOND)
    text = path.read_text()
    assert 'last_success_timestamp_seconds{job="nightly"} 1769844600\n' in text
    assert 'last_run_timestamp_seconds{job="nightly"} 1769931000\n' in text


def test_a_delivery_has_counts_of_its_own(tmp_path: Path) -> None:
    """What was sent, failed and left."""
    metrics.write(tmp_path / "a.prom", "nightly", summary(3, delivery={"counts": {"sent": 9, "failed": 1}}), FIRST)
    assert 'contactpro_sync_delivery{job="nightly",status="failed"} 1\n' in (tmp_path / "a.prom").read_text()


def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    """The run itself is done, and its exit code stays."""
    path = tmp_path / "no-such-folder" / "a.prom"
    assert metrics.write(path, "nightly", summary(0), FIRST) == (
        f"The metrics were not written: {path}: No such file or directory."
    )
