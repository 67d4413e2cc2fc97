"""Rows of headers below the header row: not people, and no cell is read under the headers of another table."""

from collections.abc import Callable

import pytest

from connectors.base import ReaderIssue
from pipeline.model.people import People

OK: set[str] = set()
COLUMNS = ("Email", "Login", "Employee ID")


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        (
            [["kim@x.com", "kim", "7"], ["Email", "Login", "Employee ID"], ["lou@x.com", "lou", "8"]],
            [OK, {"ROW-HEADER"}, OK],
        ),
        (
            [["kim@x.com", "kim", "7"], ["E-mail *", "User name", "Staff ID"], ["lou@x.com", "lou", "8"]],
            [OK, {"ROW-HEADER"}, OK],
        ),
        (
            [["kim@x.com", "kim", "7"], ["Email", "Employee ID", "Login"], ["lou@x.com", "8", "lou"], ["", "", ""]],
            [OK, {"ROW-HEADER"}, {"ROW-RAGGED"}, {"ROW-BLANK"}],
        ),
        (
            [
                ["Login", "Email", ""],
                ["lou", "lou@x.com", ""],
                ["Email", "Login", "Employee ID"],
                ["kim@x.com", "kim", "7"],
            ],
            [{"ROW-HEADER"}, {"ROW-RAGGED"}, {"ROW-HEADER"}, OK],
        ),
        ([["Email", "kim", "7"], ["lou@x.com", "Login", "8"]], [{"EMAIL-SYNTAX"}, OK]),
    ],
)
def test_headers_below_the_header_row(
    rows: list[list[str]], codes: list[set[str]], people: Callable[..., People], judged: Callable
) -> None:
    """Repeated headers are dropped; below headers in other places every row is rejected until the first ones return."""
    listed = people({header: [row[at] for row in rows] for at, header in enumerate(COLUMNS)})
    assert judged(listed).codes == codes


def test_a_row_of_a_wider_second_table_has_one_finding_with_all_its_cells(
    people: Callable[..., People], judged: Callable
) -> None:
    """That it is longer than the first table's headers is a consequence, but no cell of it is lost."""
    columns = {"Login": ["kim", "Employee ID", "7"], "Email": ["kim@x.com", "E-mail", "lou@x.com"]}
    longer = ReaderIssue("ROW-RAGGED", 2, None, "7,lou@x.com,lou", "has 3 cells where the header has 2 columns")
    found = [each for each in judged(people(columns, remarks=[longer])).findings if each.code == "ROW-RAGGED"]
    assert [(each.rows.tolist(), each.values) for each in found] == [([2], ["7,lou@x.com,lou"])]
