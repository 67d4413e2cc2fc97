"""Onboarding on an empty tenant: one import makes the users and their certificates, and later runs only what is new."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.conftest import Done, Folder, lines
from tests.job_texts import job_text

Sync = Callable[..., Done]
ISSUER = "cc-acme.auth.eu-central-1.amazoncognito.com"
HEAD = "Login\tExternalId\tFirstName\tLastName\tEmail\tExtensionNumber\tUserGroup\tSettingsTemplate\t"
HEAD += "CertificateSubject\tCertificateIssuer"
JOB = job_text(
    """[users]
extensions = ["2000-2002"]
group = "Agents"
template = "Desk"
[users.groups]
"Billing" = "Agents Billing"
[budgets]
create = { max = 100 }
[output]
layout = "users"
""",
    tenant="ACME",
)
AGENTS = """Login,First name,Last name,Email,Team
anna,Anna,Berg,Anna.Berg@example.com,Billing
ben,Ben,Roth,ben.roth@example.com,
"""


def job(folder: Path, agents: str = AGENTS, text: str = JOB) -> None:
    """Write a job and its list."""
    (folder / "onboard.toml").write_text(text)
    (folder / "agents.csv").write_text(agents)


def test_new_users_are_written_whole(sync: Sync, tmp_path: Path) -> None:
    """Names, Email = Subject, the next number, the group of the team, the template, and the certificate."""
    job(tmp_path)
    done = sync(tmp_path, "run", "onboard.toml", "--json")
    assert (done.code, done.document["counts"]["create"]) == (0, 2)
    assert {path: lines(data) for path, data in done.folder.outputs.items()} == {
        "out/acme/users-001.txt": [
            HEAD,
            f"anna\t\tAnna\tBerg\tAnna.Berg@example.com\t2000\tAgents Billing\tDesk\tAnna.Berg@example.com\t{ISSUER}",
            f"ben\t\tBen\tRoth\tben.roth@example.com\t2001\tAgents\tDesk\tben.roth@example.com\t{ISSUER}",
        ]
    }


def test_who_is_there_gets_the_certificate_only(sync: Sync, tmp_path: Path) -> None:
    """A later run makes the one new user, and changes the Subject of another without touching number or group."""
    job(tmp_path)
    sync(tmp_path, "run", "onboard.toml")
    job(tmp_path, AGENTS.replace("ben.roth@", "Ben.Roth@") + "cleo,Cleo,Lind,cleo.lind@example.com,Billing\n")
    done = sync(tmp_path, "run", "onboard.toml", "--json")
    assert {path: lines(data)[1:] for path, data in done.folder.outputs.items()} == {
        "out/acme/certificates-001.txt": [f"ben\t\tBen.Roth@example.com\t{ISSUER}"],
        "out/acme/users-001.txt": [
            f"cleo\t\tCleo\tLind\tcleo.lind@example.com\t2002\tAgents Billing\tDesk\tcleo.lind@example.com\t{ISSUER}"
        ],
    }
    assert [file["path"] for file in done.document["files"]] == [
        "out/acme/users-001.txt",
        "out/acme/certificates-001.txt",
    ]
    inverse = lines((done.folder.path / "undo/acme/inverse-001.txt").read_bytes())
    assert inverse[1:] == [f"ben\t\tben.roth@example.com\t{ISSUER}", "cleo\t\t\t"]


def test_a_second_run_gives_nobody_a_second_number(sync: Sync, tmp_path: Path) -> None:
    """Nothing to do is nothing written; and the plan of the same people carries the same seal on every asking."""
    job(tmp_path)
    first = sync(tmp_path, "plan", "onboard.toml", "--json").folder
    second = sync(tmp_path, "plan", "onboard.toml", "--json").folder
    assert seal_of(first) == seal_of(second)
    sync(tmp_path, "run", "onboard.toml")
    assert sync(tmp_path, "run", "onboard.toml", "--json").document["files"] == []


def seal_of(folder: Folder) -> str:
    """Read the seal of a plan."""
    import json  # noqa: PLC0415 - one reader needs it

    return str(json.loads((folder.path / "plan.json").read_bytes())["sha256"])


@pytest.mark.parametrize(
    ("agents", "found"),
    [
        (AGENTS.replace("Roth", ""), {("NAME-MISSING", 3)}),
        (AGENTS.replace("Anna,", ","), {("NAME-MISSING", 2)}),
        ("Login,Email\nanna,anna@example.com\n", {("NAME-MISSING", 2)}),
        (AGENTS.replace("ben,Ben", "ben roth,Ben"), {("LOGIN-CHARACTERS", 3)}),
    ],
    ids=["no last name", "no first name", "no such columns", "a space in the login"],
)
def test_what_a_new_user_must_have(sync: Sync, tmp_path: Path, agents: str, found: set[tuple[str, int]]) -> None:
    """Who lacks what Contact Pro wants is rejected with row and reason, and their number stays free."""
    job(tmp_path, agents)
    done = sync(tmp_path, "run", "onboard.toml", "--json")
    assert done.code == 3
    assert done.folder.found("error") == found


def test_a_team_without_a_group(sync: Sync, tmp_path: Path) -> None:
    """If groups go by team alone, a team that is not named is the reason, at its own cell."""
    job(tmp_path, text=JOB.replace('group = "Agents"\n', ""))
    done = sync(tmp_path, "run", "onboard.toml", "--json")
    issue = next(each for each in done.folder.issues if each["severity"] == "error")
    assert (issue["code"], issue["row"], issue["column"], issue["value"]) == ("GROUP-MISSING", 3, "Team", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            JOB.replace("2000-2002", "2000-2000"),
            "2 new users need an extension number, and users.extensions has 1 left",
        ),
        (JOB[: JOB.index("[users]")] + '[output]\nlayout = "users"\n', "the job does not set what they get"),
        (JOB.replace('layout = "users"', 'layout = "certificates"'), "its layout 'certificates' makes no users"),
    ],
    ids=["a pool that is too small", "no table for users", "no layout for users"],
)
def test_a_job_that_cannot_be_done(sync: Sync, tmp_path: Path, text: str, said: str) -> None:
    """It is a usage error with numbers, and no import file is written."""
    job(tmp_path, text=text)
    done = sync(tmp_path, "run", "onboard.toml")
    assert (done.code, done.tables()) == (2, {})
    assert said in done.stdout + done.stderr


def test_a_list_alone_makes_no_users(sync: Sync, tmp_path: Path) -> None:
    """Without a job file there is no pool, and the advice shows what to write."""
    job(tmp_path)
    done = sync(tmp_path, "run", "agents.csv", "--tenant", "ACME", "--region", "eu", "--layout", "users")
    assert done.code == 2
    assert "Write a job file with [users]" in done.stderr


def test_what_did_not_land_is_written_as_it_was(sync: Sync, tmp_path: Path) -> None:
    """Verify writes a missing new user completely again, and a wrong character as a certificate."""
    job(tmp_path)
    run = sync(tmp_path, "run", "onboard.toml", "--json").document["run"]
    export = f"Login\tExternalId\tCertificateSubject\tCertificateIssuer\r\nanna\t\tanna.berg@example.com\t{ISSUER}\r\n"
    (tmp_path / "users.txt").write_bytes(b"\xef\xbb\xbf" + export.encode())
    done = sync(tmp_path, "verify", run, "--export", "users.txt", "--json")
    assert done.document["counts"] == {"landed": 0, "missing": 1, "wrong_case": 1, "wrong_issuer": 0, "stale": 0}
    remainder = {path.name: path.read_bytes() for path in (tmp_path / run).glob("remainder-001/out/acme/*")}
    assert [line.split("\t")[0] for name in sorted(remainder) for line in lines(remainder[name])[1:]] == ["anna", "ben"]
    assert sorted(remainder) == ["certificates-001.txt", "users-001.txt"]


def test_who_is_in_the_export_is_no_new_user(sync: Sync, tmp_path: Path) -> None:
    """A user without a certificate gets one and keeps number and group; a number in use is not given again."""
    job(tmp_path, text=JOB + '[baseline]\nkind = "contact_pro_export"\npath = "users.txt"\n')
    head = "Login\tExtensionNumber\tUserGroup\tCertificateSubject\tCertificateIssuer"
    rows = ["BEN\t2000\tNight\t\t", f"zoe\t2001\tNight\tzoe@example.com\t{ISSUER}"]
    (tmp_path / "users.txt").write_bytes("\r\n".join(["\ufeff" + head, *rows, ""]).encode())
    done = sync(tmp_path, "run", "onboard.toml", "--json")
    assert {path: lines(data)[1:] for path, data in done.folder.outputs.items()} == {
        "out/acme/certificates-001.txt": [f"ben\t\tben.roth@example.com\t{ISSUER}"],
        "out/acme/users-001.txt": [
            f"anna\t\tAnna\tBerg\tAnna.Berg@example.com\t2002\tAgents Billing\tDesk\tAnna.Berg@example.com\t{ISSUER}"
        ],
    }
