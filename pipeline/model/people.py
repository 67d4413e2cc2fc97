"""The canonical frame of one source, with the way back to the cells of the source."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from connectors.base import Extract
from mappings.model import Binding
from pipeline.kernels import columns, hashing
from pipeline.kernels.frames import texts

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 5
"""Of many rows in one sentence, so many are named."""


@dataclass(frozen=True, slots=True)
class People:
    """The canonical frame of one source, with the way back to the source's own words.

    ``frame`` has a column for each canonical field that the source has, Arrow-backed ``string`` or
    ``dictionary<int32, string>``, never null; its index counts the rows of ``extract.frame`` from 0. ``folded`` are the
    emails with case folded away and hashed, to be found by.
    """

    frame: "pd.DataFrame"
    extract: Extract
    binding: Binding
    folded: hashing.HashedTexts
    _read: dict[str, pa.ChunkedArray] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __len__(self) -> int:
        """Count the rows, accepted or not."""
        return len(self.frame)

    def has(self, field: str) -> bool:
        """Return True if the source has this field at all."""
        return field in self.frame

    def texts(self, name: str) -> pa.ChunkedArray:
        """Return one column of the frame as Arrow texts; empty texts if the source lacks the field."""
        if name not in self._read:  # pandas takes 20 µs to hand a column out, and a faulty row asks for several
            there = name in self.frame
            column = texts(self.frame[name]) if there else pa.chunked_array([columns.constant("", len(self.frame))])
            self._read[name] = column
        return self._read[name]

    def header(self, field: str) -> str | None:
        """Name the source's own header for a canonical field."""
        place = self.binding.columns.get(field)
        return None if place is None else self.binding.headers[place]

    def where(self, positions: Sequence[int]) -> str:
        """Return the location of some rows: row numbers of a file, or the directory's own key."""
        origin, shown = self.extract.origin, positions[:SHOWN]
        more = " and more" if len(positions) > SHOWN else ""
        if origin.rows is not None:
            numbers = ", ".join(str(origin.rows[position]) for position in shown)
            return f"row{'' if len(positions) == 1 else 's'} {numbers}{more}"
        return f"account{'' if len(positions) == 1 else 's'} {', '.join(self.key(each) for each in shown)}{more}"

    def key(self, position: int) -> str:
        """Return what finds the person of a row again in a directory; "" in a list, which has rows instead."""
        name = self.extract.origin.key
        return "" if name is None else str(self.extract.frame.column(name)[position].as_py())

    def raw(self, field: str, position: int) -> str:
        """Return the source's own text of one cell."""
        place = self.binding.columns.get(field)
        return "" if place is None else str(self.extract.frame.column(place)[position].as_py())
