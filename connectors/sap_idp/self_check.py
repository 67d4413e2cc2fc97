"""Check that a reading of a SCIM service would succeed: sign-in, users, group and clock, one request each."""

from collections.abc import Iterator

from connectors.base import Check, ChoiceNeeded, SourceError, SourceIncomplete, SourceRefused, clock_check, failed_check
from connectors.sap_idp.client import ScimClient
from connectors.sap_idp.credentials import SignInRefused
from connectors.sap_idp.groups import find
from connectors.sap_idp.paging import PagedList, Paging, pages_of, whole
from connectors.sap_idp.users import Attribute, User, UserTable


def examination(
    client: ScimClient, wanted: tuple[Attribute, ...], query: dict[str, str], group: str | None, paging: Paging
) -> Iterator[Check]:
    """Check a service.

    Raises:
        SourceError: the service is unreachable or refuses the sign-in; then nothing else can be checked.
    """
    try:
        users = whole("Users", lambda paging: _users(client, wanted, query, paging), paging)[0]
    except SignInRefused:
        raise
    except (SourceRefused, SourceIncomplete) as error:
        # A service that refuses a request, or answers it badly, has accepted the sign-in.
        users = failed_check("users", error)
    yield Check("sign-in", "ok", f"{client.host} accepts the credential")
    yield users
    if group is not None:
        yield _group(client, group, paging)
    yield clock_check(client.skew)


def _users(client: ScimClient, wanted: tuple[Attribute, ...], query: dict[str, str], paging: Paging) -> Check:
    table = UserTable(wanted)
    listing: PagedList[User] = PagedList(client, "Users", query, pages_of(table.user), paging)
    table.take(next(listing.pages(), []))
    people = table.table()
    if not people.num_rows:
        return Check(
            "users", "failed", f"{client.host} shows no user", "Check filter, and the technical user's rights."
        )
    some = f"{people.num_rows} users" if listing.total is None else f"{people.num_rows} of {listing.total} users"
    cells = zip(people.column_names, people.columns, strict=True)
    if empty := [name for name, column in cells if not any(column.to_pylist())]:
        return Check(
            "users",
            "warning",
            f"{some} were read, and none of them has {', '.join(empty)}",
            "Check the names in the mapping, and whether the technical user may see these attributes.",
        )
    return Check("users", "ok", f"{some} were read, with every attribute that is wanted")


def _group(client: ScimClient, group: str, paging: Paging) -> Check:
    try:
        found = find(client, group, paging)
    except (SourceError, ChoiceNeeded) as error:
        return failed_check("group", error)
    return Check("group", "ok", f"{found.name or found.id} has {len(found.members or ())} direct members")
