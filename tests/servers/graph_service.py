"""The Graph server itself: who may ask, what is served under which path, and the form of its answers.

It serves users, groups with nested members, one enterprise application and the stream of changes (facts:
microsoft-graph §3); anything else is refused as the real service refuses it, so that a sloppy client is caught here.
"""

import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count
from typing import Any, ClassVar
from urllib.parse import unquote

import msgspec

from tests.servers import graph_directory as directory
from tests.servers.graph_delta import delta
from tests.servers.graph_faults import PAGES, REFUSALS, STATUS_CODES, refusal, spoil
from tests.servers.graph_filter import Refused, name_filter, unsupported
from tests.servers.graph_pages import TYPE, Listing, Page, Renderer, entity
from tests.servers.graph_query import USER_DEFAULTS, USER_PROPERTIES, Query, options_of, read_query, read_select
from tests.servers.graph_world import World
from tests.servers.loopback import Answer, Fault, LoopbackServer, Request

ORDERS = ("change", "add", "remove", "join", "leave", "forget_changes")
CHALLENGE = 'Bearer realm="", authorization_uri="https://login.example.com/common/oauth2/authorize"'


class GraphServer(LoopbackServer):
    """A Microsoft Graph over one world.

    Accepted is ``token``; with an ``allowance`` it expires after so many requests, then only the next one of
    ``later_tokens`` is accepted, for as many.
    """

    kinds: ClassVar[frozenset[str]] = LoopbackServer.kinds | PAGES | frozenset(REFUSALS)
    base: ClassVar[str] = "/v1.0"

    def __init__(
        self,
        world: World,
        token: str = "invented-token",  # noqa: S107 - opens nothing but this server
        *,
        later_tokens: Sequence[str] = (),
        allowance: int | None = None,
        port: int = 0,
        compress: bool = False,
    ) -> None:
        """Serve this world to clients with the token."""
        super().__init__(port, compress=compress)
        self.world = world
        self._renderer = Renderer(world)
        self._tokens, self._allowance, self._used = [token, *later_tokens], allowance, 0
        self._token_lock = threading.Lock()
        self._numbers = count(1)
        self._last: dict[str, Request] = {}

    def answer(self, request: Request) -> Answer:
        """Answer as Graph does."""
        return self._told(request, self._answer)

    def misbehave(self, request: Request, fault: Fault) -> Answer:
        """Answer with a fault of Graph; those of the transport are known below."""
        if fault.kind in REFUSALS:
            return self._told(request, lambda _: _raise(refusal(fault.kind, f"{self.url}/users")))
        if fault.kind in PAGES:
            return self._told(request, lambda _: self._spoilt(request, fault))
        if fault.kind == "status" and fault.body is None:
            code = STATUS_CODES.get(fault.status, "UnknownError")
            error = Refused(fault.status, code, "As the test wished.", fault.headers)
            return self._told(request, lambda _: _raise(error))
        return super().misbehave(request, fault)

    def steer(self, order: dict[str, Any]) -> object:
        """Change the world: one of change, add, remove, join, leave, forget_changes with its arguments."""
        (verb, arguments), *others = order.items() or [("", {})]
        if others or verb not in ORDERS or not isinstance(arguments, dict):
            raise ValueError(f"One order at a time, with its arguments as an object: {', '.join(ORDERS)}.")
        if "id" in arguments and verb != "add":
            arguments["identity"] = arguments.pop("id")
        return {"id": getattr(self.world, verb)(**arguments)}

    def _told(self, request: Request, make: Callable[[Request], Answer]) -> Answer:
        """Build an answer or a refusal, with the headers that every answer of Graph has."""
        ids = {"request-id": f"00000000-0000-4000-a000-{next(self._numbers):012d}"}
        ids["client-request-id"] = request.headers.get("client-request-id", ids["request-id"])
        try:
            answer = make(request)
        except Refused as error:
            inner = {"date": "2026-01-05T08:00:00", **ids}
            document = {"error": {"code": error.code, "message": error.message, "innerError": inner}}
            answer = Answer.json(document, error.status, error.headers)
        return replace(answer, headers={**answer.headers, **ids})

    def _answer(self, request: Request) -> Answer:
        self._authorise(request)
        if request.method != "GET":
            raise Refused(405, "Request_BadRequest", f"Specified HTTP method is not allowed: {request.method}.")
        answer = self._served(request)
        if isinstance(answer, Page):
            self._last[request.path] = request
        return answer

    def _served(self, request: Request) -> Answer:
        """Find who serves a path, and let it be served while nothing changes."""
        path = unquote(request.path)
        for pattern, serve in ROUTES:
            if found := re.fullmatch(pattern, path):
                with self.world.lock:
                    return serve(self, request, *found.groups(""))
        raise Refused(404, "ResourceNotFound", f"Resource not found for the segment '{path}'.")

    def _authorise(self, request: Request) -> None:
        with self._token_lock:
            if self._allowance is not None and self._used >= self._allowance:
                self._tokens, self._used = self._tokens[1:], 0
            if not self._tokens or request.headers.get("authorization") != f"Bearer {self._tokens[0]}":
                message = "Access token is empty, has expired or is not yet valid."
                raise Refused(401, "InvalidAuthenticationToken", message, {"WWW-Authenticate": CHALLENGE})
            self._used += 1

    def _spoilt(self, request: Request, fault: Fault) -> Answer:
        """Build the page as it should be, then spoil it."""
        before = self._last.get(request.path, request)
        page = self._answer(request)
        if not isinstance(page, Page):
            if fault.kind == "count-off" and page.body.isdigit():
                return replace(page, body=b"%d" % (int(page.body) + fault.count))
            raise ValueError(f"{request.target} is no list, so {fault.kind!r} cannot befall it.")
        document = spoil(
            msgspec.json.decode(page.body, type=dict),
            fault,
            here=self.origin + request.target,
            again=page.again,
            earlier=msgspec.json.decode(self._served(before).body)["value"],
        )
        return Answer.json(document)

    # ---- what is served ------------------------------------------------------------------------------------------

    def _users(self, request: Request) -> Answer:
        query = read_query(request)
        return self._page(self._everybody(query), query)

    def _count_users(self, request: Request) -> Answer:
        return self._counted(request, self._everybody)

    def _everybody(self, query: Query) -> Listing:
        return Listing(
            self.world, lambda places: self._renderer.rows(places, query.select), "users", self.world.everybody()
        )

    def _user(self, request: Request, identity: str) -> Answer:
        select = read_select(options_of(request, "$select").get("$select"), USER_PROPERTIES, USER_DEFAULTS)
        place = self.world.find(identity)
        if place is None:
            raise directory.missing(identity)
        return entity(self._context("users/$entity"), *self._renderer.rows([place], select))

    def _delta(self, request: Request) -> Answer:
        return delta(self.world, self._renderer, request, f"{self.url}/users", next(self._numbers))

    def _groups(self, request: Request) -> Answer:
        names = directory.GROUP_PROPERTIES
        query = read_query(request, frozenset(names), names, name_filter("displayName"))
        found = map(directory.group_document, self.world.groups)
        return self._page(directory.documents(self.world, found, query, "groups"), query)

    def _group(self, request: Request, identity: str) -> Answer:
        group = directory.group_document(directory.find_group(self.world, identity))
        return self._document(request, "groups", group)

    def _members(self, request: Request, identity: str, depth: str, cast: str, counted: str) -> Answer:
        group = directory.find_group(self.world, identity)

        def listing(query: Query) -> Listing:
            select = query.select if cast else (TYPE, *query.select)
            deep = depth == "transitiveMembers"
            return directory.members(self.world, self._renderer, group, select, deep=deep, cast=bool(cast))

        if cast and not counted and request.query.get("$count") != "true":  # which in its turn needs the header
            raise unsupported("An OData cast needs ConsistencyLevel: eventual and $count=true, on every page.")
        if counted:
            return self._counted(request, listing)
        query = read_query(request)
        return self._page(listing(query), query)

    def _applications(self, request: Request) -> Answer:
        names = directory.APPLICATION_PROPERTIES
        query = read_query(request, frozenset(names), names, name_filter("appId"))
        found = map(directory.application_document, (self.world.app, self.world.other_app))
        return self._page(directory.documents(self.world, found, query, "servicePrincipals"), query)

    def _application(self, request: Request, app_id: str, identity: str, assigned: str) -> Answer:
        application = directory.find_application(self.world, app_id=app_id, identity=identity)
        if not assigned:
            return self._document(request, "servicePrincipals", directory.application_document(application))
        names = directory.ASSIGNMENT_PROPERTIES
        query = read_query(request, frozenset(names), names, directory.no_filter)
        return self._page(directory.assignments(self.world, application, query.select), query)

    # ---- how it is shown -----------------------------------------------------------------------------------------

    def _page(self, listing: Listing, query: Query) -> Page:
        listing = replace(listing, context=self._context(listing.context))
        return listing.page(query, self.origin, next(self._numbers))

    def _context(self, kind: str) -> str:
        return f"{self.url}/$metadata#{kind}"

    def _counted(self, request: Request, listing: Callable[[Query], Listing]) -> Answer:
        """Answer with a bare number."""
        options_of(request, "$filter")
        query = read_query(request)
        return Answer(200, str(listing(query).count(query)).encode(), {"Content-Type": "text/plain"})

    def _document(self, request: Request, kind: str, document: dict[str, Any]) -> Answer:
        names = frozenset(document)
        select = read_select(options_of(request, "$select").get("$select"), names, tuple(document))
        return entity(self._context(f"{kind}/$entity"), msgspec.json.encode(directory.narrowed(document, select)))


def _raise(error: Refused) -> Answer:
    raise error


ROUTES: tuple[tuple[str, Callable[..., Answer]], ...] = (
    (r"/v1\.0/users", GraphServer._users),
    (r"/v1\.0/users/\$count", GraphServer._count_users),
    (r"/v1\.0/users/delta(?:\(\))?", GraphServer._delta),
    (r"/v1\.0/users/([^/]+)", GraphServer._user),
    (r"/v1\.0/groups", GraphServer._groups),
    (r"/v1\.0/groups/([^/]+)", GraphServer._group),
    (
        r"/v1\.0/groups/([^/]+)/(members|transitiveMembers)(/microsoft\.graph\.user|/graph\.user)?(/\$count)?",
        GraphServer._members,
    ),
    (r"/v1\.0/servicePrincipals", GraphServer._applications),
    (r"/v1\.0/servicePrincipals(?:\(appId='([^']+)'\)|/([^/]+))(/appRoleAssignedTo)?", GraphServer._application),
)
"""What is served: the whole path, and who serves it."""
