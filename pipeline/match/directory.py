"""Match the rows of a roster to directory entries and compare emails byte for byte.

An entry is found by immutable id if both sides have one, else by folded email. Folding finds; bytes decide (design
rule 1).
"""

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from pipeline.config.job_file.job import Policy
from pipeline.kernels.columns import Mask, Positions, flat
from pipeline.match import names, nearest, verdicts
from pipeline.match.index import DirectoryIndex
from pipeline.match.several import NOT_SPELLED_SO
from pipeline.match.verdicts import Verdicts
from pipeline.model import fields
from pipeline.model.fields import NOT_FOUND
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.validate import accounts, duplicates
from pipeline.validate.roster import CheckedRoster
from pipeline.validate.spelling import emails as spelling


class MatchResult(msgspec.Struct, frozen=True):
    """The comparison of each row of the roster with the directory.

    ``exact`` marks the rows whose email is the directory's byte for byte (``bool``); ``subject`` is the Subject of each
    row, should it be accepted (``string``); ``findings`` are the rest. ``entry`` is the directory entry of each row
    (``int64``, -1 if none), None without a directory.
    """

    exact: Mask
    subject: pa.StringArray
    findings: list[Finding]
    entry: Positions | None = None


def against(index: DirectoryIndex | None, checked: CheckedRoster, policy: Policy, *, is_reference: bool) -> MatchResult:
    """Compare every readable row of a roster with the directory.

    Args:
        index: the directory, None if the job has none.
        checked: the roster, with its readable rows.
        policy: what happens if only case differs, and how the Subject is written.
        is_reference: the roster is read from the identity provider itself, so its spelling is right by definition.
    """
    people, asked = checked.people, checked.readable
    written = flat(people.texts(fields.EMAIL))
    if index is not None:
        matched = _compare(people, index, asked, policy)
        matched = replace(matched, findings=[*matched.findings, *_not_yet_found(people, checked, matched)])
    elif is_reference:
        matched = MatchResult(asked, written, checked.accounts)
    else:
        message = "no directory was given, so the spelling of the emails was not checked"
        unverified = Finding("NO-DIRECTORY", np.zeros(0, np.int64), None, message)
        matched = MatchResult(np.zeros(len(people), np.bool_), written, [unverified, *checked.accounts])
    if policy.subject_case == "exact":
        return matched
    return replace(matched, subject=flat(pc.utf8_lower(matched.subject)))


def _compare(people: People, index: DirectoryIndex, asked: Mask, policy: Policy) -> MatchResult:
    written = flat(people.texts(fields.EMAIL))
    entry, exact, several = index.find(people, written)
    entry[~asked] = NOT_FOUND
    exact &= asked

    rows = np.flatnonzero(asked & ~exact)
    others = index.other_names(people.folded.texts.take(pa.array(rows)))
    only, many = others.only()
    kinds = np.where((several[rows] == 0) & (entry[rows] == NOT_FOUND) & many, NOT_SPELLED_SO, several[rows])
    at = np.where(kinds > 0, entry[rows], np.where(entry[rows] == NOT_FOUND, only, entry[rows]))
    entry[rows] = at

    found = Verdicts.unknown(rows)
    verdicts.put_ambiguous(found, kinds)
    met = np.flatnonzero((kinds == 0) & (at != NOT_FOUND))
    verdicts.put_compared(
        found,
        met,
        (written.take(pa.array(rows[met])), index.emails.take(pa.array(at[met]))),
        others.has(at)[met] & ~index.named_by_email(at[met]),
        correct_case=policy.on_case_mismatch == "use_directory",
        case_matters=policy.subject_case == "exact",
    )
    _blame_unusable_rows(found, written, index)
    _propose_nearest(found, written, index)
    accepted = exact.copy()
    accepted[found.with_code("", verdicts.CORRECTED)] = True
    return MatchResult(
        exact,
        _corrected(written, index, entry, found.with_code(verdicts.CORRECTED)),
        [
            *found.findings(people.ids),
            *accounts.findings(index.people, entry, people.ids),
            *names.findings(people, index.people, entry, accepted),
        ],
        entry,
    )


