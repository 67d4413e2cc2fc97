"""Learning a layout from a users export of System Configurator: what it shows, and what it does not.

What Sinch documents goes before what the export shows: an import file is tab-delimited UTF-8 with a byte order mark
(facts: contact-pro, Import files). Learned is the rest: labels, their order, line ends, several certificates, regions.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from connectors.base import SourceUnreadable
from mappings.headers import visible
from mappings.load import load_regions
from mappings.model import Certificates, Layout, LayoutColumn, Learned
from pipeline.config.load import file_at
from pipeline.setup.layouts import caveats
from pipeline.setup.layouts.caveats import LeftOut
from pipeline.users_export import read
from pipeline.users_export.columns import Columns
from pipeline.users_export.read import KEYS, Export

Purpose = Literal["certificates", "users"]

NEEDED = ("first_name", "last_name", "extension", "group")
"""What every new user has (facts: contact-pro, Import files)."""

WRITTEN: dict[Purpose, tuple[str, ...]] = {
    "certificates": tuple(KEYS),
    "users": (*KEYS, *NEEDED, "email", "template"),
}
"""The columns that a layout takes beside Subject and Issuer; what is missing is reported."""

TITLES: dict[Purpose, str] = {"certificates": "Certificates of users", "users": "New users with their certificates"}
BREAKING = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Categories of characters that would break the header row of an import file, or be invisible in it."""


@dataclass(frozen=True, slots=True)
class LearnedLayout:
    """A learned layout, and its caveats.

    ``doubts`` are the reasons why it is not verified; ``not_found`` are fields that no column carries; ``notes`` are
    what else a person should know, of the Issuers in the export above all. ``known_regions`` has for each AWS region
    that the Issuers name whether it is one of Contact Pro's.
    """

    layout: Layout
    export: Export
    left_out: tuple[LeftOut, ...]
    not_found: tuple[str, ...]
    doubts: tuple[str, ...]
    notes: tuple[str, ...]
    known_regions: dict[str, bool]


def learn(
    path: Path,
    purpose: Purpose,
    target: Path,
    *,
    encoding: str | None = None,
    sheet: str | None = None,
    chosen: dict[str, str] | None = None,
) -> LearnedLayout:
    """Learn a layout from an export; nothing is written.

    Args:
        path: the export.
        purpose: what the layout writes: certificates of existing users, or new users.
        target: the file that the layout will become.
        encoding: the codec of a text file that is neither UTF-8 nor marked.
        sheet: the sheet of a workbook.
        chosen: the label of a field's column, if the user names it.

    Raises:
        SourceError: the export cannot be used: missing, unreadable, empty, or without the columns that are needed.
        ChoiceNeeded: two columns fit one field equally.
        UsageProblem: a label that was chosen is not there, or ``file_at`` refuses the file.
    """
    export = read.read(file_at(path, sheet, encoding), None, chosen)
    fields = _fields(export, purpose)
    columns = export.columns
    _prove_labels(columns, {*fields, *(place for pair in export.pairs.places for place in pair)})
    doubts = tuple(caveats.doubts(export))
    known = {region.aws_region for region in load_regions()}
    certificates = Certificates(
        export.unfolded.form,
        export.unfolded.separator if export.unfolded.form == "cells" else None,
        tuple((columns.labels[subject], columns.labels[issuer]) for subject, issuer in export.pairs.places[1:]),
    )
    name = path.name.encode("utf-8", "replace").decode()
    layout = Layout(
        name=target.stem,
        title=f"{TITLES[purpose]}, learned from an export",
        columns=tuple(LayoutColumn(columns.labels[place], field, None) for place, field in sorted(fields.items())),
        encoding="utf-8",
        bom=True,
        newline="\n" if export.form and export.form.newline == "\n" else "\r\n",
        delimiter="\t",
        quoting="none",
        verified=not doubts,
        path=target,
        certificates=certificates,
        regions=export.issuers.homes,
        learned=Learned(name, export.extract.sha256 or ""),
    )
    return LearnedLayout(
        layout,
        export,
        left_out=tuple(caveats.left_out(export, fields)),
        not_found=tuple(name for name in WRITTEN[purpose] if columns.one(name) is None),
        doubts=doubts,
        notes=(*export.extract.notes, *caveats.notes(export, known)),
        known_regions={region: region in known for region in export.issuers.regions},
    )


def _fields(export: Export, purpose: Purpose) -> dict[int, str]:
    """Return which column carries what. The email of a new user equals the Subject: one login reads it too.

    Raises:
        ExportUnknown: something is not there that a new user needs.
    """
    found = {name: export.columns.one(name) for name in WRITTEN[purpose]}
    if missing := [name for name in NEEDED if name in found and found[name] is None]:
        raise export.columns.missing(f"{' and '.join(missing)}, which every new user needs,")
    fields = {
        place: "new_user_email" if name == "email" else name for name, place in found.items() if place is not None
    }
    subject, issuer = export.pairs.places[0]
    return fields | {subject: "subject", issuer: "issuer"}


def _prove_labels(columns: Columns, places: Iterable[int]) -> None:
    """Refuse labels that an import file cannot have.

    Raises:
        SourceUnreadable: a label is empty, or would break the header row; the column is named.
    """
    for place in sorted(places):
        label = columns.labels[place]
        if not label.strip():
            wrong = "has no label"
        elif any(unicodedata.category(letter) in BREAKING for letter in label):
            wrong = f"has the label {visible(label)}, which holds a tab, a line break or an invisible character"
        else:
            continue
        raise SourceUnreadable(
            f"{columns.source}: column {place + 1} {wrong}, so no import file can have it. Export again from System "
            "Configurator, and do not edit the file."
        )
