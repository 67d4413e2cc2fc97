"""Jobs that ask a directory itself: whole commands against real servers on loopback."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command_server import nursery
from tests.job_texts import job_text
from tests.servers.graph import GraphServer, World
from tests.servers.loopback import Fault
from tests.servers.scim import Access, ScimServer
from tests.servers.scim import World as ScimWorld
from tests.servers.scim_world import user

Done = Any
HOME = Path(__file__).parents[2]
TOKEN = "an-invented-token"  # noqa: S105 - invented
AGENTS = 334
"""Members of the nested group in a world of 1,000, as tests.servers.graph_groups counts them."""

GRAPH = """kind = "azure_ad"
endpoint = "{url}"
token = "file:token"
{scope}
"""


@pytest.fixture
def graph() -> Iterator[GraphServer]:
    """Serve a directory of 1,000 invented people."""
    with GraphServer(World.invented(1000), token=TOKEN) as server:
        yield server


def lay(folder: Path, name: str, roster: str, more: str = "") -> str:
    """Write a job file and its token beside each other."""
    (folder / "token").write_text(TOKEN + "\n")
    (folder / f"{name}.toml").write_text(job_text(more, roster=roster))
    return f"{name}.toml"


def asks(server: GraphServer, scope: str) -> str:
    """Return the table of a directory that asks this server."""
    return GRAPH.format(url=server.url, scope=scope)


def test_a_nested_group_is_a_roster(graph: GraphServer, tmp_path: Path, sync: Callable[..., Done]) -> None:
    """Every user of a nested group is read; those with an email get it, unchanged, and the others do not."""
    job = lay(tmp_path, "nightly", asks(graph, 'group = "SG-ContactCentre-Agents"'))
    done = sync(tmp_path, "run", job, "--json")
    assert done.code == 3
    counts = done.document["counts"]
    assert counts["read"] == AGENTS
    assert counts["read"] == counts["accepted"] + counts["rejected"] + counts["dropped"]
    assert "NO-DIRECTORY" not in done.document["issues"]
    mails = {
        str(graph.world.person(at).get("mail"))
        for at in graph.world.members(graph.world.group("SG-ContactCentre-Agents"), deep=True)
    }
    assert set(done.folder.subjects) <= mails
    assert len(done.folder.subjects) == counts["accepted"] == counts["create"]
    assert all(issue["row"] is None and issue["key"] for issue in done.folder.issues if issue["severity"] == "error")


def test_the_same_night_again_changes_nothing(graph: GraphServer, tmp_path: Path, sync: Callable[..., Done]) -> None:
    """A second run of the same job writes no import file, and plans of the same people have the same seal."""
    job = lay(tmp_path, "nightly", asks(graph, "all = true"))
    plans = [sync(tmp_path, "plan", job, "--json").folder.path / "plan.json" for _ in range(2)]
    assert len({json.loads(plan.read_bytes())["sha256"] for plan in plans}) == 1
    first = sync(tmp_path, "run", job, "--json")
    second = sync(tmp_path, "run", job, "--json")
    assert (first.document["counts"]["create"], second.document["counts"]["unchanged"]) == (
        first.document["counts"]["accepted"],
    ) * 2
    assert second.document["files"] == []
    assert not (second.folder.path / "out").exists()


def test_a_list_is_proved_by_the_live_directory(graph: GraphServer, tmp_path: Path, sync: Callable[..., Done]) -> None:
    """Emails of a spreadsheet are compared with those of Graph: exact, wrong case, unknown."""
    people = [graph.world.person(at) for at in range(1, 40)]
    mail = next(
        str(p["mail"]) for p in people if p.get("mail") and p["accountEnabled"] and p["mail"] != str(p["mail"]).lower()
    )
    (tmp_path / "agents.csv").write_text(f"Login,Email\nanna,{mail}\nben,{mail.lower()}\nzoe,zoe@nowhere.example.com\n")
    job = lay(tmp_path, "golive", 'kind = "csv"\npath = "agents.csv"\n', "[directory]\n" + asks(graph, "all = true"))
    done = sync(tmp_path, "run", job, "--json")
    assert done.folder.subjects == [mail]
    assert done.document["issues"]["EMAIL-UNKNOWN"] == 1
    assert done.document["mappings"] == {"roster": "spreadsheet", "directory": "azure_ad"}
    assert done.folder.found("error") >= {("EMAIL-CASE", 3), ("EMAIL-UNKNOWN", 4)}


FAULTS: dict[str, Fault] = {
    "forbidden for ever": Fault("forbidden", at="transitiveMembers", times=-1),
    "next page elsewhere": Fault("next-foreign", at="transitiveMembers", skip=1, link="http://127.0.0.2:9/v1.0/users"),
    "the same page again": Fault("next-repeats", at="transitiveMembers", skip=1, times=-1),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_reading_that_is_not_whole_writes_nothing(
    name: str, graph: GraphServer, tmp_path: Path, sync: Callable[..., Done]
) -> None:
    """Whatever breaks for good, the run ends with 5, writes no import file and shows no token."""
    graph.faults.append(FAULTS[name])
    job = lay(tmp_path, "nightly", asks(graph, 'group = "SG-ContactCentre-Agents"'))
    done = sync(tmp_path, "run", job, "--json")
    assert (done.code, done.document["outcome"], done.document["files"]) == (5, "source", [])
    assert done.document["next"]
    assert not done.tables()
    written = b"".join(path.read_bytes() for path in done.folder.path.rglob("*") if path.is_file())
    assert TOKEN not in done.stdout + done.stderr + written.decode()


@pytest.mark.parametrize("part", ["roster", "directory"])
@pytest.mark.parametrize(
    ("number", "code", "name"), [(signal.SIGTERM, 143, "terminated"), (signal.SIGINT, 130, "interrupted")]
)
def test_a_signal_does_not_wait_for_a_slow_directory(
    number: int, code: int, name: str, part: str, graph: GraphServer, tmp_path: Path
) -> None:
    """A signal ends a run that waits for a directory at once, with its own exit code, and frees the lock (T18)."""
    graph.faults.append(Fault("slow", at="users", times=-1, seconds=600.0))
    (tmp_path / "agents.csv").write_text("Login,Email\nanna,Anna@example.com\n")
    live = asks(graph, "all = true")
    listed = live if part == "roster" else 'kind = "csv"\npath = "agents.csv"\n'
    job = lay(tmp_path, "nightly", listed, "[directory]\n" + live if part == "directory" else "")
    screen, errors = tmp_path / "screen", tmp_path / "errors"
    run = nursery().start(tmp_path, "run", job, "--json", screen=screen, errors=errors)
    while not (graph.requests and (tmp_path / "runs/nightly/state.db").exists()):
        assert screen.read_bytes() == b""
        time.sleep(0.05)
    os.kill(run, number)
    assert (nursery().wait(run), errors.read_text()) == (code, "")
    assert len(graph.requests) == 1, "it waited for the answer, and asked again"
    told = json.loads(screen.read_bytes())
    assert (told["command"], told["outcome"], told["exit_code"], bool(told["next"])) == ("run", name, code, True)
    assert not (tmp_path / "runs/nightly/.lock-holder.json").exists()
    assert (tmp_path / "runs/nightly/state.db").exists()
    (log,) = tmp_path.glob("runs/nightly/*/log.jsonl")
    assert json.loads(log.read_text().splitlines()[-1])["event"] == "stopped by a signal"


def test_a_delta_is_kept_only_after_the_output(graph: GraphServer, tmp_path: Path, sync: Callable[..., Done]) -> None:
    """The second reading asks for changes only; a plan in between keeps no token, so nothing is lost."""
    job = lay(tmp_path, "nightly", asks(graph, 'all = true\nmode = "delta"'))
    assert sync(tmp_path, "run", job).code == 3
    place = next(
        at for at in range(10, 60) if graph.world.person(at).get("mail") and graph.world.person(at)["accountEnabled"]
    )
    person = graph.world.person(place)
    graph.world.change(str(person["id"]), mail=f"New.{person['mail']}")
    graph.clear()
    planned = sync(tmp_path, "plan", job, "--json").document
    assert (planned["exit_code"], planned["counts"]["change"]) == (3, 1), planned
    run = sync(tmp_path, "run", job, "--json")
    assert (run.document["exit_code"], run.document["counts"]["change"]) == (3, 1), run.document
    assert run.folder.subjects == [f"New.{person['mail']}"]
    assert not [request.target for request in graph.requests if request.path.endswith("/users")]
    graph.world.forget_changes()
    again = sync(tmp_path, "run", job, "--json").document
    assert (again["exit_code"], again["counts"]["change"]) == (3, 0), again
    assert [note for note in again["notes"] if note.startswith("Everything was read again")], again


def test_a_sap_identity_provider_is_a_roster(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """A sync job reads SAP Cloud Identity Services over SCIM."""
    with ScimServer(ScimWorld.invented(60), Access()) as server:
        signed = f'client_id = "{server.access.client_id}"\nsecret = "file:token"'
        roster = f'kind = "sap_idp"\nurl = "{server.url}"\nall = true\n{signed}'
        job = lay(tmp_path, "sap", roster)
        (tmp_path / "token").write_text(server.access.secret)
        done = sync(tmp_path, "run", job, "--json")
    assert done.code in {0, 3}
    assert done.document["counts"]["accepted"] > 0
    assert done.document["mappings"] == {"roster": "sap_idp"}


def test_a_census_of_the_directory(graph: GraphServer, tmp_path: Path, sync: Callable[..., Done]) -> None:
    """The census counts every user once and writes a page; no import file and no state."""
    done = sync(tmp_path, "census", lay(tmp_path, "nightly", asks(graph, "all = true")), "--json")
    assert done.code == 0
    told = done.document
    assert told["users"] == 1000 == sum(told["email"].values())
    assert {"case_twins", "upn_differs", "guests", "disabled", "domains"} <= told.keys()
    assert b"<svg" in (tmp_path / told["page"]).read_bytes()
    assert not (tmp_path / "runs/nightly/state.db").exists()


@pytest.mark.parametrize(
    ("change", "code", "failed"),
    [
        (("", ""), 0, None),
        (('token = "file:token"', 'token = "env:NO_SUCH_TOKEN"'), 2, "secret roster.token"),
        (("file:token", "file:wrong"), 5, "roster: permissions"),
        (('group = "SG-ContactCentre-Agents"', 'group = "SG-Nobody"'), 5, "roster: scope"),
        (("claims/emailaddress", "claims/EmailAddress"), 7, "claim"),
    ],
)
def test_the_doctor(
    change: tuple[str, str],
    code: int,
    failed: str | None,
    graph: GraphServer,
    tmp_path: Path,
    sync: Callable[..., Done],
) -> None:
    """Each line is ok, a warning, or failed with a next step; the worst one gives the exit code."""
    claim = 'saml_attribute = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"'
    job = lay(tmp_path, "nightly", asks(graph, f'group = "SG-ContactCentre-Agents"\n{claim}').replace(*change))
    (tmp_path / "wrong").write_text("another-token")
    (tmp_path / "wrong").chmod(0o600)
    done = sync(tmp_path, "doctor", job, "--json")
    assert done.code == done.document["exit_code"] == code
    lines = {check["name"]: check for check in done.document["checks"]}
    failures = [name for name, check in lines.items() if check["status"] == "failed"]
    assert failures[:1] == ([failed] if failed else [])
    assert all(lines[name]["next"] for name in failures)


DRIVER = """
import sys
sys.argv = ["contactpro-sync", *sys.argv[1:]]
from pipeline.cli import main
try:
    main()
