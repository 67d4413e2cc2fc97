"""Write import files: one folder a tenant, in batches, all of them together, each read back and compared."""

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain, pairwise
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mappings.model import Layout
from pipeline.config.request import RunRequest
from pipeline.emit import import_files, read_back
from pipeline.emit.import_files import Import
from pipeline.kernels import background
from pipeline.kernels.columns import flat
from pipeline.kernels.prefetch import prefetched
from pipeline.kernels.spill import IN_MEMORY
from pipeline.plan.build import Plan
from pipeline.state import files
from pipeline.state.run_folders import UNDO

ROWS_AT_A_TIME = 1 << 16
"""Rows joined to lines, and read back, at a time: a few megabytes, whatever the number and the size of the files."""


class Written(msgspec.Struct, frozen=True):
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
    spill = request.spill or IN_MEMORY
    with background.worker() as worker:
        undo = worker.submit(import_files.inverse, plan.changes, request.layout, spill)
        laid = import_files.imports(plan.written, request.layout, spill)
        if plan.deleted.num_rows:
            laid.append(import_files.deletes(plan.deleted, request.layout, request.job.policy.delete))
    back = [] if request.job.baseline.kind == "none" else [undo.result()]
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


def write(folder: Path, imports: Iterable[Import], rows_per_file: int, below: str = "out") -> list[Written]:
    """Write ``out/<tenant>/<stem>-001.txt`` and so on, or ``below`` another folder than ``out``.

    All files appear together, each read back and compared. While files are written, those before them are compared, and
    the next ones are laid out.

    Raises:
        OutputRefused: what was read back is not what was planned; the files are gone again.
        OSError: the disk is full or not writable; nothing is left behind.
    """
    written: list[Written] = []
    with (
        files.appearing_together(folder / below) as out,
        files.flushes() as flush,
        ThreadPoolExecutor(max_workers=1) as beside,
    ):
        compared: Future[list[Written]] | None = None
        for batch in prefetched(_batches(out, imports, rows_per_file)):
            for path, pieces in zip(batch.paths, batch.pieces, strict=True):
                files.write_staged(path, pieces)
                flush(path)
            written += compared.result() if compared else []
            compared = beside.submit(_compared, batch, below)
        written += compared.result() if compared else []
    return written


class _Batch(msgspec.Struct, frozen=True):
    """Files that are written together: the rows of all, and path, row count and pieces of each."""

    stem: str
    layout: Layout
    rows: pa.Table
    paths: list[Path]
    sizes: list[int]
    pieces: list[Iterable[bytes | memoryview]]


def _batches(out: Path, imports: Iterable[Import], rows_per_file: int) -> Iterator[_Batch]:
    """Yield one large file, or so many small ones, of any tenants, that their rows can be joined at a time."""
    for each in imports:
        parts: list[tuple[Path, pa.Table]] = []
        together = 0
        for path, rows in _parts(out, each, rows_per_file):
            together += rows.num_rows
            if parts and together > ROWS_AT_A_TIME:
                yield _batch(each, parts)
                parts, together = [], rows.num_rows
            parts.append((path, rows))
        if parts:
            yield _batch(each, parts)


def _parts(out: Path, each: Import, rows_per_file: int) -> Iterator[tuple[Path, pa.Table]]:
    """Yield the path and the rows of each file, and make its folder."""
    for tenant, table in each.tables.items():
        home = files.make_folder(out / tenant)
        for number, first in enumerate(range(0, table.num_rows, rows_per_file), start=1):
            yield home / f"{each.stem}-{number:03d}.txt", table.slice(first, rows_per_file)


def _batch(each: Import, parts: list[tuple[Path, pa.Table]]) -> _Batch:
    paths, sizes = [path for path, _ in parts], [rows.num_rows for _, rows in parts]
    rows = pa.concat_tables(rows for _, rows in parts)
    return _Batch(each.stem, each.layout, rows, paths, sizes, _pieces(rows, each.layout, sizes))


def _pieces(rows: pa.Table, layout: Layout, sizes: list[int]) -> list[Iterable[bytes | memoryview]]:
    """Return the header and the lines of each file."""
    head = read_back.head(layout)
    if rows.num_rows > ROWS_AT_A_TIME:
        parts = (rows.slice(first, ROWS_AT_A_TIME) for first in range(0, rows.num_rows, ROWS_AT_A_TIME))
        return [chain([head], prefetched(memoryview(_lines(part, layout).buffers()[2]) for part in parts))]
    lines = _lines(rows, layout)
    offsets = np.frombuffer(lines.buffers()[1], np.int32)[np.cumsum([0, *sizes])].tolist()
    data = memoryview(lines.buffers()[2])
    return [[head, data[begin:end]] for begin, end in pairwise(offsets)]


def _lines(rows: pa.Table, layout: Layout) -> pa.StringArray:
    """Join the cells of each row to its line; an Arrow array keeps its lines in memory one behind the other."""
    *firsts, last = (read_back.cells(column) for column in rows.columns)
    last = pc.binary_join_element_wise(last, layout.newline, "")
    return flat(pc.binary_join_element_wise(*firsts, last, layout.delimiter))


def _compared(batch: _Batch, below: str) -> list[Written]:
    digests = read_back.digests(batch.paths, batch.sizes, batch.rows, batch.layout)
    return [
        Written(f"{below}/{path.parent.name}/{path.name}", size, digest, batch.stem)
        for path, size, digest in zip(batch.paths, batch.sizes, digests, strict=True)
    ]
