"""From accepted rows to import files: one folder a tenant, in batches, read back before success is declared.

Source of the format: System Configurator's import manual (facts: contact-pro, Import files): a tab-delimited text file
with a header row; UTF-8 with one byte order mark; no quoting, so a value with a tab or a line break is refused.
"""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from mappings.model import Layout, LayoutColumn
from pipeline import canonical, files, keys, validate
from pipeline.errors import OutputRefused
from pipeline.outcome import Written
from pipeline.transform import People

BOM = b"\xef\xbb\xbf"
LINES_AT_A_TIME = 1 << 16
"""Lines joined before they are written: a few megabytes, whatever the size of the file."""


def import_rows(
    people: People, subject: pa.StringArray, accepted: npt.NDArray[np.bool_], layout: Layout
) -> dict[str, pa.Table]:
    """Lay the accepted rows out as the layout wants them: for each tenant a table of texts, constants as dictionaries.

    Rows stand in the byte order of their cells, so the order of the source does not matter (facts: T08).

    Raises:
        OutputRefused: a value would break the file; nothing has been written.
    """
    sources = [subject if each.field == canonical.SUBJECT else _texts(people, each) for each in layout.columns]
    varying = [column for column in sources if pa.types.is_string(column.type)]
    order = keys.byte_order(varying)
    order = order[accepted[order]]
    tenants = people.texts(canonical.TENANT).combine_chunks()
    of_tenant = tenants.indices.to_numpy()[order]
    tables = {}
    for code, tenant in enumerate(tenants.dictionary.to_pylist()):
        if (of_tenant == code).any():
            rows = order if len(tenants.dictionary) == 1 else order[of_tenant == code]
            names = [each.column for each in layout.columns]
            tables[tenant] = _refused_if_broken(
                pa.table([_chosen(each, rows) for each in sources], names=names), layout
            )
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
            for number, first in enumerate(range(0, table.num_rows, rows_per_file), start=1):
                batch = table.slice(first, rows_per_file)
                path = out / tenant / f"{layout.name}-{number:03d}.txt"
                files.write(path, chain([_head(layout)], _lines(batch, layout)))
                written.append(Written(f"out/{tenant}/{path.name}", batch.num_rows, _proved(path, batch, layout)))
    return written


def _texts(people: People, column: LayoutColumn) -> pa.StringArray | pa.DictionaryArray:
    """Give the whole roster's texts for one column of the layout."""
    if column.field is None:
        return canonical.constant(column.constant or "", len(people))
    texts = people.texts(column.field)
    chunk = texts.chunk(0) if texts.num_chunks == 1 else None
    constant = chunk is not None and pa.types.is_dictionary(chunk.type) and len(chunk.dictionary) == 1
    return chunk if constant else keys.flat(texts)


def _chosen(column: pa.StringArray | pa.DictionaryArray, rows: npt.NDArray[np.int64]) -> pa.Array:
    """Take some rows of a column; a constant stays one word and costs four bytes a row."""
    if pa.types.is_string(column.type):
        return column.take(pa.array(rows))
    return canonical.constant(column.dictionary[0].as_py(), len(rows))


def _refused_if_broken(table: pa.Table, layout: Layout) -> pa.Table:
    frame = table.to_pandas(types_mapper=pd.ArrowDtype)
    names = {column.field: column.column for column in layout.columns}
    if broken := validate.import_file(frame, names[canonical.SUBJECT], names[canonical.ISSUER]):
        raise OutputRefused(f"The import file was not written: {'; '.join(broken)}.")
    return table


def _cells(column: pa.ChunkedArray) -> pa.StringArray | pa.StringScalar:
    """Give a column as Arrow joins and compares it: a constant as one scalar."""
    array = column.combine_chunks()
    return array.dictionary[0] if pa.types.is_dictionary(array.type) else keys.flat(array)


def _head(layout: Layout) -> bytes:
    names = layout.delimiter.join(column.column for column in layout.columns)
    return (BOM if layout.bom else b"") + (names + layout.newline).encode(layout.encoding)


def _lines(batch: pa.Table, layout: Layout) -> Iterator[memoryview]:
    """Join the cells of each row to its line; the lines of an Arrow array stand in memory one behind the other."""
    for first in range(0, batch.num_rows, LINES_AT_A_TIME):
        *cells, last = (_cells(column) for column in batch.slice(first, LINES_AT_A_TIME).columns)
        last = pc.binary_join_element_wise(last, layout.newline, "")
        lines = keys.flat(pc.binary_join_element_wise(*cells, last, layout.delimiter))
        yield memoryview(lines.buffers()[2])


def _proved(path: Path, batch: pa.Table, layout: Layout) -> str:
    """Read the file back with a parser that shares nothing with the writer, compare every cell, and give its digest.

    The file's length is compared too: with every cell right, it leaves no room for another separator or line end.
    """
    names = batch.column_names
    with pa.memory_map(str(path)) as file, ThreadPoolExecutor(max_workers=1) as beside:
        data = file.read_buffer()
        digest = beside.submit(lambda: hashlib.sha256(data).hexdigest())
        try:
            again = arrow_csv.read_csv(
                pa.BufferReader(data),
                read_options=arrow_csv.ReadOptions(column_names=names, skip_rows=1),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=layout.delimiter, quote_char=False, ignore_empty_lines=False
                ),
                convert_options=arrow_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
                ),
            )
            same = again.num_rows == batch.num_rows and _same(again, batch, layout, data)
        except pa.ArrowInvalid:  # not even a table of that width
            same = False
        if not same:
            raise OutputRefused(f"{path.name} read back differs from what was planned; no import file was kept.")
        return digest.result()


def _same(again: pa.Table, batch: pa.Table, layout: Layout, data: pa.Buffer) -> bool:
    head = _head(layout)
    cells = [_cells(column) for column in batch.columns]
    between = len(layout.delimiter) * (len(cells) - 1) + len(layout.newline)
    length = len(head) + batch.num_rows * between + sum(_byte_count(cell, batch.num_rows) for cell in cells)
    if data.size != length or data.slice(0, len(head)) != head:
        return False
    return all(pc.all(pc.equal(read, cell)).as_py() for read, cell in zip(again.columns, cells, strict=True))


def _byte_count(cell: pa.StringArray | pa.StringScalar, rows: int) -> int:
    if isinstance(cell, pa.StringScalar):
        return len(cell.as_py().encode()) * rows
    return pc.sum(pc.binary_length(cell)).as_py() or 0
