"""The requests that are made of Microsoft Graph, each by the SDK's own builder and its typed query parameters.

An OData cast, a ``$count`` and an advanced filter need ``$count=true`` and the header ConsistencyLevel: eventual, on
every page (facts: microsoft-graph §3); a ``GraphRequest`` carries its headers from page to page.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.groups.groups_request_builder import GroupsRequestBuilder
from msgraph.generated.groups.item.group_item_request_builder import GroupItemRequestBuilder
from msgraph.generated.groups.item.members.graph_user.graph_user_request_builder import (
    GraphUserRequestBuilder as MembersRequestBuilder,
)
from msgraph.generated.groups.item.transitive_members.graph_user.count.count_request_builder import (
    CountRequestBuilder as MembersCountRequestBuilder,
)
from msgraph.generated.groups.item.transitive_members.graph_user.graph_user_request_builder import (
    GraphUserRequestBuilder as TransitiveMembersRequestBuilder,
)
from msgraph.generated.service_principals.item.app_role_assigned_to.app_role_assigned_to_request_builder import (
    AppRoleAssignedToRequestBuilder,
)
from msgraph.generated.service_principals_with_app_id.service_principals_with_app_id_request_builder import (
    ServicePrincipalsWithAppIdRequestBuilder,
)
from msgraph.generated.users.count.count_request_builder import CountRequestBuilder
from msgraph.generated.users.users_request_builder import UsersRequestBuilder

from connectors.azure_ad.graph import attributes
from connectors.azure_ad.graph.client import GraphClient
from connectors.azure_ad.graph.responses import GraphRequest

IDS = 15
"""The most ids of one ``in``."""

EVENTUAL = {"ConsistencyLevel": "eventual"}

PAGE = 999
"""The largest page that Graph gives."""

_FILTER = "check `filter` and the attributes that the mapping names"


def users(graph: GraphClient, names: Sequence[str], condition: str | None, top: int | None = None) -> GraphRequest:
    """Build the request for every user, or for those who match an OData condition."""
    parameters = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(
        select=attributes.selected(names), top=top or PAGE, filter=condition, count=True if condition else None
    )
    what = "the users that match `filter`" if condition else "the users"
    return _request(graph, graph.sdk.users, parameters, what, _shown(names), eventual=bool(condition))


def users_with(graph: GraphClient, names: Sequence[str], ids: Iterable[str], condition: str | None) -> GraphRequest:
    """Build the request for the users with these ids, ``IDS`` at most."""
    these = f"id in ({', '.join(map(_quoted, ids))})"
    if condition:
        these += f" and ({condition})" if " or " in condition.lower() else f" and {condition}"
    parameters = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(
        select=attributes.selected(names), top=PAGE, filter=these, count=True if condition else None
    )
    return _request(graph, graph.sdk.users, parameters, "users by their ids", _shown(names), eventual=bool(condition))


def number_of_users(graph: GraphClient, condition: str | None) -> GraphRequest:
    """Build the request for the number of users."""
    parameters = CountRequestBuilder.CountRequestBuilderGetQueryParameters(filter=condition)
    return _request(graph, graph.sdk.users.count, parameters, "the number of users", _shown(("id",)), eventual=True)


def changes_from_now(graph: GraphClient, names: Sequence[str]) -> GraphRequest:
    """Build the request for the link to all changes from now on; the SDK has no parameter for it, by its design."""
    link = f"{graph.service.base_url}/users/delta?$select={','.join(attributes.selected(names))}&$deltatoken=latest"
    return changes(link)


def changes(link: str) -> GraphRequest:
    """Build the request for the changes since a link; whether ReadBasic is enough for that is not documented."""
    return GraphRequest(link, "the changes of users", ("User.Read.All",), {"Accept": "application/json"})


def group(graph: GraphClient, identity: str) -> GraphRequest:
    """Build the request for one group by its id."""
    parameters = GroupItemRequestBuilder.GroupItemRequestBuilderGetQueryParameters(select=["id", "displayName"])
    builder = graph.sdk.groups.by_group_id(identity)
    return _request(graph, builder, parameters, f"the group {identity}", _MEMBERS, check="check `group`")


def groups_named(graph: GraphClient, name: str) -> GraphRequest:
    """Build the request for the groups with this display name; Graph ignores its case."""
    parameters = GroupsRequestBuilder.GroupsRequestBuilderGetQueryParameters(
        select=["id", "displayName"], filter=f"displayName eq {_quoted(name)}", top=PAGE
    )
    return _request(graph, graph.sdk.groups, parameters, f"the group {name!r}", _MEMBERS, check="check `group`")


def members(
    graph: GraphClient, identity: str, name: str, names: Sequence[str], condition: str | None, *, nested: bool
) -> GraphRequest:
    """Build the request for the users of a group, ``nested`` with those of its groups; not for devices and contacts."""
    item = graph.sdk.groups.by_group_id(identity)
    query: dict[str, Any] = {"select": attributes.selected(names), "top": PAGE, "filter": condition, "count": True}
    if nested:
        builder = item.transitive_members.graph_user
        parameters = TransitiveMembersRequestBuilder.GraphUserRequestBuilderGetQueryParameters(**query)
    else:
        builder = item.members.graph_user
        parameters = MembersRequestBuilder.GraphUserRequestBuilderGetQueryParameters(**query)
    permissions = (*_shown(names), *_MEMBERS)
    return _request(graph, builder, parameters, f"the members of the group {name!r}", permissions, eventual=True)


def number_of_members(graph: GraphClient, identity: str, name: str, condition: str | None) -> GraphRequest:
    """Build the request for the number of users of a group, with those of its groups."""
    parameters = MembersCountRequestBuilder.CountRequestBuilderGetQueryParameters(filter=condition)
    builder = graph.sdk.groups.by_group_id(identity).transitive_members.graph_user.count
    return _request(graph, builder, parameters, f"the number of members of {name!r}", _MEMBERS, eventual=True)


def application(graph: GraphClient, client_id: str) -> GraphRequest:
    """Build the request for an enterprise application by its client id."""
    parameters = ServicePrincipalsWithAppIdRequestBuilder.ServicePrincipalsWithAppIdRequestBuilderGetQueryParameters(
        select=["id", "displayName", "appRoleAssignmentRequired"]
    )
    builder = graph.sdk.service_principals_with_app_id(client_id)
    return _request(graph, builder, parameters, f"the application {client_id}", _ASSIGNED, check="check `app`")


def assignments(graph: GraphClient, identity: str, name: str) -> GraphRequest:
    """Build the request for the assignments of an enterprise application; ``identity`` is the id of its object."""
    parameters = AppRoleAssignedToRequestBuilder.AppRoleAssignedToRequestBuilderGetQueryParameters(
        select=["principalId", "principalType", "principalDisplayName"], top=PAGE
    )
    builder = graph.sdk.service_principals.by_service_principal_id(identity).app_role_assigned_to
    return _request(graph, builder, parameters, f"the assignments of {name!r}", _ASSIGNED, check="check `app`")


_MEMBERS = ("GroupMember.Read.All",)
_ASSIGNED = ("Application.Read.All",)


def _shown(names: Iterable[str]) -> tuple[str, ...]:
    return (attributes.permission(names),)


def _request(
    graph: GraphClient,
    builder: Any,  # noqa: ANN401 - the SDK's builders are read without their types
    parameters: object,
    what: str,
    permissions: tuple[str, ...],
    *,
    eventual: bool = False,
    check: str = _FILTER,
) -> GraphRequest:
    info = builder.to_get_request_information(RequestConfiguration(query_parameters=parameters))
    graph.adapter.set_base_url_for_request_information(info)
    headers = {**info.request_headers, **(EVENTUAL if eventual else {})}
    return GraphRequest(info.url, what, permissions, headers, check)


def _quoted(text: str) -> str:
    """Write a text as OData does, its quotes doubled."""
    return "'" + text.replace("'", "''") + "'"
