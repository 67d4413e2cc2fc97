"""Registered pandera checks: each is one kernel over a column, named after the issue code it finds.

A check marks the good rows (``bool``, one a row). Because they are registered, a schema that uses them can be exported
to YAML and read back.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc
from pandera.api.extensions import register_check_method

from pipeline.kernels import hashing
from pipeline.kernels.by_key import group_by_key
from pipeline.kernels.columns import Mask, first_bytes, flat, rows_with_other_bytes
from pipeline.kernels.frames import texts
from pipeline.validate.spelling import inspection

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

_LOGIN_BYTES = b"._-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PLAIN_BYTES = bytes(range(0x20, 0x7F))
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
    return _of_suspects(column, _PLAIN_BYTES, lambda words: pc.invert(pc.match_substring_regex(words, CONTROL)))


def short(column: pd.Series) -> Mask:
    """Mark the cells of at most ``LONGEST_CELL`` characters."""
    return _of_words(column, lambda words: pc.less_equal(pc.utf8_length(words), LONGEST_CELL))


def login_characters(column: pd.Series) -> Mask:
    """Mark the cells that Contact Pro takes as a Login."""
    return _of_suspects(column, _LOGIN_BYTES, lambda words: pc.match_substring_regex(words, LOGIN))


def without(pattern: str, first: bytes = b"") -> Callable[[pd.Series], Mask]:
    """Return a check that marks the cells in which a pattern is not found; ``first`` are the bytes that it begins with.

    The first bytes of a column of ordinary keys are enough if they are given.
    """

    def good(column: pd.Series) -> Mask:
        return _of_words(column, lambda words: _not_found(words, pattern, first))

    return good


def _not_found(words: pa.Array | pa.ChunkedArray, pattern: str, first: bytes) -> pa.Array:
    plain = flat(words)
    good = np.ones(len(plain), np.bool_)
    suspects = np.flatnonzero(np.isin(first_bytes(plain), list(first))) if first else np.arange(len(plain))
    if len(suspects):
        found = pc.match_substring_regex(plain.take(pa.array(suspects)), pattern)
        good[suspects] = ~found.to_numpy(zero_copy_only=False)
    return pa.array(good)


def _more_than_spaces(words: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Compare with "", after trimming, and trim only if a cell begins with a space or a non-ASCII character."""
    plain = flat(words)
    first = first_bytes(plain)
    if ((first <= ord(" ")) | (first >= 0x80)).any():  # noqa: PLR2004 - the end of ASCII
        plain = pc.utf8_trim_whitespace(plain)
    return pc.not_equal(plain, "")


def _of_words(column: pd.Series, kernel: Callable[[pa.Array], pa.Array]) -> Mask:
    """Run a kernel over a column; for a dictionary column only over its different words."""
    words = texts(column)
    if not pa.types.is_dictionary(words.type):
        return np.asarray(kernel(words).to_numpy(zero_copy_only=False), np.bool_)
    parts: Sequence[Mask] = [
        kernel(chunk.dictionary).to_numpy(zero_copy_only=False)[chunk.indices.to_numpy()] for chunk in words.chunks
    ]
    return np.concatenate(parts) if parts else np.zeros(0, np.bool_)


def _of_suspects(column: pd.Series, allowed: bytes, kernel: Callable[[pa.Array], pa.Array]) -> Mask:
    """Run the kernel only on the cells with a byte that is not allowed, found by one scan of the column's bytes."""
    words = texts(column)
    if not pa.types.is_string(words.type):
        return _of_words(column, kernel)
    plain = flat(words)
    good = np.ones(len(plain), np.bool_)
    suspects = rows_with_other_bytes(plain, allowed)
    good[suspects] = kernel(plain.take(pa.array(suspects))).to_numpy(zero_copy_only=False)
    return good


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
register("key_rounded", without(ROUNDED, b"+-0123456789"))
register("key_date", without(A_DATE, b"0123456789"))
register("key_space", without(EDGE_SPACE))
register("cell_too_long", short)
register("login_characters", login_characters)
for _name in (
    *("tenant_invalid", "region_unknown", "name_missing", "group_missing"),
    *("subject_missing", "issuer_missing", "extension_missing"),
):
    register(_name, filled)
for _name in ("subject_repeated", "extension_repeated"):
    register(_name, once)
