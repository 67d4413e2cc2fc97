"""Roster against directory: who is meant, and is every letter right?

By immutable id where both have one, else by the folded email. Folding finds; bytes judge (design §1, rule 1).
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels import columns, folding, hashing
from pipeline.kernels.columns import Mask, Positions
from pipeline.match import differences, nearest
from pipeline.model import fields
from pipeline.model.fields import NOT_FOUND
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.validate import accounts


@dataclass(frozen=True, slots=True)
class MatchResult:
    """What the directory proves of each row of the roster.

    ``exact`` marks the rows whose email is the directory's byte for byte; ``subject`` (``string``) is the spelling to
    write; ``findings`` says the rest.
    """

    exact: Mask
    subject: pa.StringArray
    findings: list[Finding]


@dataclass(frozen=True, slots=True)
class DirectoryIndex:
    """What the identity provider says, ready to be asked: its usable rows, its emails by folding."""

    people: People
    usable: Mask
    emails: pa.StringArray
    by_email: hashing.Index

    @classmethod
    def of(cls, directory: People, usable: Mask) -> "DirectoryIndex":
        """Index the usable rows of a directory; the others can never be found."""
        spelled = columns.flat(directory.texts(fields.EMAIL))
        folded = directory.folded if usable.all() else hashing.HashedTexts.of(_usable(directory.folded.texts, usable))
        return cls(directory, usable, spelled, hashing.Index.of_keyed(folded))


def judge(roster: People, truth: DirectoryIndex, asked: Mask, *, correct_case: bool, case_matters: bool) -> MatchResult:
    """Compare every asked row of the roster with the directory.

    ``correct_case`` writes the directory's spelling where only case differs, and reports each (CASE-CORRECTED);
    ``case_matters`` is False where the Subject is written in lower case anyway.
    """
    written = columns.flat(roster.texts(fields.EMAIL))
    entry, exact, ambiguous = _find(roster, truth, written)
    entry[~asked] = NOT_FOUND
    exact &= asked

    rows = np.flatnonzero(asked & ~exact)
    names = _OtherNames.of(truth, written.take(pa.array(rows)).to_pylist())
    verdicts = []
    for row, email in zip(rows.tolist(), written.take(pa.array(rows)).to_pylist(), strict=True):
        others = names.of_email(email)
        if ambiguous[row] or (entry[row] == NOT_FOUND and len(others) > 1):
            verdicts.append(Verdict("EMAIL-AMBIGUOUS", row, "several directory entries fit, and none is spelled so"))
            continue
        at = int(entry[row]) if entry[row] >= 0 else next(iter(others), NOT_FOUND)
        entry[row] = at
        mail = truth.emails[at].as_py() if at >= 0 else ""
        verdicts.append(_verdict(row, email, at, mail, names, correct_case=correct_case, case_matters=case_matters))
    _propose(verdicts, written, truth)

    corrected = np.array([verdict.row for verdict in verdicts if verdict.code == "CASE-CORRECTED"], np.int64)
    return MatchResult(
        exact,
        _corrected(written, truth, entry, corrected),
        [*_findings(verdicts), *accounts.findings(truth.people, entry)],
    )


def _corrected(written: pa.StringArray, truth: DirectoryIndex, entry: Positions, rows: Positions) -> pa.StringArray:
    """Put the directory's spelling where the user's policy asks for it."""
    if not len(rows):
        return written
    mask = np.zeros(len(written), np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(written, pa.array(mask), truth.emails.take(pa.array(entry[rows])))


@dataclass(slots=True)
class Verdict:
    """What is the matter with one row whose email is not the directory's byte for byte; no code: nothing."""

    code: str
    row: int
    message: str = ""
    fix: str = ""
    proposal: str = ""


def _verdict(
    row: int, email: str, at: int, mail: str, names: "_OtherNames", *, correct_case: bool, case_matters: bool
) -> Verdict:
    if at == NOT_FOUND:
        return Verdict("EMAIL-UNKNOWN", row, "no directory entry has this email")
    if not mail.strip():
        return Verdict("DIRECTORY-NO-EMAIL", row, "the directory knows the account, but its email is empty")
    write = f"Write {mail!r}."
    if mail.lower() == email.lower():
        if not case_matters:
            return Verdict("", row)
        ours, theirs = differences.mark_differences(email, mail)
        if correct_case:
            message = f"the list has {ours}; written as the directory has it: {theirs}"
            return Verdict("CASE-CORRECTED", row, message, "", mail)
        return Verdict("EMAIL-CASE", row, f"the list has {ours}, the directory has {theirs}", write, mail)
    if at in names.of_email(email):
        return Verdict("EMAIL-IS-UPN", row, f"this is a sign-in name or an alias; the email is {mail!r}", write, mail)
    if folding.fold_text(mail) == folding.fold_text(email):
        message = f"the directory composes its letters otherwise: {mail!a}"
        return Verdict("EMAIL-UNKNOWN", row, message, f"Write {mail!a}.", mail)
    return Verdict("EMAIL-UNKNOWN", row, f"the directory has another email for this id: {mail!r}", write, mail)


def _propose(verdicts: list[Verdict], written: pa.StringArray, truth: DirectoryIndex) -> None:
    """Add the nearest spelling to the emails that nobody has."""
    unknown = [verdict for verdict in verdicts if verdict.code == "EMAIL-UNKNOWN" and not verdict.fix]
    wanted = written.take(pa.array([verdict.row for verdict in unknown], pa.int64())).to_pylist()
    for verdict, close in zip(unknown, nearest.spellings(wanted, truth.emails, truth.usable), strict=True):
        if close:
            verdict.message += f"; the nearest is {close!r}"
            verdict.fix = f"If {close!r} is meant, write that."
            verdict.proposal = close


