"""Every "next:" is pasted in the current folder: paths with spaces, the job and the runs in other folders."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline.model.command_line import commands_in
from tests.end_to_end import nightly
from tests.end_to_end.conftest import Done
from tests.end_to_end.nightly import NAMES, usual
from tests.end_to_end.test_layouts import ANNA, BO, export
from tests.pipeline.sso.saml.responses import form, response

Sync = Callable[..., Done]
RUNS = ("--runs", "kept runs")
JOB = "../jobs of may/nightly job.toml"


@dataclass(frozen=True)
class Desk:
    """The current folder, with the job in another one."""

    folder: Path
    sync: Sync

    def lay(self, logins: list[str], more: str = "", **emails: str) -> str:
        """Write the list and the job beside it, and return the path of the job."""
        beside = self.folder.parent / "jobs of may"
        beside.mkdir(exist_ok=True)
        nightly.lay(beside, logins, more, **emails)
        (beside / "nightly.toml").rename(beside / "nightly job.toml")
        return JOB

    def do(self, *words: str) -> Done:
        """Run a command with ``--json``."""
        return self.sync(self.folder, *words, "--json")

    def follow(self, text: str, **words: str) -> list[tuple[str, int]]:
        """Paste each command of a sentence, with what its words in capitals stand for; return name and exit code."""
        ended = []
        for each in commands_in(text):
            typed = [words.get(word, word) for word in shlex.split(each)[1:]]
            ended.append((typed[0], self.sync(self.folder, *typed).code))
        return ended


@pytest.fixture
def desk(tmp_path: Path, sync: Sync) -> Desk:
    """Return an empty folder with a space in its name."""
    folder = tmp_path / "my desk"
    folder.mkdir()
    return Desk(folder, sync)


def test_steps_of_a_job(desk: Desk) -> None:
    """From a check to the import files, and from a stop by a guard to its approval."""
    job = desk.lay(NAMES)
    assert desk.follow(desk.do("check", job, *RUNS).document["next"]) == [("run", 0)]
    desk.lay([*NAMES, "zoe"])
    assert desk.follow(desk.do("plan", job, *RUNS).document["next"]) == [("show", 0), ("emit", 0)]
    desk.lay(NAMES[:10])
    stopped = desk.do("run", job, *RUNS).document
    (shown, approving) = commands_in(stopped["next"])
    approved = desk.do(*shlex.split(approving)[1:]).document["next"]
    assert (desk.follow(shown), desk.follow(approved)) == ([("show", 0)], [("run", 0)])


def test_steps_of_a_verification_and_of_a_taken_certificate(desk: Desk) -> None:
    """A run that delivered nothing, an earlier file that was never verified, an address that moved to a newcomer."""
    job = desk.lay(NAMES)
    desk.do("run", job, *RUNS)
    given = nightly.export(desk.folder, *usual(NAMES))
    planned = desk.do("plan", job, *RUNS).document
    (note,) = [each for each in planned["notes"] if "never verified" in each]
    assert desk.follow(note, FILE=given) == [("verify", 0)]
    refused = desk.do("verify", planned["run"], "--export", given).document
    assert desk.follow(refused["next"], FILE=given) == [("verify", 0), ("verify", 0)]
    desk.lay([*NAMES[1:], "zoe"], zoe="U00@x.com")
    taken = desk.do("run", job, *RUNS)
    (fix,) = {issue["fix"] for issue in taken.folder.issues if issue["code"] == "EMAIL-TAKEN"}
    nightly.export(desk.folder, ("u00", ""), *usual(NAMES[1:]))
    assert desk.follow(fix, FILE=given) == [("verify", 0)]
    assert desk.do("run", job, *RUNS).code == 0


def test_steps_of_a_lost_state(desk: Desk) -> None:
    """A state that is gone is restored from its copy, or begun anew; a copy that is older names what to compare."""
    job = desk.lay(NAMES)
    desk.do("run", job, *RUNS)
    desk.do("state", "backup", job, "my copy.db", *RUNS)
    desk.lay([*NAMES, "zoe"])
    desk.do("run", job, *RUNS)
    state = desk.folder / "kept runs/nightly job/state.db"
    state.unlink()
    lost = desk.do("run", job, *RUNS)
    assert (lost.code, desk.follow(lost.document["next"], COPY="my copy.db")) == (8, [("state", 0), ("state", 2)])
    state.unlink()
    older = desk.do("state", "restore", job, "my copy.db", *RUNS).document["message"]
    assert desk.follow(older, FILE=nightly.export(desk.folder, *usual(NAMES))) == [("verify", 0)]
    state.unlink()
    assert desk.follow(lost.document["next"], COPY="no such copy.db") == [("state", 2), ("state", 0)]


def test_steps_of_an_undo(desk: Desk) -> None:
    """The note in the manifest of a run names the command that forgets it."""
    done = desk.do("run", desk.lay(NAMES), *RUNS)
    desk.lay(NAMES, u01="New.u01@x.com")
    done = desk.do("run", JOB, *RUNS)
    assert desk.follow(done.folder.manifest["undo"]["note"]) == [("state", 0)]


def test_steps_of_a_list_with_options(desk: Desk) -> None:
    """The next step after a check repeats the options, and names tenant and region if they are missing."""
    desk.lay(NAMES)
    agents, directory = "../jobs of may/agents.csv", desk.folder / "all our people.csv"
    directory.write_text("Mail\n" + "".join(f"{name.upper()}@x.com\n" for name in NAMES))
    checked = desk.do("check", agents, "--directory", directory.name, *RUNS).document["next"]
    assert checked == (
        "The list is ready: contactpro-sync run '../jobs of may/agents.csv' --tenant NAME --region NAME "
        "--directory 'all our people.csv' --runs 'kept runs'"
    )
    started = checked.replace("--tenant NAME --region NAME", "--tenant ACME --region eu")
    assert desk.follow(started) == [("run", 0)]
    assert desk.follow(checked) == [("run", 2)]
    placed = desk.do("check", agents, "--tenant", "acme", "--region", "eu").document["next"]
    assert desk.follow(placed) == [("run", 0)]


def test_steps_of_setting_up(desk: Desk) -> None:
    """``init``, ``template``, ``layout learn`` and ``schedule`` name a command that does the next part of the work."""
    desk.lay(NAMES)
    begun = desk.do("init", "../jobs of may/agents.csv", "--tenant", "ACME", "--region", "eu", "-o", "../jobs of may")
    assert desk.follow(begun.document["next"]) == [("check", 0)]
    made = desk.do("template", "-o", "empty list.xlsx", "--lang", "de").document["next"]
    assert desk.follow(made) == [("check", 5)]  # it has no people yet
    given = "our users.txt"
    export(desk.folder / given, ANNA, BO)
    learned = desk.do("layout", "learn", given, "-o", "our layout.toml").document["next"]
    option = shlex.split(learned.partition(", or")[0])[2:]
    run = ("run", "../jobs of may/agents.csv", "--tenant", "ACME", "--region", "eu")
    assert (option, desk.do(*run, *option).code) == (["--layout", "our layout.toml"], 0)
    named = desk.do("schedule", "../jobs of may/agents.csv", "--for", "cron").document["next"]
    assert desk.follow(named) == [("init", 0)]
    cron = desk.sync(desk.folder, "schedule", JOB, "--for", "cron", "--at", "05:45", *RUNS).stdout
    assert all("--at 05:45" in each for each in commands_in(cron) if " -o FOLDER" in each)
    learning = desk.do("layout", "learn").document["next"]
    assert desk.follow(learning.partition(", or")[0], EXPORT=given, **{"FILE.toml": "two.toml"}) == [("layout", 0)]


def test_steps_of_a_captured_sign_in(desk: Desk) -> None:
    """An unknown value names ``explain`` with the job and the value, a match names ``verify``."""
    job = desk.lay(NAMES, u01="Anna.Berg@contoso-example.com")
    desk.do("run", job, *RUNS)
    (desk.folder / "capture").write_text(form(response()))
    told = desk.do("sso", "assertion", "capture", *RUNS).document
    given = nightly.export(desk.folder, *usual(["u00"]))
    assert (told["verdict"], desk.follow(told["next"], FILE=given)) == ("match", [("verify", 7)])
    desk.lay(NAMES)
    desk.do("state", "forget", "kept runs/nightly job/latest")
    desk.do("plan", job, *RUNS)
    told = desk.do("sso", "assertion", "capture", *RUNS).document
    assert (told["verdict"], desk.follow(told["next"])) == ("unknown", [("explain", 2)])
