"""Two texts are compared with case folded away, whether their columns are texts or a few words."""

from itertools import product

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels import folding

WORDS = st.lists(
    st.sampled_from(["", "Berg", "BERG", "berg", "Özil", "O\u0308zil", "ÖZIL", "Straße", "strasse"]), min_size=1
)


@given(ours=WORDS, theirs=WORDS, coded=st.tuples(st.booleans(), st.booleans()), data=st.data())
def test_pairs_are_compared_folded(
    ours: list[str], theirs: list[str], coded: tuple[bool, bool], data: st.DataObject
) -> None:
    """The same pairs are marked as by folding each text, and no empty one; the form of the columns changes nothing."""
    pairs = list(product(range(len(ours)), range(len(theirs))))
    chosen = data.draw(st.lists(st.sampled_from(pairs)))
    columns = [
        pa.chunked_array([side[: len(side) // 2], side[len(side) // 2 :]], pa.string()) for side in (ours, theirs)
    ]
    both = tuple(column.dictionary_encode() if few else column for column, few in zip(columns, coded, strict=True))
    rows = tuple(np.array([pair[side] for pair in chosen], np.int64) for side in (0, 1))
    expected = [ours[a] != "" and folding.fold_text(ours[a]) == folding.fold_text(theirs[b]) for a, b in chosen]
    assert folding.same_folded((both[0], both[1]), (rows[0], rows[1])).tolist() == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [("ANNA@X", "anna@x"), ("ΣΟΦΟΣ@x", "σοφος@x"), ("ΣΟΦΟΣ@x", "σοφοσ@x"), ("O\u0308ZIL", "özil"), ("İ@x", "i@x")],
)
def test_what_differs_by_case_or_composition_is_folded_together(one: str, other: str) -> None:
    """The capital sigma has two small letters, one of them for the end of a word."""
    assert folding.fold_text(one) == folding.fold_text(other)
