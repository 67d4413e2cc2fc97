"""A plan is carried out exactly as it was sealed, or not at all (issue 4; facts: reliability, T07)."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.model.errors import GuardProblem
from pipeline.plan import saved
from tests.job_texts import job_text

Done = Any
JOB = job_text(
    '[directory]\nkind = "csv"\npath = "truth.csv"\n',
    '[output]\nlayout = "short.toml"\n',
    more='mapping = "own.toml"\n',
)
PEOPLE = [f"u{number:02d}" for number in range(12)]


@pytest.fixture
def run(tmp_path: Path, sync: Callable[..., Done]) -> str:
    """Plan a job with a list, a directory, a mapping and a layout of its own; give the run's folder."""
    rows = "".join(f"{name},{name.title()}@example.com\n" for name in PEOPLE)
    (tmp_path / "agents.csv").write_text("Login,Email\n" + rows)
    (tmp_path / "truth.csv").write_text("userPrincipalName,mail\n" + rows)
    home = Path(__file__).parents[2] / "mappings"
    (tmp_path / "short.toml").write_text((home / "layouts/certificates.toml").read_text("utf-8"))
    (tmp_path / "own.toml").write_text((home / "sources/spreadsheet.toml").read_text("utf-8"))
    (tmp_path / "nightly.toml").write_text(JOB)
    done = sync(tmp_path, "plan", "nightly.toml", "--json")
    assert done.code == 0, done.document
    return str(done.document["run"])


