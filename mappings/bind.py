"""Bind a mapping to the headers of one source: which mapping fits, and which column carries which field.

An ambiguous list is refused, with both readings named: a wrong guess about the email locks out a tenant.
"""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from mappings.headers import HeaderNames, header_key, holds_address, known_key, nearest, read_header, visible
from mappings.model import IDENTITY_FIELDS, Binding, HeadersAmbiguous, HeadersUnknown, SourceMapping, UnknownName
from mappings.unfit_headers import headers_found, headers_needed, is_private, no_column, two_headers

LONGEST_HEADER = 200
"""A longer cell is prose, and folding it would only cost time."""

COMPLETE = 1 << 20
"""Added to the score of a row that has every required header of a mapping (``connectors.base.COMPLETE``)."""


class _Index(msgspec.Struct, frozen=True):
    """A mapping turned round: from the key of a header to its field and how good a name for it that is."""

    mapping: SourceMapping
    tokens: dict[str, tuple[str, int]]
    names: dict[str, tuple[str, int]]
    others: frozenset[str]

    def field(self, header: HeaderNames) -> tuple[str, int] | None:
        """Return the field of a header and the rank of its name, 0 the best; a name in brackets precedes the text."""
        for token in header.tokens:
            if token in self.tokens:
                return self.tokens[token]
        for name in header.names:
            if name in self.names:
                return self.names[name]
        return None

    def fit(self, headers: Sequence[HeaderNames], email: str | None) -> tuple[int, bool]:
        """Count the known headers, 0 if none can identify a person; and check that all required fields are there."""
        if not _has_signature(self.mapping, headers):
            return 0, False
        fields: set[str] = set()
        known = 0
        for header in headers:
            found = self.field(header)
            named = email is not None and _is_named(header, email)
            if found is not None:
                fields.add(found[0])
            if named:
                fields.add("email")
            if found is not None or named or not self.others.isdisjoint((*header.tokens, *header.names)):
                known += 1
        if fields.isdisjoint(IDENTITY_FIELDS):
            return 0, False
        rules = self.mapping.fields.values()
        return known, all(rule.field in fields or rule.fallback in fields for rule in rules if rule.required)


def recogniser(mappings: Iterable[SourceMapping], email_attribute: str | None = None) -> Callable[[Sequence[str]], int]:
    """Build the function by which a reader finds the header row.

    Args:
        mappings: The mappings that may apply.
        email_attribute: The header of the email, if the job file names one that no mapping knows.

    Returns:
        A function from the cells of a row to how many of them the best-fitting mapping knows, plus ``COMPLETE`` if
        every header that it requires is there; 0 for a row that is not a header row: no header in it identifies a
        person, or it has an email address in a cell.
    """
    indexes = tuple(_index(mapping) for mapping in mappings)
    email = header_key(email_attribute) if email_attribute else None

    def recognise(cells: Sequence[str]) -> int:
        # A team may be called "Email", so a known word alone proves little; but a row with an address is data.
        if any("@" in cell and holds_address(cell) for cell in cells):
            return 0
        headers = _read(cells)
        fits = (index.fit(headers, email) for index in indexes)
        return max((known + COMPLETE * complete for known, complete in fits), default=0)

    return recognise


def choose(
    mappings: Iterable[SourceMapping], headers: Sequence[str], email_attribute: str | None = None
) -> SourceMapping:
    """Return the mapping that fits the headers best.

    A mapping whose required fields are all there goes before one that lacks some; then the one that knows more headers
    wins, and then the one with the longer signature, because it was made for this very source.

    Raises:
        HeadersUnknown: No mapping knows a header that identifies people.
        HeadersAmbiguous: Two mappings fit equally.
    """
    mappings = tuple(mappings)
    email = header_key(email_attribute) if email_attribute else None
    read = _read(headers)
    ranked: dict[tuple[bool, int, int], list[SourceMapping]] = {}
    for mapping in mappings:
        known, complete = _index(mapping).fit(read, email)
        if known:
            ranked.setdefault((complete, known, len(mapping.signature)), []).append(mapping)
    if not ranked:
        needs = "; ".join(f"{mapping.name}: {headers_needed(mapping)}" for mapping in mappings)
        raise HeadersUnknown(f"No mapping knows these headers. {headers_found(headers)} Needed, by mapping: {needs}.")
    best = ranked[max(ranked)]
    if len(best) > 1:
        names = " and ".join(f'"{mapping.name}"' for mapping in best)
        raise HeadersAmbiguous(f'The mappings {names} fit these headers equally. Set "mapping" to the right one.')
    return best[0]


