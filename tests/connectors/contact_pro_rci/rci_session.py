"""What the tests of the RCI client share: a session with a test server that waits for nothing by the clock."""

from connectors.contact_pro_rci.client import RciClient
from connectors.contact_pro_rci.connection import Connection
from connectors.contact_pro_rci.names import PropertyNames
from connectors.http.retry import RetryPolicy
from tests.servers.rci import Access, Names, RciServer

NAMES = PropertyNames("zid", "mail", "host")
ISSUER = "cc-acme.auth.eu-central-1.amazoncognito.com"
SERVED_NAMES = Names(NAMES.id, NAMES.subject, NAMES.issuer)


def session(server: RciServer, *, seconds: float = 35.0) -> RciClient:
    """Build a session that retries at once, and waits so many seconds for an answer."""
    access = Access()
    secrets = {"user": access.user, "password": access.password, "api_key": access.api_key}
    keys = {name: f"env:{name.upper()}" for name in secrets}
    table = Connection.model_validate({"url": server.url, "per_second": 1_000_000, **keys})
    given = {name: lambda text=text: text for name, text in secrets.items()}
    return RciClient(table, given, RetryPolicy(attempts=3, sleep=lambda _: None), seconds)
