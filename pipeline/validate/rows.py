"""Find the rows that are people, and the remarks of the reader about rows and cells."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from connectors.base import ReaderIssue
from pipeline.kernels.columns import Positions
from pipeline.model import fields
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.validate.spelling import inspection

NO_PEOPLE = (("ROW-BLANK", None), ("ROW-EXAMPLE", None), ("ROW-TOTAL", None))
"""The codes and fields of ``no_people``, in its order."""

EXAMPLES_WITHIN = 5
"""A template's example is right below its header."""

IDENTITY_CELLS = frozenset({fields.EMAIL, *fields.IDENTITY})
_NAMES = ("first_name", "last_name", "display_name")
_LETTER = re.compile(r"[^\W\d_]")
MERGED_CELLS = frozenset({fields.TENANT, fields.REGION, "enabled", "user_type"})
"""Cells that decide although they may be empty: merged with the one above, they are not empty as a person sees them."""

DECIDING_CELLS = IDENTITY_CELLS | MERGED_CELLS


def no_people(people: People, letters: inspection.EmailFaults) -> list[Finding]:
    """Find the blank rows, the examples of a template and the totals; each is dropped with its reason.

    Only rows without an ordinary email are looked at, so a list of people costs nothing here. ``with_blank_runs`` names
    the blank rows that follow each other.
    """
    remarks = people.extract.remarks
    ragged = {remark.position for remark in remarks if remark.column is None and remark.code != "ROW-HIDDEN"}
    doubtful = {remark.position for remark in remarks if remark.code not in {"ROW-HIDDEN", "CELL-MERGED", "EMAIL-LINK"}}
    suspects = np.setdiff1d(letters.unusual, [*ragged], assume_unique=True)
    blank = np.setdiff1d(_blank(people.extract.frame, suspects), [*doubtful], assume_unique=True)
    mapping = people.binding.mapping
    examples = _beginning_with(people, max(EXAMPLES_WITHIN - people.first, 0), mapping.example_prefixes)
    totals = _totals(people, np.setdiff1d(suspects, [*blank.tolist(), *examples], assume_unique=True))
    return [
        finding
        for finding in (
            Finding("ROW-BLANK", people.ids.at(blank), None, "the row is empty"),
            _told_by(people, "ROW-EXAMPLE", examples, "an example row of the template, not a person"),
            _told_by(people, "ROW-TOTAL", totals, "a total, not a person"),
        )
        if len(finding.rows)
    ]


def _total_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Build the pattern of a total: its word, alone or with an amount, a currency, a date, or a count of something."""
    word = f"(?:{'|'.join(map(re.escape, words))})"
    return re.compile(
        rf"(?i:{word})(?![^\W\d_])(?:[\W\d_]*|[\W_]*[A-Z]{{3}}[\W\d_]*|(?=.*\d)[\W\d_]*(?:[^\W\d_]+[\W\d_]*){{1,3}})"
    )


def _subtotal_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Build the pattern of a subtotal as spreadsheet programs write it: the name of the group and the word."""
    word = f"(?i:{'|'.join(map(re.escape, words))})"
    return re.compile(rf".*\s{word}|{word}\s.*")


def _told_by(people: People, code: str, words: dict[int, str], message: str) -> Finding:
    """Show with each dropped row the words that gave it away, so that a person dropped by mistake is found."""
    return Finding(code, people.ids.at(np.array([*words], np.int64)), None, message, values=[*words.values()])


def with_blank_runs(people: People, findings: Iterable[Finding]) -> list[Finding]:
    """Return findings with a note at the blank rows that follow each other: the numbers of the first and the last."""
    return [
        replace(finding, messages=_blank_messages(people.ids.positions(finding.rows), people.extract.origin.rows))
        if finding.code == "ROW-BLANK"
        else finding
        for finding in findings
    ]


