"""How the tests read the invented Graph: with plain httpx, and as the documentation asks of every client."""

from dataclasses import dataclass
from typing import Any

import httpx

from tests.servers.graph_service import GraphServer

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reader:
    """A client that holds the token and follows links to their end."""

    client: httpx.Client
    server: GraphServer

    def ask(self, path: str, *, eventual: bool = False) -> httpx.Response:
        """Ask for a path below the service, or for a whole link."""
        headers = {"Authorization": "Bearer invented-token"} | ({"ConsistencyLevel": "eventual"} if eventual else {})
        link = path if path.startswith("http") else self.server.url + path
        assert link.startswith(self.server.url), f"{link} leads elsewhere"
        return self.client.get(link, headers=headers)

    def everything(self, path: str, *, eventual: bool = False) -> list[Row]:
        """Return the rows of all pages of a list."""
        rows: list[Row] = []
        link: str | None = path
        while link:
            answer = self.ask(link, eventual=eventual)
            assert answer.status_code == 200, answer.text
            page = answer.json()
            rows += page["value"]
            link = page.get("@odata.nextLink")
        return rows

    def changes(self, path: str) -> tuple[list[Row], str]:
        """Return the rows of all pages of a delta query, and the link for the next one."""
        rows: list[Row] = []
        while True:
            page = self.ask(path).json()
            rows += page["value"]
            if "@odata.deltaLink" in page:
                assert "@odata.nextLink" not in page
                return rows, page["@odata.deltaLink"]
            path = page["@odata.nextLink"]


def merged(known: list[Row], changes: list[Row]) -> dict[str, Row]:
    """Merge changes into what was known, by id: last wins, removed is gone, null is cleared."""
    people = {row["id"]: dict(row) for row in known}
    for row in changes:
        if "@removed" in row:
            people.pop(row["id"], None)
        else:
            people.setdefault(row["id"], {}).update(row)
    return {
        identity: {name: text for name, text in row.items() if text is not None} for identity, row in people.items()
    }
