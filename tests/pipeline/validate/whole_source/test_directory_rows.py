"""Rows of a directory file that could not be used."""

from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook

from connectors.base import ReaderIssue
from pipeline.model.people import People
from pipeline.result import RunResult
from pipeline.validate.whole_source import directory_rows

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


def test_a_directory_without_any_email_stops_the_run(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """Otherwise every person of the list would be unknown to it."""
    run = ran(tmp_path, LIST, "Email,Name\n,Ida\n ,Ole\n")
    assert run.end.code == 5
    assert run.message == "directory.csv: none of its 2 entries has an email, so no email can be compared."


def test_an_email_that_is_an_error_of_a_formula_is_reported_with_its_row(
    people: Callable[..., People], judged: Callable
) -> None:
    """The entry is lost; who is not found may be that entry."""
    lost = ReaderIssue("CELL-FORMULA-ERROR", 1, 0, "#N/A", "the cell shows #N/A")
    directory = people({"mail": ["ole@x.com", ""], "displayName": ["Ole", "Ida"]}, remarks=[lost])
    (found,) = directory_rows.findings(directory)
    assert (found.code, found.place) == ("CELL-FORMULA-ERROR", ("list.csv", 3))
    fix = judged(people({"Email": ["ida@x.com", "ole@x.com"]}), directory).said("EMAIL-UNKNOWN", 0)
    assert fix.endswith("Check the spelling, and the email in row 3 of list.csv, which is an error.")


def test_options_of_the_list_are_not_advised_for_a_directory(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """Its sheet and its mapping are not those of the command line; its email column is."""
    book = Workbook()
    for sheet in (book.active, book.create_sheet("More")):
        sheet.append(["mail", "displayName"])
        sheet.append(["ida@x.com", "Ida"])
    book.save(tmp_path / "two.xlsx")
    run = ran(tmp_path, LIST, directory_file=tmp_path / "two.xlsx")
    assert "name the one to read with sheet in [directory] of a job file" in run.message
    run = ran(tmp_path, LIST, "displayName,userPrincipalName\nIda,ida@x.com\n")
    assert run.advice.startswith("Name the header of its emails with --email-attribute")
