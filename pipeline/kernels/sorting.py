"""Sort rows by the bytes of their cells."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import WORD, Positions, words


def byte_order(columns: Sequence[pa.StringArray]) -> Positions:
    """Order rows by the bytes of their cells, the first column first.

    The first eight bytes are compared as one number, which settles most rows; only the tied ones are compared whole.
    """
    offsets, texts = words(columns[0], ">u8")
    lengths = np.diff(offsets)
    beyond = np.clip(WORD - lengths, 0, WORD - 1).astype(np.uint64) * np.uint64(8)
    first = np.where(lengths > 0, (texts[offsets[:-1]].astype(np.uint64) >> beyond) << beyond, np.uint64(0))
    order = np.argsort(first, kind="stable")
    same = first[order][1:] == first[order][:-1]
    tied = np.flatnonzero(np.append(False, same) | np.append(same, False)) if len(order) else order
    if len(tied):
        rows = order[tied]
        among = [pa.array(first[rows]), *(column.take(pa.array(rows)).cast(pa.binary()) for column in columns)]
        names = [str(place) for place in range(len(among))]
        by_bytes = pc.sort_indices(pa.table(among, names=names), sort_keys=[(name, "ascending") for name in names])
        order[tied] = rows[by_bytes.to_numpy()]
    return order
