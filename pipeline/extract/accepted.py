"""Proposals that were accepted in an annotated workbook: the row takes its proposed value, and each is reported."""

from collections.abc import Iterator

import pyarrow as pa
from msgspec.structs import replace

from connectors.base import Acceptance, Extract, ReaderIssue
from mappings.model import Binding
from pipeline.model import fields

YES = frozenset({"x", "✓", "✔", "ja", "yes"})
"""The words under Accept that mean yes; case does not matter."""


def take(extract: Extract, binding: Binding) -> Extract:
    """Return the extract with every accepted proposal in its email column and a PROPOSAL-ACCEPTED for each.

    A word that is not understood, and a proposal that was made for another value than the row has now (rows that were
    sorted without the added columns), change nothing and are named in a note.
    """
    place = binding.columns.get(fields.EMAIL)
    if place is None or not extract.acceptances:
        return extract
    emails: list[str] = extract.frame.column(place).cast(pa.string()).to_pylist()
    remarks, notes = [], []
    for each in extract.acceptances:
        old, where = emails[each.position], f"row {extract.header_row + 1 + each.position}"
        if each.word.casefold() not in YES:
            notes.append(f"{where}: {each.word!r} under Accept is not understood and changes nothing: write x")
        elif not _is_for(each, old):
            notes.append(f"{where}: the proposed value was made for another row, so it was not taken")
        elif each.proposed not in {"", old}:
            emails[each.position] = each.proposed
            detail = f"you accepted the proposal: {old!r} is now {each.proposed!r}"
            remarks.append(ReaderIssue("PROPOSAL-ACCEPTED", each.position, place, old, detail))
    name = extract.frame.column_names[place]
    frame = extract.frame.set_column(place, name, pa.array(emails, pa.string()))
    others = _about_other_cells(extract.remarks, {(each.position, each.column) for each in remarks})
    return replace(extract, frame=frame, remarks=(*others, *remarks), notes=(*extract.notes, *notes))


def _is_for(acceptance: Acceptance, value: str) -> bool:
    """Return True if the workbook's own list has the proposal for this value, or does not have it at all."""
    alike = (*acceptance.made_for, acceptance.proposed)
    return not acceptance.made_for or value.casefold() in {each.casefold() for each in alike}


def _about_other_cells(
    remarks: tuple[ReaderIssue, ...], replaced: set[tuple[int, int | None]]
) -> Iterator[ReaderIssue]:
    return (remark for remark in remarks if (remark.position, remark.column) not in replaced)
