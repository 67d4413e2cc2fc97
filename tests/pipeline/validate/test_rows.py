"""Rows that are not people: totals in every dress, and runs of blank rows."""

import dataclasses
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from connectors.base import ReaderIssue
from pipeline.model.people import People
from pipeline.validate import rows
from pipeline.validate.spelling import inspection

People_ = Callable[..., People]


def dropped(people: People, *remarks: ReaderIssue) -> list[tuple[str, int, str]]:
    """Return code, position and message of each row that is not a person."""
    people = dataclasses.replace(people, extract=replace(people.extract, remarks=remarks))
    found = rows.with_blank_runs(
        people, rows.with_blank_runs(people, rows.no_people(people, inspection.inspect(people.texts("email"))))
    )
    return [(each.code, row, each.message(at)) for each in found for at, row in enumerate(each.rows.tolist())]


@pytest.mark.parametrize(
    "words",
    [
        "Total",
        "SUMME:",
        "Total: 41,70 €",
        "Total SEK",
        "Total 41.70 SEK",
        "Summa (4)",
        "Total: 4 seats",
        "Total 30.06.2026",
        "Grand total = 4",
        "小計 4",
    ],
)
def test_a_total_is_a_total_with_its_amount(people: People_, words: str) -> None:
    """A currency, a date or a count behind the word changes nothing."""
    found = dropped(people({"Login": ["kim", words], "Email": ["kim@example.com", ""]}))
    assert found == [("ROW-TOTAL", 1, "a total, not a person")]


@pytest.mark.parametrize("name", ["Total Andersson", "Summer", "Sumo 3", "Totalina"])
def test_a_person_whose_name_begins_like_a_total(people: People_, name: str) -> None:
    """A name is not an amount, so the row is checked as a person."""
    assert dropped(people({"Login": ["kim", name], "Email": ["kim@example.com", ""]})) == []


@pytest.mark.parametrize(
    ("column", "cells", "is_total"),
    [
        ("Team", ("Porto Ergebnis", "", "3"), True),
        ("Team", ("Count Porto", "", "3"), True),
        ("Team", ("Porto Ergebnis", "", "Porto"), False),
        ("Team", ("Porto Ergebnis", "", ""), False),
        ("Name", ("Wong Sum", "", "3"), False),
        ("Start", ("31.12.2026", "Summe", "41,70"), True),
        ("Employee ID", ("4711", "Summe", "41,70"), False),
    ],
)
def test_a_subtotal_or_a_total_after_a_date(
    people: People_, column: str, cells: tuple[str, str, str], *, is_total: bool
) -> None:
    """A spreadsheet program writes the name of the group beside the word; a person's name or key is none of it."""
    table = {column: ["x", cells[0]], "Site": ["Faro", cells[1]], "Cost": ["1", cells[2]]}
    found = dropped(people({**table, "Email": ["kim@example.com", ""], "Login": ["kim", ""]}))
    assert [code for code, _, _ in found] == (["ROW-TOTAL"] if is_total else [])


@pytest.mark.parametrize("code", ["CELL-NUMBER", "CELL-FORMULA-ERROR"])
def test_a_doubtful_cell_beside_a_total(people: People_, code: str) -> None:
    """What the reader remarks about the amount does not make a person of the total."""
    table = {"Login": ["kim", "Total"], "Email": ["kim@example.com", ""], "Price": ["9", "41.7"]}
    amount = ReaderIssue(code, 1, 2, "41.7", "the cell is a number shown in the format '0.00 kr'")
    assert dropped(people(table), amount) == [("ROW-TOTAL", 1, "a total, not a person")]


def test_a_ragged_row_is_no_total(people: People_) -> None:
    """In a row whose cells are shifted it is not known which cell is the first."""
    table = {"Login": ["kim", "Total"], "Email": ["kim@example.com", ""]}
    assert dropped(people(table), ReaderIssue("ROW-RAGGED", 1, None, "", "3 cells instead of 2")) == []


def test_an_address_anywhere_makes_a_person(people: People_) -> None:
    """A row with an address in another column is not dropped."""
    table = {"Login": ["kim", "Total"], "Email": ["kim@example.com", ""], "Notes": ["", "sum@example.com"]}
    assert dropped(people(table)) == []


def test_blank_rows_that_follow_each_other(people: People_) -> None:
    """Each blank row is dropped; each run of them is named by its first and last row."""
    emails_ = ["kim@example.com", "", "leo@example.com", "", " ", "", "bo@example.com"]
    made = people({"Login": ["kim", "", "leo", "", "", "", "bo"], "Email": emails_})
    run = "the rows 5 to 7 are empty"
    assert dropped(made) == [
        ("ROW-BLANK", 1, "the row is empty"),
        ("ROW-BLANK", 3, run),
        ("ROW-BLANK", 4, run),
        ("ROW-BLANK", 5, run),
    ]
    finding = rows.no_people(made, inspection.inspect(made.texts("email")))[0]
    assert finding.rows[finding.starts()].tolist() == [1, 3]
