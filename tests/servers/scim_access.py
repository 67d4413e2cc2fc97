"""Who may ask the SCIM server, and how often: passwords, tokens with an end, and the limit on requests a minute."""

import base64
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from urllib.parse import parse_qs, unquote_plus

from tests.servers.loopback import Answer, Request
from tests.servers.scim_query import Refused

LOCKED_AFTER = 5
FREE, DELAYED, WINDOW = 200, 280, 60.0


@dataclass(slots=True)
class Access:
    """The credentials that open the service; ``by_certificate`` leaves it to TLS.

    ``tokens`` are bearer tokens from elsewhere. The token endpoint gives tokens that last ``lifetime``
    seconds, of ``clock``.
    """

    client_id: str = "invented-client"
    secret: str = "invented-password"  # noqa: S105 - opens nothing but this server
    tokens: set[str] = field(default_factory=set)
    by_certificate: bool = False
    lifetime: float = 3600
    clock: Callable[[], float] = time.monotonic
    may_read: set[str] = field(default_factory=lambda: {"Users", "Groups"})
    failures: int = 0
    _ends: dict[str, float] = field(default_factory=dict)
    _numbers: count = field(default_factory=lambda: count(1))

    def admit(self, request: Request, kind: str) -> None:
        """Let a request in, or refuse it: 401 for a stranger, 403 for one who may not read this kind."""
        scheme, _, proof = request.headers.get("authorization", "").partition(" ")
        if not (self.by_certificate or (scheme == "Basic" and self._knows(proof)) or self._is_valid(scheme, proof)):
            self.failures += scheme == "Basic"
            raise Refused(401, "The client is not authenticated.")
        if kind not in self.may_read:
            raise Refused(403, "Access to the resource is denied.")

    def token(self, request: Request) -> Answer:
        """Serve the token endpoint: basic authentication of form-encoded parts, grant client_credentials, no more."""
        scheme, _, proof = request.headers.get("authorization", "").partition(" ")
        form = parse_qs(request.body.decode())
        if request.headers.get("content-type") != "application/x-www-form-urlencoded":
            return Answer.json({"error": "invalid_request"}, 400)
        if scheme != "Basic" or not self._knows(proof, unquote_plus):
            return Answer.json({"error": "invalid_client", "error_description": "Client is not known."}, 401)
        if form != {"grant_type": ["client_credentials"]}:
            return Answer.json({"error": "unsupported_grant_type"}, 400)
        token = f"invented-token-{next(self._numbers)}"
        self._ends[token] = self.clock() + self.lifetime
        return Answer.json({"access_token": token, "token_type": "Bearer", "expires_in": self.lifetime})

    def revoke(self) -> None:
        """End every token that was given out, before its time."""
        self._ends.clear()

    def _knows(self, proof: str, decoded: Callable[[str], str] = str) -> bool:
        try:
            name, _, secret = base64.b64decode(proof, validate=True).decode().partition(":")
        except ValueError:
            return False
        # The service locks a client after wrong passwords.
        return self.failures < LOCKED_AFTER and (decoded(name), decoded(secret)) == (self.client_id, self.secret)

    def _is_valid(self, scheme: str, token: str) -> bool:
        return scheme == "Bearer" and (token in self.tokens or self._ends.get(token, 0) > self.clock())


@dataclass(slots=True)
class Throttle:
    """The limit of a tenant (facts: microsoft-graph §4): 200 a minute are free, 80 more come late, then none for 60 s.

    The real service does not send ``Retry-After``, and neither does this one.
    """

    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    delayed: int = 0
    refused: int = 0
    _asked: deque[float] = field(default_factory=deque)
    _closed_until: float = float("-inf")

    def count(self) -> None:
        """Count a request, and delay or refuse it."""
        now = self.clock()
        while self._asked and self._asked[0] <= now - WINDOW:
            self._asked.popleft()
        if now >= self._closed_until:
            self._asked.append(now)
            if len(self._asked) > DELAYED:
                self._closed_until = now + WINDOW
        if now < self._closed_until:
            self.refused += 1
            raise Refused(429, "Too many requests.")
        if len(self._asked) > FREE:
            self.delayed += 1
            self.sleep(1.0)
