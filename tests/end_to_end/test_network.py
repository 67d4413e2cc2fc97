"""Jobs behind a proxy, or with variables of the environment that are wrong: whole commands, real sockets."""

import datetime as dt
import json
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.end_to_end.conftest import call
from tests.job_texts import job_text
from tests.servers.proxy import ProxyServer
from tests.servers.scim import Access, ScimServer, World
from tests.servers.scim_service import Tls

SECRET = "an-invented-secret"  # noqa: S105 - invented
JOB = job_text(roster="all = true\n")
SAP = 'kind = "sap_idp"\nclient_id = "{client}"\nsecret = "env:SECRET"\nurl = "{url}"\n'
GRAPH = (
    'kind = "azure_ad"\ntenant_id = "0b9c0f6a-7777-4222-8333-5d0c2c7a9e01"\n'
    'client_id = "1b9c0f6a-7777-4222-8333-5d0c2c7a9e01"\nsecret = "env:SECRET"\n'
)


def run(folder: Path, *words: str, **environment: str) -> tuple[int, dict[str, object]]:
    """Run a command in an environment that has nothing but this; exit code and document."""
    done = call(folder, *words, "--json", environment={"PATH": "/usr/bin:/bin", "SECRET": SECRET, **environment})
    return done.code, done.document


@pytest.fixture
def certificate(tmp_path: Path) -> Tls:
    """Build a certificate for 127.0.0.1 that is its own authority."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "x")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + dt.timedelta(1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (tmp_path / "authority.pem").write_bytes(signed.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "server.key").write_bytes(private)
    return Tls(tmp_path / "authority.pem", tmp_path / "server.key")


@pytest.fixture
def server(certificate: Tls, tmp_path: Path) -> Iterator[ScimServer]:
    """Serve twelve people over TLS, and write the job that reads them."""
    access = Access(secret=SECRET)
    with ScimServer(World.invented(12), access, tls=certificate) as scim:
        (tmp_path / "job.toml").write_text(JOB + SAP.format(client=access.client_id, url=scim.url))
        yield scim


def test_a_proxy_is_used_and_exceptions_are_heard(server: ScimServer, tmp_path: Path) -> None:
    """Requests go through HTTPS_PROXY, and past it if NO_PROXY names the server, also by a range of addresses."""
    place = server.url.removeprefix("https://").partition("/")[0]
    trusted = {"SSL_CERT_FILE": "authority.pem"}
    with ProxyServer(int(place.rpartition(":")[2])) as proxy:
        code, told = run(tmp_path, "check", "job.toml", HTTPS_PROXY=proxy.url, NO_PROXY="localhost,fd00::/8", **trusted)
        assert (code in {0, 3}, told["counts"]["read"], set(proxy.asked)) == (True, 12, {place})
        proxy.asked.clear()
        code, told = run(tmp_path, "check", "job.toml", HTTPS_PROXY=proxy.url, NO_PROXY="::1,127.0.0.0/8", **trusted)
        assert (code in {0, 3}, told["counts"]["read"], proxy.asked) == (True, 12, [])


WRONG = {
    "a file that is not there": {"SSL_CERT_FILE": "no-such.pem"},
    "a file without certificates": {"SSL_CERT_FILE": "empty.pem"},
    "a SOCKS proxy without its package": {"ALL_PROXY": "socks5://127.0.0.1:1080"},
    "a port that is not a number": {"HTTPS_PROXY": "http://anna:hunter2@127.0.0.1:port"},
}


@pytest.mark.parametrize("command", ["check", "run", "doctor", "census"])
@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("kind", ["sap", "graph"])
def test_a_wrong_variable_is_named(name: str, command: str, kind: str, tmp_path: Path) -> None:
    """Every command ends with 2 and names the variable, in one document and without a password."""
    table = SAP.format(client="x", url="https://127.0.0.1:1/scim") if kind == "sap" else GRAPH
    (tmp_path / "job.toml").write_text(JOB + table)
    (tmp_path / "empty.pem").write_text("")
    code, told = run(tmp_path, command, "job.toml", **WRONG[name])
    assert code == 2
    (variable,) = WRONG[name]
    message = json.dumps(told)
    assert f"{variable} " in message
    assert "hunter2" not in message


def test_an_exception_that_is_a_range_of_ipv6_stops_nothing(tmp_path: Path) -> None:
    """With such a NO_PROXY the command gets as far as the server, which is not there."""
    (tmp_path / "job.toml").write_text(JOB + SAP.format(client="x", url="https://127.0.0.1:1/scim"))
    code, told = run(tmp_path, "check", "job.toml", NO_PROXY="localhost,127.0.0.1,::1,fd00::/8")
    assert (code, told["outcome"]) == (5, "source")