def fit(index: DirectoryIndex | None, people: People, matched: MatchResult) -> duplicates.Fit:
    """Return how well rows fit their directory entries: by id, by the parts of the name, by neither, or not at all."""

    def of_rows(rows: Positions) -> Positions:
        fits = np.full(len(rows), duplicates.BY_NOTHING)
        if index is None or matched.entry is None:
            return fits
        found = np.flatnonzero(matched.entry[rows] != NOT_FOUND)
        met = rows[found], matched.entry[rows[found]]
        sources = list(zip((people, index.people), met, strict=True))
        ours, theirs = (flat(source.texts("external_id").take(pa.array(at))) for source, at in sources)
        same_id = pc.and_(pc.equal(ours, theirs), pc.not_equal(ours, "")).to_numpy(zero_copy_only=False)
        by_name = list(map(_by_name, *(names.names_at(source, at) for source, at in sources)))
        fits[found] = np.where(same_id, duplicates.BY_ID, np.array(by_name, np.int64))
        return fits

    return of_rows


def _by_name(ours: tuple[str, ...], theirs: tuple[str, ...]) -> int:
    """Return how well the name of a row fits that of its directory entry."""
    if not (ours and theirs):
        return duplicates.BY_NOTHING
    if not names.fit(ours, theirs):
        return duplicates.BY_ANOTHER
    return min(duplicates.BY_NAME + names.common_parts(ours, theirs), duplicates.BY_ID - 1)


def _not_yet_found(people: People, checked: CheckedRoster, matched: MatchResult) -> list[Finding]:
    """Return the roster's findings about accounts, without the rows for which the directory has the same finding."""
    return [
        kept
        for own in checked.accounts
        if len((kept := people.ids.only(own, ~people.ids.marked(matched.findings, codes=[own.code]))).rows)
    ]


def _blame_unusable_rows(found: Verdicts, written: pa.StringArray, index: DirectoryIndex) -> None:
    """Explain an unknown email by an unusable row of the directory that has it; the list is right then."""
    source, unexplained = index.people.extract.origin.source, _unexplained(found)
    if unusable := [(row, text.casefold()) for row, text in index.unusable_rows()]:
        emails = written.take(pa.array(found.rows[unexplained])).to_pylist()
        for place, email in zip(unexplained.tolist(), emails, strict=True):
            row = next((row for row, text in unusable if email.casefold() in text), None)
            if row is not None:
                message = f"row {row} of {source} has this email, but could not be used: its cells do not fit"
                fix = f"Correct row {row} of {source}: put its cells under their columns."
                found.put(np.array([place]), verdicts.UNKNOWN, message, fix)
    if lost := index.rows_without_result():
        fix = f"Check the spelling, and the email in row {lost[0]} of {source}, which is an error."
        found.fixes[_unexplained(found)] = fix


def _propose_nearest(found: Verdicts, written: pa.StringArray, index: DirectoryIndex) -> None:
    """Add the nearest spelling to the unknown emails."""
    unexplained = _unexplained(found)
    wanted = written.take(pa.array(found.rows[unexplained])).to_pylist()
    near = nearest.spellings(wanted, index.emails, index.people.folded.texts, index.usable)
    for place, close in zip(unexplained.tolist(), near, strict=True):
        if close and spelling.LOST in close:
            message = f"no directory entry has this email; {close!r} lost a character when it was exported"
            found.put(np.array([place]), verdicts.UNKNOWN, message, "Export the directory again as UTF-8.")
        elif close:
            message = f"no directory entry has this email; the nearest is {close!r}"
            found.put(np.array([place]), verdicts.UNKNOWN, message, f"If {close!r} is meant, write that.", close)


def _unexplained(found: Verdicts) -> Positions:
    """Return the places of the unknown emails about which nothing more is known."""
    return np.flatnonzero((found.codes == verdicts.UNKNOWN) & (found.fixes == ""))


def _corrected(written: pa.StringArray, index: DirectoryIndex, entry: Positions, rows: Positions) -> pa.StringArray:
    """Replace emails by the directory's spelling in the rows for which the policy asks for it."""
    if not len(rows):
        return written
    mask = np.zeros(len(written), np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(written, pa.array(mask), index.emails.take(pa.array(entry[rows])))
