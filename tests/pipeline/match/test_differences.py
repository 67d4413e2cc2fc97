"""The characters in which two spellings differ, marked in whole columns as in one pair."""

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.match.differences import mark_columns, mark_differences, named

SPELLINGS = st.text(st.sampled_from("aAbB.@[]éÉß\N{KELVIN SIGN}"), max_size=8)


@settings(max_examples=300)
@given(pairs=st.lists(st.tuples(SPELLINGS, SPELLINGS), max_size=6))
def test_a_column_is_marked_as_its_pairs_are(pairs: list[tuple[str, str]]) -> None:
    """Every pair of texts has the brackets that it has by itself, and the names of its characters beyond ASCII."""
    columns = mark_columns(*(pa.array([pair[side] for pair in pairs], pa.string()) for side in (0, 1)))
    marked = [mark_differences(*pair) for pair in pairs]
    assert columns[0].to_pylist() == [f"{ours}{named(*pair)}" for pair, (ours, _) in zip(pairs, marked, strict=True)]
    assert columns[1].to_pylist() == [theirs for _, theirs in marked]


def test_brackets_end_with_their_text() -> None:
    """The end of one text and the beginning of the next are two differences."""
    columns = mark_columns(pa.array(["ab", "", "cd"]), pa.array(["aB", "", "Cd"]))
    assert [column.to_pylist() for column in columns] == [["a[b]", "", "[c]d"], ["a[B]", "", "[C]d"]]
