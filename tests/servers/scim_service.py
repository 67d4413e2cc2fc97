"""The SCIM server itself: what is served under which path, over http or TLS, and what can go wrong with a list.

As narrow as SAP Cloud Identity Services (facts: microsoft-graph §4): at most 100 a page, filters of ``eq`` and ``and``,
a cursor that is the id of the next user. A parameter that it does not know is refused: typing errors are caught here.
"""

import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from email.utils import formatdate
from http import HTTPStatus
from pathlib import Path
from time import time
from typing import Any, ClassVar, Self
from uuid import uuid4

import msgspec

from tests.servers.loopback import Answer, Fault, LoopbackServer, Request
from tests.servers.scim_access import Access, Throttle
from tests.servers.scim_query import MOST, PARAMETERS, Refused, Slice, cut, matching, selected
from tests.servers.scim_world import GROUP, Group, Resource, World, user

SCIM = {"Content-Type": "application/scim+json"}
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
TOKEN_PATH = "/oauth2/token"  # noqa: S105 - a path

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tls:
    """The server's own certificate and key; with ``clients``, an authority, it demands a certificate of that one."""

    certificate: Path
    key: Path
    clients: Path | None = None
    newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3


def _emptied(page: Document, _: Fault) -> None:
    page["Resources"] = []


def _repeated_first(page: Document, _: Fault) -> None:
    page["Resources"] = [*page["Resources"], page["Resources"][0]]


def _changed_first(page: Document, _: Fault) -> None:
    first = page["Resources"][0]
    page["Resources"] = [*page["Resources"], first | {"userName": f"{first.get('userName')}-renamed"}]


def _endless(page: Document, fault: Fault) -> None:
    """Promise a next page forever, with a new person on each, or with none if ``count`` is 0."""
    page["nextId"] = str(uuid4())
    page["Resources"] = [user(fault.hit * 1000 + number) for number in range(fault.count)]


SPOILERS: dict[str, Callable[[Document, Fault], None]] = {
    "no-next": lambda page, _: page.pop("nextId", None),
    "no-resources": lambda page, _: page.pop("Resources"),
    "no-total": lambda page, _: page.pop("totalResults"),
    "no-one": _emptied,
    "wrong-total": lambda page, fault: page.update(totalResults=page["totalResults"] + fault.count),
    "wrong-type": lambda page, _: page["Resources"][0].update(emails="not a list"),
    "no-id": lambda page, _: page["Resources"][0].pop("id"),
    "empty-id": lambda page, _: page["Resources"][0].update(id=""),
    "next-again": lambda page, fault: page.update(nextId=fault.link),
    "twice": _repeated_first,
    "twice-changed": _changed_first,
    "endless": _endless,
    "error-in-200": lambda page, _: (page.clear(), page.update(schemas=[ERROR], detail="An error.", status="500")),
}
"""What can be wrong with a complete page: kind -> what it does to the page."""


