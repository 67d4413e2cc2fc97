"""Undo: the files that undo a run are apart, the state can take the run back, and waves go on from there."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.cli import terminal
from pipeline.plan import saved
from pipeline.reports import plan_table
from tests.end_to_end.conftest import Done
from tests.end_to_end.nightly import HEAD, ISSUER, NAMES, export, lay, usual

Sync = Callable[..., Done]


def test_what_undoes_a_run_is_never_imported_with_it(tmp_path: Path, sync: Sync) -> None:
    """``out`` has the import files alone; ``undo`` has what was there before; the manifest distinguishes them."""
    sync(tmp_path, "run", lay(tmp_path, NAMES[:3]))
    done = sync(tmp_path, "run", lay(tmp_path, NAMES[:4], u01="New.u01@x.com"), "--json")
    run = done.folder.path
    assert [path.relative_to(run).as_posix() for path in sorted(run.glob("out/**/*.*"))] == [
        "out/acme/certificates-001.txt"
    ]
    assert (run / "undo/acme/inverse-001.txt").read_text("utf-8-sig").split("\n") == [
        HEAD,
        f"u01\t\tU01@x.com\t{ISSUER}",
        "u03\t\t\t",
        "",
    ]
    assert set(done.folder.manifest["hashes"]["outputs"]) == {
        "out/acme/certificates-001.txt",
        "undo/acme/inverse-001.txt",
    }
    assert "not confirmed" in done.folder.manifest["undo"]["note"]
    assert done.folder.manifest["undo"]["files"] == ["undo/acme/inverse-001.txt"]


def test_a_forgotten_pilot_is_written_again_with_the_rest(tmp_path: Path, sync: Sync) -> None:
    """Pilot, undone, forgotten: ``--wave rest`` writes every person, the pilot too."""
    job = lay(tmp_path, NAMES[:6])
    pilot = sync(tmp_path, "run", job, "--wave", "pilot", "--json")
    assert len(pilot.folder.subjects) == 1
    done = sync(tmp_path, "state", "forget", pilot.document["run"], "--json")
    assert (done.code, done.document["message"].startswith("1 certificates of ")) == (0, True)
    rest = sync(tmp_path, "run", job, "--wave", "rest", "--json")
    assert (rest.code, len(rest.folder.subjects)) == (0, 6)


def test_forgetting_gives_everybody_back_what_was_before(tmp_path: Path, sync: Sync) -> None:
    """New people are new again, changed ones have the old certificate, deleted ones are there, unchanged ones stay."""
    more = '[policy]\ndelete = "certificate"\n[budgets]\ndelete = { max = 5 }'
    sync(tmp_path, "run", lay(tmp_path, NAMES[:5], more))
    job = lay(tmp_path, [*NAMES[1:5], "zoe"], more, u01="New.u01@x.com")
    run = sync(tmp_path, "run", job, "--json")
    counts = run.document["counts"]
    assert (counts["create"], counts["change"], counts["delete"]) == (1, 1, 2)
    assert sync(tmp_path, "plan", job, "--json").document["counts"]["unchanged"] == 5
    done = sync(tmp_path, "state", "forget", run.document["run"])
    assert (done.code, "2 certificates" in done.stdout, "2 from before it are known again" in done.stdout) == (
        0,
        True,
        True,
    )
    again = sync(tmp_path, "plan", job, "--json").document["counts"]
    assert {name: again[name] for name in ("create", "change", "delete", "unchanged")} == {
        "create": 1,
        "change": 1,
        "delete": 2,
        "unchanged": 3,
    }
    told = json.loads(sync(tmp_path, "explain", job, "u01", "--json").stdout)
    assert [(row["subject"], row["since"]) for row in told["handed_over"]] == [("U01@x.com", "")]


def test_what_a_later_run_replaced_stays(tmp_path: Path, sync: Sync) -> None:
    """Forgetting the first of two runs leaves the second one's certificates; forgetting it twice changes nothing."""
    first = sync(tmp_path, "run", lay(tmp_path, NAMES[:3]), "--json").document["run"]
    job = lay(tmp_path, NAMES[:3], u01="New.u01@x.com")
    sync(tmp_path, "run", job)
    done = sync(tmp_path, "state", "forget", first, "--json").document["message"]
    assert "2 certificates" in done
    assert "not in the state any more: 1, forgotten before or replaced by later runs" in done
    counts = sync(tmp_path, "plan", job, "--json").document["counts"]
    assert (counts["create"], counts["unchanged"]) == (2, 1)
    assert sync(tmp_path, "state", "forget", first).code == 0
    assert sync(tmp_path, "plan", job, "--json").document["counts"] == counts


@pytest.mark.parametrize("command", ["plan", "check"])
def test_only_a_delivered_run_is_forgotten(command: str, tmp_path: Path, sync: Sync) -> None:
    """A plan, a check and a list without a job keep nothing that could be taken back."""
    run = sync(tmp_path, command, lay(tmp_path, NAMES[:3]), "--json").document["run"]
    assert sync(tmp_path, "state", "forget", run).code == 2
    listed = sync(tmp_path, "run", "agents.csv", "--tenant", "ACME", "--region", "eu", "--json").document["run"]
    assert sync(tmp_path, "state", "forget", listed).code == 2


def test_a_forgotten_certificate_is_given_to_nobody_else(tmp_path: Path, sync: Sync) -> None:
    """Whether emptied cells take a certificate away is not confirmed: another person waits for a verification."""
    run = sync(tmp_path, "run", lay(tmp_path, NAMES[:3], u01="Desk@x.com"), "--json").document["run"]
    sync(tmp_path, "state", "forget", run)
    job = lay(tmp_path, NAMES[:3], u02="Desk@x.com")
    assert sync(tmp_path, "plan", job, "--json").document["issues"]["EMAIL-TAKEN"] == 1


