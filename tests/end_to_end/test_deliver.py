"""Delivery through RCI, over a real socket: what is sent, what is refused, and what is left after each fault."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from pipeline.config import hours
from pipeline.deliver import command
from pipeline.state import records
from tests.end_to_end.command_server import Nursery, nursery
from tests.end_to_end.conftest import Done
from tests.job_texts import job_text
from tests.servers.loopback import Fault, LoopbackServer, Request
from tests.servers.rci import Access, Behaviour, Names, RciServer, World, user

Sync = Callable[..., Done]

ISSUER = "cc-acme.auth.eu-central-1.amazoncognito.com"
OTHER = "cc-other.auth.eu-central-1.amazoncognito.com"
LOGINS = ("ada", "ben", "cleo")


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    access = Access()
    monkeypatch.setenv("RCI_USER", access.user)
    monkeypatch.setenv("RCI_PASSWORD", access.password)
    monkeypatch.setenv("RCI_KEY", access.api_key)


@pytest.fixture
def rci() -> Iterator[RciServer]:
    """Serve three users without certificates, with property names of this tenant's own."""
    with served() as server:
        yield server


def served(number: int = 3, behaviour: Behaviour | None = None) -> RciServer:
    """Build a server of some users; the first three are called as ``LOGINS``."""
    people = [user(each, login=login(each), externalId=f"E{each}", email=email(each)) for each in range(number)]
    return RciServer(World.build(people), names=Names("zid", "mail", "host"), behaviour=behaviour)


def login(number: int) -> str:
    """Return the login of a user."""
    return LOGINS[number] if number < len(LOGINS) else f"user{number}"


def email(number: int) -> str:
    """Return the email of a user."""
    return f"{login(number).title()}@example.com"


def lay(folder: Path, server: RciServer, number: int = 3, *, policy: str = "", deliver: str = "") -> str:
    """Write a list, a file of names and a job that delivers to a server."""
    rows = [f"{login(each)},E{each},{email(each)}" for each in range(number)]
    (folder / "agents.csv").write_text("\n".join(["Login,Employee ID,Email", *rows]))
    (folder / "names.toml").write_text('[certificate]\nid = "zid"\nsubject = "mail"\nissuer = "host"\n')
    tables = f"""[baseline]
kind = "state"
[policy]
{policy}
[deliver]
kind = "rci"
url = "{server.url}"
user = "env:RCI_USER"
password = "env:RCI_PASSWORD"
api_key = "env:RCI_KEY"
names = "names.toml"
per_second = 10000
{deliver}
"""
    (folder / "nightly.toml").write_text(job_text(tables))
    return "nightly.toml"


def counts(done: Done) -> tuple[int, ...]:
    """Return the exit code, then sent, already, failed, deleted, left."""
    told = done.document["counts"]
    return (done.code, *(told[name] for name in ("sent", "already", "failed", "deleted", "left")))


def delivery(done: Done) -> list[dict[str, str]]:
    """Read delivery.jsonl of the run that was delivered."""
    path = done.cwd / done.document["run"] / "delivery.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()]


def posts(server: RciServer) -> int:
    """Count the POSTs that a server has seen."""
    return sum(request.method == "POST" for request in server.requests)


