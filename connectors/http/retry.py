"""Retries and page links over HTTP: which errors are transient, how long to retry, which links may be followed.

Both keep a reading complete: a transient error must not end it early, and a link to another host must not carry our
token there.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from tenacity import AsyncRetrying, RetryCallState, Retrying, retry_if_exception_type, wait_exponential, wait_random

from connectors.base import SourceIncomplete
from connectors.http.trace import retried

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 509})
"""Status codes of transient errors: the same request may succeed later (facts: microsoft-graph §2)."""


class TransientError(Exception):
    """A retryable error; the message is one clause, ``after`` is the server's Retry-After in seconds."""

    def __init__(self, what: str, after: float | None = None) -> None:
        """Keep Retry-After apart from the message."""
        super().__init__(what)
        self.after = after


class ConnectFailed(TransientError):
    """No connection, and none before: a wrong address or a network that is down."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long one request is retried: ``attempts`` times, with ``seconds`` of waiting in all.

    A host that was never reached gets ``connect_attempts`` only, so that a wrong address is reported within seconds.
    Retry-After is obeyed; a request whose Retry-After is longer than the time that is left is given up at once. Without
    one, or with a Retry-After of 0, the waits double, with jitter.
    """

    attempts: int = 8
    connect_attempts: int = 4
    seconds: float = 900
    first: float = 0.5
    longest: float = 60
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    async_sleep: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep, repr=False)

    def retrying(self) -> Retrying:
        """Build a loop that retries on ``TransientError`` and raises the last one when attempts run out."""
        return Retrying(
            sleep=self.sleep,
            wait=self._wait,
            stop=self._stop,
            retry=retry_if_exception_type(TransientError),
            before_sleep=retried,
            reraise=True,
        )

    def retrying_async(self) -> AsyncRetrying:
        """Build the same loop for an awaitable."""
        return AsyncRetrying(
            sleep=self.async_sleep,
            wait=self._wait,
            stop=self._stop,
            retry=retry_if_exception_type(TransientError),
            before_sleep=retried,
            reraise=True,
        )

    def _wait(self, state: RetryCallState) -> float:
        backoff = wait_exponential(multiplier=self.first, max=self.longest) + wait_random(0, self.first)
        return _requested_wait(state) or backoff(state)

    def _stop(self, state: RetryCallState) -> bool:
        unreached = state.outcome is not None and isinstance(state.outcome.exception(), ConnectFailed)
        most = min(self.connect_attempts, self.attempts) if unreached else self.attempts
        return state.attempt_number >= most or state.idle_for + state.upcoming_sleep > self.seconds


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Read ``Retry-After`` in seconds: a number or an HTTP date; 0 for the past, None if it is not usable.

    ``headers`` are found by their lower-case name, or are a mapping that ignores case (``httpx.Headers``).
    """
    text = (headers.get("retry-after") or "").strip()
    try:
        seconds = float(text)
    except ValueError:
        try:
            date = parsedate_to_datetime(text)
        except ValueError:
            return None
        seconds = (date.replace(tzinfo=date.tzinfo or UTC) - (now or datetime.now(UTC))).total_seconds()
    return None if math.isnan(seconds) else max(seconds, 0.0)


@dataclass(slots=True)
class PageGuard:
    """The pages of one reading: none is visited twice, and none lies outside the service that was asked first."""

    home: str
    _visited: set[int] = field(default_factory=set)

    def follow(self, link: str) -> str:
        """Return the link back if it may be followed.

        Raises:
            SourceIncomplete: it leads to another host, to http from https, contains a user name, is not an
                address at all, or was already followed.
        """
        if (place := _origin(link)) != _origin(self.home):
            scheme, host, port = place or ("", "", 0)
            elsewhere = f"to another place, {scheme}://{host}:{port}" if host else "to no place that can be understood"
            raise SourceIncomplete(
                f"A page of {_host(self.home)} leads {elsewhere}. It was not followed, and no token was sent there; "
                "check the endpoint and any proxy between here and there."
            )
        if (mark := hash(link)) in self._visited:
            raise SourceIncomplete(
                f"{_host(self.home)} leads in a circle: a page that was already read is named as the next one. "
                "Nothing of it was used; run again, and report it to the service if it stays so."
            )
        self._visited.add(mark)
        return link


def _requested_wait(state: RetryCallState) -> float | None:
    error = state.outcome.exception() if state.outcome else None
    return error.after if isinstance(error, TransientError) else None


def _origin(link: str) -> tuple[str, str, int] | None:
    """Return scheme, host and port; None if it is not an address, or contains a user name."""
    try:
        parts = urlsplit(link)
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if parts.username is not None or parts.password is not None:
        return None
    return scheme, (parts.hostname or "").lower(), port or {"http": 80}.get(scheme, 443)


def _host(link: str) -> str:
    return urlsplit(link).hostname or link
