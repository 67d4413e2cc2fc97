"""Logins that are email addresses: the ExternalId is enough, and if they are many the mapping is at fault."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest
from msgspec.structs import replace

from connectors.base import Origin
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.validate.keys import logins

People_ = Callable[..., People]


def of_directory(people: People) -> People:
    """Return the people as if a directory had been asked for them."""
    origin = Origin("Directory", None, None, "ExternalId")
    return dataclasses.replace(people, extract=replace(people.extract, origin=origin))


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
    assert [fault.fix for fault in logins.faults(four, rows)] == [in_list, in_list, "", ""]
    assert [fault.fix for fault in logins.faults(of_directory(four), rows)] == [of_mapping, of_mapping, "", ""]


@pytest.mark.parametrize(
    ("text", "detail", "fix"),
    [
        ("'0012", "begins with an apostrophe, by which Excel marks text: '0012' is meant", "Write '0012'."),
        ('="0012"', "the cell has Excel's wrapper for text around '0012'", "Write '0012'."),
        ("anna ", "contains U+0020 SPACE at its end", "Delete the space."),
        ("'it's", 'contains "\'": a Login may hold letters, digits, dot, dash and underscore only', ""),
        ("an na", "contains U+0020 SPACE: a Login may hold letters, digits, dot, dash and underscore only", ""),
    ],
)
def test_what_surrounds_a_login_is_named(text: str, detail: str, fix: str, people: People_) -> None:
    """Excel's mark of text is named as it is for every key, if the Login is right without it."""
    (fault,) = logins.faults(people({"Login": [text], "Email": ["x@example.com"]}), np.arange(1))
    assert (fault.detail, fault.fix) == (detail, fix)


def test_logins_of_one_shape_have_faults_of_their_own(people: People_) -> None:
    """What is meant is that of each Login, and the first character that is not allowed is named however it goes on."""
    texts = ["'17", "'0018", "o/to", "x/y", "é/a", "a b/", "c/ d"]
    found = logins.faults(people({"Login": texts, "Email": ["x@example.com"] * 7}), np.arange(7))
    slash = "contains '/': a Login may hold letters, digits, dot, dash and underscore only"
    space = "contains U+0020 SPACE: a Login may hold letters, digits, dot, dash and underscore only"
    assert [fault.proposal for fault in found] == ["17", "0018", "", "", "", "", ""]
    assert [fault.detail for fault in found[2:]] == [slash, slash, slash, space, slash]


@pytest.mark.parametrize(("rows", "said"), [([0, 1, 2, 3], True), ([0, 3], False), ([], False)])
def test_a_note_where_most_are_so(four: People, rows: list[int], said: bool) -> None:  # noqa: FBT001 - a column
    """Half of the people or more: the note has the numbers, the file of the mapping and the line for the job."""
    found = list(logins.notes(four, [Finding("LOGIN-CHARACTERS", np.array(rows, np.int64), "login", "x")]))
    assert bool(found) is said
    for note in found:
        assert note.startswith("2 of 4 Logins are email addresses")
        assert "spreadsheet.toml beside the job file" in note
        assert 'mapping = "spreadsheet.toml"' in note
