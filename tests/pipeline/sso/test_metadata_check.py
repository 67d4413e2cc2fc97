"""Both sides of single sign-on looked at together: from files, from a real https server, and from neither."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.http.retry import RetryPolicy
from connectors.http.transport import Network
from pipeline.model.checks import CheckReport
from pipeline.model.errors import UsageProblem
from pipeline.sso.metadata_check import MetadataSources, check_metadata
from pipeline.sso.settings import SsoSettings, read_settings
from tests.pipeline.sso.saml.documents import NAMESPACES, NOW, key, provider, service
from tests.servers.authority import Authority
from tests.servers.documents import DocumentServer
from tests.servers.loopback import Answer

EMAIL = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
LOGIN, IDP = "login-eu-c1.cc.sinch.com", "login.microsoftonline.com"
ACME = read_settings(None, "ACME", "eu", EMAIL)
SAMPLES = Path(__file__).parents[3] / "sample_data" / "sso"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """Build an authority."""
    return Authority(tmp_path)


@pytest.fixture
def server(authority: Authority) -> Iterator[DocumentServer]:
    """Serve both sides' metadata, each under the host that publishes it."""
    documents: dict[str, bytes | Answer] = {
        "/ACME/metadata": service().encode(),
        "/idp?appid=1": provider().encode(),
    }
    with DocumentServer(authority.server(LOGIN, IDP, "fs.contoso-example.com"), documents) as server:
        yield server


@pytest.fixture
def network(authority: Authority, server: DocumentServer) -> Network:
    """Lead every name to the server."""
    return Network(
        resolve=lambda *_: ["127.0.0.1"],
        public=lambda _: True,
        port=server.port,
        trust=authority.believed,
        retry_policy=RetryPolicy(attempts=1),
    )


@pytest.fixture
def nowhere() -> Network:
    """Return a network on which a question for a name is a failure of the test."""

    def never(host: str, _: int) -> list[str]:
        raise AssertionError(f"{host} was asked for")

    return Network(resolve=never)


def written(folder: Path, name: str, text: str) -> Path:
    """Write a document."""
    (folder / name).write_text(text, "utf-8")
    return folder / name


def statuses(found: CheckReport) -> dict[str, str]:
    """Return the status of each line."""
    return {check.name: check.status for check in found.checks}


def test_both_sides_are_fetched(server: DocumentServer, network: Network) -> None:
    """The tenant's from its login host, the provider's from the given place; each once."""
    found = check_metadata(ACME, MetadataSources(provider=f"https://{IDP}/idp?appid=1"), NOW, network)
    assert (found.end.code, found.command) == (0, "sso metadata")
    assert statuses(found) == {
        "tenant issuer": "ok",
        "tenant endpoint": "ok",
        "tenant validity": "ok",
        "idp metadata": "ok",
        "idp sign-on": "ok",
        "idp certificates": "ok",
        "idp validity": "ok",
        "attribute": "warning",
    }
    assert [(request.headers["host"], request.target) for request in server.requests] == [
        (LOGIN, "/ACME/metadata"),
        (IDP, "/idp?appid=1"),
    ]


@pytest.mark.parametrize("turned", [False, True])
def test_files_in_any_order(turned: bool, tmp_path: Path, nowhere: Network) -> None:  # noqa: FBT001 - a parameter
    """The content decides what a file is; if files are given, no server is asked."""
    files = (written(tmp_path, "a.xml", service()), written(tmp_path, "b.xml", provider()))
    found = check_metadata(ACME, MetadataSources(files=files[::-1] if turned else files), NOW, nowhere)
    assert found.end.code == 0
    assert [check.name for check in found.checks][:4] == [
        "tenant issuer",
        "tenant endpoint",
        "tenant validity",
        "idp metadata",
    ]


@pytest.mark.parametrize("name", ["entra", "adfs", "sap"])
def test_the_samples(name: str, nowhere: Network) -> None:
    """Entra ID and AD FS list the usual name exactly, SAP lists none; nothing fails, today and in fifteen years."""
    wishes = MetadataSources(files=(SAMPLES / f"{name}.xml", SAMPLES / "contact-pro.xml"))
    for year in (2026, 2041):
        found = check_metadata(ACME, wishes, datetime(year, 11, 25, tzinfo=UTC), nowhere)
        assert found.end.code == 0
        lines = statuses(found)
        assert lines.pop("attribute") == ("warning" if name == "sap" else "ok")
        assert set(lines.values()) == {"ok"}
    ended = check_metadata(ACME, wishes, datetime(2046, 1, 1, tzinfo=UTC), nowhere)
    assert (ended.end.code, statuses(ended)["idp certificates"]) == (7, "failed")


