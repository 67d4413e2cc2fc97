"""The next step for a Subject with another case than the sign-in: each advice is followed, and then it is a match."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.conftest import Done
from tests.job_texts import NO_DIRECTORY, job_text
from tests.pipeline.sso.saml.responses import assertion, form, response
from tests.servers.graph import GraphServer, World
from tests.servers.graph_groups import groups
from tests.servers.people import People

KARL = "Karl.Oehm@contoso-example.com"
OTHER = "karl.Oehm@Contoso-Example.com"
LIST = f"Login,Email\nkoehm,{KARL}\nlny,Li.Ny@contoso-example.com\n"
TOKEN = "an-invented-token"  # noqa: S105 - invented
RUN = ("run", "team.csv", "--tenant", "ACME", "--region", "eu")


def ask(folder: Path, sync: Callable[..., Done], sent: str) -> dict[str, Any]:
    """Check a sign-in of Karl with this email."""
    (folder / "capture").write_text(form(response(assertion(sent, name_id="id-7"))))
    document: dict[str, Any] = sync(folder, "sso", "assertion", "capture", "--json").document
    assert (document["verdict"] == "match") == (document["subject"] == sent)
    return document


def lay(folder: Path, *, directory: str = NO_DIRECTORY, policy: str = "", people: str = LIST) -> None:
    """Write the list and a job with this directory and policy."""
    (folder / "team.csv").write_text(people)
    (folder / "nightly.toml").write_text(job_text(directory, f"[policy]\n{policy}\n", path="team.csv"))


def write_directory(folder: Path, entra: Callable[..., str], upn: str) -> None:
    """Write an export of the directory in which Karl's sign-in name has another case than his email."""
    karl = {"mail": KARL, "userPrincipalName": upn, "accountEnabled": "True", "displayName": "Karl Oehm"}
    ny = "Li.Ny@contoso-example.com"
    lin = {"mail": ny, "userPrincipalName": ny, "accountEnabled": "True", "displayName": "Li Ny"}
    (folder / "export.csv").write_text(entra(karl, lin))


@pytest.mark.parametrize("sent", [OTHER, KARL.lower()])
def test_a_list_alone_is_corrected(tmp_path: Path, sync: Callable[..., Done], sent: str) -> None:
    """Without a directory the list decides."""
    (tmp_path / "team.csv").write_text(LIST)
    sync(tmp_path, *RUN)
    first = ask(tmp_path, sync, sent)
    assert first["verdict"] == "case"
    assert f"Write {sent!r} in team.csv, run again" in first["next"]
    (tmp_path / "team.csv").write_text(LIST.replace(KARL, sent))
    sync(tmp_path, *RUN)
    assert ask(tmp_path, sync, sent)["verdict"] == "match"


@pytest.mark.parametrize("directory", [NO_DIRECTORY, '[directory]\nkind = "csv"\npath = "export.csv"\n'])
def test_lower_case_is_a_setting_of_the_job(
    tmp_path: Path, sync: Callable[..., Done], entra: Callable[..., str], directory: str
) -> None:
    """An identity provider that sends lower case needs ``subject_case``, with a directory and without."""
    write_directory(tmp_path, entra, KARL)
    lay(tmp_path, directory=directory)
    sync(tmp_path, "run", "nightly.toml")
    first = ask(tmp_path, sync, KARL.lower())
    assert first["next"].startswith('Set subject_case = "lower" under [policy] in nightly.toml, run again and import')
    lay(tmp_path, directory=directory, policy='subject_case = "lower"')
    sync(tmp_path, "run", "nightly.toml")
    assert ask(tmp_path, sync, KARL.lower())["verdict"] == "match"

    again = ask(tmp_path, sync, KARL)
    assert 'set subject_case = "exact" under [policy], run again' in again["next"]
    lay(tmp_path, directory=directory, policy='subject_case = "exact"')
    sync(tmp_path, "run", "nightly.toml")
    assert ask(tmp_path, sync, KARL)["verdict"] == "match"


