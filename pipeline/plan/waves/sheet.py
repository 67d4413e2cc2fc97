"""A wave by sheet: its people are listed on another sheet of the list's own workbook.

The list stays the sheet that was chosen; the sheet of the wave needs one column of the list's keys (Login, ExternalId,
email) under the same or another known header. The hash of the workbook is among those of the plan, so ``emit`` and an
approval mean the same people.
"""

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from connectors.base import ChoiceNeeded, ColumnsUnknown, Extract, SourceEmpty, SourceUnreadable
from connectors.excel.connector import Settings as Workbook
from connectors.settings import SourceSettings
from mappings.bind import bind, recogniser
from mappings.model import SourceMapping
from pipeline.extract.open_source import open_source
from pipeline.kernels import folding
from pipeline.kernels.columns import Mask, flat
from pipeline.model.errors import UsageProblem
from pipeline.model.masking import masked
from pipeline.model.people import People

KEYS = ("login", "external_id", "email")
"""The fields that find a person of the sheet in the list; of a row the first one that is filled counts."""

SHOWN = 8
"""Of many rows or sheets in one sentence, so many are named."""


def listed(text: str, people: People, settings: SourceSettings | None) -> Mask:
    """Mark the rows of the list whose people are on a sheet, or on one of several sheets with commas between them.

    Raises:
        UsageProblem: the list is not a workbook, there is no such sheet, or the sheet leaves open who is meant: it has
            no column of keys, a row without a key, a hidden row, or a person who is not in the list.
        SourceUnreadable: the workbook cannot be read again, or has changed.
    """
    if not isinstance(settings, Workbook):
        raise UsageProblem(
            f"--wave sheet=…: {people.extract.origin.source} has no sheets, and no column of that name. "
            "Nothing was written.",
            advice="Write the Logins into a text file, one a line, and name it: --wave login=@FILE.",
        )
    mask = np.zeros(len(people), np.bool_)
    for sheet in _sheets(text, people, settings):
        mask |= _people_of(sheet, people)
    return mask


def _sheets(text: str, people: People, settings: Workbook) -> list[Extract]:
    """Read the sheet of that name, whatever its case; a name may have a comma of its own."""
    try:
        return [_read(text, people, settings)]
    except ChoiceNeeded as needed:
        there = {folding.fold_text(name).strip(): name for name in needed.choices}
    whole = text if folding.fold_text(text).strip() in there else None
    names = {folding.fold_text(each).strip(): each.strip() for each in ([whole] if whole else text.split(","))}
    if missing := [name for key, name in names.items() if key not in there]:
        raise UsageProblem(
            f"--wave sheet=…: {people.extract.origin.source} has no sheet {' or '.join(map(repr, missing[:SHOWN]))}. "
            "Nothing was written.",
            advice=f"Name one of its sheets: {_several(map(repr, there.values()))}.",
        )
    return [_read(there[key], people, settings) for key in names]


def _read(sheet: str, people: People, settings: Workbook) -> Extract:
    source = open_source(settings.model_copy(update={"sheet": sheet}), lambda *_: None)
    try:
        extract = source.read(recogniser((_keys_only(people),)))
    except (ColumnsUnknown, SourceEmpty) as nothing:
        reason = (
            "no one is below its headers" if isinstance(nothing, SourceEmpty) else "no column finds people in the list"
        )
        raise UsageProblem(
            f"--wave sheet=…: sheet {sheet!r} cannot be used: {reason}. Nothing was written.",
            advice=f"Write one of these headers of the list, and the people of the wave below it: {_headers(people)}.",
        ) from None
    if extract.sha256 != people.extract.sha256:
        raise SourceUnreadable(
            f"{people.extract.origin.source}: it was changed while it was read: close it in Excel and run again"
        )
    return extract


def _keys_only(people: People) -> SourceMapping:
    """Return the mapping of the list without its other fields: known headers of its keys, and the list's own."""
    mapping = people.binding.mapping
    rules = {
        name: replace(
            mapping.fields[name],
            required=False,
            fallback=None,
            prefer=True,
            attributes=(people.header(name) or name, *mapping.fields[name].attributes),
        )
        for name in _keys(people)
    }
    return replace(mapping, fields=rules, signature=(), other_headers=())


def _keys(people: People) -> list[str]:
    return [name for name in KEYS if name in people.binding.mapping.fields and people.header(name) is not None]


def _headers(people: People) -> str:
    return ", ".join(dict.fromkeys(people.header(name) or name for name in _keys(people)))


def _people_of(sheet: Extract, people: People) -> Mask:
    """Mark the rows of the list that a sheet names."""
    where = f"--wave sheet=…: sheet {sheet.origin.sheet!r}"
    if hidden := sorted({remark.position for remark in sheet.remarks if remark.code == "ROW-HIDDEN"}):
        raise UsageProblem(
            f"{where} has hidden rows: {_rows(sheet, hidden)}. Nothing was written.",
            advice="Show them (Data > Clear in Excel), or delete them if they are not meant.",
        )
    columns = bind(_keys_only(people), sheet.frame.column_names).columns
    cells = {key: _folded(sheet.frame.column(columns[key])) for key in KEYS if key in columns}
    key_of = np.full(sheet.frame.num_rows, "", object)
    for key in reversed(cells):
        key_of[pc.not_equal(cells[key], "").to_numpy(zero_copy_only=False)] = key
    doubtful = {remark.position for remark in sheet.remarks}
    if nameless := [at for at in np.flatnonzero(key_of == "").tolist() if at in doubtful or _has_text(sheet, at)]:
        headers = " or ".join(sheet.frame.column_names[place] for place in dict.fromkeys(columns.values()))
        raise UsageProblem(
            f"{where} has rows without {headers}: {_rows(sheet, nameless)}. Nothing was written.",
            advice="Fill it in, or delete the row.",
        )
    mask = np.zeros(len(people), np.bool_)
    unknown: list[int] = []
    for key, wanted in cells.items():
        known = _folded(people.texts(key))
        chosen = np.flatnonzero(key_of == key)
        values = wanted.take(pa.array(chosen))
        unknown += chosen[~pc.is_in(values, value_set=known).to_numpy(zero_copy_only=False)].tolist()
        mask |= pc.is_in(known, value_set=values).to_numpy(zero_copy_only=False)
    if unknown:
        unknown.sort()
        texts = (str(cells[key_of[at]][at].as_py()) for at in unknown)
        lost = _several(masked(text) if "@" in text else repr(text) for text in texts)
        raise UsageProblem(
            f"{where} has people who are not in the list: {lost} ({_rows(sheet, unknown)}). Nothing was written.",
            advice=f"Correct them there, or add them to sheet {people.extract.origin.sheet!r}.",
        )
    return mask


def _folded(column: pa.ChunkedArray) -> pa.StringArray:
    return pc.utf8_trim_whitespace(folding.fold(flat(column.cast(pa.string()))))


def _has_text(sheet: Extract, at: int) -> bool:
    return any(str(column[at].as_py()).strip() for column in sheet.frame.columns)


def _rows(sheet: Extract, positions: Sequence[int]) -> str:
    numbers = sheet.origin.rows or range(sheet.frame.num_rows)
    more = " and more" if len(positions) > SHOWN else ""
    return f"row{'' if len(positions) == 1 else 's'} {', '.join(str(numbers[at]) for at in positions[:SHOWN])}{more}"


def _several(names: Iterable[str]) -> str:
    found = list(names)
    return ", ".join(found[:SHOWN]) + (f" and {len(found) - SHOWN} more" if len(found) > SHOWN else "")
