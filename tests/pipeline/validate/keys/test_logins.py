"""Logins that are email addresses: the ExternalId is enough, and if they are many the mapping is at fault."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from connectors.base import Origin
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.validate.keys import logins

People_ = Callable[..., People]


def of_directory(people: People) -> People:
    """Return the people as if a directory had been asked for them."""
    origin = Origin("Directory", None, None, "ExternalId")
    return replace(people, extract=replace(people.extract, origin=origin))


@pytest.fixture
def four(people: People_) -> People:
    """Make three people whose Login is their email, one without an ExternalId, and one with another wrong Login."""
    return people(
        {
            "Login": ["ida@example.com", "max@example.com", "eva@example.com", "o/to"],
            "ExternalId": ["1", "2", "", "4"],
            "Email": ["ida@example.com", "max@example.com", "eva@example.com", "otto@example.com"],
        }
    )


def test_what_to_do_with_each_row(four: People) -> None:
    """In a list the Login may be left empty, of a directory the mapping may do without; else the usual advice stays."""
    rows = np.arange(4)
    in_list = "Leave the Login empty: the ExternalId is enough."
    of_mapping = "Use a mapping without [fields.login]: the ExternalId is enough."
    assert logins.fixes(four, rows) == [in_list, in_list, "", ""]
    assert logins.fixes(of_directory(four), rows) == [of_mapping, of_mapping, "", ""]


@pytest.mark.parametrize(("rows", "said"), [([0, 1, 2, 3], True), ([0, 3], False), ([], False)])
def test_a_note_where_most_are_so(four: People, rows: list[int], said: bool) -> None:  # noqa: FBT001 - a column
    """Half of the people or more: the note has the numbers, the file of the mapping and the line for the job."""
    found = list(logins.notes(four, [Finding("LOGIN-CHARACTERS", np.array(rows, np.int64), "login", "x")]))
    assert bool(found) is said
    for note in found:
        assert note.startswith("2 of 4 Logins are email addresses")
        assert "spreadsheet.toml beside the job file" in note
        assert 'mapping = "spreadsheet.toml"' in note
