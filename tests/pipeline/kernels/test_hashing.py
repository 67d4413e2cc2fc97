"""Equal texts among many: the answers are those of plain Python, even if every hash collides."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.kernels import columns, hashing
from pipeline.kernels.by_key import Known, group_by_key, join_by_key
from pipeline.kernels.hashing import HashedTexts

KEY = np.uint64(7)

LETTERS = st.text(st.sampled_from(list("ab\x00é😀z")), max_size=20)
SHARED = st.builds("{}{}".format, st.sampled_from(["", "abcdefgh", "abcdefg\x00", "ääää", "a" * 16]), LETTERS)
TEXTS = st.lists(st.one_of(LETTERS, SHARED), max_size=25)


def array(texts: list[str]) -> pa.StringArray:
    """Build a plain column of texts."""
    return pa.array(texts, pa.string())


def keyed(texts: list[str], key: hashing.HashKey = KEY) -> HashedTexts:
    """Hash texts as the keys of a rule."""
    return HashedTexts.build(array(texts), key)


@pytest.fixture(params=["hashed", "collided"])
def hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run a test twice: with the real hash, and with one that is the same for every text."""
    if request.param == "collided":
        monkeypatch.setattr(hashing, "hash_texts", lambda texts, _: np.full(len(texts), 7, np.uint64))
    return str(request.param)


@settings(max_examples=200)
@given(texts=TEXTS, cut=st.integers(0, 25), skipped=st.integers(0, 3))
def test_equal_bytes_have_equal_hashes_however_they_are_stored(texts: list[str], cut: int, skipped: int) -> None:
    """Chunks, dictionaries and slices of a column hash as the plain column does."""
    plain = hashing.hash_texts(array(texts), KEY).tolist()
    cut = min(cut, len(texts))
    chunked = pa.chunked_array([array(texts[:cut]), array(texts[cut:])])
    assert hashing.hash_texts(columns.flat(chunked), KEY).tolist() == plain
    assert hashing.hash_texts(columns.flat(chunked.dictionary_encode()), KEY).tolist() == plain
    sliced = array(["x" * 5] * skipped + texts + ["tail"]).slice(skipped, len(texts))
    assert hashing.hash_texts(sliced, KEY).tolist() == plain
    assert hashing.hash_texts(columns.flat(sliced), KEY).tolist() == plain
    assert len(set(plain)) == len(set(texts))  # 64 bits: a collision among a few texts would be a defect


