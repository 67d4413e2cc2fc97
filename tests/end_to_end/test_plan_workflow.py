"""A job over several runs from files alone: plan, guard, approve, emit, verify, undo."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Done
from tests.end_to_end.nightly import HEAD, ISSUER, NAMES, changes, lay


def test_a_job_writes_what_has_changed(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """The second run writes the new person and the corrected character, and nothing else."""
    sync(tmp_path, "run", lay(tmp_path, NAMES))
    done = sync(tmp_path, "run", lay(tmp_path, [*NAMES[1:], "zoe"], u05="u05@x.com"), "--json")
    expected = {"create": 1, "change": 0, "case_change": 1, "unchanged": 18, "delete": 0, "gone": 1}
    assert {name: done.document["counts"][name] for name in expected} == expected
    assert done.folder.subjects == ["u05@x.com", "ZOE@x.com"]
    assert changes(done.folder.path) == [("case", "u05"), ("create", "zoe")]
    notes = [note for note in done.folder.manifest["notes"] if "Invalid ProviderName/Username combination" in note]
    assert [note[:18] for note in notes] == ["1 Subject changes."]


def test_a_plan_writes_nothing_and_emit_writes_exactly_it(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """A plan leaves no import file; ``emit`` writes it into the same folder, once, and the job remembers."""
    job = lay(tmp_path, NAMES)
    planned = sync(tmp_path, "plan", job, "--exit-code-on-changes", "--json")
    assert (planned.code, planned.tables()) == (10, {})
    run = planned.document["run"]
    assert (sync(tmp_path, "emit", run, "--json").code, len(planned.folder.subjects)) == (0, 20)
    assert sync(tmp_path, "emit", run).code == 2
    again = sync(tmp_path, "plan", job, "--exit-code-on-changes", "--json")
    assert (again.code, again.document["counts"]["unchanged"]) == (0, 20)


def test_a_stop_names_its_numbers_and_can_be_approved_once(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """A guard writes nothing; the exact seal lets the same plan through once; another seal is a usage error."""
    sync(tmp_path, "run", lay(tmp_path, NAMES))
    job = lay(tmp_path, NAMES[:10])
    stopped = sync(tmp_path, "run", job, "--json")
    assert (stopped.code, stopped.document["files"], stopped.document["counts"]["gone"]) == (4, [], 10)
    assert "has 10 people, the last good run had 20: 50 % fewer" in stopped.document["message"]
    seal = json.loads((stopped.folder.path / "plan.json").read_bytes())["sha256"]
    assert seal in stopped.document["next"]
    run = stopped.document["run"]
    assert sync(tmp_path, "approve", run, "--hash", "0" * 64).code == 2
    assert sync(tmp_path, "run", job).code == 4
    assert sync(tmp_path, "approve", run, "--hash", seal).code == 0
    assert sync(tmp_path, "run", job).code == 0


@pytest.mark.parametrize(
    ("more", "logins", "code"),
    [
        ("[budgets]\ncreate = { max = 2 }", [*NAMES, "a", "b"], 0),
        ("[budgets]\ncreate = { max = 2 }", [*NAMES, "a", "b", "c"], 4),
        ("[budgets]\ncreate = { percent = 10, min_population = 10 }", [*NAMES, "a", "b"], 0),
        ("[budgets]\ncreate = { percent = 10, min_population = 10 }", [*NAMES, "a", "b", "c"], 4),
        ("[budgets]\ncreate = { percent = 10, min_population = 21 }", [*NAMES, "a", "b", "c"], 0),
        ("[guards]\nmax_shrink_percent = 20", NAMES[:16], 0),
        ("[guards]\nmax_shrink_percent = 20", NAMES[:15], 4),
        ("[guards]\nmin_rows = 16", NAMES[:16], 0),
        ("[guards]\nmin_rows = 17", NAMES[:16], 4),
        ('[policy]\ndelete = "user"', NAMES[1:], 4),
        ('[policy]\ndelete = "user"\n[budgets]\ndelete = { max = 1 }', NAMES[1:], 0),
        ('[policy]\ndelete = "user"\n[budgets]\ndelete = { max = 1 }', NAMES[2:], 4),
    ],
)
def test_the_limit_passes_and_one_more_is_stopped(
    more: str, logins: list[str], code: int, tmp_path: Path, sync: Callable[..., Done]
) -> None:
    """Each budget and guard lets its limit through and stops the next one; percentages need enough known people."""
    sync(tmp_path, "run", lay(tmp_path, NAMES))
    assert sync(tmp_path, "run", lay(tmp_path, logins, more)).code == code


def test_deletes_have_a_file_of_their_own(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """Policy ``user`` writes keys and ``D``, beside the other changes and what undoes them."""
    sync(tmp_path, "run", lay(tmp_path, NAMES))
    more = '[policy]\ndelete = "user"\n[budgets]\ndelete = { max = 1 }'
    done = sync(tmp_path, "run", lay(tmp_path, [*NAMES[1:], "zoe"], more), "--json")
    out = done.folder.path / "out" / "acme"
    assert (out / "deletes-001.txt").read_bytes() == b"\xef\xbb\xbfLogin\tExternalId\tDelete\r\nu00\t\tD\r\n"
    assert [file["path"] for file in done.document["files"]] == [
        "out/acme/certificates-001.txt",
        "out/acme/deletes-001.txt",
    ]
    inverse = (done.folder.path / "undo/acme/inverse-001.txt").read_text("utf-8-sig").split("\n")
    assert {path.name for path in out.iterdir()} == {"certificates-001.txt", "deletes-001.txt"}
    assert inverse == [HEAD, f"u00\t\tU00@x.com\t{ISSUER}", "zoe\t\t\t", ""]
    after = sync(tmp_path, "plan", "nightly.toml", "--json").document["counts"]
    assert (after["unchanged"], after["gone"]) == (20, 0)


def test_verify_tells_what_landed_and_writes_the_rest(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """Landed, missing, wrong case, wrong issuer, stale; the remainder is an import file of those that did not land."""
    run = sync(tmp_path, "run", lay(tmp_path, NAMES[:5]), "--json").document["run"]
    other = ISSUER.replace("eu-central-1", "us-west-2")
    rows = [f"u00\t\tU00@x.com\t{ISSUER}", f"u01\t\tu01@x.com\t{ISSUER}", f"u02\t\tU02@x.com\t{other}"]
    rows += [f"u03\t\tU03@x.com\t{ISSUER}", f"u03\t\told@x.com\t{ISSUER}"]
    (tmp_path / "users.txt").write_text("\r\n".join([HEAD, *rows, ""]), "utf-8-sig", newline="")
    done = sync(tmp_path, "verify", run, "--export", "users.txt", "--json")
    assert done.code == 7
    assert done.document["counts"] == {"landed": 2, "missing": 1, "wrong_case": 1, "wrong_issuer": 1, "stale": 1}
    remainder = (tmp_path / done.document["remainder"]).read_text("utf-8-sig").split("\n")
    assert [line.split("\t")[0] for line in remainder[1:-1]] == ["u01", "u02", "u04"]
    told = sync(tmp_path, "explain", "nightly.toml", "u01", "--json").document
    assert [(row["verdict"], row["run"]) for row in told["verified"]] == [("wrong_case", Path(run).name)]
    assert told["last_verify"]["verdict"] == "wrong_case"
    whole = (tmp_path / run / "out/acme/certificates-001.txt").read_bytes()
    (tmp_path / "users.txt").write_bytes(whole)
    done = sync(tmp_path, "verify", run, "--export", "users.txt", "--json")
    assert (done.code, done.document["remainder"]) == (0, None)


@pytest.mark.parametrize(
    ("policy", "rest"),
    [
        (
            "certificate",
            f"Login\tExternalId\tCertificateSubject\tCertificateIssuer\tDelete|u01\t\tU01@x.com\t{ISSUER}\tD|",
        ),
        ("user", "Login\tExternalId\tDelete|u01\t\tD|"),
    ],
)
def test_a_delete_that_did_not_land_is_stale(policy: str, rest: str, tmp_path: Path, sync: Callable[..., Done]) -> None:
    """Who should be gone and is still in the export differs, and becomes the next deletes file."""
    sync(tmp_path, "run", lay(tmp_path, NAMES[:5]))
    more = f'[policy]\ndelete = "{policy}"\n[budgets]\ndelete = {{ max = 2 }}'
    run = sync(tmp_path, "run", lay(tmp_path, NAMES[2:5], more), "--json").document["run"]
    kept = [f"{login}\t\t{login.upper()}@x.com\t{ISSUER}" for login in NAMES[1:5]]
    (tmp_path / "users.txt").write_text("\r\n".join([HEAD, *kept, ""]), "utf-8-sig", newline="")
    done = sync(tmp_path, "verify", run, "--export", "users.txt", "--json")
    assert (done.code, done.document["counts"]["stale"]) == (7, 1)
    remainder = tmp_path / done.document["remainder"]
    assert (remainder.name, remainder.read_text("utf-8-sig").split("\n")) == ("deletes-001.txt", rest.split("|"))
    (tmp_path / "users.txt").write_text("\r\n".join([HEAD, *kept[1:], ""]), "utf-8-sig", newline="")
    done = sync(tmp_path, "verify", run, "--export", "users.txt", "--json")
    assert (done.code, done.document["counts"]["stale"], done.document["notes"]) == (0, 0, [])


def test_the_remainder_has_batches_as_the_job_wants_them(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """No file of the remainder is larger than the job's own; a large import loads the whole system."""
    run = sync(tmp_path, "run", lay(tmp_path, NAMES[:5], "[output]\nrows_per_file = 2"), "--json").document["run"]
    (tmp_path / "users.txt").write_text(f"{HEAD}\r\nzoe\t\tZoe@x.com\t{ISSUER}\r\n", "utf-8-sig", newline="")
    done = sync(tmp_path, "verify", run, "--export", "users.txt", "--json")
    assert [path.name for path in sorted((tmp_path / done.document["remainder"]).rglob("*.txt"))] == [
        f"certificates-00{number}.txt" for number in (1, 2, 3)
    ]


