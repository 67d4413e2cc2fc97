"""Who may ask the RCI server: a user of System Configurator with a password, an API key, and rights for each verb.

Five failed sign-ins lock the user for half an hour (facts: contact-pro, RCI).
"""

import base64
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.servers.loopback import Answer, Request

LOCKED_AFTER, LOCKED_SECONDS = 5, 1800.0
VIEW_USERS, VIEW, MODIFY, REMOVE = "view users", "view certificates", "add certificates", "remove certificates"


class Refused(Exception):
    """The request is answered with an error."""

    def __init__(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        """Keep the body of the answer."""
        super().__init__(text)
        self.answer = Answer(status, text.encode(), {"Content-Type": "text/plain", **(headers or {})})


@dataclass(slots=True)
class Access:
    """The credentials that open the interface, and what its user may do."""

    user: str = "svc-sync"
    password: str = "invented-password"  # noqa: S105 - opens nothing but this server
    api_key: str = "invented-key"
    rights: set[str] = field(default_factory=lambda: {VIEW_USERS, VIEW, MODIFY, REMOVE})
    clock: Callable[[], float] = time.monotonic
    failures: int = 0
    locked_until: float = float("-inf")

    def admit(self, request: Request, right: str) -> None:
        """Let a request in, or refuse it.

        Raises:
            Refused: 403 without the key (the gateway's answer) or the right, 401 for a wrong password or a locked user.
        """
        if request.headers.get("x-api-key") != self.api_key:
            raise Refused(403, '{"message":"Forbidden"}')
        if self.clock() < self.locked_until:
            raise Refused(401, "The user is locked.", {"WWW-Authenticate": "Basic"})
        scheme, _, proof = request.headers.get("authorization", "").partition(" ")
        if scheme != "Basic" or not self._knows(proof):
            self.failures += 1
            if self.failures >= LOCKED_AFTER:
                self.failures, self.locked_until = 0, self.clock() + LOCKED_SECONDS
            raise Refused(401, "The user name or the password is wrong.", {"WWW-Authenticate": "Basic"})
        self.failures = 0
        if right not in self.rights:
            raise Refused(403, "The user has not the right to do this.")

    def _knows(self, proof: str) -> bool:
        try:
            name, _, secret = base64.b64decode(proof, validate=True).decode().partition(":")
        except ValueError:
            return False
        return (name, secret) == (self.user, self.password)


@dataclass(slots=True)
class Throttle:
    """So many requests in a second, then 429 with ``Retry-After``."""

    per_second: int
    clock: Callable[[], float] = time.monotonic
    refused: int = 0
    _second: int = -1
    _asked: int = 0

    def count(self) -> None:
        """Count a request, or refuse it."""
        second = int(self.clock())
        self._asked = self._asked + 1 if second == self._second else 1
        self._second = second
        if self._asked > self.per_second:
            self.refused += 1
            raise Refused(429, "Too many requests.", {"Retry-After": "1"})
