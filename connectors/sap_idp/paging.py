"""Reading a list of a SCIM service page by page: all of it, each resource once, or nothing.

Two ways to turn the page (facts: microsoft-graph §4). By cursor: ``startId=initial``, then the ``nextId`` that came,
until that is ``end``. By index: ``startIndex`` from 1, moved on by as many as came, until ``totalResults`` is reached.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, Literal, Protocol, TypeVar

import msgspec

from connectors.base import SourceIncomplete
from connectors.http.restart import RestartRead, read_again
from connectors.http.retry import PageGuard
from connectors.sap_idp.client import ScimClient
from connectors.sap_idp.responses import Missing, RequestRefused

Paging = Literal["cursor", "index"]

COUNT = "100"
"""More than 100 a page are never given."""

INITIAL, END = "initial", "end"
STANDSTILL = 10
"""So many pages in a row may bring no new resource; a list that goes on for longer never ends."""

Result = TypeVar("Result")


class Resource(Protocol):
    """A user or a group: a frozen struct, so that ``hash`` shows whether two of the same id are the same."""

    @property
    def id(self) -> str:
        """Return the id that finds it again."""


Kind = TypeVar("Kind", bound=Resource)


class RestartWith(RestartRead):
    """What was read is void, and a second reading, by ``paging``, may do better."""

    def __init__(self, why: str, paging: Paging, *, advice: str = "") -> None:
        """Keep the reason and the paging; ``why`` is one clause in the past tense."""
        super().__init__(why, advice=advice)
        self.paging = paging


class Page(msgspec.Struct, Generic[Kind], frozen=True, rename={"resources": "Resources", "next_id": "nextId"}):
    """A ListResponse (RFC 7644 §3.4.2), with the cursor of SAP."""

    resources: tuple[Kind, ...] | None = None
    next_id: str | None = None
    total: int | None = msgspec.field(default=None, name="totalResults")


def pages_of(kind: type[Kind]) -> msgspec.json.Decoder[Page[Kind]]:
    """Build the decoder of a list of users or of groups."""
    return msgspec.json.Decoder(Page[kind])  # type: ignore[valid-type]  # a type that is made at run time


@dataclass(slots=True)
class PagedList(Generic[Kind]):
    """One reading of one list.

    ``path`` is "Users" or "Groups", ``query`` what is asked beside the page. While ``pages`` is read, ``total`` is what
    the service last reported, and ``notes`` are for the summary.
    """

    client: ScimClient
    path: str
    query: dict[str, str]
    decoder: msgspec.json.Decoder[Page[Kind]]
    paging: Paging
    total: int | None = None
    notes: list[str] = field(default_factory=list)
    _known: dict[str, int] = field(default_factory=dict)
    _repeated: set[str] = field(default_factory=set)

    @property
    def read(self) -> int:
        """Return the number of different resources so far."""
        return len(self._known)

    def pages(self) -> Iterator[list[Kind]]:
        """Return page after page, without what came before.

        Raises:
            RestartRead: a cursor ended early, or a user changed during the reading.
            SourceIncomplete: the list contradicts itself, goes round in a circle, never ends, or ends too early.
            SourceError: whatever ``ScimClient.get`` raises.
        """
        still = 0
        for page in self._turn():
            fresh = [each for each in page.resources or () if self._is_new(each)]
            still = 0 if fresh else still + 1
            if still > STANDSTILL:
                raise SourceIncomplete(
                    f"{self._name}: each page names a next one, and the last {still} brought nothing new. Nothing was "
                    "used; run again, and report it to the service if it stays so."
                )
            if self.total is not None and self.read > self.total + self.total // 100:
                raise self._does_not_fit()
            yield fresh
        if self.total is not None and self.read < self.total:
            if self.read < self.total - self.total // 100:
                raise self._does_not_fit()
            # A user may have been added during the reading; totalResults itself does not lag.
            raise RestartWith(self._gap, self.paging, advice="Report both numbers to the service if it stays so.")
        if self.total is not None and self.read > self.total:
            self.notes.append(self._gap)
        if self._repeated:
            many = len(self._repeated)
            self.notes.append(
                f"{many} {self.path.lower()} came twice and were counted once"
                if many > 1
                else f"1 {self.path.lower().removesuffix('s')} came twice and was counted once"
            )

    def _turn(self) -> Iterator[Page[Kind]]:
        trail = PageGuard(self.client.url)
        position = 1
        if self.paging == "cursor":
            page = self._ask(trail, "startId", INITIAL)
            yield page
            if page.next_id:
                yield from self._by_cursor(trail, page.next_id)
                return
            # No cursor came: the service ignored startId, so this was the first page by index as well.
            position += len(page.resources or ())
            if self.total is None or position <= self.total:
                self.notes.append(f"the service has no cursor for {self.path.lower()}; they were read by index")
        while self.total is None or position <= self.total:
            page = self._ask(trail, "startIndex", str(position))
            if not page.resources:
                break
            yield page
            position += len(page.resources)
        if self.total is not None and self.read < self.total:
            yield from self._before_the_first(trail)

    def _before_the_first(self, trail: PageGuard) -> Iterator[Page[Kind]]:
        """Yield the page at index 0, which is another one only if the service counts from zero (against RFC 7644)."""
        try:
            page = self._ask(trail, "startIndex", "0")
        except (RequestRefused, Missing):
            return
        if any(each.id not in self._known for each in page.resources or ()):
            self.notes.append(f"the service counts {self.path.lower()} from zero (startIndex)")
            new = tuple(each for each in page.resources or () if each.id not in self._known)
            yield Page(resources=new, total=page.total)

    def _by_cursor(self, trail: PageGuard, cursor: str) -> Iterator[Page[Kind]]:
        while cursor != END:
            try:
                page = self._ask(trail, "startId", cursor)
            except (RequestRefused, Missing) as error:
                raise RestartWith(f"its cursor was refused ({str(error).rstrip('.')})", "cursor") from None
            yield page
            if not page.next_id:
                # The place of a cursor has no index, so nothing of this can be continued.
                raise RestartWith(
                    "a page in the middle named no next one (nextId)", "index", advice='Set paging = "index".'
                )
            cursor = page.next_id

    def _ask(self, trail: PageGuard, parameter: str, value: str) -> Page[Kind]:
        link = self.client.link(self.path, {**self.query, parameter: value, "count": COUNT})
        page = self.client.get(trail.follow(link), self.decoder)
        if page.resources is None and page.total != 0:
            # RFC 7644 §3.4.2 lets Resources be left out only if there are none.
            raise SourceIncomplete(
                f"{self._name}: a page has no Resources, although there are some. Nothing was used; check that url is "
                "the base of the SCIM service."
            )
        if page.total is not None:
            self.total = page.total
        return page

    def _is_new(self, resource: Kind) -> bool:
        seen, mark = self._known.get(resource.id), hash(resource)
        if not resource.id:
            raise SourceIncomplete(
                f"{self._name}: a resource has no id. Nothing was used; ask the administrator of the service."
            )
        if seen is None:
            self._known[resource.id] = mark
            return True
        if seen != mark:
            raise RestartWith(
                f"{resource.id} came twice, with different data",
                self.paging,
                advice="Run again when no user is changed.",
            )
        self._repeated.add(resource.id)
        return False

    def _does_not_fit(self) -> SourceIncomplete:
        return SourceIncomplete(
            f"{self._name}: {self._gap}. Nothing was used; run again, and report it to the service if it stays so."
        )

    @property
    def _gap(self) -> str:
        return f"the service announces {self.total} (totalResults), and gave {self.read}"

    @property
    def _name(self) -> str:
        return f"{self.path} of {self.client.host}"


def whole(what: str, reading: Callable[[Paging], Result], paging: Paging) -> tuple[Result, tuple[str, ...]]:
    """Read a list from its beginning, and again from there if necessary, then with a note.

    Raises:
        SourceIncomplete: the second reading is void too.
    """
    by = [paging]

    def read() -> Result:
        try:
            return reading(by[-1])
        except RestartWith as restart:
            by.append(restart.paging)
            raise

    return read_again(what, read)
