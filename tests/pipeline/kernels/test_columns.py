"""What is found in a column by its bytes is what Python finds text by text, however the column is stored."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.kernels import columns

TEXTS = st.lists(st.text(st.sampled_from(list("ab \x00#+é😀~")), max_size=6), max_size=20)
WANTED = st.sampled_from([b"#", b"#+", b" " + bytes(range(0x80, 0x100)), bytes(set(range(256)) - set(b"ab~"))])
BEYOND_PLAIN = bytes(set(range(256)) - set(range(0x20, 0x7F)))


@given(texts=TEXTS, wanted=st.one_of(WANTED, st.just(BEYOND_PLAIN)), cut=st.integers(0, 20), block=st.integers(1, 9))
def test_rows_are_found_by_their_bytes(texts: list[str], wanted: bytes, cut: int, block: int) -> None:
    """Chunks, slices and the size of a block change nothing."""
    expected = [row for row, text in enumerate(texts) if set(text.encode()) & set(wanted)]
    whole = pa.array([*texts, "#"], pa.string())[:-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "_BLOCK_BYTES", block)
        assert columns.rows_with_bytes(whole, wanted).tolist() == expected
        parts = pa.chunked_array([whole[:cut], whole[cut:]], pa.string())
        assert columns.rows_with_bytes(parts, wanted).tolist() == expected


@given(numbers=st.lists(st.integers(0, 9), max_size=20))
def test_different_numbers_are_those_of_a_sort(numbers: list[int]) -> None:
    """The table of marks finds what sorting finds, and the place of each."""
    used, places = columns.distinct(np.array(numbers, np.int64), 10)
    assert used.tolist() == sorted(set(numbers))
    assert used[places].tolist() == numbers
