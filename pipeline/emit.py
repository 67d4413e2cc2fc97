"""From accepted rows to import files: one folder a tenant, in batches, read back before success is declared.

Source of the format: System Configurator's import manual (facts: contact-pro, Import files): a tab-delimited text file
with a header row; UTF-8 with one byte order mark; no quoting, so a value with a tab or a line break is refused.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from mappings.model import Layout
from pipeline import canonical, files, keys, validate
from pipeline.errors import OutputRefused
from pipeline.outcome import Written
from pipeline.transform import People

BOM = b"\xef\xbb\xbf"


def import_rows(
    people: People, subject: pa.StringArray, accepted: npt.NDArray[np.bool_], layout: Layout
) -> dict[str, pa.Table]:
    """Lay the accepted rows out as the layout wants them: for each tenant a table of ``string`` columns.

    Rows stand in the byte order of their lines, so the order of the source does not matter (facts: T08).

    Raises:
        OutputRefused: a value would break the file; nothing has been written.
    """
    tenants = people.texts(canonical.TENANT).combine_chunks()
    tables = {}
    for code, tenant in enumerate(tenants.dictionary.to_pylist()):
        rows = np.flatnonzero(accepted & (tenants.indices.to_numpy() == code))
        if len(rows):
            tables[tenant] = _in_layout(people, subject, rows, layout)
    return dict(sorted(tables.items()))


def write(folder: Path, tables: dict[str, pa.Table], layout: Layout, rows_per_file: int) -> list[Written]:
    """Write ``out/<tenant>/<layout>-001.txt`` and so on; all files appear together, each read back and compared.

    Raises:
        OutputRefused: what was read back is not what was planned; the files are gone again.
        OSError: the disk is full or not writable; nothing is left behind.
    """
    written = []
    with files.appearing_together(folder / "out") as out:
        for tenant, table in tables.items():
            files.make_folder(out / tenant)
            for number, batch in enumerate(_batches(table, rows_per_file), start=1):
                path = out / tenant / f"{layout.name}-{number:03d}.txt"
                files.write(path, _pieces(batch, layout))
                written.append(Written(f"out/{tenant}/{path.name}", batch.num_rows, _proved(path, batch, layout)))
    return written


def _in_layout(people: People, subject: pa.StringArray, rows: npt.NDArray[np.int64], layout: Layout) -> pa.Table:
    places = pa.array(rows)
    columns = {}
    for column in layout.columns:
        if column.field is None:
            columns[column.column] = pa.array([column.constant or ""]).take(pa.nulls(len(rows), pa.int8()).fill_null(0))
        elif column.field == canonical.SUBJECT:
            columns[column.column] = subject.take(places)
        else:
            columns[column.column] = keys.flat(people.texts(column.field).take(places))
    frame = pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype)
    if broken := validate.import_file(frame, *(_column_of(layout, f) for f in (canonical.SUBJECT, canonical.ISSUER))):
        raise OutputRefused(f"The import file was not written: {'; '.join(broken)}.")
    table = pa.table(columns)
    return table.take(pa.array(keys.byte_order(_lines(table, layout))))


def _column_of(layout: Layout, field: str) -> str:
    return next(column.column for column in layout.columns if column.field == field)


def _lines(table: pa.Table, layout: Layout) -> pa.StringArray:
    """Join the cells of each row to its line, line end included."""
    *cells, last = (keys.flat(column) for column in table.columns)
    return pc.binary_join_element_wise(*cells, pc.binary_join_element_wise(last, layout.newline, ""), layout.delimiter)


def _batches(table: pa.Table, rows_per_file: int) -> Iterator[pa.Table]:
    for first in range(0, table.num_rows, rows_per_file):
        yield table.slice(first, rows_per_file)


def _head(layout: Layout) -> bytes:
    names = layout.delimiter.join(column.column for column in layout.columns)
    return (BOM if layout.bom else b"") + (names + layout.newline).encode(layout.encoding)


def _pieces(batch: pa.Table, layout: Layout) -> list[bytes | memoryview]:
    """Give the bytes of one file; the lines of an Arrow array stand in memory one behind the other already."""
    lines = keys.flat(_lines(batch, layout))
    return [_head(layout), memoryview(lines.buffers()[2])]


def _proved(path: Path, batch: pa.Table, layout: Layout) -> str:
    """Read the file back with a parser that shares nothing with the writer, compare every cell, and give its digest."""
    data = path.read_bytes()
    head = _head(layout)
    names = [column.column for column in layout.columns]
    again = arrow_csv.read_csv(
        pa.BufferReader(data),
        read_options=arrow_csv.ReadOptions(column_names=names, skip_rows=1),
        parse_options=arrow_csv.ParseOptions(delimiter=layout.delimiter, quote_char=False, ignore_empty_lines=False),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
        ),
    )
    whole = data.startswith(head) and data.count(layout.newline.encode()) == batch.num_rows + 1
    if not whole or BOM in data[len(head) :] or not again.equals(batch.cast(again.schema)):
        raise OutputRefused(f"{path.name} read back differs from what was planned; no import file was kept.")
    return hashlib.sha256(data).hexdigest()
