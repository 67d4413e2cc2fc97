"""Fold case and composition of texts, only to find candidates; a folded text is never written."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import BEYOND_ASCII, Mask, Positions, encoded, flat, rows_with_bytes

_ROWS_AT_A_TIME = 1 << 18
"""Rows whose texts are copied at a time."""

_FINAL_SIGMA, _SIGMA = "\N{GREEK SMALL LETTER FINAL SIGMA}", "\N{GREEK SMALL LETTER SIGMA}"
"""Two small letters of one capital, the first at the end of a word."""


def fold(emails: pa.StringArray) -> pa.StringArray:
    """Fold case and composition away (``string``), only to find who may be meant; the result is never written."""
    lower = pc.ascii_lower(emails)
    beyond = rows_with_bytes(emails, BEYOND_ASCII)
    if not len(beyond):
        return lower
    few, mask = emails.take(pa.array(beyond)), np.zeros(len(emails), np.bool_)
    mask[beyond] = True
    folded = pc.utf8_lower(pc.utf8_normalize(few, form="NFC"))
    return pc.replace_with_mask(lower, pa.array(mask), pc.replace_substring(folded, _FINAL_SIGMA, _SIGMA))


def same_folded(columns: tuple[pa.ChunkedArray, pa.ChunkedArray], rows: tuple[Positions, Positions]) -> Mask:
    """Mark the pairs of rows (``int64``) whose texts in two columns are equal, case folded away, and not empty.

    Of columns of few words each word is folded once; of others only the texts that differ byte for byte are folded.
    """
    if all(pa.types.is_dictionary(column.type) for column in columns):
        return _same_words((encoded(columns[0]), encoded(columns[1])), rows)
    ours, theirs = map(flat, columns)
    same = np.zeros(len(rows[0]), np.bool_)
    for begin in range(0, len(same), _ROWS_AT_A_TIME):
        some = slice(begin, begin + _ROWS_AT_A_TIME)
        left, right = ours.take(pa.array(rows[0][some])), theirs.take(pa.array(rows[1][some]))
        equal = pc.equal(left, right).to_numpy(zero_copy_only=False)
        differ = np.flatnonzero(~equal)
        folded = (fold(texts.take(pa.array(differ))) for texts in (left, right))
        equal[differ] = pc.equal(*folded).to_numpy(zero_copy_only=False)
        same[some] = equal & pc.not_equal(left, "").to_numpy(zero_copy_only=False)
    return same


def _same_words(columns: tuple[pa.DictionaryArray, pa.DictionaryArray], rows: tuple[Positions, Positions]) -> Mask:
    words = fold(pa.concat_arrays([column.dictionary for column in columns]))
    numbers = words.dictionary_encode().indices.to_numpy() + 1
    numbers[pc.equal(words, "").to_numpy(zero_copy_only=False)] = 0
    of_each = np.split(numbers, [len(columns[0].dictionary)])
    ours, theirs = (
        number[column.indices.to_numpy()[at]] for number, column, at in zip(of_each, columns, rows, strict=True)
    )
    same: Mask = (ours == theirs) & (ours > 0)
    return same


def fold_text(email: str) -> str:
    """Fold one address by the same kernel as ``fold``: Python folds some Greek and Turkish characters otherwise."""
    return email.lower() if email.isascii() else str(fold(pa.array([email], pa.string()))[0].as_py())


def lower_text(email: str) -> str:
    """Return one address in lower case by the kernel that writes Subjects: Turkish İ becomes one character, too."""
    return email.lower() if email.isascii() else str(pc.utf8_lower(pa.scalar(email)).as_py())
