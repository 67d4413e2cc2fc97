"""The canonical frame of one source, with the way back to the cells of the source."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from msgspec.structs import replace

from connectors.base import Extract, ReaderIssue
from mappings.model import Binding
from pipeline.kernels import columns, hashing
from pipeline.kernels.columns import Positions
from pipeline.kernels.frames import texts
from pipeline.kernels.spill import IN_MEMORY, Spill
from pipeline.model.issues import RowIds

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 5
"""Of many rows in one sentence, so many are named."""


@dataclass(frozen=True, slots=True)
class People:
    """The canonical frame of one source, with the way back to the source's own words.

    ``frame`` has a column for each canonical field that the source has, Arrow-backed ``string`` or
    ``dictionary<int32, string>``, never null; its index counts the rows of ``extract.frame`` from ``first``, the id of
    the first row: 0, or more in a batch of a roster. ``folded`` are the emails with case folded away and hashed, to be
    found by. ``spill`` is the place of columns of all rows.
    """

    frame: "pd.DataFrame"
    extract: Extract
    binding: Binding
    folded: hashing.HashedTexts
    first: int = 0
    spill: Spill = IN_MEMORY
    _read: dict[str, pa.ChunkedArray] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __len__(self) -> int:
        """Count the rows, accepted or not."""
        return len(self.frame)

    @property
    def ids(self) -> RowIds:
        """Return the ids of the rows."""
        return RowIds(self.first, len(self.frame))

    def batches(self, rows: int) -> Iterator["People"]:
        """Yield the people in batches of so many rows, without a copy."""
        remarks: defaultdict[int, list[ReaderIssue]] = defaultdict(list)
        for remark in self.extract.remarks:
            number, position = divmod(remark.position, rows)
            remarks[number].append(replace(remark, position=position))
        for number, begin in enumerate(range(0, len(self), rows)):
            numbers = self.extract.origin.rows
            extract = replace(
                self.extract,
                frame=self.extract.frame.slice(begin, rows),
                origin=replace(self.extract.origin, rows=None if numbers is None else numbers[begin : begin + rows]),
                remarks=tuple(remarks[number]),
            )
            frame = self.frame.iloc[begin : begin + rows]
            yield People(frame, extract, self.binding, self.folded.slice(begin, rows), self.first + begin)

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

    def where(self, rows: Sequence[int]) -> str:
        """Return the location of some rows (ids): row numbers of a file, or the directory's own key."""
        numbers = self.extract.origin.rows
        kind = f"{'account' if numbers is None else 'row'}{'' if len(rows) == 1 else 's'}"
        return f"{kind} {', '.join(map(self.number, rows[:SHOWN]))}{' and more' if len(rows) > SHOWN else ''}"

    def number(self, row: int) -> str:
        """Return the number of a row (id) in its file, or its key if the source has no row numbers."""
        numbers = self.extract.origin.rows
        return self.key(row) if numbers is None else str(numbers[row - self.first])

    def numbers(self, at: Positions) -> Positions:
        """Return the number of each row at some positions (``int64``), 0 in a directory, which has none."""
        numbers = self.extract.origin.rows
        if numbers is None:
            return np.zeros(len(at), np.int64)
        if isinstance(numbers, range):  # nearly always: no list of a million numbers is made
            return at * numbers.step + numbers.start
        return np.fromiter(map(numbers.__getitem__, at.tolist()), np.int64, len(at))

    def keys(self, at: Positions) -> pa.StringArray:
        """Return what finds the people of the rows at some positions again in a directory; "" in a list."""
        name = self.extract.origin.key
        if name is None:
            return columns.flat(columns.constant("", len(at)))
        return columns.flat(self.extract.frame.column(name).take(pa.array(at)).cast(pa.string()))

    def key(self, row: int) -> str:
        """Return what finds the person of a row again in a directory; "" in a list, which has rows instead."""
        name = self.extract.origin.key
        return "" if name is None else str(self.extract.frame.column(name)[row - self.first].as_py())

    def raw_texts(self, field: str, at: Positions) -> pa.StringArray:
        """Return the source's own texts of a column at some positions (``string``); "" if it lacks the field."""
        place = self.binding.columns.get(field)
        if place is None or not len(at):
            return columns.flat(columns.constant("", len(at)))
        first, last = at.min(), at.max()  # of a column with many chunks only these rows are looked at
        around = self.extract.frame.column(place).slice(first, last + 1 - first)
        return columns.flat(around.take(pa.array(at - first)).cast(pa.string()))

    def raw(self, field: str, row: int) -> str:
        """Return the source's own text of one cell; ``row`` is an id, as it is for ``key``."""
        place = self.binding.columns.get(field)
        return "" if place is None else str(self.extract.frame.column(place)[row - self.first].as_py())
