"""The tables of the live directories in a job file: what fits together, and what is reported if it does not."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.azure_ad.connector import Settings as AzureAd
from connectors.registry import registry
from connectors.sap_idp.connector import Settings as SapIdp
from connectors.settings import SourceSettings
from pipeline.config.job_file.job import Job
from pipeline.config.load import load_job
from pipeline.model.errors import UsageProblem
from tests.job_texts import job_text

AZURE = {"kind": "azure_ad", "group": "SG-Agents", "endpoint": "http://127.0.0.1:8800/v1.0", "token": "env:TOKEN"}
SAP = {
    "kind": "sap_idp",
    "url": "https://acme.accounts.ondemand.com/scim",
    "all": True,
    "client_id": "sync",
    "secret": "env:S",
}
SIGNED = {"tenant_id": "t", "client_id": "c", "secret": "env:S"}


def toml(table: dict[str, Any]) -> str:
    """Write a table of plain values as TOML."""
    words = {True: "true", False: "false"}
    return "".join(
        f"{key} = {words[value] if isinstance(value, bool) else repr(value)}\n" for key, value in table.items()
    )


@pytest.fixture
def load(tmp_path: Path) -> Callable[[dict[str, Any]], Job]:
    """Return a function that loads a job with this roster."""

    def loaded(table: dict[str, Any]) -> Job:
        path = tmp_path / "nightly.toml"
        roster = toml({key: value for key, value in table.items() if value is not None})
        path.write_text(job_text(tenant=None, roster=roster))
        return load_job(path)

    return loaded


@pytest.mark.parametrize(
    ("changes", "credential"),
    [
        ({}, "token"),
        ({"group": None, "all": True}, "token"),
        ({"group": None, "app": "0c0ffee0-0000-4000-8000-000000000000", "filter": "accountEnabled eq true"}, "token"),
        ({"mode": "delta", "full_every": 14}, "token"),
        ({"endpoint": None, "cloud": "gcc_high", "token": None} | SIGNED, "client_secret"),
        ({"endpoint": None, "token": None, "credential": "client_secret"} | SIGNED, "client_secret"),
        ({"token": None, "tenant_id": "t", "client_id": "c", "certificate": "sync.pem"}, "certificate"),
        ({"token": None, "credential": "managed_identity"}, "managed_identity"),
        ({"token": None, "credential": "workload_identity"}, "workload_identity"),
        ({"token": None, "credential": "azure_cli"}, "azure_cli"),
        ({"endpoint": "https://graph.proxy.example.com/v1.0", "email_attribute": "extensionAttribute7"}, "token"),
    ],
)
def test_an_entra_table_that_fits(
    changes: dict[str, Any], credential: str, load: Callable[[dict[str, Any]], Job]
) -> None:
    """One scope, one place, one credential with its parts; a credential given by its only key need not be named."""
    roster = load(AZURE | changes).roster
    assert isinstance(roster, AzureAd)
    assert roster.signs_in_with == credential


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"group": None}, 'one scope is needed, of all = true, group = "…", app = "…"; there is none'),
        ({"all": True}, "there are all and group"),
        ({"app": "x"}, "there are group and app"),
        ({"group": ""}, "`roster.group`"),
        ({"cloud": "global"}, "cloud and endpoint: give one of the two"),
        ({"cloud": "germany", "endpoint": None}, "`roster.cloud`"),
        ({"endpoint": "http://graph.example.com/v1.0"}, "`roster.endpoint`: must begin with https://"),
        ({"endpoint": "ftp://127.0.0.1/"}, "`roster.endpoint`: must begin with https://"),
        ({"endpoint": "127.0.0.1:8800"}, "`roster.endpoint`: must begin with https://"),
        ({"token": None}, 'credential "client_secret" needs tenant_id and client_id and secret as well'),
        ({"token": None, "credential": "certificate", "tenant_id": "t"}, "needs client_id and certificate as well"),
        ({"token": None, "credential": "token"}, 'credential "token" needs token as well'),
        ({"credential": "password"}, "`roster.credential`"),
        ({"token": "eyJhbGciOi"}, "a secret is given by reference only, as env:NAME"),
        ({"token": "env:"}, "a secret is given by reference only"),
        ({"token": 12345678}, "`roster.token`"),
        ({"full_every": 0}, "`roster.full_every`"),
        ({"email_attribute": "proxyAddresses"}, "`roster.email_attribute`: proxyAddresses holds several values"),
        ({"grup": "SG-Agents"}, "unknown key `roster.grup`. Did you mean `group`?"),
        ({"everyone": True}, "unknown key `roster.everyone`."),
        ({"sheet": "Agents"}, "`roster.sheet` does not belong to kind 'azure_ad', only to 'excel'."),
    ],
)
def test_an_entra_table_that_does_not_fit(
    changes: dict[str, Any], said: str, load: Callable[[dict[str, Any]], Job]
) -> None:
    """The sentence names the file and the key, and never shows a value in the place of a secret."""
    with pytest.raises(UsageProblem) as problem:
        load(AZURE | changes)
    assert said in str(problem.value)
    assert "nightly.toml" in str(problem.value)
    assert "eyJ" not in str(problem.value)
    assert "12345678" not in str(problem.value)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"all": None, "group": "Contact Pro"},
        {"url": "http://127.0.0.1:8801/scim", "paging": "index", "filter": 'userType eq "employee"'},
        {"credential": "certificate", "certificate": "sync.pem", "key": "sync.key"},
        {"credential": "client_credentials", "token_url": "https://acme.accounts.ondemand.com/oauth2/token"},
        {"credential": "token", "token": "file:token"},
    ],
)
def test_a_sap_table_that_fits(changes: dict[str, Any], load: Callable[[dict[str, Any]], Job]) -> None:
    """Every way to sign in and to choose people is accepted with its parts."""
    assert isinstance(load(SAP | changes).roster, SapIdp)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"url": None}, "`roster.url` is missing"),
        ({"url": "http://acme.accounts.ondemand.com/scim"}, "`roster.url`: must begin with https://"),
        ({"all": None}, "one scope is needed"),
        ({"secret": None}, 'credential "basic" needs secret as well'),
        ({"secret": "hunter2"}, "a secret is given by reference only"),
        ({"credential": "client_credentials"}, "needs token_url as well"),
        (
            {"credential": "client_credentials", "token_url": "http://x.example.com/"},
            "`roster.token_url`: must begin with https://",
        ),
    ],
)
def test_a_sap_table_that_does_not_fit(
    changes: dict[str, Any], said: str, load: Callable[[dict[str, Any]], Job]
) -> None:
    """The sentence names the key and never the secret."""
    with pytest.raises(UsageProblem) as problem:
        load(SAP | changes)
    assert said in str(problem.value)
    assert "hunter2" not in str(problem.value)


def test_paths_are_relative_to_the_job(tmp_path: Path, load: Callable[[dict[str, Any]], Job]) -> None:
    """Certificates, metadata and files with secrets are looked for beside the job file."""
    roster = load(AZURE | {"token": "file:secrets/token", "saml_metadata": "idp.xml"}).roster
    assert isinstance(roster, AzureAd)
    assert roster.token == f"file:{tmp_path}/secrets/token"
    assert roster.saml_metadata == tmp_path / "idp.xml"


def test_an_unknown_kind_shows_no_secret(load: Callable[[dict[str, Any]], Job]) -> None:
    """If the kind is wrong nothing else of the table is repeated."""
    with pytest.raises(UsageProblem) as problem:
        load({"kind": "azuread", "secret": "hunter2"})
    known = ", ".join(repr(kind) for kind in sorted(registry().tables(SourceSettings)))
    assert f"there is no kind 'azuread'. Known: {known}." in str(problem.value)
    assert known.startswith("'azure_ad', ")
    assert "hunter2" not in str(problem.value)
