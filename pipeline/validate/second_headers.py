"""Rows of headers below the header row: a repeated one is not a person, and another one begins a second table."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.bind import COMPLETE, bind, recogniser
from mappings.model import HeadersAmbiguous, HeadersUnknown
from pipeline.kernels.columns import Positions
from pipeline.model import fields
from pipeline.model.issues import Finding
from pipeline.model.people import People

MOVE = "Put these rows under the columns of the first table, or into a list of their own."


def findings(people: People, suspects: Positions) -> list[Finding]:
    """Return ROW-HEADER for all rows of headers; then ROW-RAGGED for the rows below one with its columns elsewhere.

    Args:
        people: the canonical frame.
        suspects: the rows whose email is not an ordinary address, ascending (``int64``).
    """
    repeated = list(_headers(people, suspects))
    if not repeated:
        return []
    found = [
        Finding("ROW-HEADER", np.array([row for row, _ in repeated], np.int64), None, "column headers, not a person")
    ]
    ends = [row for row, _ in repeated[1:]] + [len(people)]
    for (row, same), end in zip(repeated, ends, strict=True):
        if not same and end > row + 1:
            below = np.arange(row + 1, end)
            message = (
                f"the headers in {people.where([row])} begin a second table, in which the columns have other places"
            )
            found.append(Finding("ROW-RAGGED", below, None, message, MOVE, _lines(people, below)))
    return found


def _lines(people: People, positions: Positions) -> list[str]:
    """Return the cells of each row as one text; of a ragged row the reader has all of them."""
    rows = people.extract.frame.take(pa.array(positions))
    columns = [column.cast(pa.string()).to_pylist() for column in rows.columns]
    delimiter = people.extract.delimiter or ","
    ragged = {each.position: each.value for each in people.extract.remarks if each.code == "ROW-RAGGED"}
    rows_of_cells = zip(positions.tolist(), zip(*columns, strict=True), strict=True)
    return [ragged.get(row) or delimiter.join(cells) for row, cells in rows_of_cells]


def _headers(people: People, suspects: Positions) -> Iterator[tuple[int, bool]]:
    """Yield each row of headers, with True if its fields are in the columns of the header row's."""
    binding = people.binding
    mapping, columns = binding.mapping, binding.columns
    known = {name.casefold() for rule in mapping.fields.values() for name in rule.names}
    known |= {header.strip().casefold() for header in binding.headers}
    rows = people.extract.frame.take(pa.array(suspects))
    hits = np.zeros(len(suspects), np.int64)
    for place in set(columns.values()):
        words = pc.utf8_lower(pc.utf8_trim_whitespace(rows.column(place).cast(pa.string())))
        hits += pc.is_in(words, value_set=pa.array(sorted(known - {""}), pa.string())).to_numpy()
    recognise = recogniser((mapping,))
    email = columns[fields.EMAIL]
    own = tuple(header.strip() for header in binding.headers)
    for at in np.flatnonzero(hits).tolist():
        cells = [str(column[at].as_py()) for column in rows.columns]
        if tuple(cell.strip() for cell in cells) == own:
            yield int(suspects[at]), True
        elif "@" not in cells[email] and recognise(cells) % COMPLETE > 1:
            try:
                places = bind(mapping, cells).columns
            except (HeadersAmbiguous, HeadersUnknown):
                places = {}
            yield int(suspects[at]), all(places.get(field) == place for field, place in columns.items())
