"""Rows are sorted by their bytes, and equal ones keep their order, however many there are."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.kernels import sorting

LETTERS = st.text(st.sampled_from(list("ab\x00é😀z")), max_size=20)
SHARED = st.builds("{}{}".format, st.sampled_from(["", "abcdefgh", "abcdefg\x00", "ääää", "a" * 16]), LETTERS)
TEXTS = st.lists(st.one_of(LETTERS, SHARED), max_size=25)
MANY = 5_000
"""Rows enough for the vector instructions of numpy, which a short list does not reach."""


def array(texts: list[str]) -> pa.StringArray:
    """Build a plain column of texts."""
    return pa.array(texts, pa.string())


@settings(max_examples=200)
@given(rows=st.lists(st.tuples(st.one_of(LETTERS, SHARED), LETTERS), max_size=25))
def test_byte_order_is_the_order_of_bytes(rows: list[tuple[str, str]]) -> None:
    """Rows are sorted as ``sorted`` sorts their bytes, by the first column and then the second; equal ones stay so."""
    order = sorting.byte_order([array([row[0] for row in rows]), array([row[1] for row in rows])]).tolist()
    assert order == sorted(range(len(rows)), key=lambda at: (rows[at][0].encode(), rows[at][1].encode()))


@settings(max_examples=50)
@given(texts=TEXTS, skipped=st.integers(0, 3))
def test_a_slice_is_ordered_as_its_own_rows(texts: list[str], skipped: int) -> None:
    """What lies before and behind a slice in memory does not count."""
    sliced = array(["zz"] * skipped + texts + ["tail"]).slice(skipped, len(texts))
    order = sorting.byte_order([sliced]).tolist()
    assert [texts[at] for at in order] == sorted(texts, key=str.encode)


@pytest.mark.parametrize("different", [1, 3, 70, 4_000, 10**9])
def test_many_rows_are_sorted_as_few_are(different: int) -> None:
    """Thousands of texts with shared beginnings and repetitions are sorted as ``sorted`` sorts their bytes."""
    numbers = np.random.default_rng(different).integers(0, different, MANY).tolist()
    texts = [f"person-of-a-long-name-{number}" for number in numbers]
    assert sorting.byte_order([array(texts)]).tolist() == sorted(range(MANY), key=texts.__getitem__)


@pytest.mark.parametrize("different", [1, 3, 70, 4_000, 10**9])
def test_equal_numbers_keep_their_order(different: int) -> None:
    """Numbers of which none, some or all are equal are sorted as ``sorted`` does it, which keeps their order."""
    numbers = np.random.default_rng(different).integers(0, different, MANY).astype(np.uint64)
    assert sorting.stable_order(numbers).tolist() == sorted(range(MANY), key=numbers.tolist().__getitem__)


def test_no_rows_have_an_order() -> None:
    """Nothing to sort is an order of nothing, not an error."""
    assert sorting.byte_order([array([])]).tolist() == []
    assert sorting.stable_order(np.zeros(0, np.uint64)).tolist() == []
