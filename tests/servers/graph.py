"""A Microsoft Graph for tests, for trying out by hand and for measuring: as strict as the real one, and stateful.

By hand, without a tenant::

    python -m tests.servers.graph --port 8800

serves the people of ``sample_data/exportUsers.csv`` and names what a job file needs to read them. While it runs::

    curl -d '{"change": {"id": "…", "mail": "Anna@example.com"}}' http://127.0.0.1:8800/_control/world
    curl -d '[{"kind": "status", "status": 429, "headers": {"Retry-After": "2"}}]' http://127.0.0.1:8800/_control/faults
"""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.servers.graph_groups import APP_ID
from tests.servers.graph_service import GraphServer
from tests.servers.graph_world import World
from tests.servers.loopback import Fault

__all__ = ["GraphServer", "World"]

EXPORT = Path(__file__).parents[2] / "sample_data" / "exportUsers.csv"


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    wishes = _wishes(arguments)
    world = World.from_export(wishes.export) if wishes.users is None else World.invented(wishes.users)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with GraphServer(world, token=wishes.token, port=wishes.port) as server:
        server.faults.extend(wishes.fault)
        sys.stdout.write(_greeting(server, wishes.token))
        sys.stdout.flush()
        stop.wait()


def _wishes(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.servers.graph", description="Serve an invented directory.")
    parser.add_argument("--port", type=int, default=8800, help="0 takes any free port (default: 8800)")
    people = parser.add_mutually_exclusive_group()
    people.add_argument("--users", type=int, metavar="N", help="invent so many people")
    people.add_argument(
        "--export", type=Path, default=EXPORT, metavar="FILE", help="people of a users export (default)"
    )
    parser.add_argument("--token", default="not-a-secret", help="the bearer token that is accepted (not-a-secret)")
    parser.add_argument(
        "--fault",
        type=_fault,
        action="append",
        default=[],
        metavar="KIND",
        help=f"what befalls the first request, or a fault as JSON; kinds: {', '.join(sorted(GraphServer.kinds))}",
    )
    return parser.parse_args(arguments)


def _fault(text: str) -> Fault:
    """Read a fault: its kind, or all of it as a JSON object."""
    try:
        return Fault.read(json.loads(text) if text.startswith("{") else {"kind": text}, GraphServer.kinds)
    except (TypeError, ValueError) as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _greeting(server: GraphServer, token: str) -> str:
    """Return the served addresses, and what a job file needs."""
    world = server.world
    return f"""\
Microsoft Graph (invented) at {server.url}
{len(world.everybody()):,} users, {len(world.groups)} groups, application {APP_ID}
Ctrl-C ends it. In a job file:

[directory]
kind = "azure_ad"
endpoint = "{server.url}"
group = "SG-ContactCentre-Agents"
credential = "token"
token = "env:GRAPH_TOKEN"

and before the run: export GRAPH_TOKEN={token}
"""


if __name__ == "__main__":
    main()