@pytest.mark.parametrize(
    ("attribute", "status", "code"), [(EMAIL, "ok", 0), (EMAIL.title(), "failed", 7), ("uid", "warning", 0)]
)
def test_a_job_names_the_provider(attribute: str, status: str, code: int, tmp_path: Path, nowhere: Network) -> None:
    """The file of the job is read if no other document of a provider is given."""
    parties = replace(ACME, attribute=attribute, metadata=SAMPLES / "entra.xml")
    found = check_metadata(parties, MetadataSources(files=(SAMPLES / "contact-pro.xml",)), NOW, nowhere)
    assert (statuses(found)["attribute"], found.end.code) == (status, code)
    other = MetadataSources(files=(SAMPLES / "contact-pro.xml", written(tmp_path, "idp.xml", provider())))
    assert "idp.xml" in next(
        c.detail for c in check_metadata(parties, other, NOW, nowhere).checks if c.name == "idp metadata"
    )


def test_a_side_that_was_not_looked_at(tmp_path: Path, nowhere: Network) -> None:
    """It is reported for each; the attribute is then held against the usual names."""
    found = check_metadata(ACME, MetadataSources(files=(written(tmp_path, "a.xml", service()),)), NOW, nowhere)
    assert statuses(found) | {"idp": "warning", "attribute": "ok"} == statuses(found)
    near = replace(ACME, attribute=EMAIL.upper())
    assert check_metadata(near, MetadataSources(files=(tmp_path / "a.xml",)), NOW, nowhere).end.code == 7
    found = check_metadata(ACME, MetadataSources(files=(written(tmp_path, "b.xml", provider()),)), NOW, nowhere)
    assert (statuses(found)["tenant"], found.end.code) == ("warning", 0)


def test_without_a_tenant(tmp_path: Path, nowhere: Network) -> None:
    """The names in the metadata are shown, and that they cannot be judged."""
    found = check_metadata(SsoSettings(), MetadataSources(files=(written(tmp_path, "a.xml", service()),)), NOW, nowhere)
    line = found.checks[0]
    assert (line.name, line.status, line.next) == ("tenant issuer", "warning", "Give --tenant and --region.")
    assert "names cc-acme.auth.eu-central-1.amazoncognito.com" in line.detail
    alone = check_metadata(
        SsoSettings(), MetadataSources(provider=str(written(tmp_path, "b.xml", provider()))), NOW, nowhere
    )
    assert (alone.end.code, statuses(alone)["tenant"]) == (0, "warning")


def test_an_unverified_region_is_said(tmp_path: Path, nowhere: Network) -> None:
    """Host and issuer of Africa are inferred, even if they agree."""
    text = service().replace("eu-central-1", "af-south-1")
    found = check_metadata(
        read_settings(None, "acme", "af"), MetadataSources(files=(written(tmp_path, "a.xml", text),)), NOW, nowhere
    )
    assert (statuses(found)["tenant issuer"], statuses(found)["region"], found.end.code) == ("ok", "warning", 0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (service(entity="urn:amazon:cognito:sp:us-west-2_AbCdEfGhi"), 7),
        (provider(keys=key("x")), 7),
        ("<!DOCTYPE a><a/>", 5),
        ("", 5),
    ],
)
def test_the_worst_line_gives_the_exit_code(text: str, code: int, tmp_path: Path, nowhere: Network) -> None:
    """A difference is 7, a document that cannot be read is 5, and 5 is worse."""
    files = [written(tmp_path, "a.xml", text), written(tmp_path, "b.xml", service(binding="SOAP"))]
    assert check_metadata(ACME, MetadataSources(files=(files[0],)), NOW, nowhere).end.code == code
    both = check_metadata(ACME, MetadataSources(files=tuple(files)), NOW, nowhere)
    assert both.end.code == (5 if code == 5 else 7)
    failed = [check for check in both.checks if check.status == "failed"]
    assert all(check.next for check in failed)


