"""The directory index: its usable entries, found by case-folded email, by immutable id, or by another name."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.by_key import Known, equal_texts, join_by_key
from pipeline.kernels.columns import Mask, Positions, flat
from pipeline.kernels.folding import fold, fold_text
from pipeline.kernels.hashing import HashedTexts
from pipeline.match.several import SharedEmails
from pipeline.model import fields
from pipeline.model.people import People
from pipeline.validate import cells


@dataclass(frozen=True, slots=True)
class DirectoryIndex:
    """The entries of a directory, looked up by case-folded email.

    ``usable`` marks the entries that may be found (``bool``); ``emails`` is their spelling (``string``).
    """

    people: People
    usable: Mask
    emails: pa.StringArray
    by_email: Known

    @classmethod
    def from_people(cls, directory: People) -> "DirectoryIndex":
        """Index the usable entries of a directory; it can run while the roster is still being read."""
        usable = cells.directory(directory)
        folded = directory.folded
        if not usable.all():
            folded = HashedTexts.build(_blanked(folded.texts, usable), folded.key)
        spelled = flat(directory.texts(fields.EMAIL))
        return cls(directory, usable, spelled, Known.build(folded))

    def find(self, roster: People, written: pa.StringArray) -> tuple[Positions, Mask, npt.NDArray[np.int8]]:
        """Find the entry of each row by folded email; an id that both sides have overrules it.

        Returns:
            The entries (``int64``, -1 if none); which of them have the row's email byte for byte (``bool``); which rows
            fit several people (``int8``: 0, ``SPELLED_SO``, ``NOT_SPELLED_SO``).
        """
        joined = join_by_key(roster.folded, self.by_email, (written, self.emails))
        entry, exact = joined.first, joined.same
        ids = self.people.texts("external_id") if self.people.has("external_id") else None
        several = np.zeros(len(written), np.int8)
        rows = np.flatnonzero(joined.several)
        if len(rows):
            taken = roster.folded.take(rows)
            emails = SharedEmails.from_positions(self.people, self.emails, self.by_email.groups(taken))
            folded, spelled = taken.texts.to_pylist(), written.take(pa.array(rows)).to_pylist()
            chosen = [emails.choose(*texts) for texts in zip(folded, spelled, strict=True)]
            entry[rows], exact[rows], several[rows] = (list(column) for column in zip(*chosen, strict=True))

        if ids is not None and roster.has("external_id"):
            rows, by_id = self._find_ids(roster.texts("external_id"), ids)
            entry[rows], several[rows] = by_id, 0
            exact[rows] = equal_texts(written.take(pa.array(rows)), self.emails, by_id)
        return entry, exact, several

    def other_names(self, emails: list[str]) -> dict[str, set[int]]:
        """Return the entries that have one of these emails as sign-in name or alias, by folded name."""
        wanted = {fold_text(email) for email in emails} - {""}
        entries: defaultdict[str, set[int]] = defaultdict(set)
        for field in ("upn", "aliases") if wanted else ():
            if self.people.has(field):
                for at, name in _names(self.people, field, wanted):
                    if self.usable[at]:
                        entries[name].add(at)
        return entries

    def unusable_rows(self) -> list[tuple[int, str]]:
        """Return number and text of the rows of a directory file whose cells do not fit its header."""
        extract = self.people.extract
        if extract.origin.rows is None:
            return []
        ragged = (remark for remark in extract.remarks if remark.code == "ROW-RAGGED")
        return [(extract.origin.rows[remark.position], remark.value) for remark in ragged]

    def rows_without_result(self) -> list[int]:
        """Return the numbers of the rows of a directory file whose email is the error of a formula."""
        extract, email = self.people.extract, self.people.binding.columns.get(fields.EMAIL)
        lost = [each for each in extract.remarks if each.code == "CELL-FORMULA-ERROR" and each.column == email]
        return [extract.origin.rows[each.position] for each in lost if extract.origin.rows is not None]

    def is_named_by_email(self, entry: int) -> bool:
        """Return True if the sign-in name of an entry is its email: then no other name led to the entry."""
        upn = self.people.texts("upn")[entry].as_py()
        return bool(upn) and fold_text(upn) == fold_text(self.emails[entry].as_py())

    def _find_ids(self, wanted: pa.ChunkedArray, ids: pa.ChunkedArray) -> tuple[Positions, Positions]:
        """Find the rows whose id the directory has, and their entries.

        An id as long as none of the directory's (a staff number, if the directory has GUIDs) is not looked up.
        """
        wanted, ids = wanted.cast(pa.string()), ids.cast(pa.string())
        as_long = pc.is_in(pc.binary_length(wanted), value_set=pc.unique(pc.binary_length(ids)))
        rows = np.flatnonzero(as_long.to_numpy())
        if not len(rows):
            return rows, rows
        key = self.by_email.keys.key
        ours = HashedTexts.build(flat(wanted.take(pa.array(rows))), key)
        entry = join_by_key(ours, HashedTexts.build(_blanked(ids, self.usable), key)).first
        return rows[entry >= 0], entry[entry >= 0]


def _blanked(column: pa.ChunkedArray | pa.StringArray, usable: Mask) -> pa.StringArray:
    """Return the texts with unusable entries empty, so that they are never found."""
    texts = flat(column)
    return texts if usable.all() else flat(pc.if_else(pa.array(usable), texts, ""))


def _names(directory: People, field: str, wanted: set[str]) -> Iterator[tuple[int, str]]:
    """Find (entry, folded name) of the wanted names; a cell of aliases may contain several, as ``SMTP:a@b``."""
    column = directory.texts(field).cast(pa.string())
    asked = pa.array(sorted(wanted), pa.string())
    before = 0
    for chunk in column.chunks:  # chunk by chunk the work stays in the processor's cache
        names, entries = fold(chunk), np.arange(len(chunk))
        if separator := directory.binding.mapping.fields[field].separator:
            lists = pc.split_pattern(names, separator)
            entries = pc.list_parent_indices(lists).to_numpy()
            names = pc.replace_substring_regex(pc.utf8_trim_whitespace(pc.list_flatten(lists)), r"^smtp:\s*", "")
        hits = np.flatnonzero(pc.is_in(names, asked).to_numpy(zero_copy_only=False))
        yield from zip((entries[hits] + before).tolist(), names.take(pa.array(hits)).to_pylist(), strict=True)
        before += len(chunk)
