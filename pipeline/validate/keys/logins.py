"""Logins that are email addresses: Contact Pro does not allow them, and does not need them beside an ExternalId."""

import unicodedata
from collections.abc import Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import Mask, Positions, flat
from pipeline.model.issue_types import CATALOGUE
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.validate.keys import cell_faults
from pipeline.validate.keys.cell_faults import CellFault

CODE = "LOGIN-CHARACTERS"
LOGIN, EXTERNAL_ID = "login", "external_id"
_ALLOWED = r"[A-Za-z0-9._-]+"
MANY = 0.5
"""From this share of the people on, it is the mapping that should be corrected, not the Logins."""


def faults(people: People, rows: Positions) -> list[CellFault]:
    """Return for each row (position) what is wrong with its Login, what to do ("" for the usual), and what is meant.

    Logins that are equal but for the letters and digits that they may hold have one fault, so it is looked for once;
    only what is meant depends on the rest.
    """
    texts = flat(people.texts(LOGIN).take(pa.array(rows)).cast(pa.string()))
    shapes = pc.replace_substring_regex(texts, _ALLOWED, "a").dictionary_encode()
    kinds = list(zip(shapes.indices.to_pylist(), _ways(people, rows), strict=True))
    of_kinds = {kind: _fault(shapes.dictionary[kind[0]].as_py(), kind[1]) for kind in set(kinds)}
    return [
        _fault(text, kind[1]) if of_kinds[kind].proposal else of_kinds[kind]
        for text, kind in zip(texts.to_pylist(), kinds, strict=True)
    ]


def _fault(text: str, way: str) -> CellFault:
    """Name a mark of Excel or a space around a Login that is right without it, an email, or the first character."""
    around = cell_faults.of_login(text)
    if around is not None and around.proposal and _refused(around.proposal) is None:
        return around
    return CellFault(_detail(text), way)


def _refused(text: str) -> str | None:
    return next((c for c in text if c not in "._-" and unicodedata.category(c)[0] not in "LMN"), None)


def _detail(text: str) -> str:
    strange = _refused(text) or "@"
    if strange == "@":
        return CATALOGUE[CODE].message
    shown = (
        repr(strange)
        if "!" <= strange <= "~"
        else f"U+{ord(strange):04X} {unicodedata.name(strange, 'control character')}"
    )
    return f"contains {shown}: a Login may hold letters, digits, dot, dash and underscore only"


def _ways(people: People, rows: Positions) -> list[str]:
    """Return for each row what to do: "" for the usual advice, or to leave the Login out."""
    way = (
        "Use a mapping without [fields.login]: the ExternalId is enough."
        if people.extract.origin.rows is None
        else "Leave the Login empty: the ExternalId is enough."
    )
    return [way if spare else "" for spare in _spare(people, rows).tolist()]


def notes(people: People, findings: Iterable[Finding]) -> Iterator[str]:
    """Yield a note if most Logins are email addresses of people who have an ExternalId."""
    rows = [people.ids.positions(finding.rows) for finding in findings if finding.code == CODE]
    number = int(sum(_spare(people, each).sum() for each in rows))
    if not number or number < MANY * len(people):
        return
    mapping = people.binding.mapping
    yield (
        f"{number} of {len(people)} Logins are email addresses, which Contact Pro does not allow. These people have an "
        f"ExternalId, which is enough: copy {mapping.path} beside the job file, delete its table [fields.login], and "
        f'name the copy there: mapping = "{mapping.name}.toml".'
    )


def _spare(people: People, rows: Positions) -> Mask:
    """Mark the rows whose Login is an email address, and whose ExternalId is there."""
    if not people.has(EXTERNAL_ID):
        return np.zeros(len(rows), np.bool_)
    at = pa.array(rows)
    login, external_id = (people.texts(name).take(at) for name in (LOGIN, EXTERNAL_ID))
    spare = pc.and_(pc.match_substring(login, "@"), pc.not_equal(external_id, ""))
    marks: Mask = spare.combine_chunks().to_numpy(zero_copy_only=False)
    return marks
