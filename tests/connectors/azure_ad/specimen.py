"""A Microsoft Graph on loopback for the contract suite."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.connectors.specimens import CLOSED_PORT, SECRET
from tests.servers.graph import GraphServer, World
from tests.servers.loopback import Fault

TOKEN = "an-invented-token"  # noqa: S105 - invented
TABLE = 'kind = "azure_ad"\nendpoint = "{url}"\ntoken = "file:secret"\nall = true\n'


@contextmanager
def _served(folder: Path, token: str, *faults: Fault) -> Iterator[str]:
    (folder / "secret").write_text(token)
    with GraphServer(World.invented(1200), token=TOKEN) as server:
        server.faults.extend(faults)
        yield TABLE.format(url=server.url)


def good(folder: Path) -> AbstractContextManager[str]:
    """Serve 1 200 people on two pages."""
    return _served(folder, TOKEN)


@contextmanager
def unreachable(folder: Path) -> Iterator[str]:
    """Serve nothing."""
    (folder / "secret").write_text(TOKEN)
    yield TABLE.format(url=f"http://127.0.0.1:{CLOSED_PORT}/v1.0")


def refused(folder: Path) -> AbstractContextManager[str]:
    """Refuse every request with this token."""
    return _served(folder, SECRET)


def incomplete(folder: Path) -> AbstractContextManager[str]:
    """Serve a first page that leads to another host."""
    return _served(folder, TOKEN, Fault("next-foreign", at=r"/users\?", times=-1))