def bind(mapping: SourceMapping, headers: Sequence[str], email_attribute: str | None = None) -> Binding:
    """Find the column of each field.

    Args:
        mapping: What the headers mean.
        headers: The headers of the source, in the order of its columns; they may repeat or be empty.
        email_attribute: The header (or bracket token) that is the email, instead of the mapping's own. Its column may
            then serve a second field as well.

    Raises:
        HeadersAmbiguous: Two headers fit one field; both are named with their columns.
        HeadersUnknown: A required field is not there.
        UnknownName: The header that ``email_attribute`` names is not there.
    """
    read = _read(headers)
    index = _index(mapping)
    claims: dict[str, list[tuple[int, int]]] = {}
    for place, header in enumerate(read):
        if (found := index.field(header)) is not None:
            claims.setdefault(found[0], []).append((found[1], place))
    if email_attribute:
        claims["email"] = [(0, _named_column(mapping, headers, read, email_attribute))]
    columns = {field: _column(mapping, field, claims[field], headers) for field in mapping.fields if field in claims}
    if email_attribute:
        columns.setdefault("email", claims["email"][0][1])
    for rule in mapping.fields.values():
        if rule.field not in columns and rule.fallback in columns:
            columns[rule.field] = columns[rule.fallback]
    for rule in mapping.fields.values():
        if rule.required and rule.field not in columns:
            raise no_column(mapping, rule, headers)
    used = set(columns.values())
    secrets = tuple(header_key(secret) for secret in mapping.secret_headers)
    unused = [place for place, header in enumerate(headers) if place not in used and header.strip()]
    return Binding(
        mapping=mapping,
        columns=columns,
        headers=tuple(headers),
        ignored=tuple(headers[place] for place in unused),
        secret_columns=tuple(
            place for place in unused if any(secret in header_key(headers[place]) for secret in secrets)
        ),
    )


def _read(cells: Sequence[str]) -> tuple[HeaderNames, ...]:
    return tuple(read_header(cell) if len(cell) <= LONGEST_HEADER else HeaderNames((), ()) for cell in cells)


def _index(mapping: SourceMapping) -> _Index:
    tokens: dict[str, tuple[str, int]] = {}
    names: dict[str, tuple[str, int]] = {}
    for rule in mapping.fields.values():
        for rank, name in enumerate(rule.names):
            names.setdefault(known_key(name), (rule.field, rank))
        for rank, name in enumerate(rule.attributes):
            tokens.setdefault(known_key(name), (rule.field, rank))
    return _Index(mapping, tokens, names, frozenset(known_key(name) for name in mapping.other_headers))


def _has_signature(mapping: SourceMapping, headers: Sequence[HeaderNames]) -> bool:
    for sign in mapping.signature:
        key = header_key(sign)
        if sign.startswith("["):
            if not any(key in header.tokens for header in headers):
                return False
        elif not any(key in header.names for header in headers):
            return False
    return True


def _is_named(header: HeaderNames, key: str) -> bool:
    return key in header.tokens or key in header.names


def _named_column(
    mapping: SourceMapping, headers: Sequence[str], read: Sequence[HeaderNames], email_attribute: str
) -> int:
    key = header_key(email_attribute)
    places = [place for place, header in enumerate(read) if _is_named(header, key)]
    if not places:
        others = [header for header in headers if not is_private(mapping, header)]
        near = nearest(email_attribute, [*others, *(token for header in read for token in header.tokens)])
        hint = f" Did you mean {visible(near)}?" if near else ""
        raise UnknownName(
            f'email_attribute is "{email_attribute}", and no column has that header.{hint} {headers_found(headers)}'
        )
    if len(places) > 1:
        raise two_headers(headers, places, "email")
    return places[0]


def _column(mapping: SourceMapping, field: str, claims: Sequence[tuple[int, int]], headers: Sequence[str]) -> int:
    """Return the one column of a field. Even with ``prefer``, the same name twice is refused: no order decides."""
    best = min(claims)
    rivals = claims if not mapping.fields[field].prefer else [claim for claim in claims if claim[0] == best[0]]
    if len(rivals) > 1:
        raise two_headers(headers, [place for _, place in rivals], field)
    return best[1]
