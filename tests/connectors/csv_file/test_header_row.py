"""No row above the column headers is lost: it is a named title, or the table is refused."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.csv_file import header_row
from connectors.csv_file.header_row import PeopleAbove

KNOWN = {"email", "login", "name", "team"}


def recognise(cells: Sequence[str]) -> int:
    """Count known headers; a row with an address alone in a cell is data."""
    if any("@" in cell and " " not in cell for cell in cells):
        return 0
    return sum(cell.casefold() in KNOWN for cell in cells)


def table(*rows: Sequence[str]) -> list[header_row.Row]:
    """Number rows from 1."""
    return list(enumerate(rows, start=1))


@pytest.mark.parametrize(
    ("rows", "people"),
    [
        ([["Agents"], ["Email", "Login"]], None),
        ([["Team North", ""], ["", ""], ["Email", "Login"]], None),
        ([["Questions: write to hr@example.com", ""], ["Email", "Login"]], None),
        ([["Contact:", "hr@example.com"], ["Email", "Login"]], None),
        ([["", "", "hr@example.com"], ["Email", "Login", "Phone"]], None),
        ([["Report date", "2026-01-31", "v2"], ["Email", "Login", "Name"]], None),
        ([["E-Post", "Kürzel", "Rufname"], ["Email", "Login", "Name"]], None),
        ([["mia@example.com", "mia"], ["Email", "Login"]], PeopleAbove(None, 1, 1)),
        ([["mia@example.com", ""], ["", ""], ["Email", "Login"]], PeopleAbove(None, 1, 1)),
        ([["a", "b", "c"], ["d", "e", "f"], ["Email", "Login", "Name"]], PeopleAbove(None, 1, 2)),
        (
            [["Email", "Login", ""], ["mia@example.com", "mia", ""], ["Email", "Login", "Name"]],
            PeopleAbove(1, 2, 2),
        ),
        (
            [
                ["Login", "Email", "", ""],
                ["mia", "", "", ""],
                ["tom", "none", "", ""],
                ["Email", "Login", "Name", "Team"],
            ],
            PeopleAbove(1, 3, 3),
        ),
    ],
)
def test_people_above_the_headers_are_found_and_titles_are_not_people(
    rows: list[list[str]], people: PeopleAbove | None
) -> None:
    """The last row is the header row; what is above it lists people or is a title."""
    assert header_row.people_above(table(*rows), len(rows) - 1, recognise) == people


def test_titles_are_named_without_addresses() -> None:
    """A note names each title; one with an address is shown by its number only."""
    rows = table(["Agents, spring"], ["Contact: hr@example.com"], [""], ["Email", "Login"])
    assert header_row.title_notes(rows, 3) == [
        "row 1 ('Agents, spring'), row 2 above the column headers in row 4 are titles and were not read"
    ]
    assert header_row.title_notes(table(["Agents"], ["Email"]), 1) == [
        "row 1 ('Agents') above the column headers in row 2 is a title and was not read"
    ]
    assert header_row.title_notes(table([""], ["Email"]), 1) == []


PERSON = st.integers(0, 99).map(lambda number: [f"agent{number}@example.com", f"agent{number}", "Kim", "North"])
SMALL_HEADER = st.just(["Email", "Login", "", ""])
HEADER = st.just(["Email", "Login", "Name", "Team"])
TITLE = st.sampled_from([["Agents of North", "", "", ""], ["", "", "", ""], ["", "as of May", "", ""]])


@given(st.lists(st.one_of(PERSON, SMALL_HEADER, HEADER, TITLE), min_size=1, max_size=20))
def test_every_row_is_below_the_header_or_a_named_title_or_the_table_is_refused(rows: list[list[str]]) -> None:
    """Rows with text = rows below the header + the header + titles that are named."""
    numbered = table(*rows)
    found = header_row.best(numbered, recognise)
    if found is None:
        assert not any("Email" in row for row in rows)
        return
    header = found[1]
    above = [row for row in rows[:header] if any(row)]
    people = [row for row in above if "@" in row[0]]
    assert (header_row.people_above(numbered, header, recognise) is not None) == bool(people)
    assert len(header_row.title_notes(numbered, header)) == bool(above)
