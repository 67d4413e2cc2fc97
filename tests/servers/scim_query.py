"""What a question to the SCIM server asks: filter, page and attributes, read as narrowly as the real service does."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.servers.scim_world import Resource

MOST = 100
INITIAL, END = "initial", "end"
PARAMETERS = frozenset({"startId", "startIndex", "count", "filter", "attributes", "excludedAttributes"})
ALWAYS = frozenset({"id", "schemas"})
CASE_EXACT = frozenset({"id", "groups", "groups.value", "members.value"})

FILTERABLE = {
    "Users": frozenset({
        "id", "userName", "displayName", "emails", "emails.value", "name.familyName", "name.givenName", "active",
        "userType", "addresses.country", "groups", "groups.value", "groups.display",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    }),
    "Groups": frozenset({"id", "displayName"}),
}  # fmt: skip

_CLAUSE = re.compile(r'\s*([\w.:$]+)\s+eq\s+("(?:[^"\\]|\\.)*"|true|false)\s*', re.IGNORECASE)
_AND = re.compile(r"and\s", re.IGNORECASE)


class Refused(Exception):
    """The service refuses: a status, a sentence, and the type of SCIM errors if there is one."""

    def __init__(self, status: int, detail: str, kind: str = "") -> None:
        """Keep the parts of a SCIM error."""
        super().__init__(detail)
        self.status, self.detail, self.kind = status, detail, kind


@dataclass(frozen=True, slots=True)
class Slice:
    """One page of a list: the resources, its place, and how many there are in all."""

    resources: list[Resource]
    place: dict[str, object]
    total: int


def matching(resources: Sequence[Resource], kind: str, filter_: str | None) -> list[Resource]:
    """Return the resources that a filter of ``eq`` and ``and`` lets through."""
    if filter_ is None:
        return list(resources)
    tests = tuple(_clauses(filter_, FILTERABLE[kind]))
    return [each for each in resources if all(test(each) for test in tests)]


def cut(found: Sequence[Resource], query: dict[str, str], most: int, *, cursor: bool) -> Slice:
    """Return the page that is asked for; ``cursor`` is True if this service knows ``startId``."""
    count = min(max(_number(query, "count", most), 0), most)
    if cursor and "startId" in query:
        if "startIndex" in query:
            raise Refused(400, "startId and startIndex cannot be combined.", "invalidValue")
        return _by_id(found, query["startId"], count)
    start = max(_number(query, "startIndex", 1), 1)
    return Slice(list(found[start - 1 : start - 1 + count]), {"startIndex": start}, len(found))


def selected(resource: Resource, attributes: str | None) -> Resource:
    """Return only what is asked for, and what is always given; a name that no one has is passed over."""
    if attributes is None:
        return resource
    told: Resource = {}
    for name in (*ALWAYS, *attributes.split(",")):
        way = _way(name)
        value: Any = resource
        for key in way:
            value = value.get(key) if isinstance(value, dict) else None
        if value is not None:
            place = told
            for key in way[:-1]:
                place = place.setdefault(key, {})
            place[way[-1]] = value
    return told


def _by_id(found: Sequence[Resource], wanted: str, count: int) -> Slice:
    places = {each["id"]: place for place, each in enumerate(found)}
    if wanted != INITIAL and wanted not in places:
        raise Refused(400, "The startId is not valid, or no longer.", "invalidValue")
    start = places.get(wanted, 0)
    follows = start + count
    after = found[follows]["id"] if follows < len(found) else END
    return Slice(list(found[start:follows]), {"startId": wanted, "nextId": after}, len(found))


def _clauses(filter_: str, allowed: frozenset[str]) -> Iterator[Callable[[Resource], bool]]:
    at = 0
    while True:
        clause = _CLAUSE.match(filter_, at)
        if clause is None or clause[1] not in allowed:
            raise Refused(400, f"The filter is not supported: {filter_}", "invalidFilter")
        yield _test(clause[1], clause[2])
        at = clause.end()
        if at == len(filter_):
            return
        joint = _AND.match(filter_, at)
        if joint is None:
            raise Refused(400, f"The filter is not supported: {filter_}", "invalidFilter")
        at = joint.end()


def _test(name: str, literal: str) -> Callable[[Resource], bool]:
    wanted = re.sub(r"\\(.)", r"\1", literal[1:-1]) if literal.startswith('"') else literal.lower()
    fold = str if name in CASE_EXACT else str.casefold
    return lambda resource: fold(wanted) in {fold(each) for each in _values(resource, _way(name))}


def _values(value: object, way: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _values(each, way)
    elif isinstance(value, dict):
        yield from _values(value.get(way[0] if way else "value"), way[1:])
    elif isinstance(value, bool):
        yield str(value).lower()
    elif value is not None:
        yield str(value)


def _way(name: str) -> tuple[str, ...]:
    """Split a name into keys; a URN is one key, its attribute follows a colon (RFC 7644 §3.10)."""
    urn, colon, rest = name.rpartition(":")
    return (urn, *rest.split(".")) if colon else tuple(rest.split("."))


def _number(query: dict[str, str], name: str, usual: int) -> int:
    try:
        return int(query.get(name, usual))
    except ValueError:
        raise Refused(400, f"The parameter {name} has to be a number.", "invalidValue") from None
