"""What the tests of the SCIM connector share: a source for a server, and naps that are written down, not taken."""

from collections.abc import Sequence
from typing import Any

from connectors.base import Extract
from connectors.http.retry import RetryPolicy
from connectors.sap_idp.source import RateLimiter, SapIdpSource, ScimCredential
from tests.servers.scim import ScimServer

BASIC = ScimCredential("basic", "invented-client", lambda: "invented-password")
EMAIL = "emails[primary].value"
DEPARTMENT = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.department"


class Clock:
    """A clock that moves only by its sleeps; ``naps`` are the seconds that were slept."""

    def __init__(self) -> None:
        """Start well away from zero."""
        self.now, self.naps = 1000.0, list[float]()

    def __call__(self) -> float:
        """Return the time."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.now += seconds
        self.naps.append(seconds)


def source(server: ScimServer | str, *attributes: str, clock: Clock | None = None, **wishes: Any) -> SapIdpSource:  # noqa: ANN401 - the fields of the source
    """Build a source that never sleeps."""
    clock = clock or Clock()
    usual: dict[str, Any] = {
        "url": server if isinstance(server, str) else server.url,
        "credential": BASIC,
        "attributes": attributes or (EMAIL,),
        "retry_policy": RetryPolicy(sleep=clock.sleep),
        "pace": RateLimiter(clock=clock, sleep=clock.sleep),
    }
    return SapIdpSource(**(usual | wishes))


def read(server: ScimServer | str, *attributes: str, **wishes: Any) -> Extract:  # noqa: ANN401 - the fields of the source
    """Read all users."""
    return source(server, *attributes, **wishes).read(nothing)


def ids(extract: Extract) -> list[str]:
    """Return the ids of an extract."""
    return list(extract.frame.column("id").to_pylist())


def nothing(_: Sequence[str]) -> int:
    """Recognise no headers: a directory has none."""
    return 0
