"""Parse delimited UTF-8 text to a frame of text: a fast path for clean files, a strict one for the rest, one result.

``csv.reader(strict=True)`` decides how a file is read. The fast path takes only files of which it is certain that
its result is the same: one line a record, quoting well formed, every record as wide as the header. It never
raises; it returns None, and the strict path reports what is wrong.
"""

import codecs
import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from pyarrow import csv as arrow_csv

from connectors.base import ColumnStore, ReaderIssue, SourceEmpty, SourceUnreadable
from connectors.csv_file import quoting, row_widths
from connectors.csv_file.decoding import Utf8Text, refuse_invalid_utf8
from connectors.csv_file.header import FIELD_LIMIT, CsvHeader, broken_quoting

LINE_LIMIT = 16 << 20
"""A line of more than 16 MiB is refused before anything is built from it, so a file without line ends stays bounded."""

_BLOCK_BYTES = 4 << 20
_SAMPLE_BYTES = 1 << 19
_BATCH_ROWS = 16_384
_DISTINCT_SHARE = 4
_RAGGED_MIN_ROWS = 10
_LINE_END = re.compile(r"\r\n|\r|\n")


def read_clean(text: Utf8Text, head: CsvHeader, store: ColumnStore | None = None) -> pa.Table | None:
    """Read the data of a clean file with every core, or None if it is not provably clean.

    Returns:
        One column a header, ``string``, or ``dictionary<int32, string>`` (one dictionary for all chunks) if a sample
        of a large file shows few distinct values; no nulls. In a ``store`` every column is one ``string`` array.
    """
    data, start = text.data, head.data_start
    if _has_line_over(data, start, FIELD_LIMIT) or not quoting.is_well_formed(data, start, head.delimiter):
        return None
    if data.startswith(codecs.BOM_UTF8, start):
        return None  # pyarrow takes it for the mark of a file, but here it is the first character of a value
    body = pa.py_buffer(data).slice(start)
    try:
        if store is None:
            table = _parsed(body, head.delimiter, _column_types(body, data, start, head))
        else:
            table = store.columns(*_batches(body, head.delimiter, len(head.columns)))
    except (pa.ArrowInvalid, pa.ArrowCapacityError):
        return None
    # A file of blank rows only is for the strict path to refuse; no other file begins with many.
    if not any(column[0].as_py() for column in table.columns):
        return None
    table = table.unify_dictionaries()
    for place, column in enumerate(table.columns):
        # The sample can mislead (a sorted file): a dictionary of nearly every value costs more than it saves.
        if pa.types.is_dictionary(column.type) and _distinct(column) * 2 > len(column):
            table = table.set_column(place, str(place), column.cast(pa.string()))
    return table.rename_columns(list(head.columns))


def read_strictly(name: str, text: Utf8Text, head: CsvHeader) -> tuple[pa.Table, tuple[ReaderIssue, ...]]:
    """Read the data record by record, with a remark on every record that does not fit the header.

    Returns:
        The frame (``string`` columns, one row a record, blank lines as empty strings) and a ``ROW-RAGGED`` remark for
        every row with too many or too few cells, or with a quoted cell that contains other rows.

    Raises:
        SourceEmpty: no record has any text.
        SourceUnreadable: not UTF-8, broken quoting, a line, value or row beyond the limits, or mostly ragged rows.
    """
    _refuse_endless_lines(name, text)
    refuse_invalid_utf8(name, text)
    raw = io.BytesIO(text.data)
    raw.seek(head.data_start)
    reader = csv.reader(io.TextIOWrapper(raw, "utf-8", newline=""), delimiter=head.delimiter, strict=True)
    width = len(head.columns)
    chunks: list[list[pa.Array]] = [[] for _ in range(width)]
    rows: list[list[str]] = []
    remarks: list[ReaderIssue] = []
    odd: dict[int, int] = {}
    padded: dict[int, int] = {}
    position = filled = line = 0
    try:
        for record in reader:
            cells = record if any(record[width:]) else record[:width]
            detail = _fault(name, head, head.line + line + 1, cells, lines=reader.line_num - line)
            if len(record) > len(cells) and any(cells):
                padded[position] = len(record)
            elif detail and len(cells) != width:
                odd[position] = len(cells)
            if detail:
                remarks.append(ReaderIssue("ROW-RAGGED", position, None, head.delimiter.join(cells), detail))
            filled += any(cells)
            rows.append(cells if len(cells) == width else [*cells, *[""] * width][:width])
            position += 1
            line = reader.line_num
            if len(rows) == _BATCH_ROWS:
                _add(chunks, rows)
                rows = []
    except csv.Error as error:
        raise _refused(name, head.line + line + 1, error) from error
    _add(chunks, rows)
    if not filled:
        raise SourceEmpty(f"{name}: has column headers but no rows of people; export the list again with its rows.")
    columns = [pa.chunked_array(column, pa.string()) for column in chunks]
    table = pa.Table.from_arrays(columns, names=list(head.columns))
    sound = row_widths.harmless(odd, padded, head, filled=filled, rows=position)
    habit = row_widths.excel_habit(odd, position, head)
    remarks = [
        row_widths.explained(remark) if remark.position in habit else remark
        for remark in remarks
        if remark.position not in sound
    ]
    remarks += [row_widths.padded_row(table, head, at, cells) for at, cells in padded.items() if at not in sound]
    remarks.sort(key=lambda remark: remark.position)
    ragged = len((odd.keys() | padded.keys()) - sound)
    if filled >= _RAGGED_MIN_ROWS and ragged * 2 > filled:
        raise row_widths.mostly_ragged(name, head, ragged, filled, head.row + 1 + remarks[0].position)
    return table, tuple(remarks)


