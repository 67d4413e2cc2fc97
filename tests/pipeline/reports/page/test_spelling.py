"""Two spellings side by side: exactly the characters in which they differ are marked, and none is invisible."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.reports.page.spelling import LONGEST_SHOWN, Piece, compared, plain


def marked(pieces: list[Piece]) -> str:
    """Write the pieces with brackets around those that differ."""
    return "".join(f"[{piece.text}]" if piece.differs else piece.text for piece in pieces)


@pytest.mark.parametrize(
    ("written", "wanted", "ours", "theirs"),
    [
        ("ada.byron@example.com", "Ada.Byron@example.com", "[a]da.[b]yron@example.com", "[A]da.[B]yron@example.com"),
        ("ada@example.com ", "ada@example.com", "ada@example.com[␣]", "ada@example.com"),
        ("ada\u00a0b@example.com", "adab@example.com", "ada[U+00A0]b@example.com", "adab@example.com"),
        ("ade@example.com", "ada.e@example.com", "ade@example.com", "ad[a.]e@example.com"),
        ("\u0430da@example.com", "ada@example.com", "[\u0430]da@example.com", "[a]da@example.com"),
        ("e\u0301va@example.com", "\u00e9va@example.com", "[eU+0301]va@example.com", "[\u00e9]va@example.com"),
        ("same@example.com", "same@example.com", "same@example.com", "same@example.com"),
        ("", "ada@example.com", "", "[ada@example.com]"),
    ],
)
def test_the_characters_that_differ_are_marked(written: str, wanted: str, ours: str, theirs: str) -> None:
    """Both spellings are marked at their differences, and what cannot be seen is written as its code point."""
    assert tuple(map(marked, compared(written, wanted))) == (ours, theirs)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a b", "a b"), (" a b ", "[␣]a b[␣]"), ("a\u200bb", "a[U+200B]b"), ("a\nb", "a[U+000A]b"), ("é", "é"), ("", "")],
)
def test_a_text_alone_shows_what_cannot_be_seen(text: str, shown: str) -> None:
    """Invisible characters, and spaces at the ends, are shown."""
    assert marked(plain(text)) == shown


def test_a_long_value_is_shortened() -> None:
    """A page shows the start of a very long cell."""
    assert marked(plain("x" * 5_000)) == "x" * LONGEST_SHOWN + "…"


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.text("abAB.@é", max_size=20), st.text("abAB.@é", max_size=20))
def test_what_is_not_marked_is_in_both_spellings(written: str, wanted: str) -> None:
    """The pieces are the whole spelling, and without the marked ones both spellings are the same."""
    ours, theirs = compared(written, wanted)
    assert ("".join(piece.text for piece in ours), "".join(piece.text for piece in theirs)) == (written, wanted)
    kept = ["".join(piece.text for piece in pieces if not piece.differs) for pieces in (ours, theirs)]
    assert kept[0] == kept[1]
