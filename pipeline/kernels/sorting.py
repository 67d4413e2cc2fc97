"""Sort rows by the bytes of their cells."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import WORD, Positions, flat, words

BYTES_AS_NUMBERS = 4 * WORD
"""Of the first column so many bytes are compared as numbers of eight: 0.4 s of a million logins, not 0.9 s."""

HALF = 32
"""Bits of a number that hold a rank; no list has more than two thousand million rows."""


def byte_order(columns: Sequence[pa.StringArray | pa.DictionaryArray], rows: Positions | None = None) -> Positions:
    """Sort rows by the bytes of their cells, the first column first; equal rows keep their order.

    Args:
        columns: the cells (``string``, or dictionaries of them, no nulls).
        rows: the rows to order (``int64``), None for all.
    """
    rows = np.arange(len(columns[0])) if rows is None else rows
    if not len(rows):
        return rows
    offsets, texts = words(columns[0], ">u8")
    begins, lengths = offsets[:-1][rows], np.diff(offsets)[rows]
    order = tied = np.arange(len(rows))
    group = np.zeros(len(rows), np.int64)
    for done in range(0, BYTES_AS_NUMBERS, WORD):
        among = order[tied]
        if not (lengths[among] > done).any():
            break
        number = _numbers(texts, begins[among] + done, lengths[among] - done)
        by_number = _order_in_groups(number, group) if done else np.argsort(number)
        order = order.copy()
        order[tied] = among[by_number]
        number, group = number[by_number], group[by_number]
        begin = np.append(True, (number[1:] != number[:-1]) | (group[1:] != group[:-1]))
        alone = begin & np.append(begin[1:], True)
        tied, group = tied[~alone], np.cumsum(begin)[~alone]
    if len(tied):
        among = order[tied]
        texts_of_tied = (flat(column.take(pa.array(rows[among]))).cast(pa.binary()) for column in columns)
        cells = [pa.array(group), *texts_of_tied, pa.array(among)]  # the last sorts equal rows by their first order
        names = [str(place) for place in range(len(cells))]
        by_bytes = pc.sort_indices(pa.table(cells, names=names), sort_keys=[(name, "ascending") for name in names])
        order[tied] = among[by_bytes.to_numpy()]
    return rows[order]


def stable_order(numbers: npt.NDArray[np.uint64]) -> Positions:
    """Return the positions (``int64``) that sort numbers; equal ones keep their order.

    numpy sorts with vector instructions unless equal numbers must keep their order, so the few that are equal are put
    in order afterwards: 0.06 s of a million different numbers, not 0.17 s.
    """
    order = np.argsort(numbers)
    in_order = numbers[order]
    is_again = np.append(False, in_order[1:] == in_order[:-1])
    tied = np.flatnonzero(is_again | np.append(is_again[1:], False))
    if len(tied) > len(numbers) // 2:
        return np.argsort(numbers, kind="stable")
    among = order[tied]
    order[tied] = among[np.lexsort((among, np.cumsum(~is_again)[tied]))]
    return order


def _order_in_groups(numbers: npt.NDArray[np.uint64], group: Positions) -> Positions:
    """Return the positions that sort rows by their group, then by their number, by two sorts as in ``stable_order``."""
    rank = np.empty(len(numbers), np.int64)
    rank[np.argsort(numbers)] = np.arange(len(numbers))
    return np.argsort((group << HALF) | rank)


def _numbers(texts: npt.NDArray[np.uint64], begins: Positions, lengths: Positions) -> npt.NDArray[np.uint64]:
    """Return the next eight bytes of each text as a number; bytes behind its end count as zero."""
    beyond = np.clip(WORD - lengths, 0, WORD - 1).astype(np.uint64) * np.uint64(8)
    inside = np.where(lengths > 0, begins, 0)
    return np.where(lengths > 0, (texts[inside].astype(np.uint64) >> beyond) << beyond, np.uint64(0))
