"""Counting bytes to leave out what cannot be similar."""

import pyarrow as pa
from hypothesis import given, strategies
from rapidfuzz import fuzz

from pipeline.kernels.byte_counts import ByteCounts

TEXTS = ["anna.berg@example.com", "bergna.ann@example.com", "joe@contoso-example.com", ""]


def test_what_shares_too_few_letters_is_left_out() -> None:
    """The order of the letters is not looked at: an anagram stays, another person goes."""
    assert ByteCounts.build(pa.array(TEXTS)).alike("anna.berk@example.com", 85.0).tolist() == [0, 1]


WORD = strategies.text("abé@.Ω\U0001f600", max_size=12)


@given(texts=strategies.lists(WORD, max_size=30), text=WORD, percent=strategies.sampled_from([50.0, 85.0]))
def test_nothing_similar_is_left_out(texts: list[str], text: str, percent: float) -> None:
    """Every text whose similarity reaches the share is found."""
    found = ByteCounts.build(pa.array(texts, pa.string())).alike(text, percent).tolist()
    assert {at for at, other in enumerate(texts) if fuzz.ratio(text, other) >= percent} <= set(found)
