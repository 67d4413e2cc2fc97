"""Groups, members and the enterprise application, as Graph serves them."""

from collections.abc import Iterable
from typing import Any

import msgspec

from tests.servers.graph_filter import Filter, Refused, unsupported
from tests.servers.graph_groups import AGENT_ROLE, BERLIN, SUPERVISOR_ROLE, Group, ServicePrincipal
from tests.servers.graph_pages import TYPE, Listing, Renderer
from tests.servers.graph_query import Query
from tests.servers.graph_world import World

GROUP_PROPERTIES = (
    "id", "deletedDateTime", "createdDateTime", "description", "displayName", "groupTypes", "mail", "mailEnabled",
    "mailNickname", "securityEnabled", "visibility",
)  # fmt: skip
APPLICATION_PROPERTIES = (
    "id", "appId", "displayName", "accountEnabled", "appRoleAssignmentRequired", "appRoles", "servicePrincipalType",
)  # fmt: skip
ASSIGNMENT_PROPERTIES = (
    "id", "deletedDateTime", "appRoleId", "createdDateTime", "principalDisplayName", "principalId", "principalType",
    "resourceDisplayName", "resourceId",
)  # fmt: skip
ROBOT = "ac0ffee0-5a17-4c0d-9e57-000000000003"
LONG_AGO = "2025-01-05T08:00:00Z"

Document = dict[str, Any]


def missing(identity: str) -> Refused:
    """Build the 404 of an object that is not there."""
    return Refused(
        404,
        "Request_ResourceNotFound",
        f"Resource '{identity}' does not exist or one of its queried reference-property objects are not present.",
    )


def find_group(world: World, identity: str) -> Group:
    """Find a group by its id."""
    found = next((each for each in world.groups if each.id == identity.lower()), None)
    if found is None:
        raise missing(identity)
    return found


def group_document(group: Group) -> Document:
    """Show a group."""
    known = {"id": group.id, "displayName": group.name, "mailNickname": group.name, "createdDateTime": LONG_AGO}
    flags = {"groupTypes": [], "mailEnabled": False, "securityEnabled": True}
    return dict.fromkeys(GROUP_PROPERTIES) | known | flags


def members(
    world: World, renderer: Renderer, group: Group, select: tuple[str, ...], *, deep: bool, cast: bool
) -> Listing:
    """Return the members of a group: ``deep`` with those of nested groups, ``cast`` only those who are users."""
    within = world.within(group) if deep else (group,)
    head: list[Document] = []
    if not cast:
        nested = {identity for each in within for identity in each.nested}
        shown = [{TYPE: "#microsoft.graph.group", **group_document(find_group(world, each))} for each in sorted(nested)]
        things = {thing["id"]: thing for each in within for thing in each.others}
        head = [narrowed({**dict.fromkeys(select), **thing}, select) for thing in (*shown, *things.values())]

    def rows(places: Iterable[int]) -> list[bytes]:
        return renderer.rows(places, select)

    return Listing(world, rows, "users" if cast else "directoryObjects", world.members(group, deep=deep), head)


def find_application(world: World, *, app_id: str = "", identity: str = "") -> ServicePrincipal:
    """Find an enterprise application by its client id or by the id of its object."""
    for each in (world.app, world.other_app):
        if app_id.lower() == each.app_id or identity.lower() == each.id:
            return each
    raise missing(app_id or identity)


def application_document(application: ServicePrincipal) -> Document:
    """Show an enterprise application."""
    roles = [
        {"id": role, "displayName": name, "value": name, "isEnabled": True, "allowedMemberTypes": ["User"]}
        for role, name in ((AGENT_ROLE, "Agent"), (SUPERVISOR_ROLE, "Supervisor"))
    ]
    return {
        "id": application.id,
        "appId": application.app_id,
        "displayName": application.name,
        "accountEnabled": True,
        "appRoleAssignmentRequired": application.assignment_required,
        "appRoles": roles,
        "servicePrincipalType": "Application",
    }


def assignments(world: World, application: ServicePrincipal, select: tuple[str, ...]) -> Listing:
    """Return who is assigned to an application: a group and a robot, one user a second time, then every user."""

    def row(number: int, kind: str, identity: str, name: str, role: str = AGENT_ROLE) -> Document:
        document = {
            "id": f"assignment-{number:07d}-{role[-1]}",
            "deletedDateTime": None,
            "appRoleId": role,
            "createdDateTime": LONG_AGO,
            "principalDisplayName": name,
            "principalId": identity,
            "principalType": kind,
            "resourceDisplayName": application.name,
            "resourceId": application.id,
        }
        return narrowed(document, select)

    def user(place: int, role: str = AGENT_ROLE) -> Document:
        person = world.person(place)
        return row(place, "User", person["id"], person.get("displayName", ""), role)

    def rows(places: Iterable[int]) -> list[bytes]:
        return [msgspec.json.encode(user(place)) for place in places]

    if application is not world.app:  # the other one has no assignments
        return Listing(world, rows, "appRoleAssignments")
    head = [
        row(9_000_001, "Group", BERLIN, "SG-ContactCentre-Berlin"),
        row(9_000_002, "ServicePrincipal", ROBOT, "Robot (invented)"),
    ]
    if 1 in world.assigned():
        head.append(user(1, SUPERVISOR_ROLE))
    return Listing(world, rows, "appRoleAssignments", world.assigned(), head)


def documents(world: World, found: Iterable[Document], query: Query, context: str) -> Listing:
    """Return a handful of documents that are not people: those that pass the filter of the query."""
    head = [narrowed(each, query.select) for each in found if query.filter is None or query.filter(each)]
    return Listing(world, lambda _: [], context, head=head)


def no_filter(_: str) -> Filter:
    """Refuse to filter."""
    raise unsupported("$filter is not supported for this list.")


def narrowed(document: Document, select: tuple[str, ...]) -> Document:
    """Keep what was selected; the type always stays."""
    return {name: value for name, value in document.items() if name in select or name == TYPE}
