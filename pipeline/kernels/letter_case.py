"""Case of texts: lower, mixed, upper."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

LOWER, MIXED, UPPER = range(3)


def letter_case(texts: pa.StringArray) -> npt.NDArray[np.int8]:
    """Return LOWER, MIXED or UPPER (``int8``) for each text; LOWER for a text without cased characters.

    Bytes suffice for ASCII; only other texts are searched for characters of either case.
    """
    capitals, small = (
        pc.not_equal(fold(texts), texts).to_numpy(zero_copy_only=False) for fold in (pc.ascii_lower, pc.ascii_upper)
    )
    beyond = np.flatnonzero(~pc.string_is_ascii(texts).to_numpy(zero_copy_only=False))
    if len(beyond):
        asked = texts.take(pa.array(beyond))
        for mask, letters in ((capitals, r"[\p{Lu}\p{Lt}]"), (small, r"\p{Ll}")):
            mask[beyond] = pc.match_substring_regex(asked, letters).to_numpy(zero_copy_only=False)
    return np.where(capitals, np.where(small, MIXED, UPPER), LOWER).astype(np.int8)
