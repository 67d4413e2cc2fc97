"""What a command prints for a person, lines and tables, before anything is known of the screen."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec


class Line(NamedTuple):
    """A line of the screen: its text, the colour of a terminal ("" for none), and the indent of a wrapped line."""

    text: str
    style: str = ""
    indent: int = 0


class FileText(str):
    """A text for a file or another program: printed as it is, in no other language."""

    __slots__ = ()


Cell = str | Line
"""The text of a cell; a line if it has a colour of its own."""


class Column(msgspec.Struct, frozen=True):
    """The head of a column ("" for none), and what its cells are.

    Numbers are aligned right; ``is_worded`` means that the cells are words of ours, which are translated. Every
    other cell is shown as it is.
    """

    title: str = ""
    is_number: bool = False
    is_worded: bool = False


class Table(msgspec.Struct, frozen=True):
    """Rows below each other in columns; ``indent`` is its distance from the left."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    indent: int = 0

    @classmethod
    def of(cls, columns: Iterable[Column], rows: Iterable[Iterable[Cell]], indent: int = 0) -> "Table":
        """Build a table of any iterables."""
        return cls(tuple(columns), tuple(tuple(row) for row in rows), indent)


Printed = str | Line | Table
"""A text as it is, a line that is wrapped and coloured on a terminal, or a table."""
