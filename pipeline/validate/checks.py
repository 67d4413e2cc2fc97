"""Registered pandera checks: each is one kernel over a column, named after the issue code it finds.

A check marks the good rows (``bool``, one a row). Because they are registered, a schema that uses them can be exported
to YAML and read back.
"""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc
from pandera.api.extensions import register_check_method

from pipeline.kernels import hashing
from pipeline.kernels.by_key import group_by_key
from pipeline.kernels.columns import BEYOND_ASCII, Mask, encoded, first_bytes, flat, rows_with_bytes
from pipeline.kernels.frames import texts
from pipeline.validate.spelling import inspection

Judge = Callable[[pa.ChunkedArray], pa.ChunkedArray]
"""Marks the good ones of some words."""

EMAIL_CODES = ("EMAIL-MISSING", "EMAIL-SYNTAX", "EMAIL-SPACE", "EMAIL-INVISIBLE", "EMAIL-LOOKALIKE", "EMAIL-NOT-NFC")

LONGEST_CELL = 255
"""No documented limit exists; in a longer name or key, several cells have probably been merged."""

LOGIN = r"^[\p{L}\p{M}\p{N}._-]*$"
"""Contact Pro takes no spaces and no special characters in a Logon Name (facts: contact-pro, Import files)."""

CONTROL = r"[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]"
"""Characters that break a line of the import file, or cannot be seen in it (as a zero-width space)."""

NO_VALUE = r"^#(?:N/?A|N/D|NV|[¡¿]?\p{Lu}[\p{Lu}/0]+[!?]|DIV/0!|REFERENS|NUMBER\?.*|GETTING_DATA|#+)$"
"""What Excel saves in place of a value that it does not have, in any of its languages (#REF!, #BEZUG!, #¿NOMBRE?, #NV),
or that its column is too narrow for (####)."""

WRAPPED = r"^(?:=\".*\"|'.*|=\p{Lu}[\p{Lu}\p{N}._]*\(.*)$"
"""Excel's ways to keep digits as text, saved as if they were part of it (=\"0012\", '0012), and formulas as text."""

ROUNDED = r"^[+-]?[0-9](?:[.,][0-9]+)?E\+[0-9]{2,}$"
"""A number as Excel shortens it (4.91701E+12): digits of the key are lost. ``1E5`` is a text of its own."""

A_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T]00:00:00(?:\.0+)?$"
"""A date as programs write it that took a key such as 1-31 for one."""

EDGE_SPACE = r"^\p{Zs}|\p{Zs}$|[\x{00A0}\x{2007}\x{202F}\x{3000}]"
"""A space at either end, or one that does not break a line: no key has it on purpose."""

