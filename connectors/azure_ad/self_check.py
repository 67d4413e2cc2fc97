"""Check that a reading would succeed, with a few requests and one line for each.

An error becomes a failed check, and a token is read but never shown.
"""

import base64
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any

import msgspec
import pyarrow.compute as pc

from connectors.azure_ad.full_read import count
from connectors.azure_ad.graph import attributes
from connectors.azure_ad.graph.client import GraphClient
from connectors.azure_ad.graph.requests import users
from connectors.azure_ad.graph.users import UserDecoder
from connectors.azure_ad.lookup import ResolvedScope, find
from connectors.azure_ad.scope import Application, Everyone, UserQuery
from connectors.base import Check, ChoiceNeeded, SourceError, clock_check, failed_check
from connectors.http.restart import RestartRead

SAMPLE = 100
"""So many users are looked at to see which attributes come."""

_NEXT = {
    "sign-in": "Correct the credential of the job file, or its secret.",
    "permissions": "Grant the permissions to the application, with admin consent.",
    "attributes": "Grant the permissions to the application, with admin consent.",
    "scope": "Correct `group`, `app` or `filter` in the job file.",
}
_GRANT = "Add it to the app registration as an application permission and grant admin consent."


async def examine(graph: GraphClient, query: UserQuery, *, delta: bool) -> tuple[Check, ...]:
    """Check sign-in, permissions, attributes, scope and clock; without a sign-in at that alone."""
    async with graph:
        try:
            token = await graph.tokens.get_token(graph.service.token_scope)
        except SourceError as error:
            return (failed_check("sign-in", error, _NEXT["sign-in"]),)
        claims = _claims(token.token)
        # A given token has no expiry date of its own, unless its claims can be read.
        ends = claims.get("exp") if claims else token.expires_on if graph.tokens.asks_for_itself else None
        sign_in = _sign_in(ends)
        place, scope = await _found(graph, query)
        return (
            sign_in,
            await _or_failed("permissions", lambda: _permissions(graph, query, claims, delta=delta)),
            *(
                [await _or_failed("attributes", lambda: _attributes(graph, query, place))]
                if place and place.lists
                else []
            ),
            scope,
            clock_check(_ahead(graph.heard)),
        )


def needed(query: UserQuery, *, delta: bool = False) -> tuple[str, ...]:
    """Name the least permissions of an application with which this can be read."""
    person = "User.Read.All" if delta else attributes.permission(query.names)
    match query.scope:
        case Everyone():
            return (person,)
        case Application():
            return (person, "GroupMember.Read.All", "Application.Read.All")
        case _:
            return (person, "GroupMember.Read.All")


def _sign_in(ends: object) -> Check:
    if not isinstance(ends, int | float):
        return Check("sign-in", "ok", "A token was given; it has no expiry date.")
    end = datetime.fromtimestamp(ends, UTC)
    until = f"{end:%Y-%m-%d %H:%M} UTC"
    if end <= datetime.now(UTC):
        return Check("sign-in", "failed", f"The token ended at {until}.", "Get a new one.")
    return Check("sign-in", "ok", f"A token was given; it is valid until {until}.")


async def _permissions(graph: GraphClient, query: UserQuery, claims: dict[str, Any] | None, *, delta: bool) -> Check:
    """Check the permissions: read one user, and compare what the token lists with what is needed."""
    wanted = needed(query, delta=delta)
    has = _granted(claims)
    missing = [name for name in wanted if has is not None and not attributes.STRONGER[name] & has]
    try:
        await graph.ask(users(graph, query.names, None, 1), UserDecoder(query.names).read)
    except SourceError as error:
        if missing:
            return Check("permissions", "failed", f"The token lacks {', '.join(missing)}.", _GRANT)
        return failed_check("permissions", error, _NEXT["permissions"])
    if missing:
        return Check(
            "permissions",
            "warning",
            f"The token does not list {', '.join(missing)}, but a test query returned a user: a role may be enough.",
            _GRANT,
        )
    known = "" if has is not None else "The token's permissions cannot be read, but a test query returned a user. "
    return Check("permissions", "ok", f"{known}Needed: {', '.join(wanted)}.")


async def _attributes(graph: GraphClient, query: UserQuery, place: ResolvedScope) -> Check:
    """Check which attributes are empty for all users of the first page."""
    readers = UserDecoder(query.names)
    page = await graph.ask(place.lists[0], readers.read)
    people = list(islice(page.value, SAMPLE))
    if not people:
        return Check("attributes", "warning", "There are no users.", "Check `group`, `app` and `filter`.")
    columns = zip(query.names, readers.columns(people), strict=True)
    absent = [name for name, column in columns if not pc.max(pc.binary_length(column)).as_py()]
    if not absent:
        return Check(
            "attributes", "ok", f"All {len(query.names)} attributes are shown ({len(people)} users looked at)."
        )
    blind = " Without accountEnabled, disabled accounts are not recognised." if "accountEnabled" in absent else ""
    return Check(
        "attributes",
        "failed" if len(absent) == len(query.names) - 1 else "warning",
        f"None of {len(people)} users has {', '.join(absent)}.{blind}",
        f"Grant {' and '.join(needed(query))} with admin consent, or remove these attributes from the mapping.",
    )


async def _found(graph: GraphClient, query: UserQuery) -> tuple[ResolvedScope | None, Check]:
    """Check the scope, and count its users."""
    found: list[ResolvedScope] = []

    async def check_scope() -> Check:
        sample = UserQuery(query.scope, query.names, query.condition, SAMPLE)
        place = await find(graph, sample)
        found.append(place)
        number = await count(graph, place.count) if place.count else None
        if number == 0 or not place.lists:
            return Check("scope", "failed", f"{place.name} has no users.", "Check `group`, `app` and `filter`.")
        if place.count:
            size = f"{number:,} users" if number is not None else "users (not counted)"
        else:
            size = f"{len(place.named):,} users assigned by name, and {place.groups:,} groups"
        seen = " ".join([f"{place.name}: {size}.", *place.notes])
        return (
            Check("scope", "warning", seen, "Nothing, if that is intended.")
            if place.notes
            else Check("scope", "ok", seen)
        )

    check = await _or_failed("scope", check_scope)
    return (found[0] if found else None), check


def _ahead(heard: tuple[str, float] | None) -> float | None:
    """Return how many seconds the service's clock is ahead of ours; its own answers have the time to the second."""
    try:
        date, came = heard or ("", 0.0)
        return round(parsedate_to_datetime(date).timestamp() - came)
    except ValueError:
        return None


async def _or_failed(name: str, checked: Callable[[], Awaitable[Check]]) -> Check:
    try:
        return await checked()
    except (SourceError, ChoiceNeeded, RestartRead) as error:
        return failed_check(name, error, _NEXT[name])


def _claims(token: str) -> dict[str, Any] | None:
    """Return the claims of a token without verifying it; None if it cannot be read."""
    parts = token.split(".")
    try:
        payload = parts[1] + "=" * (-len(parts[1]) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(payload), type=dict[str, Any])
    except (IndexError, ValueError, msgspec.MsgspecError):
        return None


def _granted(claims: dict[str, Any] | None) -> set[str] | None:
    """Return the permissions that a token lists, of the application or of a person; None if it cannot be read."""
    if claims is None:
        return None
    roles, scopes = claims.get("roles"), claims.get("scp")
    listed = {role for role in roles if isinstance(role, str)} if isinstance(roles, list) else set()
    return listed | (set(scopes.split()) if isinstance(scopes, str) else set())