def _has_line_over(data: bytes, start: int, limit: int) -> bool:
    while len(data) - start > limit:
        end = data.rfind(b"\n", start, start + limit + 1)
        if end < 0:
            return True
        start = end + 1
    return False


def _refuse_endless_lines(name: str, text: Utf8Text) -> None:
    data, start = text.data, text.start
    while len(data) - start > LINE_LIMIT:
        end = max(data.rfind(b"\n", start, start + LINE_LIMIT), data.rfind(b"\r", start, start + LINE_LIMIT))
        if end < 0:
            raise SourceUnreadable(
                f"{name}: a line from byte {start} on is longer than {LINE_LIMIT >> 20} MiB, so this is not a list "
                f"with one person a line; export the list again."
            )
        start = end + 1


def _column_types(body: pa.Buffer, data: bytes, start: int, head: CsvHeader) -> list[pa.DataType]:
    types = [pa.string()] * len(head.columns)
    end = data.rfind(b"\n", start, start + _SAMPLE_BYTES) + 1
    if len(body) <= _SAMPLE_BYTES * 2 or end == 0:
        return types
    repeating = pa.dictionary(pa.int32(), pa.string())
    sample = _parsed(body.slice(0, end - start), head.delimiter, [repeating] * len(types))
    return [
        repeating if _distinct(column) * _DISTINCT_SHARE < len(column) else pa.string() for column in sample.columns
    ]


def _distinct(column: pa.ChunkedArray) -> int:
    return max(len(chunk.dictionary) for chunk in column.chunks)


def _parsed(body: pa.Buffer, delimiter: str, types: Sequence[pa.DataType]) -> pa.Table:
    return arrow_csv.read_csv(pa.BufferReader(body), **_options(delimiter, types))


def _batches(body: pa.Buffer, delimiter: str, width: int) -> tuple[arrow_csv.CSVStreamingReader, list[str]]:
    """Return the batches of the data as they are read, and the names of their columns."""
    reader = arrow_csv.open_csv(pa.BufferReader(body), **_options(delimiter, [pa.string()] * width))
    return reader, reader.schema.names


def _options(delimiter: str, types: Sequence[pa.DataType]) -> dict[str, Any]:
    # Columns are named by place while they are read, because headers may repeat or be empty.
    names = [str(place) for place in range(len(types))]
    return {
        "read_options": arrow_csv.ReadOptions(column_names=names, block_size=_BLOCK_BYTES, use_threads=True),
        "parse_options": arrow_csv.ParseOptions(delimiter=delimiter, ignore_empty_lines=False),
        "convert_options": arrow_csv.ConvertOptions(
            column_types=dict(zip(names, types, strict=True)), strings_can_be_null=False, null_values=[]
        ),
    }


def _add(chunks: list[list[pa.Array]], rows: list[list[str]]) -> None:
    if rows:
        for column, values in zip(chunks, zip(*rows, strict=True), strict=True):
            column.append(pa.array(values, pa.string()))


def _fault(name: str, head: CsvHeader, line: int, cells: list[str], *, lines: int) -> str | None:
    """Return what is wrong with the shape of a record that begins at ``line`` and runs over ``lines`` lines."""
    if len(cells) != len(head.columns):
        return row_widths.fault(name, head, line, cells) if any(cells) else None
    return _swallowed(cells, head.delimiter) if lines > 1 else None


def _swallowed(cells: list[str], delimiter: str) -> str | None:
    """Recognise a stray pair of quotes in one column of two rows: every part of the cell is cut like a row."""
    last = len(cells) - 1
    for place, cell in enumerate(cells):
        parts = [part.count(delimiter) for part in _LINE_END.split(cell)]
        if len(parts) > 1 and last and parts == [last - place, *[last] * (len(parts) - 2), place]:
            return (
                f"has a quoted cell that runs over {len(parts)} lines and holds the delimiters of whole rows; "
                f"a stray pair of quotes does this"
            )
    return None


def _refused(name: str, line: int, error: csv.Error) -> SourceUnreadable:
    if str(error).startswith("field larger than field limit"):
        return SourceUnreadable(
            f"{name}: a value in the record that begins at line {line} is longer than {FIELD_LIMIT >> 20} MiB, as "
            f"after a quote that is never closed; correct or remove it."
        )
    return broken_quoting(name, line)
