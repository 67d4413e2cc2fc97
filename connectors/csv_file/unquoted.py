"""Read a tab-delimited text in which quotes are characters, as written by programs without quoting.

Only a text that leaves no doubt is read so: every line of it has exactly the cells of the header.
"""

import io

import pyarrow as pa
from pyarrow import csv as arrow_csv

from connectors.base import HEADER_SEARCH_ROWS, HeaderScorer
from connectors.csv_file import header_row
from connectors.csv_file.decoding import Utf8Text
from connectors.csv_file.header import COLUMN_LIMIT, CsvHeader

TAB = "\t"


def read_unquoted(text: Utf8Text, recognise: HeaderScorer) -> tuple[pa.Table, CsvHeader] | None:
    """Read the rows of such a text, or return None if it is not such a text.

    Returns:
        One ``string`` column a header, without nulls, and the place of the header.
    """
    head = _head(text, recognise)
    if head is None:
        return None
    names = [str(place) for place in range(len(head.columns))]
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(pa.py_buffer(text.data).slice(head.data_start)),
            read_options=arrow_csv.ReadOptions(column_names=names),
            parse_options=arrow_csv.ParseOptions(delimiter=TAB, quote_char=False, ignore_empty_lines=False),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, null_values=[]
            ),
        )
    except pa.ArrowInvalid:  # a line with more cells or fewer, or invalid characters
        return None
    return table.rename_columns(list(head.columns)), head


def _head(text: Utf8Text, recognise: HeaderScorer) -> CsvHeader | None:
    """Find the row within the first 20 in which most headers are known."""
    lines = io.BytesIO(text.data)
    lines.seek(text.start)
    rows: list[header_row.Row] = []
    ends: list[int] = []
    for number in range(1, HEADER_SEARCH_ROWS + 1):
        cells = lines.readline().rstrip(b"\r\n").decode("utf-8", "replace").split(TAB)
        rows.append((number, cells if len(cells) <= COLUMN_LIMIT else []))
        ends.append(lines.tell())
    found = header_row.best(rows, recognise)
    if found is None or header_row.people_above(rows, found[1], recognise) is not None:
        return None
    number, columns = rows[found[1]]
    notes = tuple(header_row.title_notes(rows, found[1]))
    return CsvHeader(TAB, tuple(columns), number, number, ends[found[1]], notes)
