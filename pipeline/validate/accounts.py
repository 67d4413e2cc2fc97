"""Check accounts: disabled users and guests, as the source marks them."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from pipeline.kernels.columns import Mask, Positions, encoded, rows_with_bytes
from pipeline.model import fields
from pipeline.model.issues import Finding, RowIds
from pipeline.model.people import People

ENABLED = "enabled"

ORDER = (("ACCOUNT-DISABLED", ENABLED), ("ACCOUNT-DISABLED", fields.EMAIL), ("ACCOUNT-GUEST", fields.EMAIL))
"""The codes and fields of ``findings`` and ``own_findings``, in their order."""

GUEST_MARK = "#EXT#"
"""Entra writes it into the sign-in name of every guest (facts: microsoft-graph §3)."""


def findings(source: People, entry: Positions, ids: RowIds) -> list[Finding]:
    """Report disabled accounts (errors) and guests (warnings) among the entries that rows have met.

    ``entry`` (int64) is a row of ``source`` for each row of the roster, -1 for none; ``ids`` are the roster's. A source
    that does not show whether an account is enabled is not guessed at.
    """
    disabled, guest = (np.append(mask, [False]) for mask in marks(source))  # the last one is for rows without an entry
    found = (
        Finding("ACCOUNT-DISABLED", ids.of(disabled[entry]), fields.EMAIL, "the account is disabled"),
        Finding("ACCOUNT-GUEST", ids.of(guest[entry]), fields.EMAIL, "a guest account of another company"),
    )
    return [finding for finding in found if len(finding.rows)]


def own_findings(people: People, asked: Mask) -> list[Finding]:
    """Report the accounts of a batch of the roster as the roster itself marks them; ``asked`` marks its rows."""
    found = findings(people, np.where(asked, np.arange(len(people)), fields.NOT_FOUND), people.ids)
    place = people.binding.columns.get(ENABLED)
    if place is None or people.extract.origin.rows is None:
        return found
    return [_of_status(people, each, place) if each.code == "ACCOUNT-DISABLED" else each for each in found]


def _of_status(people: People, found: Finding, place: int) -> Finding:
    """Return a finding at the cell of the list that has the status, with its word."""
    column = people.extract.frame.column(place).cast(pa.string())
    words = column.take(pa.array(people.ids.positions(found.rows))).to_pylist()
    header = people.binding.headers[place]
    messages = [f"the column {header!r} of the list has {word!r}" for word in words]
    return replace(found, field=ENABLED, messages=messages, fixes="Remove the row, or correct the column.")


def unknown_status(people: People) -> list[Finding]:
    """Return STATUS-UNKNOWN for the rows whose status is a word that no language of the mapping has."""
    place = people.binding.columns.get(ENABLED)
    if place is None:
        return []
    written = people.extract.frame.column(place).cast(pa.string())
    filled = pc.not_equal(pc.utf8_trim_whitespace(written), "")
    rows = np.flatnonzero(pc.and_(filled, pc.equal(people.texts(ENABLED).cast(pa.string()), "")).to_numpy())
    if not len(rows):
        return []
    words = written.take(pa.array(rows)).to_pylist()
    messages = [f"{word!r} is not a known status, so the account is taken as enabled" for word in words]
    return [Finding("STATUS-UNKNOWN", people.ids.at(rows), ENABLED, messages)]


def marks(source: People) -> tuple[Mask, Mask]:
    """Mark the disabled accounts and the guest accounts of a source (``bool``, one a row)."""
    disabled, guest = np.zeros(len(source), np.bool_), np.zeros(len(source), np.bool_)
    if source.has("enabled"):
        disabled = _equal_to(source.texts("enabled"), "false")
    if source.has("user_type"):
        guest = _equal_to(source.texts("user_type"), "guest")
    if source.has("upn"):
        upn = source.texts("upn").cast(pa.string())
        marked = rows_with_bytes(upn, GUEST_MARK[:1].encode())
        found = pc.match_substring(upn.take(pa.array(marked)), GUEST_MARK)
        guest[marked[found.to_numpy()]] = True
    return disabled, guest


def _equal_to(column: pa.ChunkedArray, text: str) -> Mask:
    """Mark the cells of a column with this text; of a dictionary its words are compared, not the cells."""
    if not pa.types.is_dictionary(column.type):
        return np.asarray(pc.equal(column, text).to_numpy(), np.bool_)
    words = encoded(column)
    same: Mask = pc.equal(words.dictionary, text).to_numpy(zero_copy_only=False)[words.indices.to_numpy()]
    return same
