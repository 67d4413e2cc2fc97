"""The texts of many rows as one column: what is found on a million rows is not a million objects of Python."""

from collections.abc import Iterable, Iterator, Sequence
from typing import overload

import pyarrow as pa

from pipeline.kernels.columns import Mask, flat


class RowTexts(Sequence[str]):
    """One text a row; ``column`` (``string``, no nulls) are the texts."""

    __slots__ = ("column",)

    def __init__(self, column: pa.StringArray) -> None:
        """Wrap a column."""
        self.column = column

    @classmethod
    def of(cls, texts: Iterable[str]) -> "RowTexts":
        """Return texts as a column; one that is a column already is taken as it is."""
        return texts if isinstance(texts, cls) else cls(pa.array(texts, pa.string()))

    @overload
    def __getitem__(self, at: int) -> str: ...

    @overload
    def __getitem__(self, at: slice) -> "RowTexts": ...

    def __getitem__(self, at: int | slice) -> "str | RowTexts":
        """Return the text of one row, or those of some."""
        return RowTexts(flat(self.column[at])) if isinstance(at, slice) else str(self.column[at].as_py())

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.column)

    def __iter__(self) -> Iterator[str]:
        """Yield the text of each row."""
        return iter(self.column.to_pylist())

    def only(self, kept: Mask) -> "RowTexts":
        """Keep the texts of the rows that ``kept`` (``bool``, one a row) marks."""
        return RowTexts(self.column.filter(pa.array(kept)))


def column_of(texts: str | Iterable[str], rows: int) -> pa.StringArray:
    """Return one text a row (``string``); a single text is that of every row."""
    return pa.repeat(pa.scalar(texts), rows) if isinstance(texts, str) else RowTexts.of(texts).column
