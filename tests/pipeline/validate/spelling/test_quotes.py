"""Quotes around values in sentences."""

import pyarrow as pa

from pipeline.validate.spelling.quotes import quoted

TEXTS = ["", "ann@x.com", "o'brien@x.com", 'a"b', "a'b\"c", "back\\slash", "tab\t", "\u00a0", "é", "\u200b", "\x7f"]


def test_a_column_is_quoted_as_its_cells_are() -> None:
    """Every text has the quotes and escapes that it has in a sentence about one row."""
    assert quoted(pa.array(TEXTS)).to_pylist() == [repr(text) for text in TEXTS]
    assert quoted(pa.array(["ann@x.com"])).to_pylist() == ["'ann@x.com'"]
