"""A check that is left out for all, because a file has no column for it, is never left out in silence."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from connectors.base import Origin
from pipeline.kernels.frames import series
from pipeline.model.people import People
from pipeline.validate.whole_source import misread_names, unseen_columns

Listed = Callable[..., People]


def agents(people: Listed) -> People:
    """Return a list of two people with names."""
    return people({"Login": ["ida", "max"], "Email": ["ida@x.com", "max@x.com"], "Name": ["Ida Ek", "Max Mo"]})


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"Enabled": ["yes", "no"], "UPN": ["ida@x.com", "max@x.com"], "Name": ["Ida", "Max"]}, []),
        ({"Enabled": ["", ""], "UPN": ["ida@x.com", "max@x.com"], "Name": ["Ida", "Max"]}, ["which accounts"]),
        ({"Enabled": ["yes", "no"], "User type": ["", ""], "Name": ["Ida", "Max"]}, ["neither user types"]),
        ({"Enabled": ["yes", "no"], "User type": ["Member", ""], "Surname": ["", ""]}, ["has no names"]),
        ({}, ["which accounts", "neither user types", "has no names"]),
    ],
)
def test_a_directory_file_without_a_column(more: dict[str, list[str]], expected: list[str], people: Listed) -> None:
    """A column that is not there, and one without any text, are the same; each has a note."""
    found = list(unseen_columns.notes(agents(people), people({"Email": ["ida@x.com", "max@x.com"], **more})))
    assert [words in note for words, note in zip(expected, found, strict=True)] == [True] * len(expected)


def test_names_are_not_missed_if_the_list_has_none(people: Listed) -> None:
    """There is nothing to compare then."""
    columns = {"Email": ["ida@x.com"], "Enabled": ["yes"], "UPN": ["ida@x.com"]}
    bare = people({"Login": ["ida"], "Email": ["ida@x.com"]})
    assert list(unseen_columns.notes(bare, people(columns))) == []


def test_a_live_directory_notes_itself_what_it_was_not_given(people: Listed) -> None:
    """Its connector knows which permission was missing."""
    directory = people({"Email": ["ida@x.com"]})
    origin = Origin("Directory", None, None, "ExternalId")
    asked = dataclasses.replace(directory, extract=replace(directory.extract, origin=origin))
    assert list(unseen_columns.notes(agents(people), asked)) == []


@pytest.mark.parametrize(
    "header",
    ["Account disabled", "Gesperrt", "Leaving date", "Austrittsdatum", "Block credential", "Contract (Vertragsende)"],
)
def test_a_column_of_leavers_that_is_not_read(header: str, people: Listed) -> None:
    """It cannot be read as yes or no, so the note names it; beside a column that is read there is no note."""
    columns = {"Login": ["ida"], "Email": ["ida@x.com"], header: ["31.01."]}
    (note,) = unseen_columns.notes(people(columns), None)
    assert note.startswith(f'The column "{header}" of ')
    assert list(unseen_columns.notes(people(columns | {"Active": ["yes"]}), None)) == []


def test_a_mapping_of_ones_own_names_a_column_that_is_not_there(people: Listed) -> None:
    """A mapping that comes with the program names more than any list has; one's own was written for this list."""
    listed = people({"Login": ["ida"], "Email": ["ida@x.com"]})
    own = replace(listed.binding.mapping, name="ours", path=Path("ours.toml"))
    moved = dataclasses.replace(listed, binding=replace(listed.binding, mapping=own))
    found = list(unseen_columns.notes(moved, None))
    assert [note.split(" names for ")[1].split(" (")[0] for note in found] == [
        *("external_id", "tenant", "region", "enabled", "user_type")
    ]
    assert list(unseen_columns.notes(listed, None)) == []


def test_errors_of_formulas_in_a_directory_are_named(people: Listed) -> None:
    """The list is not to blame for an address that the directory's file lost: the note has value and row."""
    columns = {"Enabled": ["yes", "yes"], "UPN": ["a", "b"], "Name": ["Ida", "Max"]}
    (note,) = unseen_columns.notes(agents(people), people({"Email": ["ida@x.com", "#N/A"], **columns}))
    assert "1 row has an error of a formula in place of the email ('#N/A' in row 3)" in note


@pytest.mark.parametrize("encoded", [False, True])
def test_names_that_were_read_in_another_encoding_are_noted(people: Listed, *, encoded: bool) -> None:
    """One note for the list and one for the directory, with a row and without a name; a dictionary has the same."""
    listed = people(
        {"Login": ["ida", "max"], "Email": ["ida@x.com", "max@x.com"], "Name": ["Ida", "M\u00c3\u00bcller"]}
    )
    if encoded:
        names = series(listed.texts("display_name").dictionary_encode())
        listed = dataclasses.replace(listed, frame=listed.frame.assign(display_name=names))
    (note,) = misread_names.notes(listed, agents(people), None)
    assert "1 name was read in another encoding" in note
    assert "first in row 3" in note