def test_a_plan_is_sent_read_back_and_never_sent_twice(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """Three POSTs; a second delivery sends nothing, and the next plan has no changes."""
    job = lay(tmp_path, rci)
    assert sync(tmp_path, "run", job).code == 0
    assert counts(sync(tmp_path, "deliver", job, "--dry-run", "--json")) == (0, 0, 0, 0, 0, 3)
    assert posts(rci) == 0
    done = sync(tmp_path, "deliver", job, "--json")
    assert counts(done) == (0, 3, 0, 0, 0, 0)
    assert [(each["login"], each["status"], each["http"]) for each in delivery(done)] == [
        (name, "sent", 201) for name in LOGINS
    ]
    assert rci.world.pairs("ben") == [("Ben@example.com", ISSUER)]
    assert (tmp_path / done.document["run"] / done.document["people"]).is_file()
    again = sync(tmp_path, "deliver", job, "--json")
    assert again.document["notes"] == ["This run was delivered before: nothing was sent."]
    assert (again.code, posts(rci)) == (0, 3)
    assert sync(tmp_path, "run", job, "--json").document["counts"]["unchanged"] == 3


def test_a_written_file_changes_no_state(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """In a job with [deliver], what was not delivered is in the next plan."""
    job = lay(tmp_path, rci)
    assert sync(tmp_path, "run", job, "--json").document["counts"]["create"] == 3
    assert sync(tmp_path, "run", job, "--json").document["counts"]["create"] == 3


def test_what_may_not_be_delivered_is_refused(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """A plan is 2, a guarded run 4, a broken seal 8, a missing file of names 2; nothing is sent."""
    job = lay(tmp_path, rci)
    planned = sync(tmp_path, "plan", job, "--json").document["run"]
    assert sync(tmp_path, "deliver", planned, "--json").code == 2
    run = sync(tmp_path, "run", job, "--json").document["run"]
    (tmp_path / "names.toml").unlink()
    refused = sync(tmp_path, "deliver", run, "--json")
    assert (refused.code, "layout learn --rci" in refused.document["next"]) == (2, True)
    plan = tmp_path / run / "plan.json"
    plan.write_text(plan.read_text().replace("Ben@", "BEN@"))
    assert sync(tmp_path, "deliver", run, "--json").code == 8
    lay(tmp_path, rci, policy="[guards]\nmin_rows = 9")
    guarded = sync(tmp_path, "run", job, "--json")
    assert guarded.code == 4
    assert sync(tmp_path, "deliver", guarded.document["run"], "--json").code == 4
    assert posts(rci) == 0


@pytest.mark.parametrize("kind", ["drop", "drop-unheard", "served-status", "empty"])
def test_a_lost_answer_is_read_back_and_nobody_gets_two(kind: str, tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """Sent and not answered, or never sent: each person ends with exactly one certificate."""
    job = lay(tmp_path, rci)
    sync(tmp_path, "run", job)
    rci.faults.append(Fault(kind, at="/certificates", method="POST", status=504))
    done = sync(tmp_path, "deliver", job, "--json")
    if kind == "empty":  # 200 and nothing done: accepted, and not there
        assert counts(done) == (3, 2, 0, 1, 0, 0)
        done = sync(tmp_path, "deliver", job, "--json")
    assert done.code == 0
    assert [rci.world.pairs(name) for name in LOGINS] == [[(email(each), ISSUER)] for each in range(3)]


def test_a_subject_that_the_server_changes_fails_and_is_not_sent_again(tmp_path: Path, sync: Sync) -> None:
    """Lower case came back: failed with both spellings, the certificate is gone again, the next delivery is silent."""
    with served(behaviour=Behaviour(folds=True)) as server:
        job = lay(tmp_path, server)
        sync(tmp_path, "run", job)
        done = sync(tmp_path, "deliver", job, "--json")
        assert counts(done) == (3, 0, 0, 3, 0, 0)
        assert "'ada@example.com'" in delivery(done)[0]["detail"]
        assert "'Ada@example.com'" in delivery(done)[0]["detail"]
        assert server.world.pairs("ada") == []
        sent = posts(server)
        again = sync(tmp_path, "deliver", job, "--json")
        assert (again.code, posts(server)) == (3, sent)
        assert "subject_case" in delivery(again)[-1]["detail"]


@pytest.mark.parametrize(("skip", "code", "left"), [(0, 5, None), (2, 3, 2)])
def test_a_refused_sign_in_stops_at_once(
    skip: int, code: int, left: int | None, tmp_path: Path, sync: Sync, rci: RciServer
) -> None:
    """401 before any person was asked is exit 5; after the first person exit 3, and the rest is left."""
    job = lay(tmp_path, rci)
    sync(tmp_path, "run", job)
    rci.faults.append(Fault("status", status=401, skip=skip and 2 + 3, times=-1))
    done = sync(tmp_path, "deliver", job, "--json")
    assert done.code == code
    assert sum(each.method == "GET" for each in rci.requests) <= 6
    if left is not None:
        assert done.document["counts"]["left"] == left


def test_removals_end_where_they_are_forbidden_and_posts_go_on(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """403 to a DELETE: one DELETE only; the people are sent, with the old certificate still there."""
    job = lay(tmp_path, rci, policy='delete = "certificate"')
    sync(tmp_path, "run", job)
    sync(tmp_path, "deliver", job)
    text = (tmp_path / "agents.csv").read_text()
    (tmp_path / "agents.csv").write_text(text.replace("Ada@", "Ada.B@").replace("Ben@", "Ben.B@"))
    sync(tmp_path, "run", job)
    rci.access.rights.discard("remove certificates")
    rci.requests.clear()
    done = sync(tmp_path, "deliver", job, "--json")
    assert counts(done) == (0, 2, 0, 0, 0, 0)
    assert {each["detail"] for each in delivery(done)} == {"old certificate still there"}
    assert sum(each.method == "DELETE" for each in rci.requests) == 1
    assert done.document["notes"][0].startswith("The certificate that was replaced is still there for 2 of the people")
    assert len(rci.world.pairs("ada")) == 2


def test_the_stale_one_goes_and_another_issuer_stays(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """With policy.delete the replaced certificate of our own Issuer is removed; that of another Issuer never is."""
    job = lay(tmp_path, rci, policy='delete = "certificate"')
    rci.world.add(rci.world.named("ada"), "Ada@example.com", OTHER)
    sync(tmp_path, "run", job)
    sync(tmp_path, "deliver", job)
    text = (tmp_path / "agents.csv").read_text()
    (tmp_path / "agents.csv").write_text(text.replace("Ada@", "Ada.B@"))
    assert sync(tmp_path, "run", job).code == 0
    assert counts(sync(tmp_path, "deliver", job, "--json")) == (0, 1, 0, 0, 1, 0)
    assert rci.world.pairs("ada") == [("Ada@example.com", OTHER), ("Ada.B@example.com", ISSUER)]
    undone = sync(tmp_path, "deliver", "runs/nightly/latest", "--undo", "--json")
    assert counts(undone) == (0, 1, 0, 0, 1, 0)
    assert rci.world.pairs("ada") == [("Ada@example.com", OTHER), ("Ada@example.com", ISSUER)]


def test_a_leaver_loses_the_certificate(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """Cleo is no longer listed, and deletes are allowed: the dry run names the one DELETE, the delivery sends it."""
    keys = 'delete = "certificate"\n[budgets]\ndelete = { max = 1 }\n[guards]\nmax_shrink_percent = 100'
    job = lay(tmp_path, rci, policy=keys)
    sync(tmp_path, "run", job)
    sync(tmp_path, "deliver", job)
    cleo = rci.world.of_user(rci.world.named("cleo"))[0].id
    lay(tmp_path, rci, 2, policy=keys)
    assert sync(tmp_path, "run", job, "--json").document["counts"]["delete"] == 1
    [request] = sync(tmp_path, "deliver", job, "--dry-run", "--json").document["requests"]
    assert (request["method"], request["url"].rpartition("/")[2]) == ("DELETE", cleo)
    assert counts(sync(tmp_path, "deliver", job, "--json")) == (0, 0, 0, 0, 1, 0)
    assert rci.world.pairs("cleo") == []
    assert sync(tmp_path, "run", job, "--json").document["counts"]["gone"] == 0


def test_what_was_undone_can_be_delivered_again(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """Delivered, undone, delivered and undone: the certificates come and go, and a third undo finds nothing to do.

    A verification does not look for what was undone, neither for the run nor for the job.
    """
    job = lay(tmp_path, rci)
    run = sync(tmp_path, "run", job, "--json").document["run"]
    for _ in range(2):
        assert counts(sync(tmp_path, "deliver", run, "--json")) == (0, 3, 0, 0, 0, 0)
        assert rci.world.pairs("ben") == [("Ben@example.com", ISSUER)]
        assert counts(sync(tmp_path, "deliver", run, "--undo", "--json")) == (0, 0, 0, 0, 3, 0)
        assert rci.world.pairs("ben") == []
    assert counts(sync(tmp_path, "deliver", run, "--undo", "--json")) == (0, 0, 0, 0, 0, 0)
    for target in (run, job):
        verified = sync(tmp_path, "verify", target, "--json")
        assert (verified.code, sum(verified.document["counts"].values()), verified.document["remainder"]) == (
            0,
            0,
            None,
        )
        left_out = f"Not looked for: 3 certificates of {Path(run).name}, taken back by deliver --undo."
        assert verified.document["notes"] == [left_out]
    assert sync(tmp_path, "run", job, "--json").document["counts"]["create"] == 3


def test_a_changed_certificate_comes_and_goes(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """The run replaced a certificate: its undo brings the old one back, also the second time."""
    job = lay(tmp_path, rci, policy='delete = "certificate"')
    sync(tmp_path, "run", job)
    sync(tmp_path, "deliver", job)
    text = (tmp_path / "agents.csv").read_text()
    (tmp_path / "agents.csv").write_text(text.replace("Ada@", "Ada.B@"))
    run = sync(tmp_path, "run", job, "--json").document["run"]
    for _ in range(2):
        assert counts(sync(tmp_path, "deliver", run, "--json")) == (0, 1, 0, 0, 1, 0)
        assert rci.world.pairs("ada") == [("Ada.B@example.com", ISSUER)]
        assert counts(sync(tmp_path, "deliver", run, "--undo", "--json")) == (0, 1, 0, 0, 1, 0)
        assert rci.world.pairs("ada") == [("Ada@example.com", ISSUER)]


def superseded(folder: Path, sync: Sync, rci: RciServer) -> tuple[str, str]:
    """Return a job and its older run, in which Ada failed; a newer run has another email for her."""
    job = lay(folder, rci)
    older = sync(folder, "run", job, "--json").document["run"]
    rci.faults.append(Fault("status", status=400, at=rci.world.named("ada")["id"], method="POST"))
    assert counts(sync(folder, "deliver", job, "--json")) == (3, 2, 0, 1, 0, 0)
    text = (folder / "agents.csv").read_text()
    (folder / "agents.csv").write_text(text.replace("Ada@", "Ada.B@"))
    sync(folder, "run", job)
    return job, older


@pytest.mark.parametrize("target", ["job", "older run"])
def test_an_older_plan_is_not_sent_over_a_newer_one(target: str, tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """Ada failed in the older run and has another email in the newer one, which was delivered: the older stays out."""
    job, older = superseded(tmp_path, sync, rci)
    assert counts(sync(tmp_path, "deliver", job, "--json"))[:2] == (0, 1)
    done = sync(tmp_path, "deliver", job if target == "job" else older, "--json")
    assert (done.code, posts(rci)) == (0, 4)
    assert rci.world.pairs("ada") == [("Ada.B@example.com", ISSUER)]
    if target != "job":
        left_out = "1 of this run's people are left out, because a newer run plans them."
        assert done.document["notes"] == [left_out, "This run was delivered before: nothing was sent."]


def test_an_older_run_is_not_undone_below_a_newer_one(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """Ada got two new emails: an undo of the first alone changes nothing, undone in order she has the oldest again."""
    job = lay(tmp_path, rci, policy='delete = "certificate"')
    text, runs = (tmp_path / "agents.csv").read_text(), []
    for new in ("Ada@", "Ada.B@", "Ada.C@"):
        (tmp_path / "agents.csv").write_text(text.replace("Ada@", new))
        runs.append(sync(tmp_path, "run", job, "--json").document["run"])
        sync(tmp_path, "deliver", job)
    done = sync(tmp_path, "deliver", runs[1], "--undo", "--json")
    assert counts(done) == (0, 0, 0, 0, 0, 0)
    assert done.document["notes"] == ["1 of this run's people are left out, because a newer run delivered to them."]
    assert rci.world.pairs("ada") == [("Ada.C@example.com", ISSUER)]
    for run in (runs[2], runs[1]):
        assert counts(sync(tmp_path, "deliver", run, "--undo", "--json")) == (0, 1, 0, 0, 1, 0)
    assert rci.world.pairs("ada") == [("Ada@example.com", ISSUER)]


def test_missing_names_and_secrets_are_found_by_doctor(
    tmp_path: Path, sync: Sync, rci: RciServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file of names is missing: the next step names the job; a missing secret of [deliver] is a line of its own."""
    job = lay(tmp_path, rci)
    (tmp_path / "names.toml").unlink()
    checks = {each["name"]: each for each in sync(tmp_path, "doctor", job, "--json").document["checks"]}
    assert f"contactpro-sync layout learn --rci {job} --user LOGIN" in checks["RCI"]["next"]
    monkeypatch.delenv("RCI_KEY")
    checks = {each["name"]: each for each in sync(tmp_path, "doctor", job, "--json").document["checks"]}
    assert checks["secret deliver.api_key"]["status"] == "failed"
    assert "RCI" not in checks


def test_a_user_who_is_gone_fails_alone(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """Deleted between plan and delivery: failed, no such user, and the import file is the next step."""
    job = lay(tmp_path, rci)
    sync(tmp_path, "run", job)
    rci.world.users.remove(rci.world.named("ben"))
    done = sync(tmp_path, "deliver", job, "--json")
    assert counts(done) == (3, 2, 0, 1, 0, 0)
    assert "Import the files below" in done.document["next"]
    assert sync(tmp_path, "run", job, "--json").document["counts"]["create"] == 1


def test_two_users_of_one_login_are_ambiguous(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """Two users with the roster's ExternalId: no one is chosen."""
    job = lay(tmp_path, rci)
    sync(tmp_path, "run", job)
    rci.world.users.append(user(77, login="other", externalId="E1"))
    done = sync(tmp_path, "deliver", job, "--json")
    assert counts(done) == (3, 2, 0, 1, 0, 0)
    assert "ambiguous" in delivery(done)[1]["detail"]


@pytest.mark.parametrize("kind", ["insert-first", "repeat-last", "html", "huge", "cut-json"])
def test_users_that_cannot_be_read_whole_are_exit_5(kind: str, tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """A list that moves, HTML, 11 MB, half an answer: nothing is sent."""
    job = lay(tmp_path, rci)
    sync(tmp_path, "run", job)
    skip = 1 if kind in {"insert-first", "repeat-last"} else 0
    rci.faults.append(Fault(kind, at=r"/users\?", count=11_000_000, skip=skip, times=-1))
    refused = sync(tmp_path, "deliver", job, "--json")
    assert counts(refused) == (5, 0, 0, 0, 0, 0)
    assert refused.document["people"] is None
    assert posts(rci) == 0


def test_more_than_a_hundred_users_are_read_to_the_end(tmp_path: Path, sync: Sync) -> None:
    """Pages of at most 50 users, ids with hyphens: the last of 130 gets a certificate."""
    with served(130, Behaviour(most=50, hyphens=True, answers="no-content")) as server:
        job = lay(tmp_path, server, 130)
        sync(tmp_path, "run", job)
        assert counts(sync(tmp_path, "deliver", job, "--json")) == (0, 130, 0, 0, 0, 0)
        assert server.world.pairs("user129") == [("User129@example.com", ISSUER)]


def test_failures_in_a_row_leave_the_rest(tmp_path: Path, sync: Sync) -> None:
    """Of 60 people 7 failures are more than a tenth: the rest is left, exit 3, and the next delivery sends it."""
    with served(60) as server:
        job = lay(tmp_path, server, 60)
        sync(tmp_path, "run", job)
        server.faults.append(Fault("status", at="/certificates", method="POST", status=400, times=7))
        assert counts(sync(tmp_path, "deliver", job, "--json")) == (3, 0, 0, 7, 0, 53)
        assert counts(sync(tmp_path, "deliver", job, "--json")) == (0, 60, 0, 0, 0, 0)


def test_outside_the_hours_everybody_is_left(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """The only minute of the day that is open is another one: exit 3, nothing is asked."""
    later = datetime.now(UTC) + timedelta(hours=12)
    minute = f"{later:%H:%M}-{later + timedelta(minutes=1):%H:%M}"
    job = lay(tmp_path, rci, deliver=f'hours = "{minute}"\ntime_zone = "UTC"')
    sync(tmp_path, "run", job)
    assert counts(sync(tmp_path, "deliver", job, "--json")) == (3, 0, 0, 0, 0, 3)
    assert rci.requests == []


def test_the_hours_end_in_the_middle(
    tmp_path: Path, sync: Sync, rci: RciServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the second person it becomes six o'clock: that person is finished, the third is left until the evening."""
    clock = {"now": datetime(2026, 3, 1, 5, 59, tzinfo=UTC)}
    frozen = type("Frozen", (datetime,), {"now": classmethod(lambda *_: clock["now"])})
    job = lay(tmp_path, rci, deliver='hours = "20:00-06:00"\ntime_zone = "UTC"')
    sync(tmp_path, "run", job)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(hours, "datetime", frozen)
    rci.witness = lambda _: clock.update(now=datetime(2026, 3, 1, 6, tzinfo=UTC)) if posts(rci) == 2 else None
    told = command.deliver(Path(job), Path("runs"))
    assert [told.counts[name] for name in ("sent", "left")] == [2, 1]
    assert told.end.code == 3
    assert "The hours 20:00-06:00 ended; the rest is left." in told.notes
    assert told.following == f"Within 20:00-06:00: contactpro-sync deliver {told.run}"
    rci.witness = lambda _: None
    clock["now"] = datetime(2026, 3, 1, 20, tzinfo=UTC)
    again = command.deliver(Path(job), Path("runs"))
    assert (again.end.code, again.counts["sent"], posts(rci)) == (0, 3, 3)


def test_a_user_deleted_between_reading_and_sending_fails_alone(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """The first POST of the delivery comes when another user has just been removed."""
    job = lay(tmp_path, rci)
    sync(tmp_path, "run", job)
    removed = rci.world.named("ben")
    rci.witness = lambda _: rci.world.users.remove(removed) if removed in rci.world.users and posts(rci) else None
    done = sync(tmp_path, "deliver", job, "--json")
    assert counts(done) == (3, 2, 0, 1, 0, 0)
    assert [(each["login"], each["http"]) for each in delivery(done) if each["status"] == "failed"] == [("ben", 404)]


@pytest.mark.parametrize("kind", ["html", "huge"])
def test_a_person_whose_certificates_cannot_be_read_fails_alone(
    kind: str, tmp_path: Path, sync: Sync, rci: RciServer
) -> None:
    """HTML, or 11 MB, in place of one person's certificates: nothing is sent to that person, the others are sent."""
    job = lay(tmp_path, rci)
    sync(tmp_path, "run", job)
    ben = rci.world.named("ben")["id"]
    rci.faults.append(Fault(kind, at=f"{ben}/certificates", method="GET", count=11_000_000, times=-1))
    assert counts(sync(tmp_path, "deliver", job, "--json")) == (3, 2, 0, 1, 0, 0)
    assert (posts(rci), rci.world.pairs("ben")) == (2, [])


def test_a_run_delivers_when_it_is_done(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """With after_run the document has the delivery, and the exit code is the worse of both, as the last line has it."""
    job = lay(tmp_path, rci, deliver="after_run = true")
    rci.world.users.remove(rci.world.named("cleo"))
    done = sync(tmp_path, "run", job, "--json")
    assert (done.code, done.document["exit_code"], done.document["delivery"]["exit_code"]) == (3, 3, 3)
    assert done.document["delivery"]["counts"]["sent"] == 2
    printed = sync(tmp_path, "run", job, "--lang", "de")
    assert (printed.code, printed.stdout.splitlines()[-1]) == (3, "Fertig: rejected (Exit-Code 3)")
    assert printed.stdout.startswith("Alle 3 Personen der Liste können sich anmelden, sobald geliefert ist.")
    assert "weiter: Die Dateien unter runs" in printed.stdout


def test_a_notice_has_the_counts_of_the_delivery(
    tmp_path: Path, sync: Sync, rci: RciServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A webhook gets how many were sent and how many failed."""
    with LoopbackServer() as hook:
        hook.faults.append(Fault("status", status=200, times=-1))
        job = lay(tmp_path, rci, deliver='after_run = true\n[notify]\non = "always"\nurls = ["env:HOOK"]')
        monkeypatch.setenv("HOOK", f"{hook.url}/hook")
        rci.world.users.remove(rci.world.named("cleo"))
        assert sync(tmp_path, "run", job).code == 3
        [request] = hook.requests
        message = json.loads(request.body)["message"].splitlines()
        assert message[0] == "Not every person was delivered."
        assert "Delivery: 2 sent, 0 already, 1 failed, 0 deleted, 0 left" in message


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (
            "",
            "# It sends nothing through RCI: write after_run = true in [deliver], or run: contactpro-sync deliver ",
        ),
        ('after_run = true\nhours = "20:00-06:00"', "# Then it delivers through RCI, only within 20:00-06:00."),
        (
            'after_run = true\nhours = "20:00-06:00"\ntime_zone = "Europe/Helsinki"',
            "# Then it delivers through RCI, only within 20:00-06:00 Europe/Helsinki.",
        ),
        (
            'after_run = true\nhours = "20:00-04:00"',
            "# 04:15 is outside these hours, so every person would be left: choose another time with --at.",
        ),
    ],
)
def test_a_schedule_names_the_delivery_and_its_secrets(
    keys: str, line: str, tmp_path: Path, sync: Sync, rci: RciServer
) -> None:
    """The comment shows whether the job delivers, and the file of secrets has those of [deliver]."""
    done = sync(tmp_path, "schedule", lay(tmp_path, rci, deliver=keys), "--for", "cron", "--json")
    main, secrets = (file["text"] for file in done.document["files"])
    assert any(each.startswith(line) for each in main.splitlines())
    assert ("outside these hours" in main) == ("04:00" in keys)
    assert [name for name in ("RCI_USER", "RCI_PASSWORD", "RCI_KEY") if name in secrets] == [
        "RCI_USER",
        "RCI_PASSWORD",
        "RCI_KEY",
    ]


def test_property_names_are_learned_by_value(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """The names of one user's certificate are recognised; a user without one is refused and nothing is written."""
    job = lay(tmp_path, rci)
    rci.world.add(rci.world.named("ben"), "Ben@example.com", ISSUER)
    assert sync(tmp_path, "layout", "learn", "--rci", job, "--user", "ada", "-o", "own.toml").code == 2
    assert not (tmp_path / "own.toml").exists()
    done = sync(tmp_path, "layout", "learn", "--rci", job, "--user", "ben", "-o", "own.toml", "--json")
    assert done.document["names"] == {"id": "zid", "subject": "mail", "issuer": "host"}
    assert done.document["next"] == 'Write into [deliver] of nightly.toml: names = "own.toml"'
    named = sync(tmp_path, "layout", "learn", "--rci", job, "--user", "ben", "-o", "names.toml", "--json")
    assert named.document["next"] == "Check the job: contactpro-sync doctor nightly.toml"
    assert {each.method for each in rci.requests} == {"GET"}


def test_the_baseline_and_a_verification_read_through_rci(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """A certificate of the server is not a create; verify needs no export and sees what vanished; doctor agrees."""
    job = lay(tmp_path, rci)
    text = (tmp_path / job).read_text()
    (tmp_path / job).write_text(text.replace('kind = "state"', 'kind = "contact_pro_rci"'))
    rci.world.add(rci.world.named("ada"), "Ada@example.com", ISSUER)
    told = sync(tmp_path, "run", job, "--json").document["counts"]
    assert (told["create"], told["unchanged"]) == (2, 1)
    sync(tmp_path, "deliver", job)
    assert sync(tmp_path, "verify", job, "--json").document["counts"]["landed"] == 2
    rci.world.of_user(rci.world.named("cleo")).clear()
    verified = sync(tmp_path, "verify", job, "--json")
    assert (verified.code, verified.document["counts"]["missing"]) == (7, 1)
    checks = sync(tmp_path, "doctor", job, "--json").document["checks"]
    assert {each["status"] for each in checks if each["name"].startswith("RCI")} == {"ok"}


def killed(folder: Path, server: RciServer, *words: str, when: Callable[[Request], bool]) -> None:
    """Run a command that is killed (kill -9) by the first request of which ``when`` is true, before its answer."""

    def kill(request: Request) -> None:
        if when(request):
            os.kill(json.loads((folder / "runs/nightly/.lock-holder.json").read_bytes())["pid"], signal.SIGKILL)

    server.witness = kill
    assert nursery().run(folder, *words)["code"] == -signal.SIGKILL
    server.witness = lambda _: None


@pytest.mark.parametrize("request_number", range(1, 12))
def test_killed_at_any_request_it_resumes_and_sends_nobody_twice(
    request_number: int, tmp_path: Path, sync: Sync, rci: RciServer
) -> None:
    """Kill -9 while a request is under way: the next delivery ends well, with one certificate each."""
    job = lay(tmp_path, rci)
    sync(tmp_path, "run", job)
    killed(tmp_path, rci, "deliver", job, when=lambda _: len(rci.requests) >= request_number)
    done = sync(tmp_path, "deliver", job, "--json")
    told = done.document["counts"]
    assert (done.code, told["sent"] + told["already"], posts(rci)) == (0, 3, 3)
    assert [rci.world.pairs(name) for name in LOGINS] == [[(email(each), ISSUER)] for each in range(3)]
    assert sync(tmp_path, "run", job, "--json").document["counts"]["unchanged"] == 3


def test_two_deliveries_at_once_are_one(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """While another run holds the lock of the job, nothing is asked: exit 6."""
    job = lay(tmp_path, rci)
    sync(tmp_path, "run", job)
    with FileLock(tmp_path / "runs/nightly/.lock"):
        assert sync(tmp_path, "deliver", job, "--json").code == 6
    assert rci.requests == []


def test_a_full_disk_ends_with_2_and_nobody_is_sent_twice(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """No room for a line of delivery.jsonl: exit 2; with room again, the delivery goes on."""
    job = lay(tmp_path, rci)
    sync(tmp_path, "run", job)
    with closing(Nursery("tests.end_to_end.crash_process")) as mortal:
        assert mortal.run(tmp_path, "deliver", job, "--json", bytes=100)["code"] == 2
    assert sync(tmp_path, "deliver", job, "--json").code == 0
    assert [rci.world.pairs(name) for name in LOGINS] == [[(email(each), ISSUER)] for each in range(3)]


def test_users_without_keys_are_read_and_nobody_is_chosen(tmp_path: Path, sync: Sync) -> None:
    """A server whose users have neither login nor external id is read; there is no such user."""
    people = [user(each, login="", externalId="") for each in range(2)]
    with RciServer(World.build(people), names=Names("zid", "mail", "host")) as server:
        job = lay(tmp_path, server, 2)
        sync(tmp_path, "run", job)
        assert counts(sync(tmp_path, "deliver", job, "--json")) == (3, 0, 0, 2, 0, 0)


def test_a_server_that_keeps_logins_back_is_refused(tmp_path: Path, sync: Sync) -> None:
    """The list has no ExternalId, the users have one: exit 5, and nothing is sent."""
    with served(behaviour=Behaviour(keeps_back=frozenset({"externalId"}))) as server:
        job = lay(tmp_path, server)
        sync(tmp_path, "run", job)
        done = sync(tmp_path, "deliver", job, "--json")
        assert (done.code, posts(server)) == (5, 0)
        assert "does not return externalId" in done.document["message"]


def reading_job(folder: Path, server: RciServer, number: int) -> str:
    """Write a job whose baseline is read through RCI."""
    job = lay(folder, server, number)
    text = (folder / job).read_text()
    (folder / job).write_text(text.replace('kind = "state"', 'kind = "contact_pro_rci"'))
    return job


def certificate_lists(server: RciServer) -> list[str]:
    """Return the users whose certificates were asked for, and forget the requests."""
    asked = [request.path.split("/")[-2] for request in server.requests if request.path.endswith("/certificates")]
    server.requests.clear()
    return asked


def test_a_reading_that_was_killed_goes_on(tmp_path: Path, sync: Sync) -> None:
    """Kill -9 at the twentieth list of certificates of 30: the next run asks for the other eleven, and plans all."""
    with served(30) as rci:
        rci.world.add(rci.world.named("ada"), "Ada@example.com", ISSUER)
        job = reading_job(tmp_path, rci, 30)
        killed(tmp_path, rci, "run", job, when=lambda request: f"{19:032X}"[-8:] in request.path)
        assert len(certificate_lists(rci)) == 20
        numbers = sync(tmp_path, "run", job, "--json").document["counts"]
        assert (numbers["create"], numbers["unchanged"]) == (29, 1)
        assert len(certificate_lists(rci)) == 11
        assert not (tmp_path / "runs/nightly/.rci-reading.jsonl").exists()
        assert sync(tmp_path, "run", job).code == 0
        assert len(certificate_lists(rci)) == 30


def test_a_reading_that_failed_goes_on(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """An answer of another form at the last user is exit 5; the next run asks for that user only."""
    job = reading_job(tmp_path, rci, 3)
    cleo = rci.world.named("cleo")["id"]
    rci.faults.append(Fault("html", at=f"{cleo}/certificates"))
    assert sync(tmp_path, "run", job, "--json").code == 5
    certificate_lists(rci)
    assert sync(tmp_path, "run", job, "--json").code == 0
    assert certificate_lists(rci) == [cleo]


def test_a_delivery_ends_what_a_reading_has(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """A reading failed before the delivery of an earlier run: the next one asks for every user again."""
    job = reading_job(tmp_path, rci, 3)
    assert sync(tmp_path, "run", job).code == 0
    rci.faults.append(Fault("html", at=f"{rci.world.named('cleo')['id']}/certificates"))
    assert sync(tmp_path, "run", job).code == 5
    assert sync(tmp_path, "deliver", job).code == 0
    certificate_lists(rci)
    assert sync(tmp_path, "run", job, "--json").document["counts"]["unchanged"] == 3
    assert len(certificate_lists(rci)) == 3


def test_a_verification_believes_no_reading_of_a_run(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """A certificate was added by hand after a run's reading failed: the verification sees it."""
    job = reading_job(tmp_path, rci, 3)
    assert sync(tmp_path, "run", job).code == 0
    rci.faults.append(Fault("html", at=f"{rci.world.named('cleo')['id']}/certificates"))
    assert sync(tmp_path, "run", job).code == 5
    rci.world.add(rci.world.named("ada"), "Ada@example.com", ISSUER)
    assert sync(tmp_path, "verify", job, "--json").document["counts"]["landed"] == 1


def test_a_verification_remembers_what_was_imported_by_hand(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """In a job with [deliver], two of three certificates were imported as a file: verify finds them, one is planned."""
    job = lay(tmp_path, rci)
    sync(tmp_path, "run", job)
    for name in ("ada", "ben"):
        rci.world.add(rci.world.named(name), f"{name.title()}@example.com", ISSUER)
    found = sync(tmp_path, "verify", job, "--json").document["counts"]
    assert (found["landed"], found["missing"]) == (2, 1)
    told = sync(tmp_path, "run", job, "--json").document["counts"]
    assert (told["create"], told["unchanged"]) == (1, 2)


def test_what_a_verification_misses_is_delivered_again(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """Ben's certificate was removed by hand and Cleo's replaced: both are delivered again, by the next step."""
    job = lay(tmp_path, rci, policy='delete = "certificate"')
    sync(tmp_path, "run", job)
    sync(tmp_path, "deliver", job)
    rci.world.of_user(rci.world.named("ben")).clear()
    rci.world.of_user(rci.world.named("cleo"))[0].subject = "cleo@example.com"
    done = sync(tmp_path, "verify", job, "--json")
    told = done.document
    assert (done.code, *(told["counts"][name] for name in ("landed", "missing", "wrong_case"))) == (7, 1, 1, 1)
    again = "Deliver what is missing: contactpro-sync run nightly.toml, then contactpro-sync deliver nightly.toml. "
    assert told["next"] == f"{again}Or import {told['remainder']} in System Configurator."
    planned = sync(tmp_path, "run", job, "--json").document["counts"]
    assert (planned["create"], planned["case_change"], planned["unchanged"]) == (1, 1, 1)
    assert counts(sync(tmp_path, "deliver", job, "--json")) == (0, 2, 0, 0, 1, 0)
    assert [rci.world.pairs(name) for name in LOGINS] == [[(email(each), ISSUER)] for each in range(3)]


def test_an_older_run_counts_only_what_was_read_back(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """Of three certificates of the older run two were read back; the third is left out, and a note gives the reason."""
    _, older = superseded(tmp_path, sync, rci)
    done = sync(tmp_path, "verify", older, "--json")
    assert (done.code, done.document["counts"]["landed"], done.document["counts"]["missing"]) == (0, 2, 0)
    assert done.document["notes"][0].startswith("1 certificates of this run are left out: they were never read back")


def test_fewer_users_than_the_last_reading_are_exit_5(tmp_path: Path, sync: Sync) -> None:
    """A reading that lost more users than the guard allows is used by no run, delivery or verification."""
    with served(20) as rci:
        job = lay(tmp_path, rci, 20)
        (tmp_path / job).write_text((tmp_path / job).read_text().replace('kind = "state"', 'kind = "contact_pro_rci"'))
        assert sync(tmp_path, "run", job).code == 0
        del rci.world.users[15:]
        for command in ("run", "deliver", "verify"):
            done = sync(tmp_path, command, job, "--json")
            assert (done.code, posts(rci)) == (5, 0)
            assert "lists 15 users, the last complete reading had 20: 25 % fewer" in done.document["message"]
        (tmp_path / job).write_text((tmp_path / job).read_text() + "[guards]\nmax_shrink_percent = 25\n")
        assert sync(tmp_path, "run", job).code == 0
        assert counts(sync(tmp_path, "deliver", job, "--json"))[:2] == (3, 15)


def test_a_reading_of_a_delivery_is_remembered(tmp_path: Path, sync: Sync) -> None:
    """Also with the state as the baseline a delivery compares its users with those of the delivery before."""
    with served(20) as rci:
        job = lay(tmp_path, rci, 19)
        sync(tmp_path, "run", job)
        assert counts(sync(tmp_path, "deliver", job, "--json"))[:2] == (0, 19)
        lay(tmp_path, rci, 20)
        sync(tmp_path, "run", job)
        del rci.world.users[2:8]
        assert counts_of_a_refusal(sync(tmp_path, "deliver", job, "--json")) == (5, 19)


def counts_of_a_refusal(done: Done) -> tuple[int, int]:
    """Return the exit code, and the people whom the state still has as delivered."""
    state = done.cwd / "runs/nightly/state.db"
    return done.code, records.delivered(state).num_rows


def test_the_next_step_of_a_run_is_its_delivery(tmp_path: Path, sync: Sync, rci: RciServer) -> None:
    """A run names ``deliver`` with its job; after a delivery of its own nothing is left to do but the rejected rows."""
    job = lay(tmp_path, rci)
    assert sync(tmp_path, "run", job, "--json").document["next"] == "Deliver it: contactpro-sync deliver nightly.toml"
    sync(tmp_path, "deliver", job)
    job = lay(tmp_path, rci, deliver="after_run = true")
    assert sync(tmp_path, "run", job, "--json").document["next"] == "Nothing to do."
    (tmp_path / "agents.csv").write_text((tmp_path / "agents.csv").read_text() + "\nzoe,E9,zoe@@example.com\n")
    done = sync(tmp_path, "run", job, "--json").document
    assert done["next"] == "Correct 1 row of agents.csv, marked in annotated.xlsx, and run again."