def _findings(verdicts: list[Verdict]) -> list[Finding]:
    by_code: defaultdict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        by_code[verdict.code].append(verdict)
    return [
        Finding(
            code,
            np.array([each.row for each in of_code], np.int64),
            fields.EMAIL,
            [each.message for each in of_code],
            [each.fix for each in of_code],
            proposals=[each.proposal for each in of_code],
        )
        for code, of_code in by_code.items()
        if code
    ]


def _find(roster: People, truth: DirectoryIndex, written: pa.StringArray) -> tuple[Positions, Mask, Mask]:
    """Find each row's entry by folded email, then let an id that both sides have overrule it.

    Returns:
        The entries (int64), which of them have the row's email byte for byte, and which rows fit several people.
    """
    entry, shared = truth.by_email.candidates(roster.folded)
    exact = _same_bytes(written, truth, entry)
    unsure = np.flatnonzero((entry >= 0) & ~exact)  # only a hash has found them; equal bytes have proved the others
    entry[unsure] = truth.by_email.confirmed(roster.folded.texts.take(pa.array(unsure)), entry[unsure])

    ids = truth.people.texts("external_id") if truth.people.has("external_id") else None
    ambiguous = np.zeros(len(written), np.bool_)
    for row in np.flatnonzero(shared).tolist():
        email = written[row].as_py()
        alike = truth.by_email.all(roster.folded.texts[row].as_py())
        same = [at for at in alike if truth.emails[at].as_py() == email]
        people = {(ids[at].as_py() or at) if ids is not None else at for at in same or alike}
        ambiguous[row] = len(people) > 1
        entry[row] = NOT_FOUND if len(people) != 1 else (same or alike)[0]
        exact[row] = bool(same) and len(people) == 1

    if ids is not None and roster.has("external_id"):
        rows, by_id = _find_ids(roster.texts("external_id"), ids, truth.usable)
        entry[rows], ambiguous[rows] = by_id, False
        exact[rows] = _same_bytes(written.take(pa.array(rows)), truth, by_id)
    return entry, exact, ambiguous


def _same_bytes(written: pa.StringArray, truth: DirectoryIndex, entry: Positions) -> Mask:
    if not len(truth.emails):
        return np.zeros(len(written), np.bool_)
    there = truth.emails.take(pa.array(np.maximum(entry, 0)))
    same: Mask = pc.equal(written, there).to_numpy(zero_copy_only=False)
    return same & (entry >= 0)


def _find_ids(wanted: pa.ChunkedArray, ids: pa.ChunkedArray, usable: Mask) -> tuple[Positions, Positions]:
    """Find the rows whose id the directory has, and their entries.

    An id as long as none of the directory's (a staff number, where the directory has GUIDs) is not looked up.
    """
    wanted, ids = wanted.cast(pa.string()), ids.cast(pa.string())
    as_long = pc.is_in(pc.binary_length(wanted), value_set=pc.unique(pc.binary_length(ids)))
    rows = np.flatnonzero(as_long.to_numpy())
    if not len(rows):
        return rows, rows
    entry = hashing.Index.of(_usable(ids, usable)).first(columns.flat(wanted.take(pa.array(rows))))
    return rows[entry >= 0], entry[entry >= 0]


def _usable(column: pa.ChunkedArray | pa.StringArray, usable: Mask) -> pa.StringArray:
    """Blank the rows that cannot be used, so that they are never found."""
    texts = columns.flat(column)
    return texts if usable.all() else columns.flat(pc.if_else(pa.array(usable), texts, ""))


@dataclass(frozen=True, slots=True)
class _OtherNames:
    """The directory's sign-in names and aliases, looked up only for the emails that were not found."""

    entries: dict[str, set[int]]

    @classmethod
    def of(cls, truth: DirectoryIndex, emails_asked: list[str]) -> "_OtherNames":
        wanted = {folding.fold_text(email) for email in emails_asked} - {""}
        entries: defaultdict[str, set[int]] = defaultdict(set)
        for field in ("upn", "aliases") if wanted else ():
            if truth.people.has(field):
                for at, name in _names(truth.people, field, wanted):
                    if truth.usable[at]:
                        entries[name].add(at)
        return cls(entries)

    def of_email(self, email: str) -> set[int]:
        return self.entries.get(folding.fold_text(email), set())


def _names(directory: People, field: str, wanted: set[str]) -> Iterator[tuple[int, str]]:
    """Find (entry, folded name) of the names that are wanted; a cell of aliases may hold several, as ``SMTP:a@b``."""
    column = directory.texts(field).cast(pa.string())
    asked = pa.array(sorted(wanted), pa.string())
    before = 0
    for chunk in column.chunks:  # chunk by chunk the work stays in the cache
        names, entries = folding.fold(chunk), np.arange(len(chunk))
        if separator := directory.binding.mapping.fields[field].separator:
            lists = pc.split_pattern(names, separator)
            entries = pc.list_parent_indices(lists).to_numpy()
            names = pc.replace_substring_regex(pc.utf8_trim_whitespace(pc.list_flatten(lists)), r"^smtp:\s*", "")
        hits = np.flatnonzero(pc.is_in(names, asked).to_numpy(zero_copy_only=False))
        yield from zip((entries[hits] + before).tolist(), names.take(pa.array(hits)).to_pylist(), strict=True)
        before += len(chunk)
