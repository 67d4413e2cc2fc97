"""Check each row of a roster by itself, from coarse to fine: a consequence is not reported next to its cause."""

from dataclasses import dataclass, replace

import numpy as np

from connectors.base import SourceEmpty
from pipeline.config import tenant
from pipeline.kernels.columns import Mask
from pipeline.model import fields
from pipeline.model.issue_types import CATALOGUE
from pipeline.model.issues import Finding, marked
from pipeline.model.people import People
from pipeline.validate import accounts, cells, placement, rows, second_headers
from pipeline.validate.spelling import emails


@dataclass(frozen=True, slots=True)
class CheckedRoster:
    """A roster and what the rules found on each row alone.

    ``complete`` marks the rows that are people with one cell a column; ``readable`` marks those of them whose email can
    be compared with a directory. ``accounts`` are the findings about accounts that the roster itself carries.
    """

    people: People
    findings: list[Finding]
    complete: Mask
    readable: Mask
    accounts: list[Finding]


def check(people: People, written: frozenset[str], place: tuple[str, str] | None) -> CheckedRoster:
    """Check every row and cell of a roster.

    Args:
        people: the canonical frame.
        written: the canonical fields that the layout writes.
        place: the job's own tenant and region, "" for what is left to the rows; None if no tenant is known yet.
    """
    faults = emails.inspect(people.texts(fields.EMAIL))
    headers = second_headers.findings(people, faults.unusual)
    findings = [*rows.no_people(people, faults), *headers[:1]]
    persons = ~marked(len(people), findings, severity="dropped")
    findings += _only(persons, [*rows.remarked(people, written), *headers[1:]])
    complete = persons & ~marked(len(people), findings, codes=["ROW-RAGGED"])

    conflicts = None if place is None else placement.conflicting_regions(people, persons, *place)
    of_cells = [
        _with_hint(people, finding)
        for finding in cells.roster(people, faults, written, conflicts)
        if finding.field not in _named_nowhere(people, place)
    ]
    findings += _only(complete, _without_consequences(people, of_cells, findings))
    findings += _only(complete, accounts.unknown_status(people))

    readable = complete & ~_unreadable(people, findings)
    own_accounts = accounts.findings(people, np.where(readable, np.arange(len(people)), fields.NOT_FOUND))
    return CheckedRoster(people, findings, complete, readable, own_accounts)


def refuse_empty(people: People, dropped: Mask) -> None:
    """Refuse a roster in which every row is blank, an example or a total.

    Raises:
        SourceEmpty: so an empty list never means that all people have left (design rule 4).
    """
    if dropped.all():
        raise SourceEmpty(f"{people.extract.origin.source} has column headers, but no rows of people.")


def _unreadable(people: People, findings: list[Finding]) -> Mask:
    """Mark the rows whose email cannot be compared: it is missing or has a fault of its own."""
    of_email = [finding for finding in findings if finding.field == fields.EMAIL]
    blocking = [code for code, kind in CATALOGUE.items() if kind.blocks_matching]
    return marked(len(people), of_email, codes=blocking)


def _without_consequences(people: People, of_cells: list[Finding], found: list[Finding]) -> list[Finding]:
    """Drop the missing email from the rows for which the reader has the reason."""
    of_email = [each for each in found if each.field == fields.EMAIL]
    covered = marked(len(people), of_email, codes=["CELL-FORMULA-ERROR", "DIRECTORY-NO-EMAIL"])
    missing = {"EMAIL-MISSING", "DIRECTORY-NO-EMAIL", "EMAIL-SYNTAX"}
    return [finding.only(~covered) if finding.code in missing else finding for finding in of_cells]


def _named_nowhere(people: People, place: tuple[str, str] | None) -> frozenset[str]:
    """Return which of tenant and region neither the job nor a column names; ``check`` needs neither (design §4)."""
    own = dict(zip((fields.TENANT, fields.REGION), place or ("", ""), strict=True))
    return frozenset(field for field, name in own.items() if not name and field not in people.binding.columns)


def _with_hint(people: People, finding: Finding) -> Finding:
    """Add to an unknown region which one may be meant; each different word is looked up once."""
    if finding.code != "REGION-UNKNOWN":
        return finding
    words = [people.raw(fields.REGION, row) for row in finding.rows.tolist()]
    hints = {word: tenant.region_hint(word) for word in set(words)}
    return replace(finding, messages=[hints[word] for word in words])


def _only(mask: Mask, findings: list[Finding]) -> list[Finding]:
    """Keep the findings on marked rows, and drop the findings that have no row left."""
    return [kept for finding in findings if len((kept := finding.only(mask)).rows)]