def test_every_provider_of_a_group(tmp_path: Path, nowhere: Network) -> None:
    """Each is looked at by itself."""
    group = f"<EntitiesDescriptor {NAMESPACES}>{provider()}{provider(keys='', entity='urn:b')}</EntitiesDescriptor>"
    found = check_metadata(ACME, MetadataSources(files=(written(tmp_path, "g.xml", group),)), NOW, nowhere)
    assert [check.status for check in found.checks if check.name == "idp certificates"] == ["ok", "failed"]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("http://login.microsoftonline.com/idp", "only https is fetched"),
        ("file:///etc/hostname", "only https is fetched"),
        ("https://127.0.0.1/idp", "not a full name"),
        ("https://fs.contoso-example.com/idp", "fs.contoso-example.com is not on the list of hosts"),
        ("https://login.microsoftonline.com.evil.example/", "is not on the list of hosts"),
        ("no-such-file.xml", "cannot be read (No such file or directory)"),
    ],
)
def test_a_provider_that_cannot_be_reached(place: str, said: str, tmp_path: Path, nowhere: Network) -> None:
    """A line gives the reason, with what to do instead; no server was asked."""
    wishes = MetadataSources(files=(written(tmp_path, "a.xml", service()),), provider=place)
    found = check_metadata(ACME, wishes, NOW, nowhere)
    line = next(check for check in found.checks if check.name == "idp metadata")
    assert (line.status, found.end.code) == ("failed", 5)
    assert said in line.detail
    assert line.next
    assert "idp" not in statuses(found)


@pytest.mark.parametrize("host", ["fs.contoso-example.com", "*.contoso-example.com", "FS.Contoso-Example.com"])
def test_another_host_may_be_allowed(host: str, network: Network) -> None:
    """By its name, or by all names below one."""
    wishes = MetadataSources(provider="https://fs.contoso-example.com/idp?appid=1", hosts=(host,))
    assert check_metadata(SsoSettings(), wishes, NOW, network).end.code == 0


def test_a_document_of_the_wrong_side(server: DocumentServer, network: Network) -> None:
    """What is fetched for one side must be of that side."""
    server.documents["/ACME/metadata"] = provider().encode()
    server.documents["/idp?appid=1"] = service().encode()
    found = check_metadata(ACME, MetadataSources(provider=f"https://{IDP}/idp?appid=1"), NOW, network)
    assert found.end.code == 5
    assert [check.detail.partition(", but ")[0] for check in found.checks[:2]] == [
        "https://login-eu-c1.cc.sinch.com/ACME/metadata describes no service",
        "https://login.microsoftonline.com/idp?appid=1 describes no identity provider",
    ]


def test_what_is_not_there(network: Network) -> None:
    """A tenant that the login host does not know ends with 5, with the command to go on without a network."""
    found = check_metadata(read_settings(None, "umbrella", "eu"), MetadataSources(), NOW, network)
    assert (found.end.code, found.checks[0].name) == (5, "tenant metadata")
    assert found.checks[0].detail == "There is nothing at https://login-eu-c1.cc.sinch.com/UMBRELLA/metadata (404)."
    assert "--file" in found.checks[0].next


def test_nothing_to_look_at(nowhere: Network) -> None:
    """It is a mistake of the command line."""
    with pytest.raises(UsageProblem, match="nothing to check"):
        check_metadata(SsoSettings(attribute=EMAIL), MetadataSources(), NOW, nowhere)


@pytest.mark.parametrize("host", ["*", "*.com", "https://fs.contoso-example.com", "10.0.0.1"])
def test_a_host_that_is_none(host: str, nowhere: Network) -> None:
    """So is a host that cannot be one."""
    with pytest.raises(UsageProblem, match="--allow-host"):
        check_metadata(ACME, MetadataSources(provider="idp.xml", files=(Path("a.xml"),), hosts=(host,)), NOW, nowhere)


def test_the_address_of_a_whole_directory(server: DocumentServer, network: Network) -> None:
    """Metadata of Entra that is not of the application is read, and doubted."""
    server.documents["/idp"] = provider().encode()
    found = check_metadata(ACME, MetadataSources(provider=f"https://{IDP}/idp"), NOW, network)
    assert (statuses(found)["idp address"], found.end.code) == ("warning", 0)


def test_an_address_in_place_of_a_file(nowhere: Network) -> None:
    """It is answered with the option for addresses."""
    with pytest.raises(UsageProblem, match=r"^--file https:/idp\.example\.com/m: is a web address") as problem:
        check_metadata(ACME, MetadataSources(files=(Path("https://idp.example.com/m"),)), NOW, nowhere)
    assert "--idp" in problem.value.advice
