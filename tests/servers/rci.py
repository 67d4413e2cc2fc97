"""A Restful Configuration Interface (RCI) of Contact Pro, for tests and for trying out by hand.

By hand, without a tenant::

    python -m tests.servers.rci --port 8802

serves invented users and names what a job file needs to deliver to them. While it runs::

    curl -d '{"add": {"login": "anna.berg"}}' http://127.0.0.1:8802/_control/world
    curl -d '[{"kind": "status", "status": 429, "headers": {"Retry-After": "2"}}]' http://127.0.0.1:8802/_control/faults
"""

import argparse
import csv
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.servers.loopback import Fault
from tests.servers.rci_access import Access, Throttle
from tests.servers.rci_service import Behaviour, RciServer
from tests.servers.rci_world import Certificate, Names, World, user

__all__ = ["Access", "Behaviour", "Certificate", "Names", "RciServer", "Throttle", "World", "user"]

ROSTER = Path(__file__).parents[2] / "sample_data" / "agents.csv"


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    chosen = _chosen(arguments)
    world = World.invented(chosen.users) if chosen.users is not None else of_roster(chosen.roster)
    behaviour = Behaviour(answers=chosen.answers, folds=chosen.folds, hyphens=chosen.hyphens)
    access = Access(chosen.user, chosen.password, chosen.key)
    throttle = Throttle(chosen.per_second) if chosen.per_second else None
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with RciServer(
        world, access, names=chosen.names, behaviour=behaviour, throttle=throttle, port=chosen.port
    ) as server:
        server.faults.extend(Fault(kind) for kind in chosen.fault)
        sys.stdout.write(_greeting(server))
        sys.stdout.flush()
        stop.wait()


def of_roster(path: Path) -> World:
    """Build a user of each row of a list with the columns Login and Employee ID; the first has a certificate.

    It is there so that ``layout learn --rci`` has something to look at.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    people = [
        user(number, login=row.get("Login", ""), externalId=row.get("Employee ID", ""), email=row.get("Email", ""))
        for number, row in enumerate(rows)
    ]
    world = World.build(people)
    world.add(world.users[0], world.users[0]["email"])
    return world


def _chosen(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.servers.rci", description="Serve an invented Contact Pro.")
    parser.add_argument("--port", type=int, default=8802, help="0 takes any free port (default: 8802)")
    people = parser.add_mutually_exclusive_group()
    people.add_argument("--users", type=int, metavar="N", help="invent so many users")
    people.add_argument("--roster", type=Path, default=ROSTER, metavar="FILE", help="a user for each row (default)")
    parser.add_argument("--user", default=Access().user, help="who may sign in (default: %(default)s)")
    parser.add_argument("--password", default=Access().password, help="the password (default: %(default)s)")
    parser.add_argument("--key", default=Access().api_key, help="the API key (default: %(default)s)")
    parser.add_argument(
        "--names", type=_names, default=Names(), metavar="ID,SUBJECT,ISSUER", help="properties of a certificate"
    )
    parser.add_argument("--answers", default="text", choices=("text", "location", "empty", "no-content"))
    parser.add_argument("--folds", action="store_true", help="keep every Subject in lower case")
    parser.add_argument("--hyphens", action="store_true", help="write ids with hyphens")
    parser.add_argument("--per-second", type=int, metavar="N", help="answer 429 to more requests than this")
    parser.add_argument("--fault", action="append", default=[], choices=sorted(RciServer.kinds), metavar="KIND")
    return parser.parse_args(arguments)


def _names(text: str) -> Names:
    """Read the names of a certificate's properties."""
    words = text.split(",")
    if len(words) != 3 or not all(words):
        raise argparse.ArgumentTypeError("give three names, as in id,subject,issuer")
    return Names(*words)


def _greeting(server: RciServer) -> str:
    """Return the served addresses, and what a job file needs."""
    access, users = server.access, server.world.users
    return f"""\
Restful Configuration Interface (invented) at {server.url}
{len(users):,} users; {users[0]["login"] if users else "nobody"} has a certificate. Ctrl-C ends it. In a job file:

[deliver]
kind = "rci"
url = "{server.url}"
user = "env:RCI_USER"
password = "env:RCI_PASSWORD"
api_key = "env:RCI_KEY"
names = "acme-rci.toml"

and before the run:
export RCI_USER={access.user} RCI_PASSWORD={access.password} RCI_KEY={access.api_key}
"""


if __name__ == "__main__":
    main()