def remarked(people: People, written: Iterable[str]) -> list[Finding]:
    """Convert the reader's remarks into findings for the cells that matter: keys, email, tenant, columns written."""
    field_at = {place: field for field, place in people.binding.columns.items()}
    decides = {
        "CELL-NUMBER": IDENTITY_CELLS | set(written),
        "CELL-FORMULA-ERROR": DECIDING_CELLS | set(written),
        "CELL-MERGED": MERGED_CELLS,
        "EMAIL-LINK": {fields.EMAIL},
    }
    found: defaultdict[tuple[str, str | None], list[ReaderIssue]] = defaultdict(list)
    for remark in people.extract.remarks:
        field = None if remark.column is None else field_at.get(remark.column)
        if remark.code not in decides or field in decides[remark.code]:
            found[remark.code, field].append(remark)
    return [
        Finding(
            code,
            people.ids.at(np.array([remark.position for remark in remarks], np.int64)),
            field,
            [remark.detail for remark in remarks],
            [remark.fix for remark in remarks],
            values=[remark.value for remark in remarks],
        )
        for (code, field), remarks in found.items()
    ]


def _blank(frame: pa.Table, rows: Positions) -> Positions:
    """Return those of some rows (``int64``) that have no text in any column; a column is asked about what is left."""
    for column in frame.columns:
        words = column.take(pa.array(rows)).cast(pa.string())
        rows = rows[pc.equal(pc.utf8_trim_whitespace(words), "").to_numpy()]
    return rows


def _blank_messages(rows: npt.NDArray[np.int64], numbers: Sequence[int] | None) -> str | list[str]:
    """Return for each blank row the notes about it; of rows that follow each other the first and the last are named."""
    ends = np.flatnonzero(np.diff(rows, append=np.iinfo(np.int64).max) > 1)
    if len(ends) == len(rows) or numbers is None:
        return "the row is empty"
    messages: list[str] = []
    for end in ends.tolist():
        first, length = len(messages), end + 1 - len(messages)
        message = (
            f"the rows {numbers[rows[first]]} to {numbers[rows[end]]} are empty" if length > 1 else "the row is empty"
        )
        messages += [message] * length
    return messages


def _beginning_with(people: People, most: int, prefixes: tuple[str, ...]) -> dict[int, str]:
    """Pick the rows whose first words are an example's; each with these words."""
    beginnings = tuple(prefix.casefold() for prefix in prefixes)
    firsts = _first_words(people.extract.frame.slice(0, most))
    return {row: first for row, first in enumerate(firsts) if beginnings and first.casefold().startswith(beginnings)}


def _totals(people: People, suspects: Positions) -> dict[int, str]:
    """Pick the rows whose first words are a total and that have no address in any cell; each with these words.

    A date or a number before them is passed over, unless it is a key. A subtotal, as "Porto Total", is one beside
    numbers only, and never in a column of names.
    """
    words = people.binding.mapping.total_words
    if not words or not len(suspects):
        return {}
    total, named = _total_pattern(words), _subtotal_pattern(words)
    keys, names = ({people.binding.columns.get(field) for field in each} for each in (fields.IDENTITY, _NAMES))
    columns, email = people.extract.frame.columns, people.binding.columns[fields.EMAIL]
    for column in (columns[email], *columns):  # most suspects are people whose email has a fault
        texts = column.take(pa.array(suspects)).cast(pa.string())
        suspects = suspects[~pc.match_substring(texts, "@").to_numpy()]
    rows = [column.take(pa.array(suspects)).cast(pa.string()) for column in columns]
    trimmed = [pc.utf8_trim_whitespace(column).to_pylist() for column in rows]
    found = {}
    for row, cells in zip(suspects.tolist(), zip(*trimmed, strict=True), strict=True):
        filled = [(place, cell) for place, cell in enumerate(cells) if cell]
        first = next((at for at, (place, cell) in enumerate(filled) if place in keys or _LETTER.search(cell)), None)
        if first is None:
            continue
        words_of_row, others = filled[first][1], [cell for _, cell in filled[first + 1 :]]
        is_name = filled[first][0] in names or any(map(_LETTER.search, others)) or not others
        if total.fullmatch(words_of_row) or (not is_name and named.fullmatch(words_of_row)):
            found[row] = words_of_row
    return found


def _first_words(rows: pa.Table) -> list[str]:
    """Return for each row its first cell that is not blank."""
    columns = [pc.utf8_trim_whitespace(column.cast(pa.string())).to_pylist() for column in rows.columns]
    return [next(filter(None, cells), "") for cells in zip(*columns, strict=True)]
