"""How people become the bytes of a page: models rendered once for a selection, numbers put in afterwards.

A page of 999 people is then little more than joining bytes, so that the server is not what a benchmark measures.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

import msgspec

from tests.servers.graph_filter import Filter
from tests.servers.graph_query import Query
from tests.servers.graph_world import World
from tests.servers.loopback_wire import JSON, Answer
from tests.servers.people import Person, digits, first, pieces

TYPE = "@odata.type"
COLLECTIONS = frozenset({
    "assignedLicenses", "assignedPlans", "businessPhones", "identities", "imAddresses", "licenseAssignmentStates",
    "onPremisesProvisioningErrors", "otherMails", "provisionedPlans", "proxyAddresses", "serviceProvisioningErrors",
})  # fmt: skip
EXTENSION_ATTRIBUTES = {f"extensionAttribute{n}": None for n in range(1, 16)}


@dataclass(frozen=True, slots=True)
class Page(Answer):
    """A page of a list; ``again`` is a fresh link to the same page."""

    again: str = ""


@dataclass(frozen=True, slots=True)
class _Models:
    """Every model rendered for one selection: as it is in the first block, and in pieces for all others."""

    first: list[bytes]
    pieces: list[list[bytes]]


class Renderer:
    """Renders people of one world, and keeps the rendered models of every selection."""

    def __init__(self, world: World) -> None:
        """Begin with nothing rendered."""
        self._world = world
        self._models: dict[tuple[tuple[str, ...], bool], _Models] = {}

    def rows(self, places: Iterable[int], select: tuple[str, ...], *, sparse: bool = False) -> list[bytes]:
        """Render the people at these places; ``sparse`` leaves out what was never set."""
        models = self._rendered(select, sparse=sparse)
        size, touched = len(models.first), self._world.touched
        rows: list[bytes] = []
        for block, run in groupby(places, lambda place: -1 if place in touched else place // size):
            if block < 0:
                rows.extend(_row(touched[place], select, sparse=sparse) for place in run)
            elif block == 0:
                rows.extend([models.first[place] for place in run])
            else:
                put, cut = digits(block).join, models.pieces
                rows.extend([put(cut[place % size]) for place in run])
        return rows

    def _rendered(self, select: tuple[str, ...], *, sparse: bool) -> _Models:
        models = self._models.get((select, sparse))
        if models is None:
            texts = [_row(person, select, sparse=sparse) for person in self._world.people.models]
            models = self._models[select, sparse] = _Models(list(map(first, texts)), list(map(pieces, texts)))
        return models


def envelope(rows: list[bytes], **notes: object) -> bytes:
    """Put rows into the document of a list; the notes are its ``@odata`` members, None left out."""
    members = {f"@odata.{name}": value for name, value in notes.items() if value is not None}
    head = msgspec.json.encode(members)[:-1] + b',"value":['
    if not rows:
        return head + b"]}"
    # The ends are joined in with the rows, because every copy of a whole page costs as much as making it.
    rows[0] = head + rows[0]
    rows[-1] += b"]}"
    return b",".join(rows)


def entity(context: str, document: bytes) -> Answer:
    """Answer with one rendered document."""
    head = msgspec.json.encode({"@odata.context": context})
    return Answer(200, head[:-1] + b"," + document[1:], JSON)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that is paged: first the rows of ``head``, then those of the people at ``places``."""

    world: World
    rows: Callable[[Iterable[int]], list[bytes]]
    context: str
    places: Sequence[int] = ()
    head: Sequence[dict[str, Any]] = ()

    def page(self, query: Query, origin: str, nonce: int) -> Page:
        """Build the page that begins at the query's start; ``nonce`` makes its links new."""
        ahead, end = len(self.head), query.start + query.top
        fixed = self.head[query.start : end]
        room = query.top - len(fixed)
        found = list(islice(self._from(max(query.start - ahead, 0), query.filter), room + 1))
        following = end if end < ahead else found[room] + ahead if len(found) > room else None
        body = envelope(
            [msgspec.json.encode(row) for row in fixed] + self.rows(found[:room]),
            context=self.context,
            count=self.count(query) if query.counted else None,
            nextLink=None if following is None else query.link(origin, following, nonce),
        )
        again = query.link(origin, query.start, -nonce)
        return Page(200, body, JSON, again)

    def count(self, query: Query) -> int:
        """Count the whole list."""
        people = len(self.places) if query.filter is None else sum(1 for _ in self._from(0, query.filter))
        return len(self.head) + people

    def _from(self, start: int, condition: Filter | None) -> Iterable[int]:
        """Return the places of the people who pass the filter, from the place ``start`` on."""
        world, places = self.world, self.places
        near: Iterable[int] = map(places.__getitem__, range(bisect_left(places, start), len(places)))
        if condition is None:
            return near
        if condition.ids is not None:
            named = (world.find(identity) for identity in condition.ids)
            near = sorted(place for place in named if place is not None and place >= start and place in places)
        return (place for place in near if condition(world.person(place)))


def _row(person: Person, select: tuple[str, ...], *, sparse: bool) -> bytes:
    document = {name: person.get(name, [] if name in COLLECTIONS else None) for name in select}
    if TYPE in document:
        document[TYPE] = "#microsoft.graph.user"
    if "onPremisesExtensionAttributes" in document:
        document["onPremisesExtensionAttributes"] = EXTENSION_ATTRIBUTES | person.get(
            "onPremisesExtensionAttributes", {}
        )
    if sparse:
        document = {name: value for name, value in document.items() if value is not None}
    return msgspec.json.encode(document)
