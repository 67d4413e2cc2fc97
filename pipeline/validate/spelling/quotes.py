"""Values in the sentences about them, as columns."""

import pyarrow as pa
import pyarrow.compute as pc


def quoted(texts: pa.StringArray) -> pa.StringArray:
    """Return each text as Python quotes it (``repr``); only those with other than plain characters one by one."""
    written = pc.binary_join_element_wise("'", texts, "'", "")
    special = pc.match_substring_regex(texts, r"[^ -~]|['\\]")
    if not pc.any(special).as_py():
        return written
    return pc.replace_with_mask(written, special, pa.array(map(repr, texts.filter(special).to_pylist()), pa.string()))
