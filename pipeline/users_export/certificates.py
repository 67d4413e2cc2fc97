"""Certificates of an export: a row for each, in whatever form several of one user are written.

The manual does not describe several certificates of one user (facts: contact-pro, Import files). So all three ways
are read at once: more rows with the same key, or with an empty one right below; more pairs of columns; more parts in a
cell. Nothing of a part is changed but the spaces around it.
"""

import re

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from connectors.base import SourceUnreadable
from mappings.load import SEPARATORS
from mappings.model import Form
from pipeline.kernels.columns import Mask, distinct_rows
from pipeline.model import identity
from pipeline.users_export.columns import Columns, Pairs, filled
from pipeline.users_export.issuers import COGNITO, of_contact_pro

Positions = npt.NDArray[np.int64]

NAMES = {"\n": "a line break", ";": "a semicolon", "|": "a vertical bar", ",": "a comma"}
_WHOLE = re.compile(r"[^\s;|,]+")
_LINE_BREAK = re.compile(r"\r\n|\r|\n")


class ExportCertificates(msgspec.Struct, frozen=True):
    """Certificates and users of an export.

    ``rows`` are the positions of the certificates in the export, ascending; ``subject`` and ``issuer`` are at the
    same places. ``login`` and ``external_id`` have an entry for each row of the export, an empty key filled from the
    row above if it goes on with the same user; ``first`` marks the rows that begin a user.
    """

    rows: Positions
    subject: pa.StringArray
    issuer: pa.StringArray
    login: pa.StringArray
    external_id: pa.StringArray
    first: Mask
    form: Form
    separator: str | None

    def certificates(self, tenant: str) -> pa.Table:
        """Return every certificate once, as ``fields.CERTIFICATE``; one without a Subject is none."""
        table = self.keyed(tenant, pa.array(self.rows))
        table = table.append_column("subject", self.subject).append_column("issuer", self.issuer)
        table = table.filter(pc.not_equal(table["subject"], ""))
        return distinct_rows(table).combine_chunks()

    def keyed(self, tenant: str, rows: pa.Array) -> pa.Table:
        """Return the keys of some rows: ``tenant``, ``external_id``, ``login``."""
        columns = {"external_id": self.external_id.take(rows), "login": self.login.take(rows)}
        return pa.table({"tenant": pa.array([tenant] * len(rows), pa.string())} | columns)

    def users(self) -> Positions:
        """Return the rows of which each begins a user who has a key."""
        keyed = _mask(self.login) | _mask(self.external_id)
        return np.flatnonzero(self.first & keyed)


def unfold(columns: Columns, pairs: Pairs, separator: str | None = None) -> ExportCertificates:
    """Find every certificate of an export.

    Args:
        columns: the export.
        pairs: its columns of Subject and Issuer.
        separator: what parts several certificates in a cell, if the layout names it; else it is found.

    Raises:
        SourceUnreadable: a cell with several Issuers has not as many Subjects beside it, or two separators are in use.
        ChoiceNeeded: two columns fit one key equally.
    """
    login, external_id, first = _keys(columns, pairs)
    rows, subject, issuer = _stacked(columns, pairs)
    used = separator or _separator(columns.source, issuer)
    if used is not None:
        rows, subject, issuer = _parted(columns, rows, subject, issuer, used)
    form: Form = "columns" if len(pairs.places) > 1 else "cells" if used else "unknown"
    made = ExportCertificates(rows, subject, issuer, login, external_id, first, form, used)
    if form != "unknown" or not _several_rows(made):
        return made
    return ExportCertificates(rows, subject, issuer, login, external_id, first, "rows", None)


def _keys(columns: Columns, pairs: Pairs) -> tuple[pa.StringArray, pa.StringArray, Mask]:
    """Return Login and ExternalId of every row, and which rows begin a user.

    A row goes on with the user above if it has a certificate, and all its other cells, its keys first of all, must be
    those of the user's first row.
    """
    places = {name: columns.one(name) for name in ("login", "external_id", "id")}
    count = len(columns.cells[0])
    every = np.arange(count)
    certificate = {place for pair in pairs.places for place in pair}
    goes_on = np.any([_mask(columns.cells[place]) for place in certificate], axis=0) & (every > 0)
    keyed = np.zeros(count, np.bool_)
    for cells in (columns.cells[place] for place in places.values() if place is not None):
        keyed |= _mask(cells)
        last = np.maximum.accumulate(np.where(_mask(cells), every, 0))
        goes_on &= _silent_or_same(cells, np.concatenate([last[:1], last[:-1]]))
    owner = np.maximum.accumulate(np.where(goes_on, 0, every))
    for place in set(range(len(columns.cells))) - certificate:
        goes_on &= _silent_or_same(columns.cells[place], owner)
    goes_on &= keyed[owner]
    taken = pa.array(np.where(goes_on, owner, every))
    nothing = pa.array([""] * count, pa.string())
    login, external_id = (
        nothing if (key := places[name]) is None else columns.cells[key].take(taken)
        for name in ("login", "external_id")
    )
    return login, external_id, ~goes_on


