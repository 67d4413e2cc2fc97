"""Names in the list and in the directory: which are two people's, and which are one person's."""

from collections.abc import Callable

import pytest

from mappings.nicknames import load_nicknames
from pipeline.match.names import common_parts, fit
from pipeline.model.people import People


@pytest.mark.parametrize(
    ("ours", "theirs", "fits"),
    [
        (("Ines", "Kurz"), ("Ines", "Kurz"), True),
        (("Ines Kurz",), ("Kurz, Ines (External)",), True),
        (("Ines", "Kurz"), ("Tom", "Wolf"), False),
        (("Jörg", "Bär"), ("Joerg", "Baer"), True),
        (("Jörg",), ("Jorg",), True),
        (("Søren",), ("Soeren",), True),
        (("Łucja",), ("Lucja",), True),
        (("Z\u030celjka", "Kr\u030ci\u0301z\u030cek"), ("Željka", "Křížek"), True),
        (("Jo\u0308rg",), ("Joerg",), True),
        (("A\u0328\u0301sa",), ("Asa",), True),
        (("Z\u030celjka",), ("Zoran",), False),
        (("Ines", "Kurz"), ("Ines", "Wolf-Kurz"), True),
        (("Ines", "Kurz"), ("Ines", "Wolf"), True),
        (("I. Kurz",), ("Ines", "Kurz"), True),
        (("I. K.",), ("Ines", "Kurz"), True),
        (("T. W.",), ("Ines", "Kurz"), False),
        (("Sepp", "Huber"), ("Josef", "Maier"), True),
        (("Alex", "Huber"), ("Alexandra", "Maier"), True),
        (("Maria del Carmen Ruiz",), ("Carmen", "Ruiz Soto"), True),
        (("Piet", "van den Berg"), ("Koos", "van den Bosch"), False),
        (("Dr. Tom Wolf",), ("Dr. Ines Kurz",), False),
        (("Sean O'Brien",), ("Sean OBrien",), True),
        (("Инес Курц",), ("Tom Wolf",), True),
        (("山田太郎",), ("Taro Yamada",), True),
        (("Ines 2",), ("Ines",), True),
        (("",), ("Tom",), True),
    ],
)
def test_whether_two_names_fit(ours: tuple[str, ...], theirs: tuple[str, ...], *, fits: bool) -> None:
    """Accents, order, initials, marriage, middle names and nicknames are not differences; neither is another script."""
    assert fit(ours, theirs) is fits
    assert fit(theirs, ours) is fits


def test_two_swapped_emails_are_reported(people: Callable[..., People], judged: Callable) -> None:
    """Both rows are accepted and reported, with both names."""
    roster = people({"Name": ["Ines Kurz", "Tom Wolf"], "Email": ["tom.wolf@example.com", "ines.kurz@example.com"]})
    directory = people(
        {"mail": ["ines.kurz@example.com", "tom.wolf@example.com"], "displayName": ["Kurz, Ines", "Wolf, Tom"]},
        "azure_ad",
    )
    found = judged(roster, directory)
    assert found.codes == [{"NAME-DIFFERS"}, {"NAME-DIFFERS"}]
    assert "the list has 'Ines Kurz', the directory 'Wolf, Tom'" in found.said("NAME-DIFFERS", 0)


def test_without_names_nothing_is_compared(people: Callable[..., People], judged: Callable) -> None:
    """A directory without names, or an empty cell, is not a difference."""
    roster = people({"Name": ["Ines Kurz", ""], "Email": ["i@example.com", "t@example.com"]})
    named = people({"mail": ["i@example.com", "t@example.com"], "displayName": ["", "Tom Wolf"]}, "azure_ad")
    unnamed = people({"mail": ["i@example.com", "t@example.com"]}, "azure_ad")
    assert judged(roster, named).codes == [set(), set()]
    assert judged(roster, unnamed).codes == [set(), set()]


def test_nicknames_are_written_in_lower_case_ascii() -> None:
    """They are compared with folded names."""
    assert all(name == name.lower() and name.isascii() for names in load_nicknames() for name in names)


@pytest.mark.parametrize(
    ("ours", "parts"),
    [
        (("Anna", "Berg"), 2),
        (("Anna Maria", "Berg-Olsen"), 2),
        (("Jonas", "Berg"), 1),
        (("A.", "Berg"), 1),
        (("Carl", "Olsen"), 0),
        (("\u0410\u043d\u043d\u0430", "\u0411\u0435\u0440\u0433"), 0),
    ],
)
def test_common_parts_of_a_name(ours: tuple[str, ...], parts: int) -> None:
    """Each part of the directory's name counts once, however often and however it is spelled."""
    assert common_parts(ours, ("Anna", "Berg", "Berg, Anna")) == parts
