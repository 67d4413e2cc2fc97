"""Texts as strings of a line of JSON, a whole column at a time."""

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import bytes_of, rows_with_bytes

LINE_ENDS_OF_OTHERS = {"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"}
"""JSON leaves these characters in a text, and many a reader of lines ends a line at them."""

_ESCAPED = r'["\\\x00-\x1f\x{85}\x{2028}\x{2029}]'
_FIRST_BYTES = bytes(range(0x20)) + b'"\\' + bytes({each.encode()[0] for each in LINE_ENDS_OF_OTHERS})
"""The first bytes of what is escaped; others have them too, such as a no-break space."""


def json_contents(texts: pa.StringArray) -> pa.StringArray:
    """Return each text as JSON has it between the quotes of a string: most of them as they are."""
    rows = rows_with_bytes(texts, _FIRST_BYTES)
    few = texts.take(pa.array(rows))
    escaped = pc.match_substring_regex(few, _ESCAPED)
    encoded = [json_text(text)[1:-1] for text in few.filter(escaped).to_pylist()]
    if not encoded:
        return texts
    mask = np.zeros(len(texts), np.bool_)
    mask[rows[escaped.to_numpy(zero_copy_only=False)]] = True
    return pc.replace_with_mask(texts, pa.array(mask), pa.array(encoded, pa.string()))


def json_text(value: object) -> str:
    """Return one text, or another value, as JSON."""
    encoded = msgspec.json.encode(value).decode()
    for character, escape in LINE_ENDS_OF_OTHERS.items():
        encoded = encoded.replace(character, escape)
    return encoded


def joined(lines: pa.StringArray) -> memoryview:
    """Return the texts of a column, one after the other, not copied."""
    return bytes_of(lines).data