_ALL_BYTES = frozenset(range(256))
_BEYOND_LOGIN = bytes(_ALL_BYTES - set(b"._-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
_BEYOND_PLAIN = bytes(_ALL_BYTES - set(range(0x20, 0x7F)))
_ISSUE_CODES = {
    "email_control": "CELL-CONTROL",
    "key_space": "CELL-CONTROL",
    "key_rounded": "CELL-NUMBER",
    "key_date": "CELL-NUMBER",
    "cell_wrapped": "CELL-FORMULA-ERROR",
    "cell_value": "CELL-FORMULA-ERROR",
    "subject_missing": "EMAIL-MISSING",
    "subject_repeated": "EMAIL-TWIN",
    "issuer_missing": "REGION-UNKNOWN",
    "extension_repeated": "EXTENSION-TWIN",
}


def check(name: str, **statistics: object) -> pandera.Check:
    """Build a registered check by its name; one failure case keeps pandera from copying every failing value."""
    made: pandera.Check = getattr(pandera.Check, name)(n_failure_cases=1, ignore_na=False, **statistics)
    return made


def issue_code(check_name: str) -> str:
    """Return the issue code that a registered check finds: ``cell_control`` finds CELL-CONTROL."""
    return _ISSUE_CODES.get(check_name, check_name.upper().replace("_", "-"))


def register(name: str, good: Callable[[pd.Series], Mask]) -> None:
    """Add a check on one column under a name; ``good`` marks the good rows."""

    def registered(column: pd.Series) -> pd.Series:
        return pd.Series(good(column), index=column.index)

    registered.__name__ = name
    register_check_method(registered, supported_types=pd.Series)


def _email_check(code: str) -> Callable[[pd.Series], Mask]:
    return lambda column: inspection.inspect(texts(column)).free_of(code)


def filled(column: pd.Series) -> Mask:
    """Mark the cells with more than spaces."""
    return _of_words(column, _more_than_spaces)


def once(column: pd.Series) -> Mask:
    """Mark the cells whose text no other cell of the column has."""
    good = np.ones(len(column), np.bool_)
    for rows in group_by_key(hashing.HashedTexts.build(flat(texts(column)), hashing.random_key())):
        good[rows] = False
    return good


def without_control(column: pd.Series) -> Mask:
    """Mark the cells without a control or invisible character."""
    return _of_words(column, lambda words: _judged(words, _BEYOND_PLAIN, _is_without(CONTROL)))


def short(column: pd.Series) -> Mask:
    """Mark the cells of at most ``LONGEST_CELL`` characters."""
    return _of_words(column, _is_short)


def login_characters(column: pd.Series) -> Mask:
    """Mark the cells that Contact Pro takes as a Login."""
    good: Judge = partial(pc.match_substring_regex, pattern=LOGIN)
    return _of_words(column, lambda words: _judged(words, _BEYOND_LOGIN, good))


def without(pattern: str, has: bytes) -> Callable[[pd.Series], Mask]:
    """Return a check that marks the cells in which a pattern is not found.

    Whatever the pattern finds has one of the bytes ``has``: only cells with such a byte are looked at by themselves.
    """
    return lambda column: _of_words(column, lambda words: _judged(words, has, _is_without(pattern)))


def _is_without(pattern: str) -> Judge:
    return lambda words: pc.invert(pc.match_substring_regex(words, pattern))


def _judged(words: pa.ChunkedArray, suspicious: bytes, judge: Judge) -> Mask:
    """Mark the good words; only those with a suspicious byte are judged, and one scan of all bytes finds them."""
    good = np.ones(len(words), np.bool_)
    suspects = rows_with_bytes(words, suspicious)
    if len(suspects):
        good[suspects] = judge(words.take(pa.array(suspects))).to_numpy(zero_copy_only=False)
    return good


def _is_short(words: pa.ChunkedArray) -> Mask:
    """Count the characters of the words only if one has more bytes than characters are allowed."""
    good: Mask = pc.less_equal(pc.binary_length(words), LONGEST_CELL).to_numpy()
    if not good.all():
        good = pc.less_equal(pc.utf8_length(words), LONGEST_CELL).to_numpy()
    return good


def _more_than_spaces(words: pa.ChunkedArray) -> Mask:
    """Compare with "", after trimming, and trim only if a cell begins with a space or a non-ASCII character."""
    first = np.concatenate([np.zeros(0, np.uint8), *map(first_bytes, words.chunks)])
    if ((first <= ord(" ")) | (first >= 0x80)).any():  # noqa: PLR2004 - the end of ASCII
        words = pc.utf8_trim_whitespace(words)
    good: Mask = pc.not_equal(words, "").to_numpy()
    return good


def _of_words(column: pd.Series, judge: Callable[[pa.ChunkedArray], Mask]) -> Mask:
    """Judge the words of a column; of a dictionary each different one, once."""
    words = texts(column)
    if pa.types.is_dictionary(words.type):
        whole = encoded(words)
        good: Mask = judge(pa.chunked_array([whole.dictionary]))[whole.indices.to_numpy()]
        return good
    return judge(words.cast(pa.string()))  # a frame of another program may have large texts


def _identified(frame: pd.DataFrame, *, columns: Sequence[str]) -> pd.Series:
    """Mark the rows in which one of the columns is filled; a column that is missing is filled nowhere."""
    found = np.zeros(len(frame), np.bool_)
    for name in columns:
        if name in frame:
            found |= filled(frame[name])
    return pd.Series(found, index=frame.index)


_identified.__name__ = "id_missing"
register_check_method(_identified, statistics=["columns"], supported_types=pd.DataFrame)
for _code in EMAIL_CODES:
    register(_code.lower().replace("-", "_"), _email_check(_code))
register("email_control", _email_check("CELL-CONTROL"))
register("cell_control", without_control)
register("cell_value", without(NO_VALUE, b"#"))
register("cell_wrapped", without(WRAPPED, b"='"))
register("key_rounded", without(ROUNDED, b"+"))
register("key_date", without(A_DATE, b":"))
register("key_space", without(EDGE_SPACE, b" " + BEYOND_ASCII))
register("cell_too_long", short)
register("login_characters", login_characters)
for _name in (
    *("tenant_invalid", "region_unknown", "name_missing", "group_missing"),
    *("subject_missing", "issuer_missing", "extension_missing"),
):
    register(_name, filled)
for _name in ("subject_repeated", "extension_repeated"):
    register(_name, once)
