"""Match the rows of a roster to directory entries and compare emails byte for byte.

An entry is found by immutable id if both sides have one, else by folded email. Folding finds; bytes decide (design
rule 1).
"""

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config.job_file.job import Policy
from pipeline.kernels.columns import Mask, Positions, flat
from pipeline.kernels.folding import fold_text
from pipeline.match import names, nearest, verdicts
from pipeline.match.index import DirectoryIndex
from pipeline.match.several import SPELLED_SO
from pipeline.match.verdicts import Verdict
from pipeline.model import fields
from pipeline.model.fields import NOT_FOUND
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.validate import accounts, duplicates
from pipeline.validate.roster import CheckedRoster
from pipeline.validate.spelling import emails as spelling


@dataclass(frozen=True, slots=True)
class MatchResult:
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
    emails = written.take(pa.array(rows)).to_pylist()
    named = index.other_names(emails)
    found: list[Verdict] = []
    for row, email in zip(rows.tolist(), emails, strict=True):
        others = named.get(fold_text(email), set())
        if several[row] or (entry[row] == NOT_FOUND and len(others) > 1):
            found.append(verdicts.ambiguous(row, spelled_so=several[row] == SPELLED_SO))
            continue
        at = int(entry[row]) if entry[row] >= 0 else next(iter(others), NOT_FOUND)
        entry[row] = at
        if at == NOT_FOUND:
            found.append(verdicts.unknown(row))
            continue
        found.append(
            verdicts.compare(
                row,
                email,
                index.emails[at].as_py(),
                other_name=at in others and not index.is_named_by_email(at),
                correct_case=policy.on_case_mismatch == "use_directory",
                case_matters=policy.subject_case == "exact",
            )
        )
    _blame_unusable_rows(found, written, index)
    _propose_nearest(found, written, index)
    corrected = np.array([verdict.row for verdict in found if verdict.code == "CASE-CORRECTED"], np.int64)
    accepted = exact.copy()
    accepted[[verdict.row for verdict in found if verdict.code in {"", "CASE-CORRECTED"}]] = True
    return MatchResult(
        exact,
        _corrected(written, index, entry, corrected),
        [
            *verdicts.findings(found, people.ids),
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


def _blame_unusable_rows(found: list[Verdict], written: pa.StringArray, index: DirectoryIndex) -> None:
    """Explain an unknown email by an unusable row of the directory that has it; the list is right then."""
    unusable = [(row, text.casefold()) for row, text in index.unusable_rows()]
    for verdict in found if unusable else ():
        email = written[verdict.row].as_py().casefold()
        row = next((row for row, text in unusable if email in text), None)
        if verdict.code == "EMAIL-UNKNOWN" and not verdict.fix and row is not None:
            source = index.people.extract.origin.source
            verdict.message = f"row {row} of {source} has this email, but could not be used: its cells do not fit"
            verdict.fix = f"Correct row {row} of {source}: put its cells under their columns."
    lost = index.rows_without_result()
    for verdict in found if lost else ():
        if verdict.code == "EMAIL-UNKNOWN" and not verdict.fix:
            source = index.people.extract.origin.source
            verdict.fix = f"Check the spelling, and the email in row {lost[0]} of {source}, which is an error."


def _propose_nearest(found: list[Verdict], written: pa.StringArray, index: DirectoryIndex) -> None:
    """Add the nearest spelling to the unknown emails."""
    unknown = [verdict for verdict in found if verdict.code == "EMAIL-UNKNOWN" and not verdict.fix]
    wanted = written.take(pa.array([verdict.row for verdict in unknown], pa.int64())).to_pylist()
    for verdict, close in zip(
        unknown, nearest.spellings(wanted, index.emails, index.people.folded.texts, index.usable), strict=True
    ):
        if close and spelling.LOST in close:
            verdict.message = f"no directory entry has this email; {close!r} lost a character when it was exported"
            verdict.fix = "Export the directory again as UTF-8."
        elif close:
            verdict.message = f"no directory entry has this email; the nearest is {close!r}"
            verdict.fix = f"If {close!r} is meant, write that."
            verdict.proposal = close


def _corrected(written: pa.StringArray, index: DirectoryIndex, entry: Positions, rows: Positions) -> pa.StringArray:
    """Replace emails by the directory's spelling in the rows for which the policy asks for it."""
    if not len(rows):
        return written
    mask = np.zeros(len(written), np.bool_)
    mask[rows] = True
    return pc.replace_with_mask(written, pa.array(mask), index.emails.take(pa.array(entry[rows])))