def test_a_job_reads_the_attribute_of_the_claim(
    tmp_path: Path, sync: Callable[..., Done], entra: Callable[..., str]
) -> None:
    """The claim is filled from the sign-in name: the job compares with the same attribute."""
    write_directory(tmp_path, entra, OTHER)
    directory = '[directory]\nkind = "csv"\npath = "export.csv"\n'
    lay(tmp_path, directory=directory)
    sync(tmp_path, "run", "nightly.toml")
    first = ask(tmp_path, sync, OTHER)
    assert f"The directory spells it {KARL!r}" in first["next"]
    assert f"set email_attribute to the one that spells it {OTHER!r} and on_case_mismatch" in first["next"]
    attribute = 'email_attribute = "userPrincipalName"\n'
    lay(tmp_path, directory=directory + attribute, policy='on_case_mismatch = "use_directory"')
    sync(tmp_path, "run", "nightly.toml")
    assert ask(tmp_path, sync, OTHER)["verdict"] == "match"


def test_a_list_from_the_command_line_reads_the_attribute_of_the_claim(
    tmp_path: Path, sync: Callable[..., Done], entra: Callable[..., str]
) -> None:
    """The same with options, and a job file for lower case."""
    write_directory(tmp_path, entra, OTHER)
    (tmp_path / "team.csv").write_text(LIST)
    sync(tmp_path, *RUN, "--directory", "export.csv")
    assert ask(tmp_path, sync, KARL.lower())["next"].startswith("Write a job file for team.csv with subject_case")
    assert "give --email-attribute with the one" in ask(tmp_path, sync, OTHER)["next"]
    options = ("--email-attribute", "userPrincipalName", "--on-case-mismatch", "use_directory")
    sync(tmp_path, *RUN, "--directory", "export.csv", *options)
    assert ask(tmp_path, sync, OTHER)["verdict"] == "match"


def test_a_directory_as_roster_reads_the_attribute_of_the_claim(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """Without a list the attribute is all that is needed."""
    number = "0000000a-5a17-4c0d-8000-000000000000"
    person = {"id": number, "displayName": "Karl Oehm", "mail": KARL, "userPrincipalName": OTHER, "userType": "Member"}
    person |= {"accountEnabled": True, "proxyAddresses": [f"SMTP:{KARL}"], "onPremisesSamAccountName": "koehm"}
    with GraphServer(World(People([person], 1), groups([range(1)], [[]], [])), token=TOKEN) as server:
        roster = f'kind = "azure_ad"\nall = true\nendpoint = "{server.url}"\ntoken = "file:token"\n'
        baseline = '[baseline]\nkind = "state"\n'
        (tmp_path / "token").write_text(TOKEN)
        (tmp_path / "token").chmod(0o600)
        (tmp_path / "sync.toml").write_text(job_text(baseline, roster=roster))
        assert sync(tmp_path, "run", "sync.toml").code == 0
        first = ask(tmp_path, sync, OTHER)
        assert f"set email_attribute to the one that spells it {OTHER!r} in sync.toml, run again" in first["next"]
        assert "on_case_mismatch" not in first["next"]
        more = 'email_attribute = "userPrincipalName"\n'
        (tmp_path / "sync.toml").write_text(job_text(baseline, roster=roster, more=more))
        sync(tmp_path, "run", "sync.toml")
        assert ask(tmp_path, sync, OTHER)["verdict"] == "match"


def test_a_job_that_is_gone(tmp_path: Path, sync: Callable[..., Done]) -> None:
    """Without the job file nothing is known about list and directory: both are named."""
    lay(tmp_path)
    sync(tmp_path, "run", "nightly.toml")
    (tmp_path / "nightly.toml").unlink()
    assert ask(tmp_path, sync, OTHER)["next"].startswith(f"Make the Subject {OTHER!r} in the list and in the directory")
