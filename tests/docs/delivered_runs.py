"""Runs that deliver through RCI: the second part of docs/scheduled-runs.md, against the test server of RCI."""

import inspect
import json
import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

from tests.end_to_end.command_server import nursery
from tests.job_texts import NO_DIRECTORY, job_text
from tests.servers.loopback import Fault, Request
from tests.servers.rci import Access, RciServer, World, user
from tests.servers.rci_access import REMOVE

HEAD = """
# Ten runs that deliver

The same with delivery through RCI ([delivery.md](delivery.md)): the job has `after_run = true` and
`policy.delete = "certificate"`, its list is a small file, and Contact Pro is the test server `tests.servers.rci`.
"""
PEOPLE = {"ada": "Ada.Berg@example.com", "ben": "Ben.Okafor@example.com", "cleo": "Cleo.Ruiz@example.com"}
LATER = {"dora": "Dora.Lind@example.com", "eli": "Eli.Sato@example.com", "fay": "Fay.Moreau@example.com"}
LAST = {"gus": "Gus.Weber@example.com", "hana": "Hana.Novak@example.com"}
TABLES = """[baseline]
kind = "state"
[policy]
delete = "certificate"
[guards]
max_shrink_percent = 100
[deliver]
kind = "rci"
url = "{url}"
user = "env:RCI_USER"
password = "env:RCI_PASSWORD"
api_key = "env:RCI_KEY"
names = "names.toml"
per_second = 10000
after_run = true
"""
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
HOURS = re.compile(r"\d\d:\d\d-\d\d:\d\d")


class DeliveredJob:
    """One job in a folder of its own, and the Contact Pro to which it delivers."""

    def __init__(self, folder: Path, server: RciServer, shown: Callable[[tuple[str, ...], str], str]) -> None:
        """Write the job; ``shown`` makes the text of a command and its output."""
        self.folder, self.server, self.shown = folder, server, shown
        self.people = dict(PEOPLE)
        folder.mkdir(exist_ok=True)
        (folder / "names.toml").write_text(
            '[certificate]\nid = "certId"\nsubject = "subjectName"\nissuer = "issuerName"\n'
        )
        self.write()

    def write(self, more: str = "") -> None:
        """Write the list, and the job with keys more in [deliver]."""
        rows = [f"{login},{email}" for login, email in self.people.items()]
        (self.folder / "agents.csv").write_text("\n".join(["Login,Email", *rows, ""]))
        (self.folder / "nightly.toml").write_text(
            job_text(NO_DIRECTORY, TABLES.format(url=self.server.url), more, tenant="ACME")
        )

    def run(self, *words: str) -> str:
        """Run a command and return what it printed, under the command."""
        done = nursery().run(self.folder, *words)
        printed = done["stdout"] + done["stderr"]
        assert "Traceback" not in printed
        return self.shown(words, HOURS.sub("20:00-06:00", printed))

    def last_line(self) -> str:
        """Return the last line of the newest delivery.jsonl, under the command that shows it."""
        path = max(self.folder.glob("runs/nightly/*/delivery.jsonl"))
        line = MOMENT.sub("2026-01-31T02:30:00+00:00", path.read_text().splitlines()[-1])
        return f"$ tail -n 1 runs/nightly/20260131T023000Z-7f3a/delivery.jsonl\n{line}\n"

    def prove(self, login: str) -> None:
        """Prove that a person has one certificate, that of the list."""
        assert [subject for subject, _ in self.server.world.pairs(login)] == [self.people[login]]


def first(job: DeliveredJob) -> str:
    """All people are new: each certificate is sent, and counts because it was read back."""
    return job.run("run", "nightly.toml")


def quiet(job: DeliveredJob) -> str:
    """Nothing has changed, so nothing is sent."""
    return job.run("run", "nightly.toml")


def forbidden(job: DeliveredJob) -> str:
    """Ben has another email, and the API user may not delete: Ben can sign in, the old certificate is still there."""
    job.people["ben"] = "Ben.Adeyemi@example.com"
    job.write()
    job.server.access.rights.discard(REMOVE)
    printed = job.run("run", "nightly.toml")
    job.server.access.rights.add(REMOVE)
    return printed + "\nThe right is granted, and the delivery goes on:\n\n" + job.run("deliver", "nightly.toml")


