"""The trace of requests that ``-v`` shows: never a query, a header, a body, an id or a name.

Of a path only the words of the protocols are shown, because a sign-in name is a word too.
"""

import logging
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tenacity import RetryCallState

    from connectors.http import httpx_parts as httpx

LOG = logging.getLogger("contactpro_sync.http")

_WORDS = frozenset(
    {
        *("rci", "users", "certificates", "scim", "Users", "Groups"),
        *("v1.0", "beta", "users", "groups", "$count", "delta", "members", "transitiveMembers", "applications"),
        *("graph.user", "microsoft.graph.user", "servicePrincipals", "appRoleAssignedTo", "oauth2", "v2.0", "token"),
    }
)
_BEGAN = "contactpro_sync.began"


def requested(request: "httpx.Request") -> None:
    """Keep the time at which a request began, if it is logged."""
    if LOG.isEnabledFor(logging.INFO):
        request.extensions[_BEGAN] = time.perf_counter()


def answered(response: "httpx.Response") -> None:
    """Log an answer: method, host, path, status and milliseconds."""
    if not LOG.isEnabledFor(logging.INFO):
        return
    request = response.request
    spent = (time.perf_counter() - request.extensions.get(_BEGAN, time.perf_counter())) * 1000
    LOG.info(
        "%s %s%s %d %.0f ms", request.method, request.url.host, path(request.url.path), response.status_code, spent
    )


async def requested_async(request: "httpx.Request") -> None:
    """Log a request of an asynchronous client, as ``requested`` does."""
    requested(request)


async def answered_async(response: "httpx.Response") -> None:
    """Log an answer to an asynchronous client, as ``answered`` does."""
    answered(response)


def retried(state: "RetryCallState") -> None:
    """Log that a request is sent again, and after how many seconds."""
    LOG.info("attempt %d failed, the next in %.1f s", state.attempt_number, state.upcoming_sleep)


def path(raw: str) -> str:
    """Return a path with everything left out that is not a word of a protocol."""
    return re.sub(r"[^/]+", lambda part: part[0] if part[0] in _WORDS else "…", raw)


HOOKS: dict[str, list[Callable[..., Any]]] = {"request": [requested], "response": [answered]}
ASYNC_HOOKS: dict[str, list[Callable[..., Any]]] = {"request": [requested_async], "response": [answered_async]}
