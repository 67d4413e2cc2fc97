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

PORT, USERS, DELIVERIES, TURNS = 8899, 100_000, 300, 3
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


def compared(what: str, number: int, theirs: Callable[[int], object], ours: Callable[[int], object]) -> None:
    """Do the same by turns, and write the best of each and the ratios; each gets the number of its turn.

    The seconds of the clock hold the server's work and whatever else the machine does; those of the processor are this
    process alone.
    """
    clock: dict[str, list[float]] = {"plain loop": [], "this client": []}
    processor: dict[str, list[float]] = {"plain loop": [], "this client": []}
    for turn in range(TURNS):
        for name, work in zip(clock, (theirs, ours), strict=True):
            began, used = time.perf_counter(), time.process_time()
            work(turn)
            clock[name].append(time.perf_counter() - began)
            processor[name].append(time.process_time() - used)
    for name, each in clock.items():
        rate = number / min(each)
        sys.stdout.write(
            f"{what + ', ' + name:<32}{rate:>12,.0f} a second{min(processor[name]):>10.2f} s of processor\n"
        )
    ratios = [min(found["plain loop"]) / min(found["this client"]) for found in (clock, processor)]
    sys.stdout.write(f"{'ratio':<32}{ratios[0]:>12.2f} by the clock{ratios[1]:>8.2f} by the processor\n")


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
            compared("users", USERS, lambda _: plain_users(plain), lambda _: reading.users(client))
            own = PropertyNames(names.id, names.subject, names.issuer)
            sender = Sender(client, own, frozenset({ISSUER}), may_delete=False)
            tasks = [Task("acme", each, "", (f"{each}@example.com", ISSUER), ()) for each in ids]

            def part(turn: int) -> slice:
                return slice(turn * DELIVERIES, (turn + 1) * DELIVERIES)

            compared(
                "deliveries",
                DELIVERIES,
                lambda turn: plain_loop(plain, names, ids[::-1][part(turn)]),
                lambda turn: [sender.send(each, each.login) for each in tasks[part(turn)]],
            )
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
