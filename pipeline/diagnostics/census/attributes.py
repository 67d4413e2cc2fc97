"""The attributes of a directory that could carry the email, each examined by itself: filled, spelled how, whose alone.

Candidates are the attribute that is mapped as email, the sign-in name, and the first of the aliases. Kernels only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels import columns, folding, hashing
from pipeline.kernels.by_key import group_by_key
from pipeline.kernels.columns import Mask
from pipeline.kernels.letter_case import letter_case
from pipeline.model import fields
from pipeline.model.people import People
from pipeline.validate.spelling import inspection

Positions = npt.NDArray[np.int64]

EMPTY = 3
"""The case of an address that is missing or only spaces, beside those of ``kernels.letter_case``."""

FIELDS = (fields.EMAIL, "upn", "aliases")
_PRIMARY = "SMTP:"
_OTHER_KIND = r"^[A-Za-z0-9]+:"
_BLOCK_ROWS = 1 << 16
"""Cells parted at a time: the addresses of a million make the allocator slower than the kernels."""


@dataclass(frozen=True, slots=True)
class AttributeStats:
    """One attribute under the source's own ``name``: its ``texts`` (``string``), and for each of them what it is.

    ``case`` (int8) is one of LOWER, MIXED, UPPER, EMPTY. ``twins`` marks the texts that are repeated byte for byte,
    ``case_twins`` those that are repeated in other bytes once folded; blank ones are not duplicates.
    """

    name: str
    texts: pa.StringArray
    case: npt.NDArray[np.int8]
    letters: inspection.EmailFaults
    twins: Mask
    case_twins: Mask

    @classmethod
    def count(cls, name: str, texts: pa.StringArray, folded: hashing.HashedTexts | None) -> "AttributeStats":
        """Count the values of an attribute; ``folded`` are its texts folded and hashed, if that is done already."""
        letters = inspection.inspect(pa.chunked_array([texts]))
        case = letter_case(texts)
        case[letters.with_fault("EMAIL-MISSING")[0]] = EMPTY
        groups = group_by_key(folded or hashing.HashedTexts.build(folding.fold(texts), hashing.random_key()))
        twins, case_twins = _twins(texts, groups, case != EMPTY)
        return cls(name, texts, case, letters, twins, case_twins)

    @property
    def filled(self) -> Mask:
        """Mark the texts that are more than spaces."""
        filled: Mask = self.case != EMPTY
        return filled

    @property
    def usable(self) -> Mask:
        """Mark the texts without a fault, which could be written to an import file."""
        usable = np.ones(len(self.texts), np.bool_)
        for rows, _ in self.letters.by_code.values():
            usable[rows] = False
        return usable


def of_email(directory: People) -> pa.StringArray:
    """Return the emails as they are mapped."""
    return columns.flat(directory.texts(fields.EMAIL))


def examinations(directory: People) -> dict[str, Callable[[], AttributeStats]]:
    """Return what is to be examined by field, the mapped email first; a column of two fields is examined once."""
    of_column = {directory.binding.columns[field]: field for field in reversed(FIELDS) if directory.has(field)}
    return {field: partial(_examined, directory, field) for field in FIELDS if field in of_column.values()}


def _examined(directory: People, field: str) -> AttributeStats:
    name = directory.header(field) or field
    if field == fields.EMAIL:
        return AttributeStats.count(name, of_email(directory), directory.folded)
    texts = columns.flat(directory.texts(field))
    if separator := directory.binding.mapping.fields[field].separator:
        texts = _first_addresses(texts, separator)
    return AttributeStats.count(name, texts, None)


def _first_addresses(cells: pa.StringArray, separator: str) -> pa.StringArray:
    """Return of each cell of several addresses the one that could be the email, "" for none.

    That is the one marked ``SMTP:`` (Entra's mark of the primary address; facts: microsoft-graph §3), else the first
    that is marked ``smtp:`` or not marked at all; ``x500:``, ``SIP:`` and the like are not emails.
    """
    blocks = range(0, len(cells), _BLOCK_ROWS)
    return pa.concat_arrays(
        [
            pa.array([], pa.string()),
            *(_of_block(cells.slice(first, _BLOCK_ROWS), separator) for first in blocks),
        ]
    )


def _of_block(cells: pa.StringArray, separator: str) -> pa.StringArray:
    lists = pc.split_pattern(cells, separator)
    parts, owners = pc.ascii_trim_whitespace(lists.flatten()), pc.list_parent_indices(lists).to_numpy()
    chosen = np.full(len(cells), -1, np.int64)
    _choose(chosen, owners, np.flatnonzero(pc.starts_with(parts, _PRIMARY).to_numpy(zero_copy_only=False)))
    rest = np.flatnonzero(chosen[owners] < 0)
    _choose(chosen, owners, rest[_is_mailable(parts.take(pa.array(rest)))])
    found = parts.take(pa.array(chosen, mask=chosen < 0)).fill_null("")
    bare = pc.ascii_ltrim_whitespace(pc.utf8_slice_codeunits(found, len(_PRIMARY)))
    return pc.if_else(pc.starts_with(found, _PRIMARY, ignore_case=True), bare, found)


def _choose(chosen: Positions, owners: Positions, places: Positions) -> None:
    backwards = places[::-1]  # of several for one owner the last that is written stays: the first in the cell
    chosen[owners[backwards]] = backwards


def _is_mailable(parts: pa.StringArray) -> Mask:
    smtp = pc.starts_with(parts, _PRIMARY, ignore_case=True)
    other_kind = pc.and_not(pc.match_substring_regex(parts, _OTHER_KIND), smtp)
    mailable: Mask = pc.and_not(pc.not_equal(parts, ""), other_kind).to_numpy(zero_copy_only=False)
    return mailable


def _twins(texts: pa.StringArray, groups: list[Positions], filled: Mask) -> tuple[Mask, Mask]:
    """Mark the rows of groups (equal once folded) with a row of equal bytes, and those with a row of other bytes."""
    same, other = np.zeros(len(texts), np.bool_), np.zeros(len(texts), np.bool_)
    groups = [group for group in groups if filled[group[0]]]
    if groups:
        rows, group_of = np.concatenate(groups), np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        spelling = texts.take(pa.array(rows)).dictionary_encode().indices.to_numpy()
        same[rows] = np.bincount(spelling)[spelling] > 1
        _, first_rows = np.unique(spelling, return_index=True)
        other[rows] = np.bincount(group_of[first_rows])[group_of] > 1
    return same, other
