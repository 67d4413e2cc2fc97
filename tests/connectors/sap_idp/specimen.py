"""A SCIM service on loopback for the contract suite."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.connectors.specimens import CLOSED_PORT, SECRET
from tests.servers.loopback import Fault
from tests.servers.scim import Access, ScimServer, World

TABLE = 'kind = "sap_idp"\nurl = "{url}"\nclient_id = "{client}"\nsecret = "file:secret"\nall = true\n'


@contextmanager
def _served(folder: Path, secret: str, *faults: Fault) -> Iterator[str]:
    access = Access()
    (folder / "secret").write_text(secret)
    with ScimServer(World.invented(120), access) as server:
        server.faults.extend(faults)
        yield TABLE.format(url=server.url, client=access.client_id)


def good(folder: Path) -> AbstractContextManager[str]:
    """Serve 120 people on two pages."""
    return _served(folder, Access().secret)


@contextmanager
def unreachable(folder: Path) -> Iterator[str]:
    """Serve nothing."""
    (folder / "secret").write_text(SECRET)
    yield TABLE.format(url=f"http://127.0.0.1:{CLOSED_PORT}/scim", client="invented-client")


def refused(folder: Path) -> AbstractContextManager[str]:
    """Refuse every request with this password."""
    return _served(folder, SECRET)


def incomplete(folder: Path) -> AbstractContextManager[str]:
    """Serve a list whose pages repeat a person with other data, whichever way it is read."""
    return _served(folder, Access().secret, Fault("twice-changed", at="Users", times=-1))