def contents(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder, but for the log, which has every attempt."""
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != "log.jsonl"}


@pytest.mark.parametrize(
    ("name", "more", "named"),
    [
        ("agents.csv", "\n", "agents.csv"),
        ("agents.csv", "zoe,Zoe@example.com\n", "agents.csv"),
        ("truth.csv", "zoe,Zoe@example.com\n", "truth.csv"),
        ("own.toml", "# a word\n", "the mapping own"),
        ("short.toml", "# a word\n", "the layout"),
        ("nightly.toml", "rows_per_file = 7\n", "the job file nightly.toml"),
        ("nightly.toml", "no toml at all", "the job file nightly.toml"),
    ],
)
def test_what_moved_is_named(
    name: str, more: str, named: str, run: str, tmp_path: Path, sync: Callable[..., Done]
) -> None:
    """One byte more in anything that went into a plan ends with 4 and its name; the plan's folder stays as it was.

    Put back as it was, the plan can be carried out.
    """
    before, planned = (tmp_path / name).read_bytes(), contents(tmp_path / run)
    (tmp_path / name).write_bytes(before + more.encode())
    done = sync(tmp_path, "emit", run, "--json")
    assert (done.code, done.document["outcome"], done.document["files"]) == (4, "guarded", [])
    assert f"changed since it was made: {named}. Nothing was written." in done.document["message"]
    assert contents(tmp_path / run) == planned
    (tmp_path / name).write_bytes(before)
    assert sync(tmp_path, "emit", run).code == 0


def test_another_run_in_between_moves_what_contact_pro_has(run: str, tmp_path: Path, sync: Callable[..., Done]) -> None:
    """A plan made before another run delivered people is refused with the reason."""
    assert sync(tmp_path, "run", "nightly.toml").code == 0
    done = sync(tmp_path, "emit", run, "--json")
    assert (done.code, done.document["message"].count("what Contact Pro has")) == (4, 1)
    assert not (tmp_path / run / "out").exists()


EDITS: dict[str, Callable[[dict[str, Any]], object]] = {
    "a letter": lambda plan: plan["changes"][3].update(subject="mallory@example.com"),
    "a person less": lambda plan: plan["changes"].pop(),
    "a person more": lambda plan: plan["changes"].append(plan["changes"][0] | {"login": "mallory"}),
    "another order": lambda plan: plan["changes"].reverse(),
    "a cell more": lambda plan: plan["changes"][0].update(note="x"),
    "a cell less": lambda plan: plan["changes"][0].pop("issuer"),
    "no text": lambda plan: plan["changes"][0].update(issuer=7),
    "nobody": lambda plan: plan.update(changes=[]),
    "who is gone": lambda plan: plan["gone"].append(plan["changes"][0]),
    "the policy": lambda plan: plan["policy"].update(delete="user"),
    "the layout": lambda plan: plan["layout_shape"][0].pop(),
    "the seal": lambda plan: plan.update(sha256="0" * 64),
    "no seal": lambda plan: plan.pop("sha256"),
}


def edited(run: Path, edit: str) -> str:
    """Edit a plan by hand, and give the seal that it claims to carry."""
    plan = json.loads((run / "plan.json").read_bytes())
    EDITS[edit](plan)
    (run / "plan.json").write_text(json.dumps(plan))
    return str(plan.get("sha256"))


@pytest.fixture(scope="module")
def a_plan(tmp_path_factory: pytest.TempPathFactory, sync: Callable[..., Done]) -> Path:
    """Plan a list of three, once for all edits."""
    folder = tmp_path_factory.mktemp("edits")
    (folder / "team.csv").write_text("Login,Email\n" + "".join(f"{name},{name}@example.com\n" for name in PEOPLE))
    done = sync(folder, "plan", "team.csv", "--tenant", "ACME", "--region", "eu", "--json")
    return folder / str(done.document["run"])


@pytest.mark.parametrize("edit", EDITS)
def test_a_plan_that_was_edited_is_not_believed(edit: str, a_plan: Path, tmp_path: Path) -> None:
    """Whatever of its changes, policy, layout or seal is changed by hand, it does not carry its seal any more."""
    run = tmp_path / "20260131T023000Z-7f3a"
    shutil.copytree(a_plan, run)
    assert saved.read(run).seal
    edited(run, edit)
    with pytest.raises(GuardProblem, match="carry its seal"):
        saved.read(run)


@pytest.mark.parametrize("command", ["emit", "show", "approve"])
def test_nobody_works_with_an_edited_plan(command: str, run: str, tmp_path: Path, sync: Callable[..., Done]) -> None:
    """Showing, approving and carrying it out all end with 4, and nothing is written."""
    seal = edited(tmp_path / run, "a letter")
    done = sync(tmp_path, command, run, *(["--hash", seal] if command == "approve" else []), "--json")
    assert (done.code, done.document["exit_code"], "carry its seal" in done.document["message"]) == (4, 4, True)
    assert not (tmp_path / run / "out").exists()


def test_a_plan_that_was_only_laid_out_anew_is_the_same_plan(
    run: str, tmp_path: Path, sync: Callable[..., Done]
) -> None:
    """The seal is of the plan's content, not of its spaces: a formatted plan.json can be carried out."""
    path = tmp_path / run / "plan.json"
    path.write_text(json.dumps(json.loads(path.read_bytes()), indent=8))
    assert sync(tmp_path, "emit", run).code == 0


def test_a_list_with_options_is_planned_and_emitted_alike(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """Options beside a list are kept in its plan: emit needs none, and refuses when the list has moved."""
    (tmp_path / "team.csv").write_text("Login,Email\nanna,Anna@example.com\nben,ben@example.com\n")
    words = ["team.csv", "--tenant", "ACME", "--region", "eu", "--mapping", "spreadsheet", "--runs", "elsewhere"]
    run = sync(tmp_path, "plan", *words, "--json").document["run"]
    text = (tmp_path / "team.csv").read_text()
    (tmp_path / "team.csv").write_text(text.upper())
    assert sync(tmp_path, "emit", run).code == 4
    (tmp_path / "team.csv").write_text(text)
    done = sync(tmp_path, "emit", run, "--json")
    assert (done.code, done.folder.subjects) == (0, ["Anna@example.com", "ben@example.com"])


def test_files_beside_a_list_are_found_from_any_folder(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """A layout and a mapping that were named as files are the same files if the plan is emitted elsewhere."""
    home, away = tmp_path / "home", tmp_path / "away"
    for folder in (home, away):
        folder.mkdir()
    (home / "team.csv").write_text("Login,Email\nanna,Anna@example.com\n")
    packaged = Path(__file__).parents[2] / "mappings"
    shutil.copy(packaged / "layouts" / "certificates.toml", home / "ours.toml")
    shutil.copy(packaged / "sources" / "spreadsheet.toml", home / "list.toml")
    words = ["team.csv", "--tenant", "ACME", "--region", "eu", "--mapping", "list.toml", "--layout", "ours.toml"]
    run = sync(home, "plan", *words, "--json").document["run"]
    done = sync(away, "emit", str(home / run), "--json")
    assert (done.code, [file["rows"] for file in done.document["files"]]) == (0, [1])


@pytest.mark.parametrize(
    ("pointer", "said"), [("20200101T000000Z-abcd", "points to no run folder"), ("", "points to"), ("\udcff", "points")]
)
def test_latest_that_points_nowhere(
    pointer: str, said: str, run: str, tmp_path: Path, sync: Callable[..., Done]
) -> None:
    """A pointer to a run that was deleted, an empty one and one that is not text are usage errors with a way out."""
    latest = (tmp_path / run).parent / "latest"
    latest.write_bytes(pointer.encode(errors="surrogateescape"))
    done = sync(tmp_path, "show", str(latest), "--json")
    assert (done.code, said in done.document["message"], bool(done.document["next"])) == (2, True, True)
    latest.unlink()
    assert sync(tmp_path, "emit", str(latest)).code == 2