def _silent_or_same(cells: pa.StringArray, other: Positions) -> Mask:
    """Mark the cells that are empty, or equal to the cell at another place."""
    same: Mask = pc.equal(cells, cells.take(pa.array(other))).to_numpy(zero_copy_only=False)
    return same | ~_mask(cells)


def _stacked(columns: Columns, pairs: Pairs) -> tuple[Positions, pa.StringArray, pa.StringArray]:
    """Join the pairs of columns into one table, those of one row together, without empty ones."""
    parts = []
    for subject, issuer in pairs.places:
        at = np.flatnonzero(_mask(columns.cells[subject]) | _mask(columns.cells[issuer]))
        parts.append((at, *(columns.cells[place].take(pa.array(at)) for place in (subject, issuer))))
    rows = np.concatenate([part[0] for part in parts])
    order = np.argsort(rows, kind="stable")
    subject, issuer = (pa.concat_arrays([part[number] for part in parts]).take(pa.array(order)) for number in (1, 2))
    return rows[order], subject, issuer


def _separator(source: str, issuer: pa.StringArray) -> str | None:
    """Find what parts several certificates in one cell, by the Issuers of Contact Pro among its parts."""
    suspects = pc.and_(of_contact_pro(issuer), pc.match_substring_regex(issuer, r"[\r\n;|,]"))
    cells = issuer.filter(suspects).unique().to_pylist()
    found = dict.fromkeys(separator for cell in cells for separator in SEPARATORS if _parts_well(cell, separator))
    if len(found) > 1:
        ways = " and ".join(NAMES[each] for each in found)
        raise SourceUnreadable(
            f"{source}: several certificates in one cell are parted in two ways, by {ways}, so it cannot be known "
            "which is meant. Export the users again without editing the file."
        )
    return next(iter(found), None)


def _parts_well(cell: str, separator: str) -> bool:
    parts = _parts(cell, separator)
    return len(parts) > 1 and all(_WHOLE.fullmatch(part) for part in parts if COGNITO in part.lower())


def _parted(
    columns: Columns, rows: Positions, subject: pa.StringArray, issuer: pa.StringArray, separator: str
) -> tuple[Positions, pa.StringArray, pa.StringArray]:
    """Return every part of a cell a row of its own; a distinguished name keeps its commas.

    Raises:
        SourceUnreadable: there are not as many Subjects as Issuers; the row is named.
    """
    sign = r"[\r\n]" if separator == "\n" else re.escape(separator)
    several = pc.match_substring_regex(issuer, sign)
    if separator == ",":
        several = pc.and_(several, of_contact_pro(issuer))
    marked = np.flatnonzero(several.to_numpy(zero_copy_only=False))
    new_rows, subjects, issuers = [], [], []
    for at in marked.tolist():
        ours, theirs = (_parts(texts[at].as_py(), separator) for texts in (subject, issuer))
        if len(ours) != len(theirs):
            raise SourceUnreadable(
                f"{columns.source} row {columns.rows[int(rows[at])]}: beside each Issuer one Subject is needed, and "
                f"there are {len(theirs)} and {len(ours)}. Correct that user in System Configurator and export again."
            )
        new_rows += [int(rows[at])] * len(ours)
        subjects += ours
        issuers += theirs
    whole = pa.array(np.delete(np.arange(len(rows)), marked))
    all_rows = np.concatenate([rows[whole.to_numpy()], np.array(new_rows, np.int64)])
    order = np.argsort(all_rows, kind="stable")
    return (
        all_rows[order],
        *(
            pa.concat_arrays([texts.take(whole), pa.array(more, pa.string())]).take(pa.array(order))
            for texts, more in ((subject, subjects), (issuer, issuers))
        ),
    )


def _parts(cell: str, separator: str) -> list[str]:
    pieces = _LINE_BREAK.split(cell) if separator == "\n" else cell.split(separator)
    return [part for piece in pieces if (part := piece.strip())]


def _several_rows(made: ExportCertificates) -> bool:
    """Return True if a user has two different certificates in two rows."""
    table = made.certificates("")
    return bool(identity.count_persons(table) < table.num_rows)


def _mask(cells: pa.StringArray) -> Mask:
    mask: Mask = filled(cells).to_numpy(zero_copy_only=False)
    return mask
