"""From a plan to import files: one folder a tenant, in batches, read back before success is declared.

Source of the format: System Configurator's import manual (facts: contact-pro, Import files): a tab-delimited text file
with a header row; UTF-8 with one byte order mark; no quoting, so a value with a tab or a line break is refused.
"""

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from mappings.model import Layout, LayoutColumn
from pipeline.config.request import RunRequest
from pipeline.kernels.columns import constant, flat
from pipeline.kernels.prefetch import ahead
from pipeline.model import fields
from pipeline.model.errors import OutputRefused
from pipeline.plan.build import Plan
from pipeline.state import files
from pipeline.state.run_folders import UNDO
from pipeline.validate import cells

BOM = b"\xef\xbb\xbf"
INVERSE = "inverse"
LINES_AT_A_TIME = 1 << 16
"""Lines joined before they are written: a few megabytes, whatever the size of the file."""


@dataclass(frozen=True, slots=True)
class Import:
    """Files of one kind: their stem, the layout of their rows, and for each tenant its rows as texts."""

    stem: str
    layout: Layout
    tables: dict[str, pa.Table]


@dataclass(frozen=True, slots=True)
class Written:
    """One file for System Configurator: its path below the run folder, its rows without the header, its digest.

    ``kind`` is the stem of its name: ``certificates``, ``users``, ``deletes`` or ``inverse``.
    """

    path: str
    rows: int
    sha256: str
    kind: str


def write_plan(folder: Path, plan: Plan, request: RunRequest) -> tuple[Written, ...]:
    """Write the import files of a plan below ``out``, and what undoes them below ``undo``; raises as ``write`` does.

    Importing the whole folder ``out`` never undoes anything. What undoes comes first, so that ``out`` is never there
    without it.
    """
    laid = imports(plan.written, request.layout)
    if plan.deleted.num_rows:
        laid.append(deletes(plan.deleted, request.layout, request.job.policy.delete))
    back = [] if request.job.baseline.kind == "none" else [inverse(plan.changes, request.layout)]
    rows_per_file = request.job.output.rows_per_file
    if (folder / UNDO).is_dir():  # of an emit that was killed before ``out`` was there
        files.remove_folder(folder / UNDO)
    undoing = write(folder, back, rows_per_file, below=UNDO) if back else []
    try:
        return (*write(folder, laid, rows_per_file), *undoing)
    except BaseException:
        if undoing:
            files.remove_folder(folder / UNDO)
        raise


def imports(rows: pa.Table, layout: Layout) -> list[Import]:
    """Lay changes out: users who are new as the layout wants them, all others as certificates, in files of their own.

    ``rows`` have the layout's fields and ``tenant``, in the order of the files. A layout that makes no users writes all
    of them alike.

    Raises:
        OutputRefused: a value would break the file; nothing has been written.
    """
    if not layout.makes_users:
        return [certificates(rows, layout)]
    new = pc.not_equal(flat(rows["extension"]), "")
    parts = ((rows.filter(new), layout), (rows.filter(pc.invert(new)), layout.of_certificates()))
    return [certificates(part, its_layout) for part, its_layout in parts if part.num_rows]


def certificates(rows: pa.Table, layout: Layout) -> Import:
    """Lay rows out as one layout wants them; see ``imports``."""
    laid = _laid_out(rows, layout)
    stem = "users" if layout.makes_users else "certificates"  # what the file holds, whatever the layout is called
    return Import(stem, layout, {tenant: _refused_if_broken(table, layout) for tenant, table in laid.items()})


def deletes(rows: pa.Table, layout: Layout, what: str) -> Import:
    """Lay deletes out: the keys of each user (``user``), or the whole certificate, and ``Delete`` = ``D``.

    Only the first is documented (facts: contact-pro, Import files); the other is an inference, like the layout itself.
    """
    own_columns = layout.of_certificates().columns
    kept = [each for each in own_columns if what == "certificate" or each.field in fields.IDENTITY]
    columns = (*kept, LayoutColumn("Delete", None, "D"))
    if what == "user":
        rows = rows.group_by(["tenant", *fields.IDENTITY], use_threads=False).aggregate([])
    own = replace(layout, name="deletes", columns=columns)
    return Import("deletes", own, _laid_out(rows, own))


