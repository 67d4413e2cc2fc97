"""Rows of headers below the header row: a repeated one is not a person, and another one begins a second table."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.bind import COMPLETE, bind, recogniser
from mappings.model import HeadersAmbiguous, HeadersUnknown
from pipeline.kernels.columns import Mask, Positions, encoded, flat
from pipeline.model import fields
from pipeline.model.issues import Finding
from pipeline.model.people import People

MOVE = "Put these rows under the columns of the first table, or into a list of their own."

HeaderRow = tuple[int, bool]
"""The id of a row of headers, with True if its fields are in the columns of the header row's."""


def repeated(headers: Sequence[HeaderRow]) -> list[Finding]:
    """Return ROW-HEADER for all rows of headers."""
    rows = np.array([row for row, _ in headers], np.int64)
    return [Finding("ROW-HEADER", rows, None, "column headers, not a person")] if headers else []


def below(people: People, headers: Sequence[HeaderRow]) -> list[Finding]:
    """Return ROW-RAGGED for the rows below headers with columns elsewhere; ``people`` are the whole roster."""
    found: list[Finding] = []
    ends = [row for row, _ in headers[1:]] + [people.first + len(people)]
    for (row, same), end in zip(headers, ends, strict=True) if headers else ():
        if not same and end > row + 1:
            rows = np.arange(row + 1, end)
            message = (
                f"the headers in {people.where([row])} begin a second table, in which the columns have other places"
            )
            found.append(Finding("ROW-RAGGED", rows, None, message, MOVE, _lines(people, people.ids.positions(rows))))
    return found


def _lines(people: People, positions: Positions) -> list[str]:
    """Return the cells of each row as one text; of a ragged row the reader has all of them.

    If the list has passwords, any cell of these rows may be one.
    """
    if people.binding.secret_columns:
        return [fields.NOT_KEPT] * len(positions)
    rows = people.extract.frame.take(pa.array(positions))
    columns = [column.cast(pa.string()).to_pylist() for column in rows.columns]
    delimiter = people.extract.delimiter or ","
    ragged = {each.position: each.value for each in people.extract.remarks if each.code == "ROW-RAGGED"}
    rows_of_cells = zip(positions.tolist(), zip(*columns, strict=True), strict=True)
    return [ragged.get(row) or delimiter.join(cells) for row, cells in rows_of_cells]


def headers(people: People, suspects: Positions) -> Iterator[HeaderRow]:
    """Yield each row of headers of a batch; ``suspects`` are the positions without an ordinary address, ascending."""
    binding = people.binding
    mapping, columns = binding.mapping, binding.columns
    known = {name.casefold() for rule in mapping.fields.values() for name in rule.names}
    known |= {header.strip().casefold() for header in binding.headers}
    words = pa.array(sorted(known - {""}), pa.string())
    frame, hits = people.extract.frame, np.zeros(len(suspects), np.bool_)
    for place in set(columns.values()):
        hits |= _among(frame.column(place), suspects, words)
    recognise = recogniser((mapping,))
    email = columns[fields.EMAIL]
    own = tuple(header.strip() for header in binding.headers)
    for at in np.flatnonzero(hits).tolist():
        cells = [str(column[int(suspects[at])].as_py()) for column in frame.columns]
        if tuple(cell.strip() for cell in cells) == own:
            yield people.first + int(suspects[at]), True
        elif "@" not in cells[email] and recognise(cells) % COMPLETE > 1:
            try:
                places = bind(mapping, cells).columns
            except (HeadersAmbiguous, HeadersUnknown):
                places = {}
            yield people.first + int(suspects[at]), all(places.get(field) == place for field, place in columns.items())


def _among(column: pa.ChunkedArray, rows: Positions, words: pa.StringArray) -> Mask:
    """Mark those of some rows whose cell is one of some words in lower case; of a dictionary each word is looked up."""
    whole = encoded(column) if pa.types.is_dictionary(column.type) else None
    texts = whole.dictionary if whole is not None else flat(column.take(pa.array(rows)))
    found = pc.is_in(pc.utf8_lower(pc.utf8_trim_whitespace(texts)), value_set=words)
    marks: Mask = found.to_numpy(zero_copy_only=False)
    return marks if whole is None else marks[whole.indices.to_numpy()[rows]]
