"""issues.jsonl: every finding with its place as a line of JSON, by row (or key) and then by code.

Lines are joined from columns, some thousand at a time: a list of which every row is faulty has a million of them.
"""

from collections.abc import Iterator

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import Positions
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.reports.rows import text_columns
from pipeline.reports.rows.issue_list import Issue, of_finding
from pipeline.reports.rows.json_texts import joined, json_contents, json_text
from pipeline.result import RunResult

LINES_AT_A_TIME = 1 << 16


class _Order(msgspec.Struct, frozen=True):
    """All issues in the order of their lines: the number of the finding, and the place in it (both ``int64``)."""

    numbers: Positions
    places: Positions


def issues(run: RunResult) -> list[Issue]:
    """Return every finding with its place, in the order of issues.jsonl."""
    read = msgspec.json.Decoder(Issue)
    return [issue for piece in issue_lines(run) for issue in read.decode_lines(piece)]


def issue_lines(run: RunResult) -> Iterator[memoryview]:
    """Yield issues.jsonl in pieces; findings about the run come first."""
    order = _in_order(run)
    for begin in range(0, len(order.places), LINES_AT_A_TIME):
        numbers, places = (each[begin : begin + LINES_AT_A_TIME] for each in (order.numbers, order.places))
        at = [np.flatnonzero(numbers == number) for number in range(len(run.findings))]
        lines = pa.concat_arrays(
            [_lines(run, finding, places[of]) for finding, of in zip(run.findings, at, strict=True) if len(of)]
        )
        yield joined(lines.take(pa.array(np.argsort(np.concatenate(at)))))


def _in_order(run: RunResult) -> _Order:
    """Sort the issues by the number (or key) of their row, then by code; equal ones stay in the order of findings."""
    codes = {code: number for number, code in enumerate(sorted({finding.code for finding in run.findings}))}
    ranks = _ranks(run.people)
    numbers, places, sort_keys = ([np.zeros(0, np.int64)] for _ in range(3))
    for number, finding in enumerate(run.findings):
        of_rows = bool(len(finding.rows) and len(ranks))
        found = finding.starts() if of_rows else np.zeros(1, np.int64)
        rows = ranks[run.ids.positions(finding.rows[found])] if of_rows else np.zeros(1, np.int64)
        numbers.append(np.full(len(found), number))
        places.append(found)
        sort_keys.append(rows * len(codes) + codes[finding.code])
    order = np.argsort(np.concatenate(sort_keys), kind="stable")  # the rows of a finding ascend: they are only merged
    return _Order(np.concatenate(numbers)[order], np.concatenate(places)[order])


def _ranks(people: People | None) -> Positions:
    """Return the number of each row, or in a directory the place of its key in the order of all keys (``int64``)."""
    if people is None:
        return np.zeros(0, np.int64)
    rows = np.arange(len(people))
    if people.extract.origin.rows is not None:
        return people.numbers(rows)
    coded = people.keys(rows).dictionary_encode()
    _, ranks = np.unique(np.array(["", *coded.dictionary.to_pylist()], np.object_), return_inverse=True)
    return np.asarray(ranks[1:][coded.indices.to_numpy()], np.int64)


def _lines(run: RunResult, finding: Finding, places: Positions) -> pa.StringArray:
    """Return the lines of some issues of a finding (``string``): the fields of ``Issue`` as JSON."""
    people, language = run.people, run.request.language
    if people is None or not len(finding.rows):
        return pa.array([f"{json_text(issue)}\n" for issue in of_finding(run, finding)], pa.string())
    origin, header = people.extract.origin, people.header(finding.field) if finding.field else None
    at = people.ids.positions(finding.rows[places])
    return pc.binary_join_element_wise(
        f'{{"code":{json_text(finding.code)},"severity":{json_text(finding.severity)},'
        f'"source":{json_text(origin.source)},"sheet":{json_text(origin.sheet)},"row":',
        "null" if origin.rows is None else pa.array(people.numbers(at)).cast(pa.string()),
        f',"column":{json_text(header)},"value":"',
        json_contents(_values(people, finding, places, at)),
        '","message":"',
        json_contents(text_columns.messages(finding, places, language)),
        '","fix":"',
        json_contents(text_columns.fixes(finding, places, language)),
        '"',
        "" if origin.key is None else _keys(people.keys(at)),
        "}\n",
        "",
    )


def _keys(keys: pa.StringArray) -> pa.StringArray:
    """Return the field of each key; none if it is empty."""
    return pc.if_else(pc.equal(keys, ""), "", pc.binary_join_element_wise(',"key":"', json_contents(keys), '"', ""))


def _values(people: People, finding: Finding, places: Positions, at: Positions) -> pa.StringArray:
    """Return the value of each issue: what the finding shows, or the cell of the list."""
    if finding.values or not finding.field:
        return text_columns.at(finding.values or "", places)
    return people.raw_texts(finding.field, at)
