"""Name patterns of email addresses: how the part before the @ is made of first and last name.

If both names are known they decide: case is folded, spaces in names are left out, a number at the end of the address is
ignored (``jane.smith2``), and accents may be as they are, left out (``makela`` for Mäkelä) or spelled out (``mueller``
for Müller, ``soerensen`` for Sørensen). If a name is missing the shape decides: two words around one dot, or one
character, a dot and a word. Nicknames and aliases of the company's own are "other".
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels import columns, folding
from pipeline.kernels.columns import Mask

Patterns = npt.NDArray[np.int8]

PATTERNS = ("first.last", "First.Last", "first.last, other case", "last.first", "flast", "first", "other")
"""Every pattern, in the order in which they are tried; all but the first three are recognised in any case.

``first.last`` has no capital; ``First.Last`` begins both names with one and has lower case too; every other spelling
of it (``FIRST.LAST``, ``first.Last``) is of another case. ``flast`` is the initial and the last name, with a dot
between them or without.
"""

EXAMPLES = ("jane.smith", "Jane.Smith", "JANE.SMITH", "smith.jane", "jsmith", "jane", "service-desk")
"""An invented example of each, to be shown beside it."""

FIRST_LAST, CAPITALISED, OTHER_CASE, LAST_FIRST, INITIAL_LAST, FIRST, OTHER = range(len(PATTERNS))

_CAPITALS = r"\p{Lu}"
_BOTH_CAPITALISED = r"^\p{Lu}.*\.\p{Lu}"
_SMALL = r"\p{Ll}"
_TWO_WORDS = r"^[\p{L}\p{M}'-]{2,}\.[\p{L}\p{M}'-]{2,}[0-9]*$"
_LETTER_AND_WORD = r"^\p{L}\p{M}*\.[\p{L}\p{M}'-]{2,}[0-9]*$"
SPELLED_OUT = (
    *(("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss"), ("å", "aa"), ("ø", "oe"), ("æ", "ae"), ("œ", "oe")),
    *(("þ", "th"), ("ð", "d"), ("ł", "l"), ("đ", "d"), ("\u0131", "i")),
)
"""Characters that addresses spell in ASCII; the last five have no accent that could be left out."""

LEFT_OUT = (
    ("ß", "ss"),
    ("ø", "o"),
    ("æ", "ae"),
    ("œ", "oe"),
    ("þ", "th"),
    ("ð", "d"),
    ("ł", "l"),
    ("đ", "d"),
    ("\u0131", "i"),
)
"""Characters whose stroke or shape is not an accent in Unicode, and what remains without it."""

_NUMBER = "0123456789"
_PLAIN_NAME = bytes(range(0x21, 0x7F))


def find_patterns(local: pa.StringArray, first: pa.ChunkedArray, last: pa.ChunkedArray) -> tuple[Patterns, Mask]:
    """Find the name pattern of each local part (``string``), and whether the person's own names decided it.

    Args:
        local: The part before the @, spelled as it is; an empty text is "other".
        first: The first names, ``string`` or ``dictionary<string>``, "" if unknown.
        last: The last names, likewise.

    Returns:
        Places in ``PATTERNS`` (int8), and a mask of the rows whose first and last name are both known.
    """
    folded, first, last = folding.fold(local), _comparable(first), _comparable(last)
    named: Mask = pc.and_(pc.not_equal(first, ""), pc.not_equal(last, "")).to_numpy(zero_copy_only=False)
    patterns = np.full(len(local), OTHER, np.int8)
    _by_names(patterns, np.flatnonzero(named), folded, first, last)
    for plain in (_without_accents, _spelled_out):
        _by_names(patterns, np.flatnonzero(named & (patterns == OTHER)), folded, plain(first), plain(last))
    _by_shape(patterns, np.flatnonzero(~named), folded)
    _by_case(patterns, np.flatnonzero(patterns == FIRST_LAST), local)
    return patterns, named


def _by_names(
    patterns: Patterns, rows: npt.NDArray[np.int64], folded: pa.StringArray, first: pa.StringArray, last: pa.StringArray
) -> None:
    """Compare one form after the other with the rows that match none so far."""
    initial = pc.utf8_slice_codeunits(first, 0, 1)
    for pattern, front, joint, back in (
        (FIRST_LAST, first, ".", last),
        (LAST_FIRST, last, ".", first),
        (INITIAL_LAST, initial, "", last),
        (INITIAL_LAST, initial, ".", last),
        (FIRST, first, "", None),
    ):
        asked = pa.array(rows)
        written = folded.take(asked)
        form = front.take(asked)
        if back is not None:
            form = pc.binary_join_element_wise(form, back.take(asked), joint)
        numberless = pc.ascii_rtrim(written, _NUMBER)
        fits = pc.or_(pc.equal(written, form), pc.equal(numberless, form)).to_numpy(zero_copy_only=False)
        patterns[rows[fits]] = pattern
        rows = rows[~fits]


def _by_shape(patterns: Patterns, rows: npt.NDArray[np.int64], folded: pa.StringArray) -> None:
    texts = folded.take(pa.array(rows))
    for pattern, shape in ((FIRST_LAST, _TWO_WORDS), (INITIAL_LAST, _LETTER_AND_WORD)):
        patterns[rows[_matches(texts, shape)]] = pattern


def _by_case(patterns: Patterns, rows: npt.NDArray[np.int64], local: pa.StringArray) -> None:
    """Split the rows of ``first.last`` by their capitals."""
    rows = rows[_matches(local.take(pa.array(rows)), _CAPITALS)]
    texts = local.take(pa.array(rows))
    capitalised = _matches(texts, _BOTH_CAPITALISED) & _matches(texts, _SMALL)
    patterns[rows] = np.where(capitalised, CAPITALISED, OTHER_CASE)


def _comparable(names: pa.ChunkedArray) -> pa.StringArray:
    """Fold names and leave their spaces out; of a dictionary each different name once."""
    if not pa.types.is_dictionary(names.type):
        return _without_spaces(folding.fold(columns.flat(names)))
    chunks = [_without_spaces(folding.fold(columns.flat(each.dictionary))).take(each.indices) for each in names.chunks]
    return pa.concat_arrays([pa.array([], pa.string()), *chunks])


def _without_accents(names: pa.StringArray) -> pa.StringArray:
    return _in_ascii(names, LEFT_OUT)


def _spelled_out(names: pa.StringArray) -> pa.StringArray:
    return _in_ascii(names, SPELLED_OUT)


def _in_ascii(names: pa.StringArray, letters: Sequence[tuple[str, str]]) -> pa.StringArray:
    """Replace characters, and remove the accents that remain; names in ASCII are returned as they are."""
    if pc.all(pc.string_is_ascii(names)).as_py() is not False:
        return names
    for letter, plain in letters:
        names = pc.replace_substring(names, letter, plain)
    return pc.replace_substring_regex(pc.utf8_normalize(names, form="NFD"), r"\p{M}", "")


def _without_spaces(names: pa.StringArray) -> pa.StringArray:
    rows = columns.rows_with_other_bytes(names, _PLAIN_NAME)
    if not len(rows):
        return names
    mask = np.zeros(len(names), np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(
        names, pa.array(mask), pc.replace_substring_regex(names.take(pa.array(rows)), r"[\s\p{Z}]+", "")
    )


def _matches(texts: pa.StringArray, pattern: str) -> Mask:
    found: Mask = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
    return found
