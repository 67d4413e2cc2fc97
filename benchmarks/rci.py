"""Deliveries a second and the reading of users through RCI, beside a plain httpx loop against the same server.

.venv/bin/python -m benchmarks.rci
"""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from connectors.contact_pro_rci import reading
from connectors.contact_pro_rci.client import RciClient
from connectors.contact_pro_rci.connection import Connection
from connectors.contact_pro_rci.names import PropertyNames
from pipeline.deliver.send import Sender
from pipeline.deliver.tasks import Task
from tests.servers.rci import Access, Names

PORT, USERS, DELIVERIES = 8899, 100_000, 300
ISSUER = "cc-acme.auth.eu-central-1.amazoncognito.com"


def plain_loop(client: httpx.Client, names: Names, users: list[str]) -> None:
    """Read, POST and read back, as a script would."""
    for user in users:
        place = f"/users/{user}/certificates"
        client.get(place).json()
        client.post(place, json={names.subject: "Plain.Loop@example.com", names.issuer: ISSUER})
        client.get(place).json()


def plain_users(client: httpx.Client) -> list[str]:
    """Read every user, page by page."""
    found: list[str] = []
    query = {"limit": "1000", "login": "*", "externalId": "*", "email": "*"}
    while page := client.get("/users", params={**query, "offset": str(len(found))}).json():
        found += [each["id"] for each in page]
    return found


def timed(what: str, number: int, work: Callable[[], object]) -> float:
    """Run a function, and print how many a second it did."""
    begin = time.perf_counter()
    work()
    rate = number / (time.perf_counter() - begin)
    sys.stdout.write(f"{what:<32}{rate:>12,.0f} a second\n")
    return rate


def main() -> None:
    """Serve, measure both, and compare."""
    access, names = Access(), Names()
    secrets = {"user": lambda: access.user, "password": lambda: access.password, "api_key": lambda: access.api_key}
    url = f"http://127.0.0.1:{PORT}/p"
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.servers.rci", "--port", str(PORT), "--users", str(USERS)],
        cwd=Path(__file__).parents[1],
        stdout=subprocess.PIPE,
    )
    try:
        assert server.stdout is not None
        server.stdout.readline()
        table = Connection.model_validate(
            {"url": url, "user": "env:U", "password": "env:P", "api_key": "env:K", "per_second": 1_000_000}
        )
        with (
            httpx.Client(
                base_url=f"{url}/rci", auth=(access.user, access.password), headers={"x-api-key": access.api_key}
            ) as plain,
            RciClient(table, secrets) as client,
        ):
            ids = plain_users(plain)
            theirs = timed("users, plain loop", USERS, lambda: plain_users(plain))
            ours = timed("users, this client", USERS, lambda: reading.users(client))
            sys.stdout.write(f"{'ratio':<32}{ours / theirs:>12.2f}\n")
            own = PropertyNames(names.id, names.subject, names.issuer)
            sender = Sender(client, own, frozenset({ISSUER}), may_delete=False)
            tasks = [Task("acme", each, "", (f"{each}@example.com", ISSUER), ()) for each in ids[:DELIVERIES]]
            theirs = timed("deliveries, plain loop", DELIVERIES, lambda: plain_loop(plain, names, ids[-DELIVERIES:]))
            ours = timed("deliveries, this client", DELIVERIES, lambda: [sender.send(t, t.login) for t in tasks])
            sys.stdout.write(f"{'ratio':<32}{ours / theirs:>12.2f}\n")
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
