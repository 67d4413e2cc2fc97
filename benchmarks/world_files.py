"""Write the people of ``world`` as files, once: CSV with quotes around cells that need them, workbooks as of Excel.

The files go to ``bench-data/`` and are used again; raise ``EDITION`` with each change of what they hold.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import workbook
from world import World, blocks

EDITION = 2
DATA = Path(__file__).resolve().parent.parent / "bench-data"


class Sources(NamedTuple):
    """The paths of one roster and its directory."""

    roster: Path
    directory: Path


def csv_sources(world: World) -> Sources:
    """Return a CSV roster and a CSV directory of these people."""
    places = Sources(_place(world, "roster.csv"), _place(world, "directory.csv"))
    if not all(place.exists() for place in places):
        parts = [_part(place) for place in places]
        with parts[0].open("wb") as roster, parts[1].open("wb") as directory:
            for number, block in enumerate(blocks(world)):
                roster.write(_csv(block.roster, header=not number))
                directory.write(_csv(block.directory, header=not number))
        for part, place in zip(parts, places, strict=True):
            part.rename(place)  # a file that is half written never counts as made
    return places


def xlsx_sources(world: World) -> Sources:
    """Return a workbook of these people, and their directory as CSV."""
    place = _place(world, "roster.xlsx")
    if not place.exists():
        part = _part(place)
        workbook.write(part, world.rows, _rows(world))
        part.rename(place)
    return Sources(place, csv_sources(world).directory)


def _place(world: World, kind: str) -> Path:
    return DATA / f"edition-{EDITION}" / f"{world.name}-{kind}"


def _part(place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    return place.with_suffix(".part")


def _rows(world: World) -> Iterator[tuple[str, ...]]:
    """Yield the header, then the rows."""
    for number, block in enumerate(blocks(world)):
        if not number:
            yield tuple(block.roster.column_names)
        yield from zip(*(column.to_pylist() for column in block.roster.itercolumns()), strict=True)


def _csv(table: pa.Table, *, header: bool) -> bytes:
    lines = pc.binary_join_element_wise(*map(_quoted, table.itercolumns()), ",")
    top = [",".join(table.column_names)] if header else []
    return "".join(f"{line}\r\n" for line in [*top, *lines.to_pylist()]).encode()


def _quoted(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Quote the cells with a comma or a quote; all others stay bare, as spreadsheet programs write them."""
    doubled = pc.binary_join_element_wise('"', pc.replace_substring(column, '"', '""'), '"', "")
    return pc.if_else(pc.match_substring_regex(column, '[",\\n]'), doubled, column)