def lower_case(job: DeliveredJob) -> str:
    """Dora joins, and the server keeps her Subject in lower case: it is taken back, and not sent a second time."""
    job.people["dora"] = LATER["dora"]
    job.write()
    job.server.faults.append(Fault("kept-lower", method="POST"))
    printed = job.run("run", "nightly.toml")
    assert job.server.world.pairs("dora") == []
    return printed + "\n" + job.last_line() + "\n" + job.run("deliver", "nightly.toml")


def killed(job: DeliveredJob) -> str:
    """Dora left, Eli and Fay join, and the process is killed at the second POST: the next delivery goes on."""
    del job.people["dora"]
    job.people |= {"eli": LATER["eli"], "fay": LATER["fay"]}
    job.write()
    job.server.clear()

    def kill(_: Request) -> None:
        if _posts(job.server) == 2:
            holder = (job.folder / "runs/nightly/.lock-holder.json").read_bytes()
            os.kill(json.loads(holder)["pid"], signal.SIGKILL)

    job.server.witness = kill
    assert nursery().run(job.folder, "run", "nightly.toml")["code"] == -signal.SIGKILL
    job.server.witness = lambda _: None
    printed = job.run("deliver", "nightly.toml")
    job.prove("eli")
    job.prove("fay")
    return printed


def lost(job: DeliveredJob) -> str:
    """Gus joins, and the answer to the POST is lost: the certificate is read back, and not sent a second time."""
    job.people["gus"] = LAST["gus"]
    job.write()
    job.server.clear()
    job.server.faults.append(Fault("drop", method="POST"))
    printed = job.run("run", "nightly.toml")
    assert _posts(job.server) == 1
    job.prove("gus")
    return printed


def refused(job: DeliveredJob) -> str:
    """Hana joins, and the password has been changed: the first refusal ends the delivery, before it locks the user."""
    job.people["hana"] = LAST["hana"]
    job.write()
    job.server.clear()
    right, job.server.access.password = job.server.access.password, "another-password"
    printed = job.run("run", "nightly.toml")
    assert len(job.server.requests) == 1
    job.server.access.password = right
    again = job.run("deliver", "nightly.toml")
    job.prove("hana")
    return printed + "\nThe job has the new password:\n\n" + again


def outside(job: DeliveredJob) -> str:
    """Cleo has another email, and the run comes outside the hours: the files are written, nothing is sent."""
    job.people["cleo"] = "Cleo.Santos@example.com"
    later = datetime.now(UTC) + timedelta(hours=12)
    job.write(f'time_zone = "UTC"\nhours = "{later:%H:%M}-{later + timedelta(minutes=1):%H:%M}"\n')
    return job.run("run", "nightly.toml")


def within(job: DeliveredJob) -> str:
    """The next night is within the hours: what was left is in the new plan, and is sent."""
    job.write()
    printed = job.run("run", "nightly.toml")
    for login in job.people:
        job.prove(login)
    return printed


def undone(job: DeliveredJob) -> str:
    """The last delivery is taken back: Cleo has the old certificate again, and the new one is not looked for."""
    printed = job.run("deliver", "runs/nightly/latest-delivered", "--undo")
    assert [subject for subject, _ in job.server.world.pairs("cleo")] == [PEOPLE["cleo"]]
    return printed + "\n" + job.run("verify", "nightly.toml") + "\n" + job.run("history", "nightly")


RUNS = (first, quiet, forbidden, lower_case, killed, lost, refused, outside, within, undone)


def part(folder: Path, shown: Callable[[tuple[str, ...], str], str]) -> str:
    """Run the ten nights and return their part of the page."""
    users = [user(number, login=login, externalId="") for number, login in enumerate(PEOPLE | LATER | LAST)]
    with _secrets(), RciServer(World.build(users)) as server:
        job = DeliveredJob(folder, server, shown)
        runs = [
            f"\n## Delivery {number}\n\n{inspect.cleandoc(run.__doc__ or '')}\n\n```text\n{run(job)}```\n"
            for number, run in enumerate(RUNS, start=1)
        ]
        return HEAD + "".join(runs)


def _posts(server: RciServer) -> int:
    return sum(request.method == "POST" for request in server.requests)


@contextmanager
def _secrets() -> Iterator[None]:
    access = Access()
    values = {"RCI_USER": access.user, "RCI_PASSWORD": access.password, "RCI_KEY": access.api_key}
    with mock.patch.dict(os.environ, values):
        yield
