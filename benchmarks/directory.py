"""Compares the connector of Microsoft Entra ID with what a user would write: whole readings, by turns, one server.

Run as ``python benchmarks/directory.py [--users 100000 1000000] [--repeat 3]``; it prints a Markdown table. The server
is ``tests.servers.graph`` in a process of its own, on loopback, so what is compared is the client's own work; over a
real network both wait for Microsoft. Every way asks for the same attributes and must see the same users. On a machine
with other work, trust the ratio by the processor. No time is asserted.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

HOME = Path(__file__).resolve().parent.parent
TOKEN = "not-a-secret"  # noqa: S105 - the test server's
TYPED_USERS = 2_000
ATTRIBUTES = (
    *("id", "mail", "userPrincipalName", "onPremisesSamAccountName", "givenName", "surname", "displayName"),
    *("accountEnabled", "userType", "proxyAddresses", "department", "officeLocation"),
)
WAYS = {
    "contactpro-sync": "the connector: a checked Arrow table",
    "httpx + orjson": "a loop over pages, into a list of dicts",
    "httpx + orjson + pandas": "the same, then a DataFrame",
    "msgraph-sdk, typed": "PageIterator over typed models",
}


def main() -> None:
    """Measure everything and print the table."""
    parser = argparse.ArgumentParser(description="Compare the Entra ID connector with plain clients.")
    parser.add_argument("--users", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--way", help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.way:
        print(json.dumps(cost(given.way, given.url)))
        return
    print("| users | way | users/s | ratio | ratio by the processor | peak memory over its imports |")
    print("|---|---|---|---|---|---|")
    for users in given.users:
        with served(users) as url:
            compare(users, [way for way in WAYS if "typed" not in way], url, given.repeat)
    with served(TYPED_USERS) as url:
        compare(TYPED_USERS, list(WAYS), url, 1)


def compare(users: int, ways: list[str], url: str, repeat: int) -> None:
    """Let the ways read by turns, each in a process of its own, and print their medians."""
    costs: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for _ in range(repeat):
        for way in ways:
            costs[way].append(measured(way, url))
            assert costs[way][-1]["users"] == users, (way, costs[way][-1])
    medians = {
        way: {what: median(each[what] for each in costs[way]) for what in ("seconds", "processor")} for way in ways
    }
    plain = medians["httpx + orjson"]
    for way, found in medians.items():
        ratios = " | ".join(f"{plain[what] / each:.2f}" for what, each in found.items())
        peak = max(each["mib"] for each in costs[way])
        print(f"| {users:,} | {way}: {WAYS[way]} | {users / found['seconds']:,.0f} | {ratios} | {peak:.0f} MiB |")


def measured(way: str, url: str) -> dict[str, float]:
    """Read once in a new process."""
    words = [sys.executable, __file__, "--way", way, "--url", url]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@contextmanager
def served(users: int) -> Iterator[str]:
    """Serve so many invented users, and give the address."""
    words = [sys.executable, "-m", "tests.servers.graph", "--port", "0", "--users", str(users), "--token", TOKEN]
    process = subprocess.Popen(words, cwd=HOME, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1]
    finally:
        process.terminate()
        process.wait()


def cost(way: str, url: str) -> dict[str, float]:
    """Import what a way needs, then measure its reading alone."""
    read = {
        "contactpro-sync": connector,
        "httpx + orjson": plain,
        "httpx + orjson + pandas": frame,
        "msgraph-sdk, typed": typed,
    }[way](url)
    before, used, begun = peak_mib(), time.process_time(), time.perf_counter()
    users = read()
    seconds, processor = time.perf_counter() - begun, time.process_time() - used
    return {"users": users, "seconds": seconds, "processor": processor, "mib": peak_mib() - before}


def peak_mib() -> float:
    """Return the largest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def connector(url: str) -> Callable[[], int]:
    """Read as the product does: whole or nothing, unique, counted."""
    import pandas as pd  # a run has it, and Arrow would import it at its first scalar
    import pyarrow.compute  # what is imported is not what is measured, here as below

    from connectors.azure_ad.source import AzureAdSource, Everyone, GraphCredential, Service

    source = AzureAdSource(Service.at(url), GraphCredential("token", token=lambda: TOKEN), Everyone(), ATTRIBUTES)
    source.examine()  # the SDK imports its parts with the first questions
    return lambda: source.read(len).frame.num_rows


def pages(url: str) -> Iterator[list[dict[str, Any]]]:
    """Follow nextLinks as most scripts do."""
    import httpx
    import orjson

    link: str | None = f"{url}/users?$top=999&$select={','.join(ATTRIBUTES)}"
    with httpx.Client(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=60) as client:
        while link:
            answer = client.get(link)
            answer.raise_for_status()
            page = orjson.loads(answer.content)
            yield page["value"]
            link = page.get("@odata.nextLink")


def plain(url: str) -> Callable[[], int]:
    """Collect dicts."""
    import httpcore  # httpx imports it with its first client
    import httpx
    import orjson

    return lambda: len([user for page in pages(url) for user in page])


def frame(url: str) -> Callable[[], int]:
    """Collect dicts, and make a frame of them."""
    import httpcore
    import httpx
    import orjson
    import pandas as pd

    return lambda: len(pd.DataFrame([user for page in pages(url) for user in page]))


def typed(url: str) -> Callable[[], int]:
    """Read as the SDK's documentation shows."""
    import asyncio

    from azure.core.credentials import AccessToken
    from kiota_authentication_azure.azure_identity_authentication_provider import (
        AzureIdentityAuthenticationProvider,
    )
    from msgraph import GraphRequestAdapter, GraphServiceClient
    from msgraph.generated.users.users_request_builder import UsersRequestBuilder
    from msgraph_core.tasks.page_iterator import PageIterator

    class Token:
        async def get_token(self, *_: str, **__: object) -> AccessToken:
            return AccessToken(TOKEN, int(time.time()) + 3600)

        async def close(self) -> None:
            pass

    async def read() -> int:
        adapter = GraphRequestAdapter(AzureIdentityAuthenticationProvider(Token(), allowed_hosts=["127.0.0.1"]))
        adapter.base_url = url
        query = UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(select=list(ATTRIBUTES), top=999)
        wishes = UsersRequestBuilder.UsersRequestBuilderGetRequestConfiguration(query_parameters=query)
        first = await GraphServiceClient(request_adapter=adapter).users.get(request_configuration=wishes)
        users: list[object] = []
        await PageIterator(first, adapter).iterate(lambda user: not users.append(user))
        return len(users)

    return lambda: asyncio.run(read())


if __name__ == "__main__":
    sys.path.insert(0, str(HOME))
    os.chdir(HOME)
    main()
