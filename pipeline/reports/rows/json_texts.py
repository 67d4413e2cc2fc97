"""Texts as strings of a line of JSON, a whole column at a time."""

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

LINE_ENDS_OF_OTHERS = {"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"}
"""JSON leaves these characters in a text, and many a reader of lines ends a line at them."""

_ESCAPED = r'["\\\x00-\x1f\x{85}\x{2028}\x{2029}]'


def json_texts(texts: pa.StringArray) -> pa.StringArray:
    """Return each text as a string of JSON; only those with a character that is escaped are encoded one by one."""
    written = pc.binary_join_element_wise('"', texts, '"', "")
    escaped = pc.match_substring_regex(texts, _ESCAPED)
    if not pc.any(escaped).as_py():
        return written
    encoded = list(map(json_text, texts.filter(escaped).to_pylist()))
    return pc.replace_with_mask(written, escaped, pa.array(encoded, pa.string()))


def json_text(value: object) -> str:
    """Return one text, or another value, as JSON."""
    encoded = msgspec.json.encode(value).decode()
    for character, escape in LINE_ENDS_OF_OTHERS.items():
        encoded = encoded.replace(character, escape)
    return encoded


def joined(lines: pa.StringArray) -> bytes:
    """Return the texts of a column, one after the other."""
    if not len(lines):
        return b""
    ends = np.frombuffer(lines.buffers()[1], np.int32)[lines.offset : lines.offset + len(lines) + 1]
    return bytes(memoryview(lines.buffers()[2] or b"")[ends[0] : ends[-1]])