def test_show_knows_the_names_of_the_counts(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """``--only`` takes the kinds, and what the summary counts: a change of case is a class of its own."""
    sync(tmp_path, "run", lay(tmp_path, NAMES))
    listed = ["Login,Email", "u00,u00@x.com", "u01,new@x.com", "zoe,ZOE@x.com"]
    listed += [f"{login},{login.upper()}@x.com" for login in NAMES[2:19]]
    (tmp_path / "agents.csv").write_text("\n".join([*listed, ""]))
    run = sync(tmp_path, "plan", "nightly.toml", "--json").document["run"]
    shown = {
        only: [
            (row["kind"], row["login"])
            for row in sync(tmp_path, "show", run, "--only", only, "--json").document["changes"]
        ]
        for only in ("create", "change", "case_change", "case", "gone", "unchanged")
    }
    assert shown == {
        "create": [("create", "zoe")],
        "change": [("subject", "u01")],
        "case_change": [("case", "u00")],
        "case": [("case", "u00")],
        "gone": [("gone", "u19")],
        "unchanged": [],
    }
    assert "a plan counts them" in sync(tmp_path, "show", run, "--only", "unchanged").stdout


def test_a_list_is_planned_with_the_options_of_a_run(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """What ``run`` understands beside a list ``plan`` does too, and ``emit`` keeps to it."""
    lay(tmp_path, NAMES[:5])
    given = ["agents.csv", "--tenant", "ACME", "--region", "eu", "--rows-per-file", "2", "--on-reject", "stop"]
    given += ["--encoding", "cp1252", "--layout", "certificates"]
    planned = sync(tmp_path, "plan", *given, "--json").document
    done = sync(tmp_path, "emit", planned["run"], "--json")
    assert [file["rows"] for file in done.document["files"]] == [2, 2, 1]


def test_an_export_is_a_baseline(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """With ``contact_pro_export`` the plan is the difference from the export of Contact Pro."""
    (tmp_path / "users.txt").write_text(f"{HEAD}\r\nu00\t\tU00@x.com\t{ISSUER}\r\n", "utf-8-sig", newline="")
    job = lay(tmp_path, NAMES[:3], '[baseline]\nkind = "contact_pro_export"\npath = "users.txt"')
    counts = sync(tmp_path, "run", job, "--json").document["counts"]
    assert (counts["unchanged"], counts["create"]) == (1, 2)


@pytest.mark.parametrize("harm", [b"", b"rubbish" * 900], ids=["empty", "rubbish"])
def test_a_damaged_memory_is_never_a_first_run(harm: bytes, tmp_path: Path, sync: Callable[..., Done]) -> None:
    """The run ends with 8 and writes no import file; a backup puts it right (T10)."""
    job = lay(tmp_path, NAMES)
    sync(tmp_path, "run", job)
    assert sync(tmp_path, "state", "backup", job, "copy.db").code == 0
    (tmp_path / "runs/nightly/state.db").write_bytes(harm)
    done = sync(tmp_path, "run", job, "--json")
    assert (done.code, done.document["outcome"], done.document["files"]) == (8, "state", [])
    assert sync(tmp_path, "state", "restore", job, "copy.db").code == 0
    assert sync(tmp_path, "plan", job, "--json").document["counts"]["unchanged"] == 20


def test_waves_are_stable_and_grow(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """The pilot is one person, a tenth includes the pilot, the rest is all others; no one is written twice."""
    job = lay(tmp_path, NAMES)
    written: list[str] = []
    assert sync(tmp_path, "plan", job, "--wave", "pilot").stdout.split("\n")[0] == (
        "1 person can sign in once the import is done; 19 are left for later waves."
    )
    for wave in ("pilot", "40%", "rest"):
        done = sync(tmp_path, "run", job, "--wave", wave, "--json")
        written += done.folder.subjects
    assert sorted(written) == sorted(f"{login.upper()}@x.com" for login in NAMES)
    assert sync(tmp_path, "run", job, "--wave", "half").code == 2


def test_explain_and_history(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """One person's life by any of their names; every run with its numbers."""
    job = lay(tmp_path, NAMES)
    run = sync(tmp_path, "run", job, "--json").document["run"]
    told = sync(tmp_path, "explain", job, "u07@X.COM", "--json").document
    assert [row["verdict"] for row in told["roster"]] == ["accepted"]
    assert [(row["subject"], row["since"]) for row in told["handed_over"]] == [("U07@x.com", Path(run).name)]
    assert (told["last_file"]["file"], told["last_file"]["line"]) == (f"{run}/out/acme/certificates-001.txt", 9)
    assert told["last_verify"] is None
    assert (
        sync(tmp_path, "explain", job, "nobody").stdout.count(
            "No match in the list, the directory or earlier import files"
        )
        == 1
    )
    sync(tmp_path, "run", lay(tmp_path, NAMES, u07="New@x.com"))
    told = sync(tmp_path, "explain", job, "u07", "--json").document
    assert (told["last_file"]["line"], told["last_file"]["since"] > Path(run).name) == (2, True)
    shutil.rmtree(tmp_path / run)
    said = sync(tmp_path, "explain", job, "u08").stdout
    assert f"last file  the folder of run {Path(run).name} was deleted" in said
    runs = sync(tmp_path, "history", "nightly", "--json").document["runs"]
    assert [(entry["outcome"], entry["counts"]["create"], entry["counts"]["change"]) for entry in runs] == [
        ("ok", 0, 1),
        ("ok", 20, 0),
    ]
    assert sync(tmp_path, "history", "nobody").code == 2
    assert sync(tmp_path, "history", "nightly", "--older-than", "90d").code == 2
    said = sync(tmp_path, "explain", lay(tmp_path, NAMES[:-1]), NAMES[-1]).stdout
    assert "  roster     not listed, or not any more" in said


def test_purge_deletes_old_folders_only(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """Run folders older than so many days go; the latest run, the state and anything else stay (T92)."""
    sync(tmp_path, "run", lay(tmp_path, NAMES))
    old = tmp_path / "runs/nightly/20200101T000000Z-abcd"
    (old / "out/acme").mkdir(parents=True)
    (old / "out/acme/certificates-001.txt").write_text("x")
    (tmp_path / "runs/nightly/notes").mkdir()
    assert sync(tmp_path, "history", "purge").code == 2
    purged = sync(tmp_path, "history", "purge", "--older-than", "90d", "--json").document["purged"]
    assert [Path(each).name for each in purged] == [old.name]
    left = {path.name for path in (tmp_path / "runs/nightly").iterdir()} - {".lock"}
    assert {"notes", "state.db", "latest", "latest-delivered"} < left
    assert len(left) == 5


@pytest.mark.parametrize("target", ["cron", "systemd", "windows", "kubernetes", "airflow"])
def test_schedule_prints_ready_files(target: str, tmp_path: Path, sync: Callable[..., Done]) -> None:
    """The job is named by its absolute path, in a file or its install command; nothing is installed."""
    done = sync(tmp_path, "schedule", lay(tmp_path, NAMES), "--for", target, "--json")
    assert done.code == 0
    assert any(str(tmp_path / "nightly.toml") in file["text"] + file["install"] for file in done.document["files"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["agents.csv", "nightly.toml"]
    assert sync(tmp_path, "schedule", "nightly.toml", "--for", "nobody").code == 2
