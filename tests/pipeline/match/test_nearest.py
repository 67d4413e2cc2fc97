"""The nearest spelling for an unknown email: helpful, never far-fetched, never slow."""

import numpy as np
import pyarrow as pa
import pytest

from pipeline.kernels import folding
from pipeline.match import nearest

FAMILY = ["tom@agents.contoso-example.com", "thomas@agents.contoso-example.com"]
DIRECTORY = [
    "Jane.Smith@Example.com",
    "joe.miller@example.com",
    "",
    "jane.smith@other.org",
    "m\u00fcller@example.com",
    *FAMILY,
]


def spelled(wanted: list[str], directory: list[str] | None = None, unusable: tuple[int, ...] = ()) -> list[str]:
    """Ask for the nearest spellings."""
    there = DIRECTORY if directory is None else directory
    usable = np.ones(len(there), np.bool_)
    usable[list(unusable)] = False
    written = pa.array(there, pa.string())
    return nearest.spellings(wanted, written, folding.fold(written), usable)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("jane.smyth@example.com", "Jane.Smith@Example.com"),
        ("JANE.SMITH@EXAMPLE.CM", "Jane.Smith@Example.com"),
        ("ajne.smith@example.com", "Jane.Smith@Example.com"),
        ("jane.smith@othr.org", "jane.smith@other.org"),
        ("jo.miller@example.com", "joe.miller@example.com"),
        ("muller@example.com", "m\u00fcller@example.com"),
        ("somebody.else@faraway.net", ""),
        ("tim@agents.contoso-example.com", ""),
        ("tomas@agents.contoso-example.com", "thomas@agents.contoso-example.com"),
        ("j@e.com", ""),
        ("", ""),
    ],
)
def test_the_most_similar_email_is_proposed(wanted: str, found: str) -> None:
    """A typing error finds the directory's own spelling, also in its first characters; another person is not."""
    assert spelled([wanted]) == [found]


def test_each_gets_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answers are in the order of the questions, also when the block is searched without the rest."""
    wanted = ["jo.miller@example.com", "nobody@faraway.net", "jane.smyth@example.com"]
    assert spelled(wanted) == ["joe.miller@example.com", "", "Jane.Smith@Example.com"]
    monkeypatch.setattr(nearest, "EVERYONE_UP_TO", 0)
    assert spelled(["ajne.smith@example.com", "jane.smyth@example.com"]) == ["", "Jane.Smith@Example.com"]


def test_an_unusable_entry_is_never_proposed() -> None:
    """What cannot be trusted as a directory entry cannot be advised."""
    assert spelled(["jane.smyth@example.com"], ["Jane.Smith@example.com", "x@y.z"], unusable=(0,)) == [""]


def test_nobody_asks_and_nobody_is_there() -> None:
    """No questions, no entries: no answers, no failure."""
    assert spelled([]) == []
    assert spelled(["a@x.com"], []) == [""]
    assert spelled(["a@x.com"], ["", ""]) == [""]


def test_the_budget_ends_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """When the comparisons are spent, the rest goes without a proposal; what was found stays."""
    monkeypatch.setattr(nearest, "COMPARISONS", 5)
    found = spelled(["jane.smyth@example.com"] * 9)
    assert found[0] == "Jane.Smith@Example.com"
    assert found[-1] == ""


def test_the_order_of_the_directory_decides_no_tie() -> None:
    """Of two that are equally near, the first by its characters is proposed."""
    twins = ["anna.berk@example.com", "anna.bern@example.com"]
    assert spelled(["anna.bera@example.com"], twins) == spelled(["anna.bera@example.com"], twins[::-1]) == twins[:1]
    assert spelled(["ynna.berk@example.com"], twins) == spelled(["ynna.berk@example.com"], twins[::-1]) == twins[:1]
