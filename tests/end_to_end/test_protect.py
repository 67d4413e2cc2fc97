"""People whom a job never touches, and people who are deleted only after a grace period."""

import json
import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline.plan.earlier_runs import grace
from pipeline.state import records
from tests.end_to_end.nightly import NAMES, changes, lay

Sync = Callable[..., Any]
DELETES = '[policy]\ndelete = "user"\n[budgets]\ndelete = { max = 5 }\n'
PROTECT = '[protect]\nlogin = ["U01", "u1?"]\n'


def test_a_protected_person_gets_nothing_and_loses_nothing(tmp_path: Path, sync: Sync) -> None:
    """Patterns ignore case; a new certificate, a change and a delete are left out, and each row is reported."""
    job = lay(tmp_path, NAMES[:3])
    assert sync(tmp_path, "run", job).code == 0
    lay(tmp_path, [*NAMES[:2], "u11", "u21"], PROTECT + DELETES, u00="New@x.com", u01="Other@x.com")
    done = sync(tmp_path, "run", job, "--json")
    assert (done.code, done.document["issues"]["PROTECTED"]) == (0, 2)
    assert sorted(changes(done.folder.path)) == [("create", "u21"), ("delete", "u02"), ("subject", "u00")]
    assert done.document["counts"]["accepted"] == 4
    (issue, _) = [each for each in done.folder.issues if each["code"] == "PROTECTED"]
    assert (issue["severity"], issue["row"], issue["message"]) == (
        "warning", 3, "[protect] login = 'U01' applies: nothing is changed for this person",
    )  # fmt: skip


def test_who_is_protected_is_not_counted_as_ready(tmp_path: Path, sync: Sync) -> None:
    """The first sentence leaves protected people out; ``check`` and ``explain`` report them too."""
    job = lay(tmp_path, [*NAMES[:2], "u11", "u21"], PROTECT)
    done = sync(tmp_path, "check", job, "--json").document
    assert (done["exit_code"], done["issues"]["PROTECTED"]) == (0, 2)
    assert sync(tmp_path, "plan", job).stdout.split("\n")[0] == (
        "2 people can sign in once the import is done; nothing is changed for 2 protected people."
    )
    (row,) = sync(tmp_path, "explain", job, "u11", "--json").document["roster"]
    assert [issue["code"] for issue in row["issues"]] == ["PROTECTED"]


def test_a_protected_person_who_is_no_longer_listed_is_not_gone(tmp_path: Path, sync: Sync) -> None:
    """The rules also find certificates of the baseline: by Login, ExternalId and Subject."""
    job = lay(tmp_path, NAMES[:4])
    assert sync(tmp_path, "run", job).code == 0
    lay(tmp_path, NAMES[:1], '[protect]\nlogin = ["u01"]\nemail = ["u02@*"]\n' + DELETES)
    done = sync(tmp_path, "run", job, "--json")
    assert changes(done.folder.path) == [("delete", "u03")]
    assert done.document["counts"]["gone"] == 0
    again = sync(tmp_path, "plan", job, "--json")
    assert (again.document["counts"]["delete"], again.document["counts"]["gone"]) == (0, 0)


def test_a_rule_may_name_a_column_of_the_list(tmp_path: Path, sync: Sync) -> None:
    """A header of the list is a field like any other; one that the list does not have is refused with its columns."""
    lay(tmp_path, [], '[protect]\n"Cost centre" = ["9*"]\n')
    (tmp_path / "agents.csv").write_text("Login,Email,Cost Centre\nanna,Anna@x.com,100\nbo,bo@x.com,900\n")
    done = sync(tmp_path, "run", "nightly.toml", "--json")
    assert (changes(done.folder.path), done.document["issues"]["PROTECTED"]) == ([("create", "anna")], 1)
    (tmp_path / "agents.csv").write_text("Login,Email\nanna,Anna@x.com\n")
    refused = sync(tmp_path, "run", "nightly.toml", "--json")
    assert (refused.code, refused.document["message"]) == (
        2, "[protect] Cost centre: the list has no column 'Cost centre'. Nothing was written.",
    )  # fmt: skip
    assert refused.document["next"] == "Name one of its columns: Login, Email."


def age(folder: Path, days: int) -> None:
    """Let the people of the state be gone for some days more."""
    path = folder / "runs/nightly/state.db"
    before = records.frame(path, grace.NAME)
    assert before is not None
    dates = [(date.fromisoformat(each) - timedelta(days=days)).isoformat() for each in before["since"].to_pylist()]
    table = before.set_column(3, "since", [dates])
    with sqlite3.connect(path) as state:
        state.execute("INSERT OR REPLACE INTO frames VALUES (?, ?)", [grace.NAME, records.packed(table)])


def test_a_leaver_is_deleted_after_the_grace_period(tmp_path: Path, sync: Sync) -> None:
    """The first run that misses a person starts the period; until its end they are gone, and the note has the day."""
    job = lay(tmp_path, NAMES[:3])
    assert sync(tmp_path, "run", job).code == 0
    lay(tmp_path, NAMES[:1], DELETES + "[guards]\ndelete_after_days = 14\n")
    first = sync(tmp_path, "run", job, "--json").document
    assert (first["counts"]["delete"], first["counts"]["gone"]) == (0, 2)
    assert any(
        note.startswith(
            "2 people are gone and will be deleted after 14 days (guards.delete_after_days), the first on 20"
        )
        for note in first["notes"]
    )
    age(tmp_path, 13)
    assert sync(tmp_path, "run", job, "--json").document["counts"]["delete"] == 0
    age(tmp_path, 1)
    plan = sync(tmp_path, "plan", job, "--json")
    assert changes(plan.folder.path) == [("delete", "u01"), ("delete", "u02")]
    emitted = sync(tmp_path, "emit", plan.folder.path, "--json")
    assert [file["rows"] for file in emitted.document["files"]] == [2]
    assert sync(tmp_path, "run", job, "--json").document["counts"]["gone"] == 0


def test_who_comes_back_begins_a_new_period(tmp_path: Path, sync: Sync) -> None:
    """A person who was gone and is listed again is forgotten by the period; others go on."""
    job = lay(tmp_path, NAMES[:3])
    assert sync(tmp_path, "run", job).code == 0
    more = DELETES + "[guards]\ndelete_after_days = 14\n"
    lay(tmp_path, NAMES[:1], more)
    assert sync(tmp_path, "run", job).code == 0
    age(tmp_path, 14)
    lay(tmp_path, NAMES[:2], more)
    back = sync(tmp_path, "run", job, "--json")
    assert changes(back.folder.path) == [("delete", "u02")]
    lay(tmp_path, NAMES[:1], more)
    again = sync(tmp_path, "run", job, "--json").document["counts"]
    assert (again["delete"], again["gone"]) == (0, 1)


@pytest.mark.parametrize("text", ["[protect]\nlogin = []\n", ""])
def test_no_rules_change_nothing(text: str, tmp_path: Path, sync: Sync) -> None:
    """Without a rule the plan is that of a job without the table."""
    job = lay(tmp_path, NAMES[:2], text)
    done = sync(tmp_path, "run", job, "--json")
    assert (done.code, "PROTECTED" in done.document["issues"]) == (0, False)
    assert json.loads((done.folder.path / "plan.json").read_bytes())["counts"]["create"] == 2
