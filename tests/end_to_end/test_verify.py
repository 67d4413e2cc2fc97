"""Verify: nothing gets around a guard, nothing is handed out twice, and the people behind the counts are named."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Done
from tests.end_to_end.nightly import HEAD, ISSUER, NAMES, export, lay, usual

Sync = Callable[..., Done]


def everything(folder: Path) -> set[Path]:
    """Return every file below a folder but the lock and what SQLite keeps beside a database."""
    return {path for path in folder.rglob("*") if ".lock" not in path.name and "-shm" not in path.name}


def people(folder: Path, done: Done) -> dict[str, str]:
    """Read the status of each login from the CSV that a verification names."""
    with (folder / done.document["people"]).open(encoding="utf-8-sig", newline="") as file:
        return {row["login"]: row["status"] for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("command", "logins", "why"),
    [
        ("plan", [*NAMES, "zoe"], "it was only a plan"),
        ("run", NAMES[:8], "a guard stopped it"),
        ("run", NAMES, "there was nothing to change"),
    ],
)
def test_a_run_that_delivered_nothing_is_refused(
    command: str, logins: list[str], why: str, tmp_path: Path, sync: Sync
) -> None:
    """Planned, stopped or without a change: exit 2, nothing is written, and the next step works as it is printed."""
    more = '[policy]\ndelete = "user"\n[budgets]\ndelete = { max = 1 }'
    sync(tmp_path, "run", lay(tmp_path, NAMES, more))
    run = sync(tmp_path, command, lay(tmp_path, logins, more), "--json").document["run"]
    given = export(tmp_path, *usual(NAMES))
    before = everything(tmp_path)
    for target in (run, "runs/nightly/latest"):
        done = sync(tmp_path, "verify", target, "--export", given, "--json")
        assert (done.code, why in done.document["message"]) == (2, True)
    assert everything(tmp_path) == before
    assert "contactpro-sync verify runs/nightly/latest-delivered --export FILE" in done.document["next"]
    assert sync(tmp_path, "verify", "runs/nightly/latest-delivered", "--export", given).code == 0
    assert sync(tmp_path, "verify", "runs/nightly", "--export", given).code == 0


def test_a_check_can_not_be_verified(tmp_path: Path, sync: Sync) -> None:
    """A check makes no plan, so there is nothing to verify, whether or not an earlier run delivered something."""
    job = lay(tmp_path, NAMES[:3])
    run = sync(tmp_path, "check", job, "--json").document["run"]
    assert sync(tmp_path, "verify", run, "--export", export(tmp_path, *usual(NAMES[:3]))).code == 2
    done = sync(tmp_path, "verify", "runs/nightly/latest-delivered", "--export", "users.txt", "--json")
    assert (done.code, "has delivered anything" in done.document["message"]) == (2, True)


def test_an_older_run_leaves_out_what_a_later_one_replaced(tmp_path: Path, sync: Sync) -> None:
    """The first run's certificate of u01 was replaced: it is neither missing nor in the remainder."""
    first = sync(tmp_path, "run", lay(tmp_path, NAMES[:4]), "--json").document["run"]
    sync(tmp_path, "run", lay(tmp_path, NAMES[:4], u01="New.u01@x.com"))
    given = export(tmp_path, ("u00", "U00@x.com"), ("u01", "New.u01@x.com"), ("u02", ""), ("u03", "U03@x.com"))
    done = sync(tmp_path, "verify", first, "--export", given, "--json")
    assert done.document["counts"] == {"landed": 2, "missing": 1, "wrong_case": 0, "wrong_issuer": 0, "stale": 0}
    assert "1 certificates of this run are left out" in done.document["notes"][0]
    remainder = (tmp_path / done.document["remainder"]).read_text("utf-8-sig").split("\n")
    assert remainder == [HEAD, f"u02\t\tU02@x.com\t{ISSUER}", ""]
    assert people(tmp_path, done) == {"u02": "missing", "u00": "landed", "u03": "landed"}


def test_a_list_without_a_job_file_leaves_out_what_later_runs_replaced(tmp_path: Path, sync: Sync) -> None:
    """No state keeps the certificates of such runs; their plans name which was the last one of each person."""
    given = ["agents.csv", "--tenant", "ACME", "--region", "eu"]
    lay(tmp_path, NAMES[:3])
    first = sync(tmp_path, "run", *given, "--json").document["run"]
    lay(tmp_path, NAMES[:3], u01="New.u01@x.com")
    sync(tmp_path, "run", *given)
    there = export(tmp_path, ("u00", "U00@x.com"), ("u01", "New.u01@x.com"), ("u02", "U02@x.com"))
    assert sync(tmp_path, "verify", first, "--export", there, "--json").document["counts"]["landed"] == 2
    for target in ("agents.csv", "runs/agents", "runs"):
        done = sync(tmp_path, "verify", target, "--export", there, "--json")
        assert (done.code, done.document["counts"]["landed"], done.document["remainder"]) == (0, 3, None)


def test_a_job_is_compared_as_a_whole(tmp_path: Path, sync: Sync) -> None:
    """Every person of every run is looked for, also after a run without changes; who is not there is named."""
    sync(tmp_path, "run", lay(tmp_path, NAMES[:4]))
    sync(tmp_path, "run", lay(tmp_path, NAMES[:6]))
    assert sync(tmp_path, "run", "nightly.toml", "--json").document["counts"]["unchanged"] == 6
    given = export(tmp_path, *usual(NAMES[1:5]), ("u05", "u05@x.com"))
    for target in ("nightly.toml", "runs/nightly"):
        done = sync(tmp_path, "verify", target, "--export", given, "--json")
        assert (done.code, done.document["counts"]) == (
            7,
            {"landed": 4, "missing": 1, "wrong_case": 1, "wrong_issuer": 0, "stale": 0},
        )
        with (tmp_path / done.document["people"]).open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["status"] != "landed"]
        assert [(row["status"], row["login"], row["subject"], row["subject_instead"]) for row in rows] == [
            ("missing", "u00", "U00@x.com", ""),
            ("wrong_case", "u05", "U05@x.com", "u05@x.com"),
        ]


