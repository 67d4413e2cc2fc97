"""An SAP Cloud Identity Services for tests and for trying out by hand: SCIM 2.0, as narrow as the real one.

By hand, without a tenant::

    python -m tests.servers.scim --port 8801
"""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.servers.loopback import Fault
from tests.servers.scim_access import Access, Throttle
from tests.servers.scim_service import ScimServer, Tls
from tests.servers.scim_world import World

__all__ = ["Access", "ScimServer", "Throttle", "Tls", "World"]

EXPORT = Path(__file__).parents[2] / "sample_data" / "exportUsers.csv"


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    wishes = _wishes(arguments)
    world = World.from_export(wishes.export) if wishes.users is None else World.invented(wishes.users)
    access = Access(wishes.user, wishes.password)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with ScimServer(world, access, port=wishes.port, throttle=Throttle() if wishes.throttle else None) as server:
        server.faults.extend(Fault(kind) for kind in wishes.fault)
        sys.stdout.write(_greeting(server))
        sys.stdout.flush()
        stop.wait()


def _wishes(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.servers.scim", description="Serve an invented directory.")
    parser.add_argument("--port", type=int, default=8801, help="0 takes any free port (default: 8801)")
    people = parser.add_mutually_exclusive_group()
    people.add_argument("--users", type=int, help="invent so many people")
    people.add_argument("--export", type=Path, default=EXPORT, help="people of a users export (default: sample_data)")
    parser.add_argument("--user", default=Access().client_id, help="the client id (default: %(default)s)")
    parser.add_argument("--password", default=Access().secret, help="its secret (default: %(default)s)")
    parser.add_argument("--throttle", action="store_true", help="200 requests a minute are free, as with SAP")
    parser.add_argument("--fault", action="append", default=[], choices=sorted(ScimServer.kinds), metavar="KIND")
    return parser.parse_args(arguments)


def _greeting(server: ScimServer) -> str:
    """Return the served addresses, and what a job file needs."""
    return f"""\
SAP Cloud Identity Services (invented) at {server.url}
{len(server.world.users)} users, {len(server.world.groups)} groups; tokens at {server.token_url}
The secret of {server.access.client_id!r} is {server.access.secret!r}. Ctrl-C ends it. In a job file:

[directory]
kind = "sap_idp"
url = "{server.url}"
group = "SG-ContactCentre-Agents"
credential = "basic"
client_id = "{server.access.client_id}"
secret = "env:SCIM_SECRET"

"""


if __name__ == "__main__":
    main()
