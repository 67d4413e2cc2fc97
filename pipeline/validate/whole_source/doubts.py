"""What is doubtful about a list as a whole: names of tenants, Logins that are emails, columns, encodings of names."""

from collections.abc import Iterator, Sequence

from pipeline.config import tenant
from pipeline.model.fields import TENANT
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.validate.keys import decimals, logins
from pipeline.validate.whole_source import misread_names, unseen_columns


def notes(people: People, directory: People | None, findings: Sequence[Finding], own_tenant: str) -> Iterator[str]:
    """Yield a note for each doubt; ``own_tenant`` is that of the job, "" if the rows name theirs."""
    by_row = people.texts(TENANT).unique().to_pylist() if people.has(TENANT) else []
    yield from filter(None, map(tenant.doubt, sorted({own_tenant, *by_row})))
    yield from logins.notes(people, findings)
    yield from decimals.notes(people)
    yield from unseen_columns.notes(people, directory)
    yield from misread_names.notes(people, directory)
