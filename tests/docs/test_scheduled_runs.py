"""Scheduled runs of two jobs: docs/scheduled-runs.md is what the commands print, word for word.

Run as a program, this file writes the page anew: ``.venv/bin/python -m tests.docs.test_scheduled_runs``.
"""

import inspect
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.docs import delivered_runs
from tests.end_to_end.command_server import nursery
from tests.servers.graph import GraphServer, World
from tests.servers.loopback import Fault

HOME = Path(__file__).parents[2]
PAGE = HOME / "docs" / "scheduled-runs.md"
COMMAND = Path(sys.executable).with_name("contactpro-sync")
GROUP = "SG-ContactCentre-Agents"
TOKEN = (HOME / "sample_data" / "test-server-token").read_text().strip()
HEAD = """# Ten scheduled runs

A scheduled job gives the members of a group of Microsoft Entra ID their certificates. Here are ten of its runs, as the
commands printed them. The directory is a test server whose users change and which injects faults. This page is a test:
the tests repeat each run, and its output must be as it is here.

The job is [sample_data/sync.toml](../sample_data/sync.toml). Times, run numbers and process numbers are replaced, the
paths of findings are left out.
"""

YESTERDAY = """
from datetime import datetime, timedelta
from pipeline import run
from pipeline.state import lock

class Late(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) - timedelta(days=1)

lock.datetime = run.datetime = Late
"""
"""Imported by Python at its start: the modules that read the clock see it set back by a day."""

REPLACED = (
    (re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{4}"), "20260131T023000Z-7f3a"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"), "2026-01-31T02:30:00+00:00"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z"), "2026-01-31T02:30:00Z"),
    (re.compile(r"process \d+ on \S+,"), "process 4711 on nightwatch,"),
    (re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:8800"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b(?=\)|\.)"), "(request id)"),
)


class Job:
    """One job in a folder of its own, beside a directory that it asks."""

    def __init__(self, folder: Path, server: GraphServer) -> None:
        """Copy the sample job to the folder, with the address of this server."""
        self.folder, self.server, self.world = folder, server, server.world
        for name in ("sync.toml", "test-server-token"):
            shutil.copy(HOME / "sample_data" / name, folder)
        job = folder / "sync.toml"
        job.write_text(job.read_text().replace("http://127.0.0.1:8800", server.origin))

    def start(self, *words: str, clock: str = "") -> subprocess.Popen[str]:
        """Start the command."""
        (self.folder / "sitecustomize.py").write_text(clock)
        environment = os.environ | {"PYTHONPATH": str(self.folder)}
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.Popen([COMMAND, *words], cwd=self.folder, env=environment, **pipes)

    def run(self, *words: str, clock: str = "") -> str:
        """Run a command and return what it printed, under the command."""
        if clock:
            printed, _ = self.start(*words, clock=clock).communicate()
        else:
            done = nursery().run(self.folder, *words)
            printed = done["stdout"] + done["stderr"]
        assert "Traceback" not in printed
        return self.shown(words, printed)

    def shown(self, words: tuple[str, ...], printed: str) -> str:
        """Return a command and its output, with texts that differ each time replaced."""
        for pattern, text in REPLACED:
            printed = pattern.sub(text, printed)
        lines = [line for line in printed.splitlines() if not re.search(r"\.(jsonl|json|csv)$", line)]
        return f"$ contactpro-sync {' '.join(words)}\n" + "\n".join(lines) + "\n"

    @property
    def files(self) -> list[Path]:
        """Return every import file of every run."""
        return sorted(self.folder.glob("runs/sync/*/out/**/certificates-*.txt"))

    @contextmanager
    def at_work(self) -> Iterator[subprocess.Popen[str]]:
        """Return a run that is in the middle of its reading: the directory does not answer before it ends."""
        (self.folder / "runs/sync/.lock-holder.json").unlink(missing_ok=True)
        self.server.faults.append(Fault("slow", at="transitiveMembers", times=1, seconds=600.0))
        process = self.start("run", "sync.toml")
        while not list(self.folder.glob("runs/sync/.lock-holder.json")):
            time.sleep(0.05)
        try:
            yield process
        finally:
            self.server.faults.clear()

    def log_of_the_newest(self, event: str) -> str:
        """Wait until the newest run has come to an event, and return its log, under the command."""
        printed = ""
        while not printed.endswith(f'"event":"{event}","numbers":{{}}}}\n'):
            time.sleep(0.05)
            path = max(self.folder.glob("runs/sync/*/log.jsonl"), key=lambda each: each.stat().st_mtime_ns)
            printed = path.read_text()
        for pattern, text in REPLACED:
            printed = pattern.sub(text, printed)
        return f"$ cat runs/sync/20260131T023000Z-7f3a/log.jsonl\n{printed}"

    def agent(self, place: int) -> str:
        """Name a member of the group by the place in its list."""
        group = self.world.group(GROUP)
        return str(self.world.person(self.world.members(group, deep=True)[place])["id"])


