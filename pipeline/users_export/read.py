"""Reading a users export: its certificates, its users, the extension numbers that are in use.

One reader for all that need an export, be it as the baseline, to verify an import, or to learn a layout from it:
what one of them understands, all of them do.
"""

from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from connectors.base import ColumnsUnknown, Extract, SourceEmpty, SourceUnreadable
from connectors.contact_pro_export import connector
from connectors.contact_pro_export.connector import Settings
from connectors.contact_pro_export.source import TextForm
from mappings.export_labels import ExportLabels, load_export_labels
from mappings.headers import header_key, visible
from mappings.model import Layout
from pipeline.config.option_keys import from_here
from pipeline.model import identity
from pipeline.model.command_line import command
from pipeline.model.errors import UsageProblem
from pipeline.users_export.certificates import ExportCertificates, unfold
from pipeline.users_export.columns import Columns, ExportUnknown, Pairs
from pipeline.users_export.issuers import Issuers, issuers, of_contact_pro

USER = ("tenant", "external_id", "login", "extension")
"""The rows of an export for each user, with a certificate or without."""

KEYS = {"login": "Login", "external_id": "ExternalId"}
_BROKEN = {"ROW-RAGGED", "CELL-NUMBER", "CELL-FORMULA-ERROR"}


class Export(msgspec.Struct, frozen=True):
    """A users export, understood.

    ``path`` is its file; ``form`` is how its text is written, None for a workbook; ``pairs`` are its columns of Subject
    and Issuer; ``unfolded`` are its certificates; ``issuers`` are the tenants and regions that they name.
    """

    path: Path
    extract: Extract
    form: TextForm | None
    columns: Columns
    pairs: Pairs
    unfolded: ExportCertificates
    issuers: Issuers

    def certificates(self, tenant: str) -> pa.Table:
        """Return every certificate of single sign-on, as ``fields.CERTIFICATE``.

        An export does not name its tenant, so ``tenant`` does. A certificate of another issuer whose Subject is not an
        email belongs to another way of signing in: it is never changed, and never stale or gone.
        """
        table = self.unfolded.certificates(tenant)
        is_email = pc.match_substring(table["subject"], "@")
        return table.filter(pc.or_(is_email, of_contact_pro(table["issuer"]))).combine_chunks()

    @property
    def user_count(self) -> int:
        """Count the users who have a key; a user of several rows counts once."""
        users = self.unfolded.keyed("", pa.array(self.unfolded.users()))
        return identity.count_persons(users)

    def refuse_unfindable(self, login: pa.ChunkedArray, external_id: pa.ChunkedArray) -> None:
        """Refuse to look people up by a key that this export does not have.

        Raises:
            UsageProblem: the export has one key only, and some of the people have only the other one.
        """
        there = [name for name in KEYS if self.columns.one(name) is not None]
        if len(there) == len(KEYS):
            return
        lost = pc.sum(pc.equal({"login": login, "external_id": external_id}[there[0]], "")).as_py() or 0
        if not lost:
            return
        absent = next(name for name in KEYS if name not in there)
        raise UsageProblem(
            f"{self.columns.source} has no column of the {KEYS[absent]} that is known, and {lost} of the people "
            f"to be found have no {KEYS[there[0]]}: they would all count as new.",
            advice=f"Export the users with their {KEYS[absent]}s. Or name that column, write FILE.toml as "
            "output.layout of the job file, and go on with the job file, not with one of its runs: "
            + command("layout", "learn", from_here(self.path), "--column", f"{absent}=LABEL", "-o", "FILE.toml"),
        )

    def users(self, tenant: str) -> pa.Table:
        """Return every user who has a key, with a certificate or without: ``USER``, ``string`` without nulls.

        One whose rows repeat the key has several entries.

        Raises:
            ChoiceNeeded: two columns fit the extension number equally.
        """
        at = pa.array(self.unfolded.users())
        place = self.columns.one("extension")
        nothing = pa.array([""] * len(at), pa.string())
        numbers = nothing if place is None else self.columns.cells[place].take(at)
        return self.unfolded.keyed(tenant, at).append_column("extension", numbers)


def read(settings: Settings, layout: Layout | None, chosen: dict[str, str] | None = None) -> Export:
    """Read an export.

    Args:
        settings: the file and how it is read.
        layout: its labels are looked for first; a column that it does not name is recognised, as all are without it.
        chosen: for a field the label of its column, if the user names it.

    Raises:
        SourceError: it is missing, unreadable, empty or damaged, or it lacks Subject, Issuer, or every key.
        ChoiceNeeded: two of its columns fit one field equally.
        UsageProblem: there is no column of a label that was chosen.
    """
    wanted = chosen or {}
    known = load_export_labels(layout)
    known = replace(known, own={**known.own, **{name: header_key(label) for name, label in wanted.items()}})
    extract, form = _extract(settings, known)
    columns = Columns.bind(extract, known)
    for name, label in wanted.items():
        if header_key(label) not in map(header_key, columns.labels):
            raise UsageProblem(
                f"{columns.source} has no column {visible(label)} for {name}.",
                advice=f"Name one of its columns: {', '.join(map(visible, columns.labels))}.",
            )
    pairs = columns.pairs()
    keyed = [place for name in KEYS if (place := columns.one(name)) is not None]
    if not keyed:
        raise columns.missing("Login or ExternalId")
    _check_complete(extract, columns, {*keyed, *(place for pair in pairs.places for place in pair)})
    separator = layout.certificates.separator if layout else None
    unfolded = unfold(columns, pairs, separator)
    return Export(settings.path, extract, form, columns, pairs, unfolded, issuers(unfolded.issuer))


def _extract(settings: Settings, known: ExportLabels) -> tuple[Extract, TextForm | None]:
    try:
        extract, form = connector.open(settings).read_with_form(known.known)
    except ColumnsUnknown as unknown:
        raise ExportUnknown(
            f"{str(unknown).rstrip('.')}, so this is not a users export of System Configurator."
        ) from None
    if not extract.frame.num_rows:
        raise SourceEmpty(f"{settings.title} has column headers, but no users.")
    return extract, form


def _check_complete(extract: Extract, columns: Columns, used: set[int]) -> None:
    """Refuse an export whose cells have moved, or were turned into numbers: nothing of it can be believed.

    Raises:
        SourceUnreadable: with the first row.
    """
    for remark in extract.remarks:
        if remark.code in _BROKEN and (remark.column is None or remark.column in used):
            cell = "" if remark.column is None else f' "{columns.labels[remark.column]}"'
            raise SourceUnreadable(
                f"{columns.source} row {columns.rows[remark.position]}{cell}: {remark.detail}, so the export cannot be "
                "believed. Export again with only the columns of keys and certificates, and do not edit the file."
            )
