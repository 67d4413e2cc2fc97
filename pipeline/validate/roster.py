"""Everything that is wrong with a roster, found in one pass: its rows, its cells, its letters, its people.

The order is the order of doubt: what is no person is not asked for an email, what cannot be read is not compared, and
a consequence is not reported beside its cause.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config import tenant
from pipeline.config.job import Policy
from pipeline.kernels import columns
from pipeline.kernels.columns import Mask
from pipeline.match import directory as matching
from pipeline.model import fields
from pipeline.model.fields import NOT_FOUND
from pipeline.model.issues import Finding, marked
from pipeline.model.people import People
from pipeline.validate import accounts, cells, duplicates, emails, placement, rows

NO_PERSON = ("ROW-BLANK", "ROW-EXAMPLE", "ROW-TOTAL")
UNREADABLE_EMAIL = (*cells.LETTER_CODES, "CELL-CONTROL", "CELL-TOO-LONG", "CELL-FORMULA-ERROR", "CELL-NUMBER")


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was found, and the Subject (``string``) that an accepted row will carry."""

    findings: list[Finding]
    subject: pa.StringArray


def truth(directory: People | None) -> matching.DirectoryIndex | None:
    """Make a directory ready to be asked; it can be done while the list is still being read."""
    return matching.DirectoryIndex.of(directory, cells.directory(directory)) if directory else None


def roster(
    people: People,
    known: Future[matching.DirectoryIndex | None],
    written: frozenset[str],
    own_place: tuple[str, str] | None,
    policy: Policy,
    *,
    is_truth: bool = False,
) -> Judgement:
    """Judge every row of the roster, against the directory where there is one.

    ``known`` is the directory, perhaps still on its way: it is waited for only when the letters have been looked at.
    ``written`` are the canonical fields that the layout writes; ``own_place`` is the job's own tenant and region,
    "" for what it leaves to the rows, None where nothing is said of tenants yet. ``is_truth`` says that the roster is
    what the identity provider itself says, so that its spelling is the proof.
    """
    # Two cores: what only compares runs beside what looks at letters; the kernels of both release the interpreter.
    with ThreadPoolExecutor(max_workers=1) as beside:
        alike = beside.submit(duplicates.DuplicateGroups.of, people)

        letters = emails.inspect(people.texts(fields.EMAIL))
        findings = [*rows.no_people(people, letters), *rows.remarked(people, written)]
        whole = ~_marked(people, findings, *NO_PERSON, "ROW-RAGGED")
        persons = ~_marked(people, findings, *NO_PERSON)
        conflicts = None if own_place is None else placement.conflicting_regions(people, persons, *own_place)
        of_cells = [
            _with_hint(people, each)
            for each in cells.roster(people, letters, written, conflicts)
            if each.field not in _named_nowhere(people, own_place)
        ]
        findings += _kept(whole, _without_consequences(people, of_cells, findings))

        readable = whole & ~_unreadable(people, findings)
        proof = _proof(people, known.result(), readable, policy, is_truth=is_truth)
        findings += proof.findings
        findings += duplicates.email_twins(people, alike.result(), readable, proof.exact)
        findings += duplicates.key_twins(people, alike.result(), whole)
    subject = proof.subject if policy.subject_case == "exact" else columns.flat(pc.utf8_lower(proof.subject))
    return Judgement(findings, subject)


def _proof(
    people: People, known: matching.DirectoryIndex | None, asked: Mask, policy: Policy, *, is_truth: bool
) -> matching.MatchResult:
    """Compare with the directory; without one nothing is proved, and that is said aloud."""
    own = accounts.findings(people, np.where(asked, np.arange(len(people)), NOT_FOUND))
    if known is None and is_truth:
        return matching.MatchResult(asked, columns.flat(people.texts(fields.EMAIL)), own)
    if known is None:
        unproved = Finding(
            "NO-DIRECTORY", np.zeros(0, np.int64), None, "no directory was given to compare letters with"
        )
        written = columns.flat(people.texts(fields.EMAIL))
        return matching.MatchResult(np.zeros(len(people), np.bool_), written, [unproved, *own])
    found = matching.judge(
        people,
        known,
        asked,
        correct_case=policy.on_case_mismatch == "use_directory",
        case_matters=policy.subject_case == "exact",
    )
    said = {finding.code: marked(len(people), [finding], codes=[finding.code]) for finding in found.findings}
    news = [new for each in own for new in _kept(~said.get(each.code, np.zeros(len(people), np.bool_)), [each])]
    return matching.MatchResult(found.exact, found.subject, [*found.findings, *news])


def _marked(people: People, findings: list[Finding], *codes: str) -> Mask:
    return marked(len(people), findings, codes=codes)


def _unreadable(people: People, findings: list[Finding]) -> Mask:
    """Mark the rows whose email cannot be compared, because it is not there or its letters are wrong."""
    of_email = [finding for finding in findings if finding.field == fields.EMAIL]
    return _marked(people, of_email, *UNREADABLE_EMAIL)


def _without_consequences(people: People, cells: list[Finding], remarks: list[Finding]) -> list[Finding]:
    """Leave out "there is no email" where the reader already said why: the formula has no result."""
    unread = _marked(people, [each for each in remarks if each.field == fields.EMAIL], "CELL-FORMULA-ERROR")
    return [finding.only(~unread) if finding.code == "EMAIL-MISSING" else finding for finding in cells]


def _named_nowhere(people: People, own_place: tuple[str, str] | None) -> frozenset[str]:
    """Say which of tenant and region neither the job nor a column names: no row is to blame for that.

    Only a check comes so far without them; it needs neither (design §4).
    """
    own = dict(zip((fields.TENANT, fields.REGION), own_place or ("", ""), strict=True))
    return frozenset(field for field, name in own.items() if not name and field not in people.binding.columns)


def _with_hint(people: People, finding: Finding) -> Finding:
    """Say which region an unknown one may be meant to be; each different word is looked up once."""
    if finding.code != "REGION-UNKNOWN":
        return finding
    words = [people.raw(fields.REGION, row) for row in finding.rows.tolist()]
    hints = {word: tenant.region_hint(word) for word in set(words)}
    return replace(finding, messages=[hints[word] for word in words])


def _kept(rows_asked: Mask, findings: list[Finding]) -> list[Finding]:
    """Keep the findings about some rows, and drop those that have none left."""
    return [kept for finding in findings if len((kept := finding.only(rows_asked)).rows)]