except SystemExit as end:
    pass
heavy = {"msgraph", "azure", "kiota_abstractions", "httpx", "httpcore", "apprise", "keyring", "defusedxml"}
heavy |= {"cryptography"}
print("\\nEND", *sorted(heavy & set(sys.modules)))
"""


@pytest.mark.parametrize(
    "words",
    [
        ["run", "list.csv", "--tenant", "a", "--region", "eu"],
        ["check", "list.csv"],
        ["sso", "urls", "--tenant", "a", "--region", "eu"],
        ["--help"],
    ],
)
def test_nobody_waits_for_the_directories_without_one(words: list[str], tmp_path: Path) -> None:
    """A command that asks no directory imports neither msgraph nor anything of the network."""
    (tmp_path / "list.csv").write_text("Login,Email\nanna,Anna@example.com\n")
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, *words], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.stdout.splitlines()[-1] == "END", done.stderr


def test_what_a_directory_has_not_is_said_of_the_directory(
    graph: GraphServer, tmp_path: Path, sync: Callable[..., Done]
) -> None:
    """A user without an email is DIRECTORY-NO-EMAIL, not a gap in a list; ``doctor`` names the source of the keys."""
    job = lay(tmp_path, "nightly", asks(graph, "all = true"))
    done = sync(tmp_path, "check", job, "--json")
    assert done.document["issues"]["DIRECTORY-NO-EMAIL"] > 0
    assert "EMAIL-MISSING" not in done.document["issues"]
    checks = {each["name"]: each["detail"] for each in sync(tmp_path, "doctor", job, "--json").document["checks"]}
    said = "azure_ad: email from mail, ExternalId from id, Login from onPremisesSamAccountName"
    assert checks["roster: mapping"] == said


def test_logins_that_are_emails_do_not_stop_an_import(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """The note names what to copy and to delete; afterwards the people are accepted."""
    world = ScimWorld([user(number) | {"userName": f"u{number}@example.com"} for number in range(4)])
    with ScimServer(world, Access()) as server:
        table = f'kind = "sap_idp"\nurl = "{server.url}"\nall = true\nclient_id = "{server.access.client_id}"\n'
        job = lay(tmp_path, "sap", f'{table}secret = "file:token"')
        (tmp_path / "token").write_text(server.access.secret)
        first = sync(tmp_path, "run", job, "--json").document
        (note,) = [each for each in first["notes"] if "Logins are email addresses" in each]
        assert (first["counts"]["rejected"], note.startswith("4 of 4 Logins")) == (4, True)
        path = Path(note.partition("copy ")[2].partition(" beside")[0])
        own = re.sub(r"(?ms)^\[fields\.login\]\n.*?\n\n", "", path.read_text("utf-8"))
        (tmp_path / "sap_idp.toml").write_text(own, "utf-8")
        lay(tmp_path, "sap", f'{table}secret = "file:token"\n{note.partition("there: ")[2].rstrip(".")}')
        (tmp_path / "token").write_text(server.access.secret)
        second = sync(tmp_path, "run", job, "--json").document
    assert (second["counts"]["accepted"], second["counts"]["create"]) == (4, 4)
