"""Columns of texts as JSON."""

import json

import pyarrow as pa

from pipeline.reports.rows.json_texts import joined, json_contents

CHARACTERS = [chr(code) for code in range(0x3000)] + ["", '"\\', "\N{GRINNING FACE}", "two\r\nlines"]


def test_every_text_is_read_again() -> None:
    """A reader of JSON gets back every character, and no string contains a line end of any program."""
    written = [f'"{text}"' for text in json_contents(pa.array(CHARACTERS)).to_pylist()]
    assert [json.loads(text) for text in written] == CHARACTERS
    assert [text for text in written if len(text.splitlines()) > 1] == []


def test_only_what_must_be_escaped_is() -> None:
    """Texts stay as they are otherwise: an apostrophe, an accent, a no-break space."""
    texts = ["O'Brien", "é\u00a0", "a/b", 'say "yes"', "a\u2028b"]
    assert json_contents(pa.array(texts)).to_pylist() == [
        "O'Brien",
        "é\u00a0",
        "a/b",
        'say \\"yes\\"',
        "a\\u2028b",
    ]


def test_a_part_of_a_column_is_joined() -> None:
    """Texts before and behind the part do not get in."""
    column = pa.array(["left out", "ä\n", "", "b\n", "left out"])
    assert joined(column.slice(1, 3)) == b"\xc3\xa4\nb\n"
    assert joined(column.slice(1, 0)) == b""
