"""Rows of a directory file that could not be used."""

from collections.abc import Callable
from pathlib import Path

from pipeline.result import RunResult

LIST = "Login,Email\nu1,ida@x.com\nu2,ole@x.com\n"


def test_a_row_that_does_not_fit_is_reported_with_its_place_and_the_list_is_not_blamed(
    ran: Callable[..., RunResult], tmp_path: Path
) -> None:
    """The person of the row gets the directory's fault; all others are matched."""
    run = ran(tmp_path, LIST, "Email,Name\nida@x.com,Ida\nole@x.com,Ole,Lie\n")
    found = {finding.code: finding for finding in run.findings if finding.code in {"ROW-RAGGED", "EMAIL-UNKNOWN"}}
    assert found["ROW-RAGGED"].place == ("directory.csv", 3)
    assert "row 3 of directory.csv has this email" in found["EMAIL-UNKNOWN"].message(0)
    assert (run.counts()["accepted"], run.counts()["rejected"]) == (1, 1)


def test_more_than_a_few_rows_stop_the_run(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """A directory that lost many rows proves nothing about any person."""
    rows = "".join(f"p{number}@x.com,P,{'x' if number % 20 == 0 else ''}\n" for number in range(1, 101))
    run = ran(tmp_path, LIST, f"Email,Name\nida@x.com,Ida\n{rows}")
    assert run.end.code == 5
    assert "5 of 101 rows" in run.message