class ScimServer(LoopbackServer):
    """A SCIM service over one world; ``most`` and ``cursor`` make it one with smaller pages, or without a cursor.

    ``clock_ahead`` are the seconds by which its clock is ahead of ours; ``most_members`` is how many members a group
    shows at once. Kinds of fault beside those of the floor: ``SPOILERS``, and "expired" (the cursor is refused).
    """

    kinds: ClassVar[frozenset[str]] = LoopbackServer.kinds | frozenset(SPOILERS) | {"expired"}
    base: ClassVar[str] = "/scim"

    def __init__(
        self,
        world: World,
        access: Access | None = None,
        *,
        most: int = MOST,
        cursor: bool = True,
        most_members: int = 20_000,
        throttle: Throttle | None = None,
        tls: Tls | None = None,
        clock_ahead: float | None = 0.0,
        port: int = 0,
    ) -> None:
        """Serve this world to clients with one of the credentials."""
        super().__init__(port)
        self.world, self.access = world, access or Access()
        self.most, self.cursor, self.most_members = most, cursor, most_members
        self.throttle, self.clock_ahead = throttle, clock_ahead
        self._tls = tls

    def __enter__(self) -> Self:
        """Listen; over TLS if a certificate is given."""
        super().__enter__()
        if self._tls is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.maximum_version = self._tls.newest
            context.load_cert_chain(self._tls.certificate, self._tls.key)
            if self._tls.clients is not None:
                context.load_verify_locations(self._tls.clients)
                context.verify_mode = ssl.CERT_REQUIRED
            assert self._listener is not None
            self._listener.socket = context.wrap_socket(self._listener.socket, server_side=True)
        return self

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return super().origin.replace("http", "https") if self._tls is not None else super().origin

    @property
    def token_url(self) -> str:
        """The address of the token endpoint."""
        return self.origin + TOKEN_PATH

    def answer(self, request: Request) -> Answer:
        """Answer as the service does; a refusal has the body of a SCIM error."""
        try:
            if self.throttle is not None:
                self.throttle.count()
            answer = self._answer(request)
        except Refused as no:
            body = {"schemas": [ERROR], "status": str(no.status), "detail": no.detail}
            headers = SCIM | ({"WWW-Authenticate": "Basic"} if no.status == HTTPStatus.UNAUTHORIZED else {})
            answer = Answer.json(body | ({"scimType": no.kind} if no.kind else {}), no.status, headers)
        date = {} if self.clock_ahead is None else {"Date": formatdate(time() + self.clock_ahead, usegmt=True)}
        return replace(answer, headers={**answer.headers, **date})

    def misbehave(self, request: Request, fault: Fault) -> Answer:
        """Spoil a page, or refuse a cursor."""
        if fault.kind == "expired":
            body = {"schemas": [ERROR], "status": "400", "detail": "The startId is not valid, or no longer."}
            return Answer.json(body, 400, SCIM)
        if fault.kind not in SPOILERS:
            return super().misbehave(request, fault)
        if fault.kind == "endless":
            page: Document = {"schemas": [LIST], "totalResults": 10}
        else:
            page = msgspec.json.decode(self.answer(request).body)
        SPOILERS[fault.kind](page, fault)
        return Answer.json(page, headers=SCIM)

    def _answer(self, request: Request) -> Answer:
        if request.path == TOKEN_PATH and request.method == "POST":
            return self.access.token(request)
        kind, _, identity = request.path.removeprefix(f"{self.base}/").partition("/")
        if not request.path.startswith(f"{self.base}/") or kind not in {"Users", "Groups"}:
            raise Refused(404, "The requested resource cannot be found.")
        if request.method != "GET":
            raise Refused(405, "The requested method is not supported for the given resource.")
        self.access.admit(request, kind)
        if unknown := request.query.keys() - PARAMETERS:
            raise Refused(400, f"Unknown parameters: {', '.join(sorted(unknown))}.", "invalidValue")
        attributes = request.query.get("attributes")
        if identity:
            return Answer.json(selected(self._one(kind, identity), attributes), headers=SCIM)
        page = cut(self._found(kind, request.query.get("filter")), request.query, self.most, cursor=self.cursor)
        return Answer.json(self._told(kind, page, attributes), headers=SCIM)

    def _found(self, kind: str, filter_: str | None) -> list[Resource]:
        if kind == "Groups":
            return matching([self._group(each) for each in self.world.groups.values()], kind, filter_)
        users = self.world.users
        return matching(self._with_groups(users) if "groups" in (filter_ or "") else users, kind, filter_)

    def _told(self, kind: str, page: Slice, attributes: str | None) -> Document:
        resources = self._with_groups(page.resources) if kind == "Users" else page.resources
        told = [selected(each, attributes) for each in resources]
        return {
            "schemas": [LIST],
            "totalResults": page.total,
            "itemsPerPage": len(told),
            **page.place,
            # RFC 7644 lets Resources be left out if there are none, and this service does.
            **({"Resources": told} if page.total else {}),
        }

    def _one(self, kind: str, identity: str) -> Resource:
        if kind == "Groups" and identity in self.world.groups:
            return self._group(self.world.groups[identity])
        found = [each for each in self.world.users if kind == "Users" and each["id"] == identity]
        if not found:
            raise Refused(404, f"{kind.removesuffix('s')} {identity} not found.")
        return self._with_groups(found)[0]

    def _with_groups(self, users: Sequence[Resource]) -> list[Resource]:
        groups = self.world.groups_of(each["id"] for each in users)
        return [each | ({"groups": self._references(own)} if (own := groups[each["id"]]) else {}) for each in users]

    def _references(self, groups: Sequence[Group]) -> list[dict[str, str]]:
        return [{"value": each.id, "display": each.name, "$ref": f"{self.url}/Groups/{each.id}"} for each in groups]

    def _group(self, group: Group) -> Resource:
        members = [
            *({"value": each, "type": "User", "$ref": f"{self.url}/Users/{each}"} for each in group.users),
            *({"value": each, "type": "Group", "$ref": f"{self.url}/Groups/{each}"} for each in group.nested),
        ]
        told = {"schemas": [GROUP], "id": group.id, "displayName": group.name}
        return told | ({"members": members[: self.most_members]} if members else {})
