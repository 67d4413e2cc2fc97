"""What the tests of kind "azure_ad" share: a source for a server, and naps that are written down, not taken."""

import warnings
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from msgspec.structs import replace

from connectors.azure_ad.source import AzureAdSource, Everyone, GraphCredential, Service
from connectors.base import Extract
from connectors.http.retry import RetryPolicy
from tests.servers.graph import World

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from connectors.azure_ad import delta_read
    from connectors.azure_ad.graph import responses, tokens, users

__all__ = ["delta_read", "responses", "tokens", "users"]

SDK_WARNS = [
    pytest.mark.filterwarnings("ignore:GetQueryParameters is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:This class is deprecated. Please use the generic:DeprecationWarning"),
]
"""The SDK warns of its own classes while they are imported; for the ``pytestmark`` of every module that reads.

Modules that import it at their top are imported above, because warnings are errors here also while tests are collected.
"""

TOKEN = "invented-token"  # noqa: S105 - opens nothing but the test server
CREDENTIAL = GraphCredential("token", token=lambda: TOKEN)
ATTRIBUTES = ("mail", "userPrincipalName", "accountEnabled", "proxyAddresses", "displayName")
AGENTS = "SG-ContactCentre-Agents"


def retry_policy(naps: list[float] | None = None, **limits: float) -> RetryPolicy:
    """Build a retry policy that records its waits and never sleeps."""
    taken = [] if naps is None else naps

    async def async_sleep(seconds: float) -> None:
        taken.append(seconds)

    return RetryPolicy(async_sleep=async_sleep, **limits)


def source(url: str, **wishes: Any) -> AzureAdSource:  # noqa: ANN401 - the fields of the source
    """Build a source that reads ``ATTRIBUTES`` of all users and never sleeps."""
    usual: dict[str, Any] = {
        "service": Service.at(url),
        "credential": CREDENTIAL,
        "scope": Everyone(),
        "attributes": ATTRIBUTES,
        "retry_policy": retry_policy(),
    }
    return AzureAdSource(**(usual | wishes))


def read(url: str, **wishes: Any) -> Extract:  # noqa: ANN401 - the fields of the source
    """Read with such a source.

    The mail of some invented people differs from their primary address; that note is the business of test_observations.
    """
    extract = source(url, **wishes).read(nothing)
    return replace(extract, notes=tuple(note for note in extract.notes if "primary SMTP address" not in note))


def nothing(_: Sequence[str]) -> int:
    """Recognise no headers: a directory has none."""
    return 0


def rows(frame: pa.Table) -> dict[str, dict[str, str]]:
    """Return the rows of a frame by id, because the order of people has no meaning."""
    found = {row["id"]: row for row in frame.to_pylist()}
    assert len(found) == frame.num_rows
    return found


def truth(world: World, names: Sequence[str], places: Iterable[int] | None = None) -> dict[str, dict[str, str]]:
    """Return what a reading of these attributes must give, by the world itself; of all people if no place is named."""
    people = map(world.person, world.everybody() if places is None else places)
    return {person["id"]: {name: text(person.get(name)) for name in ("id", *names)} for person in people}


def text(value: object) -> str:
    """Write a value as the connector promises to write it."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case list():
            return ";".join(value)
        case _:
            return str(value)


def page(*users: dict[str, object], **notes: object) -> bytes:
    """Build the body of a page."""
    return msgspec.json.encode({**{f"@odata.{name}": value for name, value in notes.items()}, "value": list(users)})
