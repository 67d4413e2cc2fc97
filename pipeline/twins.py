"""Two rows for one: the same email again, emails that differ only by case, one key for several people."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import canonical, emails, keys
from pipeline.issues import Finding
from pipeline.transform import People

Mask = npt.NDArray[np.bool_]
SHOWN = 5


def email_twins(people: People, asked: Mask, proved: Mask) -> list[Finding]:
    """Find emails that stand twice within a tenant.

    EMAIL-TWIN, the same bytes: the first row stands, the later ones are rejected. EMAIL-CASE-TWIN, only case differs:
    all are rejected, unless the directory knows exactly one of the spellings (``proved`` marks those rows; design §9).
    """
    spelled = people.texts(canonical.EMAIL)
    again: dict[int, str] = {}
    by_case: dict[int, str] = {}
    for group in keys.repeated(_within_tenant(people, emails.fold(pa.chunked_array([keys.flat(spelled)])), asked)):
        rows = group.tolist()
        first_of: dict[str, int] = {}
        for row, email in zip(rows, spelled.take(pa.array(group)).to_pylist(), strict=True):
            first = first_of.setdefault(email, row)
            if first != row:
                again[row] = f"the same email stands in row {people.extract.origin.rows[first]}"
        known = [row for row in first_of.values() if proved[row]]
        if len(first_of) > 1:
            stands = known[0] if len(known) == 1 else None
            others = _rows(people, rows)
            by_case |= {
                row: f"differs only by case from another row (rows {others})"
                for row in rows
                if row != stands and row not in again
            }
    return [*_findings("EMAIL-TWIN", canonical.EMAIL, again), *_findings("EMAIL-CASE-TWIN", canonical.EMAIL, by_case)]


def key_twins(people: People, asked: Mask) -> list[Finding]:
    """Find an ExternalId or a Login of several people in a tenant: nobody can say whose it is, so none stands.

    A Login is compared without case, as sign-in names are.
    """
    findings: list[Finding] = []
    for field, code in (("external_id", "ID-TWIN"), ("login", "LOGIN-TWIN")):
        if people.has(field):
            texts = pa.chunked_array([keys.flat(people.texts(field))])
            texts = emails.fold(texts) if field == "login" else texts
            shared = {
                row: f"rows {_rows(people, group.tolist())} have the same one"
                for group in keys.repeated(_within_tenant(people, texts, asked))
                for row in group.tolist()
            }
            findings += _findings(code, field, shared)
    return findings


def _within_tenant(people: People, texts: pa.ChunkedArray, asked: Mask) -> pa.StringArray:
    """Keep what is asked, and tell the tenants of a roster apart where it has several."""
    tenants = people.texts(canonical.TENANT)
    plain = keys.flat(texts)
    if pa.types.is_dictionary(tenants.type) and len(tenants.chunk(0).dictionary) > 1:
        filled = pa.array(asked & (pc.binary_length(plain).to_numpy() > 0))
        joined = pc.binary_join_element_wise(plain, keys.flat(tenants), "\x1f")
        return keys.flat(pc.if_else(filled, joined, ""))
    return plain if asked.all() else keys.flat(pc.if_else(pa.array(asked), plain, ""))


def _rows(people: People, positions: list[int]) -> str:
    numbers = [str(people.extract.origin.rows[position]) for position in positions]
    return ", ".join(numbers[:SHOWN]) + (" and more" if len(numbers) > SHOWN else "")


def _findings(code: str, field: str, messages: dict[int, str]) -> Iterable[Finding]:
    if messages:
        rows = sorted(messages)
        yield Finding(code, np.array(rows, np.int64), field, [messages[row] for row in rows])
