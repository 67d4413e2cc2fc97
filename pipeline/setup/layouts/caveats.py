"""Caveats of an export from which a layout is learned: what is doubtful, left out, or worth a look."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow.compute as pc

from mappings.headers import visible
from mappings.load import packaged_layouts
from mappings.model import Layout
from pipeline.setup.layouts.describe import BREAKS, DELIMITERS
from pipeline.users_export.read import Export

SHOWN = 5
"""So many misspelled Issuers are named; the rest is counted."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A column of the export that the layout does not write, and why."""

    column: str
    why: str


def doubts(export: Export) -> Iterator[str]:
    """Return what does not look as System Configurator writes it, and what neither label nor cells prove."""
    form = export.form
    if form is None:
        yield "The export is a workbook; System Configurator writes text, so another program was between."
    else:
        if form.delimiter != "\t":
            yield f"The export is {DELIMITERS[form.delimiter]}-delimited; System Configurator separates by tabs."
        if not form.bom:
            yield f"The export is {form.encoding.upper()} without a byte order mark, which System Configurator writes."
        if form.newline not in {"\r\n", "\n"}:
            yield f"The export has {BREAKS[form.newline]}; import files are written with CRLF."
        if form.bom and form.encoding not in {"utf-8", "utf-16-le", "utf-16-be"}:
            yield f"The export is {form.encoding.upper()}, which System Configurator does not write."
    if export.unfolded.form == "unknown" and export.columns.labels in map(_labels, packaged_layouts()):
        yield (
            "The file has just the columns of an import file of this program, so it may be one. Let the export have "
            "one column more, such as Id."
        )
    for (field, proof), place in zip(
        (("Subject", export.pairs.subject), ("Issuer", export.pairs.issuer)), export.pairs.places[0], strict=True
    ):
        label = visible(export.columns.labels[place])
        if proof == "label":
            yield f"{label} is the {field} by its label alone: its cells do not prove it."
        elif proof == "cells":
            yield f"{label} is the {field} by its cells alone: no such label is known."


def _labels(layout: Layout) -> tuple[str, ...]:
    return tuple(column.column for column in layout.columns)


def left_out(export: Export, fields: Mapping[int, str]) -> Iterator[LeftOut]:
    """Return the columns that a layout does not write; ``fields`` are those of the written ones, by place."""
    further = {place for pair in export.pairs.places[1:] for place in pair}
    for place, (label, meant) in enumerate(zip(export.columns.labels, export.columns.fields, strict=True)):
        if place in fields:
            continue
        if meant == "id":
            why = "an Id that the system does not know makes the import fail"
        elif place in further:
            why = "a further certificate; an import file has one in a row"
        elif meant in fields.values():
            why = f"another column carries {meant}"
        else:
            why = "not needed for this layout" if meant else "not known"
        yield LeftOut(label, why)


def notes(export: Export, known: set[str]) -> Iterator[str]:
    """Return what else a person should know; ``known`` are the AWS regions of Contact Pro."""
    form = export.form
    if export.unfolded.form == "unknown":
        yield (
            "No user of the export has two certificates, so how several look is unknown. To learn it, give one user a "
            "second certificate and export again."
        )
    if form and form.quoting != "none":
        yield "The export has cells in quotes; import files are written without."
    yield from _of_issuers(export, known)


def _counted(names: Mapping[str, int], export: Export, within: str) -> str:
    """Return names with their counts, and for all but the most frequent a row; ``within`` is how an Issuer has it."""
    most, *others = names.items()
    listed = [f"{most[0]} ({most[1]})"]
    listed += [f"{name} ({count}, row {_row_of(export, within.format(name))})" for name, count in others[:SHOWN]]
    return ", ".join(listed) + (f" and {len(others) - SHOWN} more" if len(others) > SHOWN else "")


def _row_of(export: Export, part: str) -> int:
    """Find the first row of the export whose Issuer contains a text."""
    found = pc.index(pc.match_substring(export.unfolded.issuer, part, ignore_case=True), value=True).as_py()
    return export.columns.rows[int(export.unfolded.rows[found])]


def _of_issuers(export: Export, known: set[str]) -> Iterator[str]:
    found = export.issuers
    for region, count in found.regions.items():
        if region not in known:
            yield f"The Issuers name the region {region} ({count}), and Contact Pro is not known to be there."
    if len(found.tenants) > 1:
        yield f"The Issuers name several tenants, {_counted(found.tenants, export, 'cc-{}.')}; an export is one's."
    elif len(found.regions) > 1:
        yield f"The Issuers name several regions, {_counted(found.regions, export, '.{}.')}; a tenant has one."
    for wrong in found.misspelled[:SHOWN]:
        row = _row_of(export, wrong.issuer)
        yield f"The Issuer {visible(wrong.issuer)} ({wrong.count}, row {row}): {wrong.detail}; no sign-in uses it."
    if len(found.misspelled) > SHOWN:
        yield f"{len(found.misspelled) - SHOWN} more Issuers are misspelled."
    if found.foreign:
        yield (
            f"Certificates of other issuers: {found.foreign}. If the Subject is not an email they are left alone; if "
            "it is one, a run takes the Issuer for a mistake."
        )