def test_hashes_are_the_same_in_every_block(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text's hash does not depend on the rows that are hashed beside it."""
    texts = array([f"{'ab' * (row % 9)}{row}" for row in range(100)] + ["é" * 99])
    whole = hashing.hash_texts(texts, KEY).tolist()
    monkeypatch.setattr(hashing, "_BLOCK_ROWS", 7)
    assert hashing.hash_texts(texts, KEY).tolist() == whole
    monkeypatch.setattr(hashing, "_BLOCK_BYTES", 64)
    assert hashing.hash_texts(texts, KEY).tolist() == whole


@settings(max_examples=100)
@given(texts=TEXTS, collided=st.booleans())
def test_repeated_texts_are_those_that_a_dict_finds(texts: list[str], *, collided: bool) -> None:
    """Every repeated text, with all its positions; empty texts do not count."""
    groups: dict[str, list[int]] = {}
    for position, text in enumerate(texts):
        groups.setdefault(text, []).append(position)
    expected = sorted(group for text, group in groups.items() if text and len(group) > 1)
    with pytest.MonkeyPatch.context() as patch:
        if collided:
            patch.setattr(hashing, "hash_texts", lambda texts, _: np.full(len(texts), 7, np.uint64))
        assert sorted(group.tolist() for group in group_by_key(keyed(texts))) == expected


@settings(max_examples=100)
@given(rows=st.lists(st.tuples(SHARED, st.integers(0, 2)), max_size=25), collided=st.booleans())
def test_texts_of_another_part_are_not_the_same(rows: list[tuple[str, int]], *, collided: bool) -> None:
    """With parts, two rows belong together if both their text and their part are equal."""
    expected: dict[tuple[str, int], list[int]] = {}
    for position, row in enumerate(rows):
        expected.setdefault(row, []).append(position)
    with pytest.MonkeyPatch.context() as patch:
        if collided:
            patch.setattr(hashing, "hash_texts", lambda texts, _: np.full(len(texts), 7, np.uint64))
        found = group_by_key(keyed([text for text, _ in rows]), np.array([part for _, part in rows], np.int64))
    assert [group.tolist() for group in found] == [
        group for (text, _), group in expected.items() if text and len(group) > 1
    ]


@settings(max_examples=150)
@given(texts=TEXTS, wanted=TEXTS, collided=st.booleans())
def test_a_join_answers_as_a_list_does(texts: list[str], wanted: list[str], *, collided: bool) -> None:
    """The first and all rows of a key; nothing for a key that is not there or empty."""
    wanted = [*wanted, *texts[:5], ""]
    first = [texts.index(text) if text and text in texts else -1 for text in wanted]
    with pytest.MonkeyPatch.context() as patch:
        if collided:
            patch.setattr(hashing, "hash_texts", lambda texts, _: np.full(len(texts), 7, np.uint64))
        joined = join_by_key(keyed(wanted), keyed(texts), (array(wanted), array(texts)))
        assert joined.first.tolist() == first
        assert collided or joined.same.tolist() == [at >= 0 for at in first]
        known = Known.build(keyed(texts))
        assert join_by_key(keyed(wanted), known).first.tolist() == first
        for text, rows in known.groups(keyed(wanted)).items():
            assert rows.tolist() == [at for at, there in enumerate(texts) if there == text]


@settings(max_examples=100)
@given(texts=TEXTS, wanted=TEXTS)
def test_a_candidate_says_when_others_may_fit_too(texts: list[str], wanted: list[str]) -> None:
    """A text that is repeated in the index is marked, a single one is not."""
    wanted = [*wanted, *texts]
    joined = join_by_key(keyed(wanted), keyed(texts))
    assert joined.first.tolist() == [texts.index(text) if text and text in texts else -1 for text in wanted]
    assert joined.several.tolist() == [bool(text) and texts.count(text) > 1 for text in wanted]


def test_neighbours_with_one_hash_are_told_apart(hashes: str) -> None:
    """A collision hides no one: each text is found at its own place."""
    texts = ["b", "a", "", "b", "abcdefgh", "abcdefghi"]
    found = join_by_key(keyed(["abcdefghi", "a", "b", "c", ""]), keyed(texts)).first.tolist()
    assert found == [5, 1, 0, -1, -1], hashes
    assert [group.tolist() for group in group_by_key(keyed(texts))] == [[0, 3]]


def test_the_hash_key_changes_no_answer_but_must_be_one() -> None:
    """Any key finds the same rows; two sides with different keys are refused instead of joining nothing."""
    other = np.uint64(9)
    assert keyed(["a"]).hashes.tolist() != keyed(["a"], other).hashes.tolist()
    assert join_by_key(keyed(["a", "b"], other), keyed(["b"], other)).first.tolist() == [-1, 0]
    with pytest.raises(ValueError, match="different hash keys"):
        join_by_key(keyed(["a"]), keyed(["a"], other))


def test_nothing_is_found_in_nothing() -> None:
    """Columns without rows are legal everywhere."""
    none = array([])
    assert group_by_key(HashedTexts.build(none, KEY)) == []
    assert join_by_key(keyed(["a"]), keyed([])).first.tolist() == [-1]
    assert join_by_key(keyed([]), keyed(["a"])).first.tolist() == []


@pytest.mark.parametrize("chunks", [[], [[]], [["a"], []], [["a", "é"], ["", "b"]]])
def test_flat_keeps_every_text(chunks: list[list[str]]) -> None:
    """A column in chunks, also without any, becomes one plain array of the same texts."""
    column = pa.chunked_array([array(chunk) for chunk in chunks], pa.string())
    expected = [text for chunk in chunks for text in chunk]
    for each in (column, column.dictionary_encode()):
        flat = columns.flat(each)
        assert flat.to_pylist() == expected
        assert (flat.type, flat.offset) == (pa.string(), 0)
