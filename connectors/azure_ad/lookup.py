"""Resolve a scope of the job file to lists of users: the group, or the users assigned to the application.

An assignment to a group does not reach the groups nested in it, so of an assigned group only the direct members count,
while a group that is named as the scope includes its nested groups (facts: microsoft-graph §3).
"""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from http import HTTPStatus
from itertools import islice
from typing import TypeVar

import msgspec

from connectors.azure_ad.graph import requests
from connectors.azure_ad.graph.client import GraphClient
from connectors.azure_ad.graph.responses import GraphRequest, RequestRefused
from connectors.azure_ad.graph.users import Id, Page, reader
from connectors.azure_ad.scope import Application, Everyone, Group, UserQuery
from connectors.base import ChoiceNeeded, SourceIncomplete, SourceMissing
from connectors.http.retry import PageGuard, TransientError

EMPTY_PAGES = 100
"""A page may be empty (facts: microsoft-graph §3); so many in a row mean that the service leads nowhere."""

CORRECT_GROUP = "Correct `group` in the job file and run again."

_GUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_Thing = TypeVar("_Thing", bound=msgspec.Struct)


@dataclass(frozen=True, slots=True)
class ResolvedScope:
    """A scope as the directory resolved it.

    ``lists`` lead to pages of users, ``count`` to their number. ``named`` are the ids of users who are assigned by name
    and must come; ``groups`` is how many groups are assigned. ``notes`` are for the summary.
    """

    name: str
    lists: tuple[GraphRequest, ...]
    count: GraphRequest | None = None
    named: tuple[str, ...] = ()
    groups: int = 0
    notes: tuple[str, ...] = ()


class _Named(msgspec.Struct, rename="camel"):
    """A group."""

    id: Id
    display_name: str | None = None


class _Application(msgspec.Struct, rename="camel"):
    """An enterprise application, as its service principal."""

    id: Id
    display_name: str | None = None
    app_role_assignment_required: bool | None = None


class _Assignment(msgspec.Struct, rename="camel"):
    """A user, group or application that is assigned to an application."""

    principal_id: Id
    principal_type: str = ""
    principal_display_name: str | None = None


async def find(graph: GraphClient, query: UserQuery) -> ResolvedScope:
    """Find the group or application of a scope.

    Raises:
        SourceMissing: there is no such group or application.
        ChoiceNeeded: several groups have that name.
        SourceError, RestartRead: as ``GraphClient.ask``.
    """
    match query.scope:
        case Everyone():
            request = requests.users(graph, query.names, query.condition, query.top)
            name = "Entra ID, users that match `filter`" if query.condition else "Entra ID"
            return ResolvedScope(name, (request,), requests.number_of_users(graph, query.condition))
        case Group(name):
            return await _group(graph, name, query)
        case Application(client_id):
            return await _application(graph, client_id, query)


async def pages(graph: GraphClient, request: GraphRequest, read: Callable[[bytes], Page]) -> AsyncIterator[Page]:
    """Return page after page of a list, to its end.

    Raises:
        SourceIncomplete: the pages lead elsewhere, in a circle, or nowhere.
        SourceError, RestartRead: as ``GraphClient.ask``.
    """
    trail, empty = PageGuard(graph.service.base_url), 0
    link: str | None = request.url
    while link is not None:
        page = await graph.ask(request.at(trail.follow(link)), read)
        yield page
        empty = 0 if page.value else empty + 1
        if empty > EMPTY_PAGES:
            raise SourceIncomplete(
                f"Microsoft Graph gave {empty} empty pages in a row for {request.what}, each with a link to a next "
                "one. Nothing of it was used; run again later."
            )
        link = page.next_link


def by_id(graph: GraphClient, query: UserQuery, ids: tuple[str, ...]) -> tuple[GraphRequest, ...]:
    """Read users by their ids, some at a time."""
    rest = iter(ids)
    return tuple(
        requests.users_with(graph, query.names, some, query.condition)
        for some in iter(lambda: tuple(islice(rest, requests.IDS)), ())
    )


async def _group(graph: GraphClient, wanted: str, query: UserQuery) -> ResolvedScope:
    missing = f"There is no group {wanted!r} in this tenant; check `group`: its display name, or its object id."
    if _GUID.fullmatch(wanted):
        found = await _one(graph, requests.group(graph, wanted), _Named, missing, CORRECT_GROUP)
    else:
        request = requests.groups_named(graph, wanted)
        groups = [each async for page in pages(graph, request, reader(_Named)) for each in page.value]
        found = _chosen(groups, wanted, missing)
    name = found.display_name or found.id
    return ResolvedScope(
        f"Entra ID group {name}",
        (requests.members(graph, found.id, name, query.names, query.condition, nested=True),),
        requests.number_of_members(graph, found.id, name, query.condition),
    )


def _chosen(groups: list[_Named], wanted: str, missing: str) -> _Named:
    if not groups:
        raise SourceMissing(missing, advice=CORRECT_GROUP)
    exact = [group for group in groups if group.display_name == wanted]
    if len(groups) == 1 or len(exact) == 1:
        return (exact or groups)[0]
    ids = ", ".join(f"{group.id} ({group.display_name})" for group in groups)
    raise ChoiceNeeded(f"Several groups are named {wanted!r}: {ids}. Write the id of the one that is meant as `group`.")


async def _application(graph: GraphClient, client_id: str, query: UserQuery) -> ResolvedScope:
    missing = (
        f"There is no enterprise application {client_id!r} in this tenant; check `app`: it is the application (client) "
        "id, not the object id."
    )
    found = await _one(
        graph,
        requests.application(graph, client_id),
        _Application,
        missing,
        "Correct `app` in the job file and run again.",
    )
    name = found.display_name or client_id
    users: dict[str, None] = {}
    groups: dict[str, str] = {}
    others: set[str] = set()
    async for page in pages(graph, requests.assignments(graph, found.id, name), reader(_Assignment)):
        for each in page.value:
            match each.principal_type:
                case "User":
                    users[each.principal_id] = None
                case "Group":
                    groups[each.principal_id] = each.principal_display_name or each.principal_id
                case _:
                    others.add(each.principal_id)
    notes = []
    if others:
        notes.append(f"Applications that are assigned to {name!r} were left out: {len(others)}.")
    if found.app_role_assignment_required is False:
        notes.append(
            f"{name!r} does not require an assignment: every user of the tenant may sign in, so those who are assigned "
            'are not all who can. Set "Assignment required" in its properties, or read a group.'
        )
    direct = tuple(users)
    lists = by_id(graph, query, direct) + tuple(
        requests.members(graph, identity, title, query.names, query.condition, nested=False)
        for identity, title in groups.items()
    )
    return ResolvedScope(f"Entra ID application {name}", lists, named=direct, groups=len(groups), notes=tuple(notes))


async def _one(graph: GraphClient, request: GraphRequest, kind: type[_Thing], missing: str, advice: str) -> _Thing:
    """Read one object that may not exist."""
    decode = msgspec.json.Decoder(kind).decode

    def read(body: bytes) -> _Thing:
        try:
            return decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise TransientError("an answer that cannot be read") from None

    try:
        return await graph.ask(request, read)
    except RequestRefused as refusal:
        if refusal.status == HTTPStatus.NOT_FOUND:
            raise SourceMissing(missing, advice=advice) from None
        raise
