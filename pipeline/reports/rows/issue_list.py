"""The place of a finding, in the numbers and names that the user sees."""

from collections.abc import Iterator, Sequence

import msgspec

from pipeline.kernels.columns import Positions
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.model.texts.translation import translated
from pipeline.result import RunResult


class Issue(msgspec.Struct, frozen=True, omit_defaults=True):
    """One finding about one cell: a line of issues.jsonl (design §6).

    ``row`` is None in a directory, whose rows have no numbers: ``key`` finds the person. A run has neither.
    """

    code: str
    severity: str
    source: str
    sheet: str | None
    row: int | None
    column: str | None
    value: str
    message: str
    fix: str
    key: str | None = None


def of_finding(run: RunResult, finding: Finding, most: int | None = None) -> Iterator[Issue]:
    """Return the issues of one finding, each with its place; ``most`` of them at the most."""
    people, language = run.people, run.request.language
    if people is None or not len(finding.rows):
        value = finding.values[0] if finding.values else ""
        yield Issue(
            finding.code,
            finding.severity,
            finding.place[0] if finding.place else run.request.job.roster.title,
            None,
            finding.place[1] if finding.place else None,
            None,
            value,
            translated(finding.message(0), language),
            translated(finding.fix(0), language),
        )
        return
    places = finding.starts()[:most]
    rows = finding.rows[places].tolist()
    at_rows = people.ids.positions(finding.rows[places])
    origin, header = people.extract.origin, people.header(finding.field) if finding.field else None
    values = [finding.values[at] for at in places.tolist()] if finding.values else _values(people, finding, at_rows)
    for at, row, position, value in zip(places.tolist(), rows, at_rows.tolist(), values, strict=True):
        yield Issue(
            finding.code,
            finding.severity,
            origin.source,
            origin.sheet,
            None if origin.rows is None else origin.rows[position],
            header,
            value,
            translated(finding.message(at), language),
            translated(finding.fix(at), language),
            people.key(row) or None,
        )


def _values(people: People, finding: Finding, positions: Positions) -> Sequence[str]:
    texts: list[str] = (
        people.raw_texts(finding.field, positions).to_pylist() if finding.field else [""] * len(positions)
    )
    return texts
