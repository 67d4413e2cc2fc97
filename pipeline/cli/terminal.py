"""Lines and tables for a terminal, fitted to its width and coloured; anywhere else they stay as they are."""

import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator

from pipeline.cli import wording
from pipeline.config import environment
from pipeline.model.command_line import kept_whole
from pipeline.model.printed import Cell, FileText, Line, Printed, Table

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}
NARROWEST = 40
"""A narrower terminal would break words; lines run over instead."""

NARROWEST_CELL = 14
"""The width that a column of words keeps, with its gap; below it a table is not folded, and its lines run over."""

_SPACE = "\N{SYMBOL FOR SPACE}"
"""Stands for a space of a command while lines are broken."""

GAP = "  "
"""The space between two columns."""


def is_watched() -> bool:
    """Return True if stdout is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def fitted(printed: Iterable[Printed]) -> Iterator[str]:
    """Yield lines as stdout shows them best; NO_COLOR and FORCE_COLOR overrule what it is."""
    width = max(shutil.get_terminal_size().columns, NARROWEST) if is_watched() else 0
    coloured = environment.wants_colour(watched=is_watched())
    for each in printed:
        if isinstance(each, FileText):
            yield each
        elif isinstance(each, str):
            yield wording.line(each)
        elif isinstance(each, Table):
            if not each.rows:
                continue
            table = _worded(each)
            folds = width and _narrowest(table) <= width < sum(_widths(table)) + table.indent
            yield from _drawn(table, width, coloured=coloured) if folds else _plain(table, coloured=coloured)
        else:
            text = wording.line(each.text)
            yield _coloured(_wrapped(text, width, each.indent) if width else text, each.style if coloured else "")


def _worded(table: Table) -> Table:
    """Return a table with its heads as a row, and the cells that are words of ours in the language of the command."""
    heads = [Line(wording.line(column.title), "bold") for column in table.columns]
    rows = [
        [_word(cell) if column.is_worded else cell for cell, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]
    return Table.of(table.columns, [heads, *rows] if any(head.text for head in heads) else rows, table.indent)


def _word(cell: Cell) -> Cell:
    return cell._replace(text=wording.line(cell.text)) if isinstance(cell, Line) else wording.line(cell)


def _text(cell: Cell) -> str:
    return cell.text if isinstance(cell, Line) else cell


def _widths(table: Table) -> list[int]:
    """Return the width of each column with its gap: that of its widest cell."""
    cells = zip(*table.rows, strict=True)
    return [max(len(_text(cell)) for cell in column) + len(GAP) for column in cells]


def _narrowest(table: Table) -> int:
    """Return the width below which a table is not folded: numbers are whole, and words have some room."""
    widths = zip(_widths(table), table.columns, strict=True)
    return table.indent + sum(width if column.is_number else min(width, NARROWEST_CELL) for width, column in widths)


def _plain(table: Table, *, coloured: bool) -> Iterator[str]:
    """Yield the rows of a table, each cell as wide as the widest of its column, whatever the width of the screen."""
    widths = _widths(table)
    for row in table.rows:
        cells = []
        for cell, column, width in zip(row, table.columns, widths, strict=True):
            blank = " " * (width - len(GAP) - len(_text(cell)))
            text = _coloured(cell.text, cell.style) if coloured and isinstance(cell, Line) else _text(cell)
            cells.append(blank + text if column.is_number else text + blank)
        yield " " * table.indent + GAP.join(cells).rstrip()


def _drawn(table: Table, width: int, *, coloured: bool) -> Iterator[str]:
    """Yield the rows of a table for a screen that is narrower; a cell that is too long goes on in the next line."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid.grid(padding=(0, len(GAP), 0, 0))
    for column in table.columns:
        grid.add_column(justify="right" if column.is_number else "left", no_wrap=column.is_number, overflow="fold")
    for row in table.rows:
        grid.add_row(*(Text(_text(cell), cell.style if isinstance(cell, Line) else "") for cell in row))
    console = Console(width=width, force_terminal=coloured, color_system="standard" if coloured else None)
    with console.capture() as captured:
        console.print(Padding(grid, (0, 0, 0, table.indent)))
    yield from (line.rstrip() for line in captured.get().rstrip("\n").split("\n"))


def _wrapped(text: str, width: int, indent: int) -> str:
    """Break a long line between words; a path or command is never broken, or it could not be pasted."""
    text = kept_whole(text, _SPACE)
    parts = (
        textwrap.fill(
            part,
            width,
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
            drop_whitespace=True,
            replace_whitespace=False,
        )
        if len(part) > width
        else part
        for part in text.split("\n")
    )
    return "\n".join(parts).replace(_SPACE, " ")


def _coloured(text: str, style: str) -> str:
    if not style:
        return text
    codes = ";".join(_CODES[word] for word in style.split())
    blank = text[: len(text) - len(text.lstrip("\n"))]
    return f"{blank}\x1b[{codes}m{text[len(blank) :]}\x1b[0m"
