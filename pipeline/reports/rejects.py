"""rejects.csv: the rejected rows in the input's own columns, then code and reason; safe to open in a spreadsheet."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv

from connectors.base import ReaderIssue
from pipeline.extract.own_rejects import FORMULA, REJECT_COLUMNS, ROW
from pipeline.kernels.columns import Positions, first_bytes, flat
from pipeline.model import fields
from pipeline.model.people import People
from pipeline.reports.rows import given_back, text_columns
from pipeline.reports.rows.given_back import Columns, Part
from pipeline.result import RunResult

_FORMULA = re.compile(FORMULA)

ROWS_AT_A_TIME = 1 << 16

_MAY_BE_FORMULA = np.isin(np.arange(256), [each.encode()[0] for each in "'=+-@\t\r\N{FULLWIDTH EQUALS SIGN}"])
"""Marks the first bytes of what ``FORMULA`` finds."""


def rejects(run: RunResult) -> Iterator[bytes | memoryview]:
    """Yield the rejected rows as CSV (UTF-8 with BOM, quoted), some thousand at a time; nothing if there are none.

    The row number comes first, then the columns of the input, then ``REJECT_COLUMNS``; ``extract.own_rejects`` knows
    them again. Cells are made formula-safe, columns of passwords are not kept, and a cell whose text is in doubt stays
    so: fed back uncorrected it is rejected again.
    """
    people = run.people
    positions = np.flatnonzero(run.rejected)
    if people is None or not len(positions):
        return
    names = _safe(pa.array([ROW, *people.extract.frame.column_names, *REJECT_COLUMNS], pa.string())).to_pylist()
    delimiter = people.extract.delimiter or (";" if run.request.language == "de" else ",")  # as that Excel reads it
    doubts = given_back.doubts(people)
    found = [finding for finding in run.findings if finding.severity == "error" and len(finding.rows)]
    yield b"\xef\xbb\xbf"
    for begin in range(0, len(positions), ROWS_AT_A_TIME):
        at = positions[begin : begin + ROWS_AT_A_TIME]
        parts = [(finding, _places(finding.rows, people.ids.at(at))) for finding in found]
        columns = (_numbers(people, at), *_cells(people, at, doubts, parts), *_added_columns(run, parts))
        cells = [_safe(pa.array(each, pa.string()) if isinstance(each, list) else each) for each in columns]
        sink = pa.BufferOutputStream()
        options = arrow_csv.WriteOptions(include_header=not begin, delimiter=delimiter)
        arrow_csv.write_csv(pa.table(cells, names=names), sink, options)
        yield memoryview(sink.getvalue())


def _places(rows: Positions, some: Positions) -> Positions:
    """Return the places of some rows in the rows of a finding (``int64``); both ascend."""
    return np.arange(*np.searchsorted(rows, [some[0], some[-1] + 1]))


def _numbers(people: People, at: Positions) -> pa.StringArray:
    """Return what finds the rows again: their numbers in a file, their keys in a directory."""
    in_file = people.extract.origin.rows is not None
    return pa.array(people.numbers(at)).cast(pa.string()) if in_file else people.keys(at)


def _cells(people: People, at: Positions, doubts: Sequence[ReaderIssue], parts: Sequence[Part]) -> Columns:
    """Return the columns of the input at some positions (ascending), the cells that are in doubt marked."""
    frame = people.extract.frame.slice(at[0], at[-1] + 1 - at[0]).take(pa.array(at - at[0]))
    columns: Columns = [column.cast(pa.string()) for column in frame.columns]
    for place in people.binding.secret_columns:
        columns[place] = [fields.NOT_KEPT] * len(at)
    given_back.keep_doubts(at, columns, doubts)
    given_back.keep_ragged(people.ids.at(at), columns, parts)
    return columns


def _added_columns(run: RunResult, parts: Sequence[Part]) -> list[pa.StringArray]:
    """Return code, reason and fix of each rejected row; those of several findings are joined."""
    language = run.request.language
    rows = np.concatenate([finding.rows[places] for finding, places in parts])
    order = np.argsort(rows, kind="stable")
    begins = np.flatnonzero(np.append(True, np.diff(rows[order]) > 0))
    columns = (
        (" ", (text_columns.at(finding.code, places) for finding, places in parts)),
        ("; ", (text_columns.messages(finding, places, language) for finding, places in parts)),
        (" ", (text_columns.fixes(finding, places, language) for finding, places in parts)),
    )
    return [_joined_by_row(pa.concat_arrays(list(texts)), order, begins, between) for between, texts in columns]


def _joined_by_row(texts: pa.StringArray, order: Positions, begins: Positions, between: str) -> pa.StringArray:
    """Return one text for each row, most of which have one; equal ones count once.

    The texts of a row begin at ``begins`` in their ``order``.
    """
    firsts, lengths = texts.take(pa.array(order[begins])), np.diff(np.append(begins, len(order)))
    several = lengths > 1
    if not several.any():
        return firsts
    words = iter(texts.take(pa.array(order[np.repeat(several, lengths)])).to_pylist())
    joined = [between.join(dict.fromkeys(islice(words, length))) for length in lengths[several].tolist()]
    return pc.replace_with_mask(firsts, pa.array(several), pa.array(joined, pa.string()))


def as_text(text: str) -> str:
    """Return a text as a cell that a spreadsheet does not calculate when the page is copied into it.

    A page folds the spaces at a cell's start away, so they do not keep a formula from being one.
    """
    return f"'{text}" if _FORMULA.match(text.lstrip()) else text


def _safe(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Add an apostrophe before what a spreadsheet would calculate, and before an existing one.

    Few cells begin with such a character, and only these are searched.
    """
    cells = flat(column)
    unsafe = _MAY_BE_FORMULA[first_bytes(cells)]
    if not unsafe.any():
        return cells
    few = cells.filter(pa.array(unsafe))
    return pc.replace_with_mask(cells, pa.array(unsafe), pc.replace_substring_regex(few, FORMULA, r"'\1"))
