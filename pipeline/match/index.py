"""The directory index: its usable entries, found by case-folded email, by immutable id, or by another name."""

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.by_key import Known, equal_texts, join_by_key
from pipeline.kernels.columns import Mask, Positions, flat
from pipeline.kernels.folding import fold
from pipeline.kernels.hashing import HashedTexts
from pipeline.match.several import SharedEmails
from pipeline.model import fields
from pipeline.model.fields import NOT_FOUND
from pipeline.model.people import People
from pipeline.validate import cells


class DirectoryIndex(msgspec.Struct, frozen=True):
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

    def other_names(self, folded: pa.StringArray) -> "OtherNames":
        """Find the entries that have some emails (case folded away) as sign-in name or alias."""
        asked = pc.unique(folded)
        asked = asked.filter(pc.not_equal(asked, ""))
        has = [field for field in ("upn", "aliases") if self.people.has(field)] if len(asked) else []
        found = [np.zeros(0, np.int64), *(_named(self.people, field, asked) for field in has)]
        pairs = np.unique(np.concatenate(found))
        entries = pairs % max(len(self.people), 1)
        numbers = pc.fill_null(pc.index_in(folded, value_set=asked), len(asked)).to_numpy().astype(np.int64)
        return OtherNames(numbers, pairs[self.usable[entries]], len(self.people))

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

    def named_by_email(self, entries: Positions) -> Mask:
        """Mark the entries whose sign-in name is their email: then no other name led to the entry."""
        at = pa.array(entries)
        upn = flat(self.people.texts("upn").take(at))
        named = pc.and_(pc.not_equal(upn, ""), pc.equal(fold(upn), fold(self.emails.take(at))))
        return np.asarray(named.to_numpy(zero_copy_only=False), np.bool_)

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


class OtherNames(msgspec.Struct, frozen=True):
    """The entries that have an email as sign-in name or alias.

    ``numbers`` (``int64``) are those of the asked emails, equal ones have one; ``pairs`` (``int64``, ascending) are
    their numbers times ``count``, the entries of the directory, plus an entry.
    """

    numbers: Positions
    pairs: Positions
    count: int

    def only(self) -> tuple[Positions, Mask]:
        """Return the one entry of each email (``int64``, -1 for none or several), and mark those with several."""
        begin, end = (np.searchsorted(self.pairs, (self.numbers + more) * self.count) for more in (0, 1))
        only = np.full(len(self.numbers), NOT_FOUND)
        only[end - begin == 1] = self.pairs[begin[end - begin == 1]] % self.count
        return only, end - begin > 1

    def has(self, entries: Positions) -> Mask:
        """Mark the emails that are another name of an entry (``int64``, one an email, -1 for none)."""
        return np.isin(self.numbers * self.count + entries, self.pairs) & (entries >= 0)


def _named(directory: People, field: str, asked: pa.StringArray) -> Positions:
    """Return ``OtherNames.pairs`` of the asked names; a cell of aliases may contain several, as ``SMTP:a@b``."""
    column = directory.texts(field).cast(pa.string())
    separator = directory.binding.mapping.fields[field].separator
    names, entries, before = [], [np.zeros(0, np.int64)], 0
    for chunk in column.chunks:  # chunk by chunk the work stays in the processor's cache
        here, at = fold(chunk), np.arange(before, before + len(chunk))
        if field == "upn":  # most are the entry's own email, by which it is found anyway
            other = pc.not_equal(here, directory.folded.texts.slice(before, len(chunk)))
            here, at = here.filter(other), at[other.to_numpy(zero_copy_only=False)]
        if separator:
            lists = pc.split_pattern(here, separator)
            at = at[pc.list_parent_indices(lists).to_numpy()]
            here = pc.replace_substring_regex(pc.utf8_trim_whitespace(pc.list_flatten(lists)), r"^smtp:\s*", "")
        names.append(here)
        entries.append(at)
        before += len(chunk)
    found = pc.index_in(pa.chunked_array(names, pa.string()), value_set=asked)  # once: it hashes all that are asked
    numbers = pc.fill_null(found, -1).to_numpy().astype(np.int64)
    hits = numbers >= 0
    pairs: Positions = numbers[hits] * len(directory) + np.concatenate(entries)[hits]
    return pairs