def test_waves_after_the_first_were_announced(tmp_path: Path, sync: Sync) -> None:
    """The default budget lets through what the wave before left; more people than that stop, and so does a budget."""
    job = lay(tmp_path, NAMES)
    first = sync(tmp_path, "run", job, "--wave", f"login={','.join(NAMES[:10])}", "--json")
    assert (first.code, len(first.folder.subjects)) == (0, 10)
    more = [*NAMES, *(f"new{number}" for number in range(6))]
    shutil.copytree(tmp_path, tmp_path / "b", dirs_exist_ok=False)
    assert sync(tmp_path, "run", lay(tmp_path, more), "--wave", "rest").code == 4
    assert (
        sync(tmp_path, "run", lay(tmp_path, more[:-1]), "--wave", "rest", "--json").document["counts"]["create"] == 15
    )
    assert sync(tmp_path / "b", "run", lay(tmp_path / "b", NAMES), "--json").document["counts"]["create"] == 10
    sync(tmp_path / "b", "state", "forget", "runs/nightly/latest-delivered")
    own = lay(tmp_path / "b", NAMES, "[budgets]\ncreate = { max = 5 }")
    assert sync(tmp_path / "b", "run", own, "--wave", "rest").code == 4


def test_history_and_the_next_night_tell_what_was_never_verified(tmp_path: Path, sync: Sync) -> None:
    """A file that no one may have imported is noted by each run, until a verification has looked for its people."""
    sync(tmp_path, "run", lay(tmp_path, NAMES[:3]))
    job = lay(tmp_path, NAMES[:4])
    second = sync(tmp_path, "run", job, "--json").document
    assert any("3 people of an earlier run (today) were never verified" in note for note in second["notes"])
    third = sync(tmp_path, "run", job, "--json").document
    assert any("4 people of 2 earlier runs (the oldest today)" in note for note in third["notes"])
    sync(tmp_path, "verify", job, "--export", export(tmp_path, *usual(NAMES[:3])))
    fourth = sync(tmp_path, "run", job, "--json").document
    assert not any("never verified" in note for note in fourth["notes"])
    runs = sync(tmp_path, "history", "nightly", "--json").document["runs"]
    assert [(run["written"], run["verified"], run["unchanged"]) for run in runs] == [
        (0, None, 4),
        (0, None, 4),
        (1, 0, 3),
        (3, 3, 0),
    ]
    assert "written  verified  unchanged" in sync(tmp_path, "history", "nightly").stdout


def test_restoring_the_state_brings_no_approval_back(tmp_path: Path, sync: Sync) -> None:
    """A backup from between approval and run: the approval was used, and the copy does not make it new."""
    sync(tmp_path, "run", lay(tmp_path, NAMES))
    job = lay(tmp_path, NAMES[:10])
    stopped = sync(tmp_path, "run", job, "--json")
    seal = json.loads((stopped.folder.path / "plan.json").read_bytes())["sha256"]
    sync(tmp_path, "approve", stopped.document["run"], "--hash", seal)
    sync(tmp_path, "state", "backup", job, "copy.db")
    assert sync(tmp_path, "run", job).code == 0
    sync(tmp_path, "state", "restore", job, "copy.db")
    assert sync(tmp_path, "run", job).code == 4


def test_show_has_what_must_be_approved(tmp_path: Path, sync: Sync) -> None:
    """Of a run that a guard stopped: who is gone, and the line that approves it, which works as it is printed."""
    sync(tmp_path, "run", lay(tmp_path, NAMES))
    run = sync(tmp_path, "run", lay(tmp_path, NAMES[:10]), "--json").document["run"]
    shown = sync(tmp_path, "show", run).stdout
    assert "and 10 who are gone; --only gone lists them" in shown
    assert "who are gone" not in sync(tmp_path, "show", run, "--only", "gone").stdout
    command = shown.partition("next: If all of this is right: contactpro-sync ")[2].split()
    assert sync(tmp_path, *command).code == 0
    assert sync(tmp_path, "run", "nightly.toml").code == 0


def test_people_are_masked_unless_a_terminal_shows_them(tmp_path: Path, sync: Sync) -> None:
    """Off a terminal the lines of a plan are masked; unmasked they have every character of what is approved."""
    run = sync(tmp_path, "plan", lay(tmp_path, ["ida"], ida="Ida.Roth@example.com"), "--json").document["run"]
    assert "Ida.Roth" not in sync(tmp_path, "show", run).stdout
    assert "Ida.Roth" not in sync(tmp_path, "explain", "nightly.toml", "ida").stdout
    shown = plan_table.chosen(saved.read(tmp_path / run), None)
    assert "'Ida.Roth@example.com'" in "\n".join(terminal.fitted(shown.lines(unmasked=True)))


def test_a_rejected_row_hides_no_note(tmp_path: Path, sync: Sync) -> None:
    """A run whose annotated workbook is written notes the people of earlier files all the same."""
    sync(tmp_path, "run", lay(tmp_path, NAMES[:3]))
    second = sync(tmp_path, "run", lay(tmp_path, NAMES[:4], u02="not an address"), "--json")
    assert (second.document["counts"]["rejected"], (second.folder.path / "annotated.xlsx").exists()) == (1, True)
    assert any("never verified" in note for note in second.document["notes"])
