"""A state belongs to one job, is never lent, and is never dropped without a warning (T10, T11, T16 of the facts)."""

import json
import os
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command_server import nursery
from tests.job_texts import NO_DIRECTORY, job_text

Done = Any
TOGETHER = 5
JOB = job_text(NO_DIRECTORY)


def lay(folder: Path, people: int = 12, name: str = "nightly") -> str:
    """Write a job and its list, and give the job's path."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = "".join(f"u{number:04d},U{number}@example.com\n" for number in range(people))
    (folder / "agents.csv").write_text("Login,Email\n" + rows)
    (folder / f"{name}.toml").write_text(JOB)
    return str(folder / f"{name}.toml")


def test_a_memory_that_is_gone_is_no_first_run(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """If run folders have imports, a missing state is refused with 8; both ways out are named, and work (T11)."""
    job = lay(tmp_path)
    assert sync(tmp_path, "run", job).code == 0
    assert sync(tmp_path, "state", "backup", job, "copy.db", "--json").document["exit_code"] == 0
    state = tmp_path / "runs/nightly/state.db"
    state.unlink()
    before = sync(tmp_path, "check", job).tables()
    for command in ("run", "plan"):
        done = sync(tmp_path, command, job, "--json")
        assert (done.code, done.document["outcome"], done.tables()) == (8, "state", before)
        assert f"state restore {job} COPY" in done.document["next"]
        assert f"state new {job}" in done.document["next"]
    checks = {line["name"]: line for line in sync(tmp_path, "doctor", job, "--json").document["checks"]}
    assert (checks["state"]["status"], "state.db is gone" in checks["state"]["detail"]) == ("failed", True)
    assert sync(tmp_path, "state", "restore", job, "copy.db", "--json").code == 0
    assert sync(tmp_path, "plan", job, "--json").document["counts"]["unchanged"] == 12
    assert sync(tmp_path, "state", "new", job).code == 2
    state.unlink()
    assert sync(tmp_path, "state", "new", job).code == 0
    assert sync(tmp_path, "run", job, "--json").document["counts"]["create"] == 12


def test_what_never_wrote_an_import_file_may_be_forgotten(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """Checks and plans leave run folders too, and no harm is done if only they are forgotten."""
    job = lay(tmp_path)
    assert [sync(tmp_path, command, job).code for command in ("check", "plan")] == [0, 0]
    (tmp_path / "runs/nightly/state.db").unlink()
    assert sync(tmp_path, "run", job, "--json").document["counts"]["create"] == 12


@pytest.mark.parametrize("words", [["backup", "JOB", "copy.db"], ["restore", "JOB", "nowhere.db"]])
def test_a_copy_is_never_overwritten_nor_missed(words: list[str], tmp_path: Path, sync: Callable[..., Done]) -> None:
    """A backup to a file that is there and a restore of one that is not are usage errors with one document."""
    job = lay(tmp_path)
    sync(tmp_path, "run", job)
    (tmp_path / "copy.db").write_text("mine")
    done = sync(tmp_path, "state", *(job if word == "JOB" else word for word in words), "--json")
    assert (done.code, done.document["outcome"], done.document["next"] != "") == (2, "usage", True)
    assert (tmp_path / "copy.db").read_text() == "mine"
    assert sync(tmp_path, "plan", job, "--json").document["counts"]["unchanged"] == 12


def test_the_copy_of_another_job_is_not_restored(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """It would replace what this job remembers by what another one delivered."""
    job = lay(tmp_path)
    sync(tmp_path, "run", job)
    sync(tmp_path, "state", "backup", job, "copy.db")
    other = tmp_path / "other.toml"
    other.write_bytes((tmp_path / job).read_bytes())
    done = sync(tmp_path, "state", "restore", other.name, "copy.db", "--json")
    assert (done.code, done.document["next"]) == (2, "Name a copy of other.")
    assert not (tmp_path / "runs/other/state.db").exists()


def test_two_jobs_of_one_name_do_not_share_a_memory(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """The second is refused with both paths; however the first one is named, it is the same job."""
    mine, other = lay(tmp_path / "a"), lay(tmp_path / "b", people=3)
    assert sync(tmp_path, "run", mine).code == 0
    done = sync(tmp_path, "run", other, "--json")
    assert (done.code, done.document["outcome"], str(tmp_path / "a") in done.document["message"]) == (2, "usage", True)
    assert sync(tmp_path, "run", other, "--runs", "elsewhere").code == 0
    again = sync(tmp_path / "a", "run", "nightly.toml", "--runs", "../runs", "--json").document
    assert again["counts"]["unchanged"] == 12


@pytest.mark.parametrize("how", ["the job", "all of it", "a copy of all"])
def test_a_job_that_moves_keeps_its_memory(how: str, tmp_path: Path, sync: Callable[..., Done]) -> None:
    """A job file that was moved, a project that was moved or copied: the state goes along; a copy has its own."""
    home, new = tmp_path / "home", tmp_path / "new"
    assert sync(tmp_path, "run", lay(home), "--runs", home / "runs").code == 0
    if how == "the job":
        (home / "jobs").mkdir()
        for name in ("nightly.toml", "agents.csv"):
            (home / name).rename(home / "jobs" / name)
        job, runs = home / "jobs/nightly.toml", home / "runs"
    else:
        shutil.copytree(home, new)
        job, runs = new / "nightly.toml", new / "runs"
        if how == "all of it":
            shutil.rmtree(home)
    assert sync(tmp_path, "run", job, "--runs", runs, "--json").document["counts"]["unchanged"] == 12


def test_a_list_of_the_same_name_leaves_the_memory_alone(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """A short list beside a job of its name neither counts as its last good run nor takes its state."""
    job = lay(tmp_path, people=40, name="agents")
    assert sync(tmp_path, "run", job).code == 0
    whole = (tmp_path / "agents.csv").read_text()
    (tmp_path / "agents.csv").write_text("\n".join(whole.split("\n")[:12]))
    assert sync(tmp_path, "run", "agents.csv", "--tenant", "acme", "--region", "eu").code == 0
    done = sync(tmp_path, "run", job, "--json")
    assert (done.code, "the last good run had 40" in done.document["message"]) == (4, True)


def test_of_two_that_start_together_one_works(tmp_path: Path) -> None:
    """Time after time two runs at once: one ends with 0, the other with 6 and the name of the first (T16)."""
    job, ended = lay(tmp_path, people=400), Counter[tuple[int, ...]]()
    for _ in range(TOGETHER):
        screens = [tmp_path / f"screen{number}" for number in range(2)]
        both = [nursery().start(tmp_path, "run", job, "--json", screen=each, errors=each) for each in screens]
        codes = [nursery().wait(each) for each in both]
        told = [json.loads(each.read_bytes()) for each in screens]
        assert [each["exit_code"] for each in told] == codes
        ended[tuple(sorted(codes))] += 1
        for winner, code, each in zip(both[::-1], codes, told, strict=True):
            if code == 6:
                assert f"process {winner} on {os.uname().nodename}, since " in each["message"]
        for each in screens:
            each.unlink()
    assert ended == {(0, 6): TOGETHER}
    assert len(list(tmp_path.glob("runs/nightly/*/out"))) == 1
    assert len(list(tmp_path.glob("runs/nightly/*/manifest.json"))) == TOGETHER


def test_what_a_dead_run_left_is_cleared_away_and_nothing_else(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """Temporary files and the staging folder of a run that was killed go with the next run (T13).

    Those of a check, of another job and of a person stay, and no link is followed.
    """
    job = lay(tmp_path)
    run = sync(tmp_path, "run", job, "--json").folder.path
    check = sync(tmp_path, "check", job, "--json").folder.path
    runs = tmp_path / "runs/nightly"
    dead = [runs / ".state.db.0123abcd", runs / ".state.db.0123abcd-wal", run / ".plan.json.89abcdef", run / ".staging"]
    kept = [check / ".manifest.json.89abcdef", runs / ".notes.txt.0123abcd", runs / "notes", run / "plan.json"]
    kept += [tmp_path / "runs/other/.state.db.0123abcd", tmp_path / "elsewhere/a.txt"]
    for path in (*dead[:-1], *kept[:-3], *kept[-2:]):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (dead[-1] / "acme").mkdir(parents=True)
    (dead[-1] / "acme/certificates-001.txt").symlink_to(tmp_path / "elsewhere/a.txt")
    (run / ".linked.0123abcd").symlink_to(tmp_path / "elsewhere")
    assert sync(tmp_path, "run", job).code == 0
    assert [path.name for path in dead if path.exists()] == []
    assert [path.name for path in kept if not path.exists()] == []