def test_a_remainder_is_no_run(tmp_path: Path, sync: Sync) -> None:
    """The folder of a remainder cannot be verified, emitted, shown or approved, so it makes no remainder of its own."""
    run = sync(tmp_path, "run", lay(tmp_path, NAMES[:3]), "--json").document["run"]
    given = export(tmp_path, *usual(NAMES[:2]))
    remainder = Path(sync(tmp_path, "verify", run, "--export", given, "--json").document["remainder"])
    folder = next(each for each in remainder.parents if each.name.startswith("remainder"))
    assert sync(tmp_path, "verify", folder, "--export", given).code == 2
    assert sync(tmp_path, "emit", folder).code == 2
    assert sync(tmp_path, "show", folder).code == 2


def test_a_certificate_at_another_login_has_not_landed(tmp_path: Path, sync: Sync) -> None:
    """Another person has the Subject of u01: then u01 has none, wherever the export has the Subject."""
    run = sync(tmp_path, "run", lay(tmp_path, NAMES[:3]), "--json").document["run"]
    given = export(tmp_path, ("u00", "U00@x.com"), ("u01", ""), ("leaver", "U01@x.com"), ("u02", "U02@x.com"))
    done = sync(tmp_path, "verify", run, "--export", given, "--json")
    assert (done.code, people(tmp_path, done)["u01"]) == (7, "missing")


def test_what_one_verification_learned_stays(tmp_path: Path, sync: Sync) -> None:
    """Verifying another run keeps what is known of people it does not have; ``explain`` shows the newest."""
    job = lay(tmp_path, NAMES[:2])
    sync(tmp_path, "run", job)
    sync(tmp_path, "verify", "runs/nightly/latest", "--export", export(tmp_path, ("u00", "U00@x.com"), ("u01", "")))
    sync(tmp_path, "run", lay(tmp_path, NAMES[:3]))
    sync(tmp_path, "verify", "runs/nightly/latest", "--export", export(tmp_path, *usual(NAMES[:3])))
    told = {
        login: sync(tmp_path, "explain", job, login, "--json").document["last_verify"]["verdict"] for login in NAMES[:3]
    }
    assert told == {"u00": "landed", "u01": "missing", "u02": "landed"}
    sync(tmp_path, "verify", job, "--export", "users.txt")
    assert sync(tmp_path, "explain", job, "u01", "--json").document["last_verify"]["verdict"] == "landed"


HEADERS = {
    "the layout of the remainder": lambda plan: plan.update(layout_path="contact_pro_users"),
    "the rows of a file": lambda plan: plan.update(rows_per_file=1),
    "the source": lambda plan: plan["source"].update(path="other.toml"),
    "the budgets of a list": lambda plan: plan["source"].update(options={"guards": {"min_rows": 0}}),
    "the wave": lambda plan: plan["source"].update(wave="pilot"),
    "a hash": lambda plan: plan["hashes"].update(config=None),
    "a type": lambda plan: plan.update(counts=3),
}


@pytest.mark.parametrize("edit", HEADERS)
def test_nothing_of_a_plan_can_be_edited(edit: str, tmp_path: Path, sync: Sync) -> None:
    """What the seal does not cover has a digest in the manifest: an edited plan is refused by every command (4)."""
    job = lay(tmp_path, NAMES[:3])
    run = sync(tmp_path, "run", job, "--json").document["run"]
    path = tmp_path / run / "plan.json"
    plan = json.loads(path.read_bytes())
    HEADERS[edit](plan)
    path.write_text(json.dumps(plan))
    before = everything(tmp_path)
    assert sync(tmp_path, "verify", run, "--export", export(tmp_path, *usual(NAMES[:2]))).code == 4
    assert sync(tmp_path, "show", run).code == 4
    assert everything(tmp_path) - before == {tmp_path / "users.txt"}


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ('[policy]\ndelete = "certificate"\n[budgets]\ndelete = { max = 5 }\n', ["u02", "u03"]),
        ('[policy]\ndelete = "certificate"\n[protect]\nlogin = ["U03"]\n', ["u02"]),
        ('[policy]\ndelete = "never"\n', []),
    ],
)
def test_a_remainder_has_no_delete_that_the_job_file_forbids_by_now(
    rule: str, kept: list[str], tmp_path: Path, sync: Sync
) -> None:
    """A delete that an older run allowed is left out once [protect] or the policy forbids it, and is counted."""
    more = '[policy]\ndelete = "certificate"\n[budgets]\ndelete = { max = 5 }\n'
    sync(tmp_path, "run", lay(tmp_path, NAMES[:4], more))
    run = sync(tmp_path, "run", lay(tmp_path, NAMES[:2], more), "--json").document["run"]
    job = lay(tmp_path, NAMES[:2], rule)
    given = export(tmp_path, *usual(NAMES[:4]))
    for target in (run, job):
        done = sync(tmp_path, "verify", target, "--export", given, "--json")
        assert (done.code, done.document["counts"]["stale"]) == (7 if kept else 0, len(kept))
        rest = done.document["remainder"]
        rows = (tmp_path / rest).read_text("utf-8-sig").splitlines()[1:] if rest else []
        assert [row.split("\t")[0] for row in rows] == kept
        assert any("forbids by now" in note for note in done.document["notes"]) == (len(kept) < 2)