def first(job: Job) -> str:
    """All people are new."""
    return job.run("run", "sync.toml")


def quiet(job: Job) -> str:
    """Nothing has changed, so nothing is written."""
    return job.run("run", "sync.toml")


def comings_and_goings(job: Job) -> str:
    """Two join, one leaves: the leaver's certificate is left alone, because deletes never happen by default."""
    for name in ("Jun.Ito", "Ada.Quist"):
        new = job.world.add(mail=f"{name}@contoso-example.com", userPrincipalName=f"{name}@contoso-example.com")
        job.world.join(GROUP, new)
    job.world.remove(job.agent(100))
    return job.run("run", "sync.toml")


def wedding(job: Job) -> str:
    """A person gets another name and email: one change of one person, and the old certificate is reported."""
    job.world.change(job.agent(20), mail="Carla.Nova@contoso-example.com", surname="Nova")
    return job.run("run", "sync.toml") + "\n" + job.run("show", "runs/sync/latest")


def one_letter(job: Job) -> str:
    """An administrator tidies up one email: only its case differs, and that alone would have locked the person out."""
    person = job.world.person(job.world.find(job.agent(30)) or 0)
    job.world.change(str(person["id"]), mail=str(person["mail"]).upper())
    return job.run("run", "sync.toml") + "\n" + job.run("show", "runs/sync/latest", "--only", "case")


def shrink(job: Job) -> str:
    """Someone empties the group by mistake: 60 % of its people are missing, and the run is stopped."""
    group = job.world.group(GROUP)
    names = [str(job.world.person(place)["id"]) for place in job.world.members(group, deep=False)]
    leaving = names[: len(names) * 7 // 10]
    for identity in leaving:
        job.world.leave(GROUP, identity)
    printed = job.run("run", "sync.toml")
    for identity in leaving:
        job.world.join(GROUP, identity)
    return printed


def down(job: Job) -> str:
    """The directory refuses to answer."""
    job.server.faults.append(Fault("forbidden", at="transitiveMembers", times=-1))
    printed = job.run("run", "sync.toml")
    job.server.faults.clear()
    return printed


def twice(job: Job) -> str:
    """The job is started while it is running, and the second one does nothing; the first is stopped by SIGTERM."""
    with job.at_work() as running:
        printed = job.run("run", "sync.toml")
        running.terminate()
        running.communicate()
        assert running.returncode == 143
    return printed


def killed(job: Job) -> str:
    """The process is killed in the middle; its log shows how far it came.

    The next run finds no lock and nothing half-written.
    """
    before = job.files
    with job.at_work() as running:
        printed = job.log_of_the_newest("Reading the list")
        running.send_signal(signal.SIGKILL)
        running.communicate()
    assert job.files == before
    assert not list(job.folder.glob("runs/sync/*/.staging"))
    return printed + "\n" + job.run("run", "sync.toml")


def yesterday(job: Job) -> str:
    """The clock has been set back by a day; two people have joined meanwhile, and no one is written twice."""
    for name in ("Noor.Haddad", "Ole.Lind"):
        job.world.join(
            GROUP, job.world.add(mail=f"{name}@contoso-example.com", userPrincipalName=f"{name}@x.example.com")
        )
    return job.run("run", "sync.toml", clock=YESTERDAY) + "\n" + job.run("history", "sync")


RUNS: tuple[Callable[[Job], str], ...] = (
    first,
    quiet,
    comings_and_goings,
    wedding,
    one_letter,
    shrink,
    down,
    twice,
    killed,
    yesterday,
)


def page(folder: Path) -> str:
    """Run the job ten times, and the one that delivers ten times; return the page."""
    with GraphServer(World.from_export(HOME / "sample_data" / "exportUsers.csv"), token=TOKEN) as server:
        job = Job(folder, server)
        runs = [
            f"\n## Run {number}\n\n{inspect.cleandoc(each.__doc__ or '')}\n\n```text\n{each(job)}```\n"
            for number, each in enumerate(RUNS, start=1)
        ]
        rows = [line for path in job.files for line in path.read_text("utf-8-sig").split("\n")[1:-1]]
        assert len(rows) == len(set(rows))
        assert not json.loads(
            (folder / "runs/sync" / (folder / "runs/sync/latest").read_text() / "manifest.json").read_text()
        )["trace"]
    return HEAD + "".join(runs) + delivered_runs.part(folder / "delivered", partial(Job.shown, job))


def test_the_page_is_what_the_commands_print(tmp_path: Path) -> None:
    """Every run, repeated, prints what the document has."""
    assert page(tmp_path) == PAGE.read_text("utf-8")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as anywhere:
        PAGE.write_text(page(Path(anywhere)), "utf-8")