def inverse(rows: pa.Table, layout: Layout) -> Import:
    """Lay out what undoes a run: what each changed user had before, and an empty certificate where there was none."""
    now_from = {
        "was_login": "login",
        "was_external_id": "external_id",
        "was_subject": "subject",
        "was_issuer": "issuer",
    }
    before = rows.drop_columns(list(now_from.values())).rename_columns(now_from)
    new = pc.equal(flat(before["subject"]), "")
    no_id = pc.equal(flat(before["external_id"]), "")
    for name, own in (("login", new), ("external_id", no_id)):
        key = pc.if_else(own, flat(rows[name]), flat(before[name]))
        before = before.set_column(before.column_names.index(name), name, key)
    laid = _laid_out(before, layout.of_certificates())
    if pc.any(pc.equal(flat(rows["kind"]), "delete")).as_py():
        # Who changed and whose old certificate is deleted is in the plan twice, and had that certificate once.
        laid = {tenant: _once(table) for tenant, table in laid.items()}
    return Import(INVERSE, layout.of_certificates(), laid)


def _once(table: pa.Table) -> pa.Table:
    plain = pa.table({name: flat(table[name]) for name in table.column_names})
    return plain.group_by(plain.column_names, use_threads=False).aggregate([])


def write(folder: Path, imports: Iterable[Import], rows_per_file: int, below: str = "out") -> list[Written]:
    """Write ``out/<tenant>/<stem>-001.txt`` and so on, or ``below`` another folder than ``out``.

    All files appear together, each read back and compared.

    Raises:
        OutputRefused: what was read back is not what was planned; the files are gone again.
        OSError: the disk is full or not writable; nothing is left behind.
    """
    written = []
    with files.appearing_together(folder / below) as out:
        for each in imports:
            for tenant, table in each.tables.items():
                home = files.make_folder(out / tenant)
                for number, first in enumerate(range(0, table.num_rows, rows_per_file), start=1):
                    batch = table.slice(first, rows_per_file)
                    path = home / f"{each.stem}-{number:03d}.txt"
                    files.write(path, chain([_head(each.layout)], ahead(_lines(batch, each.layout))))
                    digest = _proved(path, batch, each.layout)
                    written.append(Written(f"{below}/{tenant}/{path.name}", batch.num_rows, digest, each.stem))
    return written


def _laid_out(rows: pa.Table, layout: Layout) -> dict[str, pa.Table]:
    """Return each tenant the columns of the layout; a constant stays one word and costs four bytes a row."""
    names = [each.column for each in layout.columns]
    columns = [
        constant(each.constant or "", rows.num_rows) if each.field is None else rows[each.field]
        for each in layout.columns
    ]
    laid, tenants = pa.table(columns, names=names), rows["tenant"]
    if len(all_tenants := sorted(tenants.unique().to_pylist())) == 1:
        return {all_tenants[0]: laid}
    return {tenant: laid.filter(pc.equal(flat(tenants), tenant)) for tenant in all_tenants}


def _refused_if_broken(table: pa.Table, layout: Layout) -> pa.Table:
    frame = table.to_pandas(types_mapper=pd.ArrowDtype)
    carried = {column.column: column.field for column in layout.columns if column.field}
    if broken := cells.import_file(frame, carried):
        raise OutputRefused(f"The import file was not written: {'; '.join(broken)}.")
    return table


def _cells(column: pa.ChunkedArray) -> pa.StringArray | pa.StringScalar:
    """Return a column as Arrow joins and compares it: a constant as one scalar."""
    if pa.types.is_dictionary(column.type) and column.num_chunks and len(column.chunk(0).dictionary) == 1:
        return column.chunk(0).dictionary[0]
    return flat(column)


def _head(layout: Layout) -> bytes:
    names = layout.delimiter.join(column.column for column in layout.columns)
    return (BOM if layout.bom else b"") + (names + layout.newline).encode(layout.encoding)


def _lines(batch: pa.Table, layout: Layout) -> Iterator[memoryview]:
    """Join the cells of each row to its line; the lines of an Arrow array stand in memory one behind the other."""
    for first in range(0, batch.num_rows, LINES_AT_A_TIME):
        *firsts, last = (_cells(column) for column in batch.slice(first, LINES_AT_A_TIME).columns)
        last = pc.binary_join_element_wise(last, layout.newline, "")
        lines = flat(pc.binary_join_element_wise(*firsts, last, layout.delimiter))
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
    written = [_cells(column) for column in batch.columns]
    between = len(layout.delimiter) * (len(written) - 1) + len(layout.newline)
    length = len(head) + batch.num_rows * between + sum(_byte_count(cell, batch.num_rows) for cell in written)
    if data.size != length or data.slice(0, len(head)) != head:
        return False
    return all(pc.all(pc.equal(read, cell)).as_py() for read, cell in zip(again.columns, written, strict=True))


def _byte_count(cell: pa.StringArray | pa.StringScalar, rows: int) -> int:
    if isinstance(cell, pa.StringScalar):
        return len(cell.as_py().encode()) * rows
    return pc.sum(pc.binary_length(cell)).as_py() or 0
