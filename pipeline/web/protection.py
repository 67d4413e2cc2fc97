"""Checks of every request: host, origin, size; and the headers of every answer."""

from collections.abc import Callable, Collection

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

UPLOAD_LIMIT = 50_000_000
"""Bytes of one request: a list and a directory."""

DISCARDED = 1_000_000_000
"""Bytes of a too large request that are still read, so that the browser shows the answer and not a lost connection."""

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",  # with no-referrer a browser hides the origin of a form, too
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}

Refuse = Callable[[Request, str, int], Response]
"""Builds the page of a refusal: the key of its sentence and the status."""


class TooLarge(Exception):
    """The body of a request is longer than ``UPLOAD_LIMIT``."""


class Protection:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, *, hosts: Collection[str], refuse: Refuse) -> None:
        """Answer requests for ``hosts`` only (``127.0.0.1:8080``); a name that leads here by DNS is refused."""
        self.app, self.hosts, self.refuse = app, frozenset(hosts), refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request, then let the application answer it."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        headers = Headers(scope=scope)
        limited = _Limited(receive)
        if headers.get("host", "").lower() not in self.hosts:
            await self._refused(scope, limited, send_with_headers, "web.refused.host", 421)
        elif scope["method"] not in {"GET", "HEAD"} and not self._same_site(headers):
            await self._refused(scope, limited, send_with_headers, "web.refused.origin", 403)
        elif int(headers.get("content-length", "0") or 0) > UPLOAD_LIMIT:
            await limited.discard()
            await self._refused(scope, limited, send_with_headers, "web.refused.size", 413)
        else:
            try:
                await self.app(scope, limited, send_with_headers)
            except TooLarge:
                await limited.discard()
                await self._refused(scope, limited, send_with_headers, "web.refused.size", 413)

    def _same_site(self, headers: Headers) -> bool:
        """Return True unless a browser reports that a page of another site sent the form."""
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return False
        origin = headers.get("origin")
        return origin is None or origin.partition("://")[2].lower() in self.hosts

    async def _refused(self, scope: Scope, receive: Receive, send: Send, sentence: str, status: int) -> None:
        response = self.refuse(Request(scope), sentence, status)
        await response(scope, receive, send)


class _Limited:
    """The body of a request as it comes in, counted."""

    def __init__(self, receive: Receive) -> None:
        self._receive, self._count, self._ended = receive, 0, False

    async def __call__(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request":
            self._count += len(message.get("body", b""))
            self._ended = not message.get("more_body", False)
            if self._count > UPLOAD_LIMIT:
                raise TooLarge
        else:
            self._ended = True
        return message

    async def discard(self) -> None:
        """Read what is still coming, up to a limit, and keep nothing of it."""
        while not self._ended and self._count < DISCARDED:
            message = await self._receive()
            self._count += len(message.get("body", b""))
            self._ended = message["type"] != "http.request" or not message.get("more_body", False)
