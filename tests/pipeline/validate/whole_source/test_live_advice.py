"""Advice about people of a live directory."""

import dataclasses
from collections.abc import Callable

from msgspec.structs import replace

from pipeline.model.people import People
from pipeline.validate.whole_source import live_advice


def test_nothing_can_be_removed_from_or_typed_into_a_live_directory(
    people: Callable[..., People], judged: Callable
) -> None:
    """What a list is advised stays that of a list."""
    emails = ["a@example.com", "a@example.com", "ida@example.com ", "x"]
    listed = people({"Email": emails, "Active": ["yes", "yes", "yes", "no"]})
    found = judged(listed).findings
    assert live_advice.fitted(listed, found) == tuple(found)
    extract = listed.extract
    live = dataclasses.replace(listed, extract=replace(extract, origin=replace(extract.origin, rows=None)))
    fixes = {each.code: each.fix(0) for each in live_advice.fitted(live, found)}
    assert fixes["EMAIL-TWIN"] == "Have the directory give this email to one account only."
    assert fixes["EMAIL-SPACE"] == "Have it corrected in the directory: 'ida@example.com'."
    assert fixes["EMAIL-SYNTAX"] == "Have it corrected in the directory."
