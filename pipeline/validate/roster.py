"""Check each row of a roster by itself, from coarse to fine: a consequence is not reported next to its cause."""

import msgspec
import pyarrow as pa
from msgspec.structs import replace

from connectors.base import SourceEmpty
from pipeline.config import tenant
from pipeline.kernels.columns import Mask
from pipeline.model import fields
from pipeline.model.issue_types import CATALOGUE
from pipeline.model.issues import Finding, RowTexts, Rule, by_code, merged
from pipeline.model.people import People
from pipeline.validate import accounts, cells, placement, rows, second_headers
from pipeline.validate.keys import decimals
from pipeline.validate.spelling import inspection


class CheckedRoster(msgspec.Struct, frozen=True):
    """A roster and what the rules found on each row alone.

    ``complete`` marks the rows that are people with one cell a column; ``readable`` marks those of them whose email can
    be compared with a directory. ``accounts`` are the findings about accounts that the roster itself carries.
    """

    people: People
    findings: list[Finding]
    complete: Mask
    readable: Mask
    accounts: list[Finding]


class _Letters(msgspec.Struct, frozen=True):
    """A batch of the roster, what is wrong with its emails, and its rows that are not people."""

    batch: People
    faults: inspection.EmailFaults
    no_people: dict[Rule, Finding]
    headers: list[second_headers.HeaderRow]

    @classmethod
    def of(cls, batch: People) -> "_Letters":
        faults = inspection.inspect(batch.texts(fields.EMAIL))
        headers = second_headers.headers(batch, faults.unusual)
        return cls(batch, faults, by_code(rows.no_people(batch, faults)), list(headers))


def check(
    people: People,
    written: frozenset[str],
    place: tuple[str, str] | None,
    batch_rows: int | None = None,
    *,
    is_planned: bool = True,
) -> CheckedRoster:
    """Check every row and cell of a roster.

    Args:
        people: the canonical frame.
        written: the canonical fields that the layout writes.
        place: the job's own tenant and region, "" for what is left to the rows; None if no tenant is known yet.
        batch_rows: how many rows are judged at a time, None for all; it changes no finding.
        is_planned: whether a plan follows, which needs a tenant and a region for every row.
    """
    batches = list(people.batches(batch_rows)) if batch_rows and len(people) > batch_rows else [people]
    looks = [_Letters.of(batch) for batch in batches]
    headers = [row for look in looks for row in look.headers]
    no_people = rows.with_blank_runs(people, merged([look.no_people for look in looks], rows.NO_PEOPLE))
    findings = [*no_people, *second_headers.repeated(headers)]
    persons = ~people.ids.marked(findings, severity="dropped")
    below = second_headers.below(people, headers)
    remarked = _only(people, ~people.ids.marked(below, severity="error"), rows.remarked(people, written))
    findings += _only(people, persons, [*remarked, *below])
    complete = persons & ~people.ids.marked(findings, codes=["ROW-RAGGED"])

    conflicts = None if place is None else placement.conflicting_regions(people, persons, *place)
    explained = people.ids.marked(
        [each for each in findings if each.field == fields.EMAIL], codes=["CELL-FORMULA-ERROR", "DIRECTORY-NO-EMAIL"]
    )
    unnamed = _named_nowhere(people, persons, place, is_planned=is_planned)
    of_keys = [each for each in findings if each.field in fields.IDENTITY]
    keyless = people.ids.marked(of_keys, codes=["CELL-FORMULA-ERROR"])
    of_cells = [
        _of_cells(
            look,
            written,
            unnamed,
            None if conflicts is None else _part(people, look, conflicts),
            _part(people, look, explained),
            _part(people, look, keyless),
        )
        for look in looks
    ]
    findings += _only(people, complete, merged(of_cells, cells.order(written)))
    findings += _only(people, complete, list(decimals.findings(people)))
    status = [by_code(accounts.unknown_status(batch)) for batch in batches]
    findings += _only(people, complete, merged(status, [("STATUS-UNKNOWN", "enabled")]))

    readable = complete & ~_unreadable(people, findings)
    own_accounts = [by_code(accounts.own_findings(look.batch, _part(people, look, readable))) for look in looks]
    return CheckedRoster(people, findings, complete, readable, merged(own_accounts, accounts.ORDER))


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
    return people.ids.marked(of_email, codes=blocking)


def _part(people: People, look: _Letters, mask: Mask) -> Mask:
    """Return the marks of a batch's own rows."""
    begin = look.batch.first - people.first
    return mask[begin : begin + len(look.batch)]


def _of_cells(
    look: _Letters,
    written: frozenset[str],
    unnamed: frozenset[str],
    conflicts: Mask | None,
    explained: Mask,
    keyless: Mask,
) -> dict[Rule, Finding]:
    """Check the cells of a batch; what is missing for a reason that the reader has is not reported again."""
    people = look.batch
    judged = cells.roster(people, look.faults, written, conflicts)
    of_email = [each for each in judged.values() if each.field == fields.EMAIL]
    no_value = people.ids.marked(of_email, codes=["CELL-FORMULA-ERROR"])
    caused = {
        "EMAIL-MISSING": explained,
        "DIRECTORY-NO-EMAIL": explained,
        "EMAIL-SYNTAX": no_value,
        "ID-MISSING": keyless,
    }
    return {
        rule: people.ids.only(found, ~caused[found.code]) if found.code in caused else found
        for rule, finding in judged.items()
        if finding.field not in unnamed
        for found in [_with_hint(people, finding)]
    }


def _named_nowhere(people: People, persons: Mask, place: tuple[str, str] | None, *, is_planned: bool) -> frozenset[str]:
    """Return which of tenant and region neither the job nor a column names; ``check`` needs neither (design §4).

    A column that is empty for every person, as in a template that was filled in without it, names nothing either.
    """
    own = dict(zip((fields.TENANT, fields.REGION), place or ("", ""), strict=True))
    return frozenset(
        field
        for field, name in own.items()
        if not name
        and (field not in people.binding.columns or not (is_planned or placement.has_text(people, field, persons)))
    )


def _with_hint(people: People, finding: Finding) -> Finding:
    """Add to an unknown region which one may be meant; each different word is looked up once."""
    if finding.code != "REGION-UNKNOWN":
        return finding
    words = people.raw_texts(fields.REGION, people.ids.positions(finding.rows)).dictionary_encode()
    hints = pa.array(map(tenant.region_hint, words.dictionary.to_pylist()), pa.string())
    return replace(finding, messages=RowTexts(hints.take(words.indices)))


def _only(people: People, mask: Mask, findings: list[Finding]) -> list[Finding]:
    """Keep the findings on marked rows, and drop the findings that have no row left."""
    return [kept for finding in findings if len((kept := people.ids.only(finding, mask)).rows)]
