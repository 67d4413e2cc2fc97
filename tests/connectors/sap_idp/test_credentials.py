"""Kind "sap_idp": passwords, tokens and certificates, what is never shown, and the examination."""

import base64
import datetime as dt
import functools
import ssl
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from connectors.base import SourceError, SourceIncomplete, SourceRefused, SourceUnreachable
from connectors.sap_idp.source import ScimCredential
from tests.connectors.sap_idp.scim_reading import BASIC, EMAIL, Clock, ids, nothing, read, source
from tests.servers.loopback import Fault
from tests.servers.scim import Access, ScimServer, Tls, World
from tests.servers.scim_world import Group, user

PLANTED = 'hunter2/+é "%&'
"""A secret with everything that an encoding could break."""


@pytest.fixture(scope="module")
def service() -> Iterator[ScimServer]:
    """Serve one service for the whole file, two users a page."""
    with ScimServer(World([user(number) for number in range(1, 6)]), most=2) as server:
        yield server


@pytest.fixture
def server(service: ScimServer) -> ScimServer:
    """Return the service to a client with an awkward secret, with nothing left of the test before."""
    service.clear()
    service.access = Access("me.not@here", PLANTED, tokens={"hunter2.token"})
    return service


def basic(server: ScimServer, secret: str = PLANTED) -> ScimCredential:
    """Sign in with a password; the secret is in a partial, whose repr would show it."""
    return ScimCredential("basic", server.access.client_id, secret=functools.partial(str, secret))


def token(text: str = "hunter2.token") -> ScimCredential:
    """Sign in with a token."""
    return ScimCredential("token", token=functools.partial(str, text))


def oauth(server: ScimServer, secret: str = PLANTED, url: str = "") -> ScimCredential:
    """Sign in with a token that is fetched."""
    resolve = functools.partial(str, secret)
    return ScimCredential("client_credentials", server.access.client_id, resolve, token_url=url or server.token_url)


# Passwords and tokens


@pytest.mark.parametrize("credential", [basic, lambda _: token(), oauth], ids=["basic", "token", "client_credentials"])
def test_a_good_credential_opens(server: ScimServer, credential: Callable[[ScimServer], ScimCredential]) -> None:
    """Whatever characters the secret has, it arrives as it is."""
    assert len(ids(read(server, credential=credential(server)))) == 5


def test_a_wrong_password_is_tried_once(server: ScimServer) -> None:
    """A refused password is not tried again, because five failures lock the client."""
    with pytest.raises(SourceRefused, match=r"does not accept the credential \(401: The client is not authenticated\)"):
        read(server, credential=basic(server, "wrong"))
    assert len(server.requests) == server.access.failures == 1


def test_a_wrong_token_is_refused(server: ScimServer) -> None:
    """A given token cannot be renewed."""
    with pytest.raises(SourceRefused, match="does not accept the credential"):
        read(server, credential=token("other"))
    assert len(server.requests) == 1


def test_a_token_is_fetched_once(server: ScimServer) -> None:
    """One token serves the whole reading; the form asks for nothing but the grant."""
    read(server, credential=oauth(server))
    assert [each.method for each in server.requests] == ["POST", "GET", "GET", "GET"]
    assert server.requests[0].body == b"grant_type=client_credentials"


def test_a_token_is_renewed_before_it_ends(server: ScimServer) -> None:
    """From a minute before its end on, a new token is fetched; the old one is never sent again."""
    clock = Clock()
    server.access.clock, server.access.lifetime = clock, 100

    def pass_time(*_: object) -> None:
        clock.now += 25

    read(server, credential=oauth(server), clock=clock, progress=pass_time)
    assert [each.method for each in server.requests] == ["POST", "GET", "GET", "POST", "GET"]


def test_a_token_that_ends_early_is_renewed(server: ScimServer) -> None:
    """A 401 renews the token once, and the same page is asked again."""
    read(server, credential=oauth(server), progress=lambda *_: server.access.revoke())
    assert [each.method for each in server.requests] == ["POST", "GET", "GET", "POST", "GET", "GET", "POST", "GET"]


def test_a_new_token_that_is_refused_too_is_the_end(server: ScimServer) -> None:
    """A second 401 means the client, not the token."""
    server.faults.append(Fault("status", at="Users", status=401, times=-1))
    with pytest.raises(SourceRefused, match=r"does not accept the credential \(401\)"):
        read(server, credential=oauth(server))
    assert [each.method for each in server.requests] == ["POST", "GET", "POST", "GET"]


@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        ({}, SourceIncomplete, "missing required field `access_token`"),
        ({"access_token": ""}, SourceRefused, "The token is empty"),
        ({"access_token": "a\nb"}, SourceRefused, "another character that no token has"),
        ({"access_token": "invented", "expires_in": "3600"}, SourceRefused, "does not accept the credential"),
    ],
)
def test_a_token_endpoint_that_gives_no_token(
    server: ScimServer, answer: dict[str, str], error: type[SourceError], sentence: str
) -> None:
    """What comes back has to be a token."""
    server.faults.append(Fault("status", at="token", status=200, body=msgspec.json.encode(answer), times=-1))
    with pytest.raises(error, match=sentence):
        read(server, credential=oauth(server))


def test_a_client_that_is_not_known(server: ScimServer) -> None:
    """The token endpoint's own words are handed on, whether it refuses with 400 or with 401."""
    with pytest.raises(SourceRefused, match=r"does not accept the credential \(401: Client is not known\)"):
        read(server, credential=oauth(server, "wrong"))
    server.faults.append(Fault("status", at="token", status=400, body=b'{"error": "invalid_client"}'))
    with pytest.raises(SourceRefused, match=r"\(400: invalid_client\)\. Check client_id, secret and token_url\.$"):
        read(server, credential=oauth(server))


def test_a_token_endpoint_may_fail_and_recover(server: ScimServer) -> None:
    """Faults that pass are borne there too."""
    server.faults.extend([Fault("status", at="token", status=503), Fault("drop", at="token")])
    assert len(ids(read(server, credential=oauth(server)))) == 5


def test_the_secret_goes_to_no_other_token_endpoint(server: ScimServer) -> None:
    """A redirect of the token endpoint is not followed."""
    with ScimServer(World([])) as elsewhere:
        headers = {"Location": elsewhere.token_url}
        server.faults.append(Fault("status", at="token", status=307, headers=headers))
        with pytest.raises(SourceIncomplete, match="no token was sent there"):
            read(server, credential=oauth(server))
        assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("credential", "sentence"),
    [
        (ScimCredential("basic"), 'The credential "basic" lacks client_id and secret.'),
        (ScimCredential("basic", "me"), 'The credential "basic" lacks secret.'),
        (ScimCredential("token"), 'The credential "token" lacks token.'),
        (ScimCredential("certificate"), 'The credential "certificate" lacks certificate.'),
        (ScimCredential("client_credentials", "me", lambda: "x"), "lacks token_url."),
        (
            ScimCredential("client_credentials", "me", lambda: "x", token_url="http://tenant.example.com/token"),  # noqa: S106 - a URL
            "The token_url is not an https address.",
        ),
        (token("two words"), "The token is empty, or has a space"),
        (token("line\n"), "a line end"),
        (token("é"), "another character that no token has"),
        (token(""), "The token is empty"),
    ],
)
def test_a_credential_that_lacks_something(server: ScimServer, credential: ScimCredential, sentence: str) -> None:
    """It is refused before anything is asked."""
    with pytest.raises(SourceRefused) as stop:
        read(server, credential=credential)
    assert sentence in str(stop.value)
    assert server.requests == []


# What is never shown


def said(error: BaseException) -> str:
    """Return everything that a traceback, a log or a report could show of an error."""
    return "".join(traceback.format_exception(error)) + repr(error) + str(error.__dict__)


SECRETS = (
    quote_plus(PLANTED),
    base64.b64encode(f"me.not@here:{PLANTED}".encode()).decode(),
    base64.b64encode(f"{quote_plus('me.not@here')}:{quote_plus(PLANTED)}".encode()).decode(),
    "invented-token-1",
)
"""The forms in which a secret travels, and the token that comes back for it."""


@pytest.mark.parametrize(
    "fault",
    [
        *(Fault("status", at="Users", status=code, times=-1) for code in (400, 401, 403, 404, 418, 429, 503, 505)),
        *(Fault("status", at="token", status=code, times=-1) for code in (400, 401, 403, 404, 418, 429, 503, 505)),
        *(Fault("status", at=at, status=302, headers={"Location": "/x"}, times=-1) for at in ("Users", "token")),
        *(Fault(kind, at=at, times=-1) for kind in ("drop", "html", "empty", "cut-json") for at in ("Users", "token")),
        *(Fault(kind, at="Users", times=-1) for kind in ("wrong-type", "no-resources", "twice-changed", "wrong-total")),
    ],
    ids=lambda fault: f"{fault.kind} {fault.status} {fault.at}",
)
@pytest.mark.parametrize("kind", ["basic", "token", "client_credentials"])
def test_no_message_has_the_secret(server: ScimServer, fault: Fault, kind: str) -> None:
    """Even if the service sends back what it was sent, neither message nor traceback nor repr shows a secret."""
    detail = " ".join((PLANTED, "hunter2.token", *SECRETS))
    echo = {"detail": detail, "status": "400", "schemas": [], "error": "x", "error_description": detail}
    fault = replace(fault, passed=0, hit=0, body=msgspec.json.encode(echo) if fault.kind == "status" else None)
    credential = {"basic": basic(server), "token": token(), "client_credentials": oauth(server)}[kind]
    server.faults.append(fault)
    wish = source(server, "emails", "userName", credential=credential)
    try:
        extract = wish.read(nothing)
        shown = str(extract.notes) + str(extract.origin)
    except SourceError as error:
        shown = said(error)
    own = {
        "basic": (PLANTED, *SECRETS[:2]),
        "token": ("hunter2.token",),
        "client_credentials": (PLANTED, *SECRETS[:3]),
    }[kind]
    given = SECRETS[3:] if kind == "client_credentials" and fault.at == "Users" else ()
    assert not [secret for secret in (*own, *given) if secret in shown]
    examined = repr(wish) + str(wish.examine())
    assert not [secret for secret in own if secret in examined]


# Certificates


@dataclass(frozen=True)
class Party:
    """One party of TLS: its certificate, its key, and a key with a password."""

    certificate: Path
    key: Path
    locked: Path


PASSWORD = "hunter2-of-the-key"  # noqa: S105 - of a key that is made for this test


@pytest.fixture(scope="module")
def parties(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Party]:
    """Build an authority with a server and a client, and a stranger with an authority of its own."""
    folder = tmp_path_factory.mktemp("tls")
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("authority", "server", "client", "stranger")}
    issuers = {"authority": "authority", "server": "authority", "client": "authority", "stranger": "stranger"}
    made = {}
    for name, key in keys.items():
        certificate, place, locked = (folder / f"{name}{ending}" for ending in (".pem", ".key", ".locked"))
        signed = _signed(name, key, issuers[name], keys[issuers[name]])
        certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
        place.write_bytes(_pem(key, serialization.NoEncryption()))
        locked.write_bytes(_pem(key, serialization.BestAvailableEncryption(PASSWORD.encode())))
        made[name] = Party(certificate, place, locked)
    return made


def _signed(name: str, key: Any, issuer: str, signer: Any) -> x509.Certificate:  # noqa: ANN401 - any kind of key
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"invented {text}")])

    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(named(name))
        .issuer_name(named(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=name == issuer, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    )
    return builder.sign(signer, hashes.SHA256())


def _pem(key: Any, encryption: serialization.KeySerializationEncryption) -> bytes:  # noqa: ANN401 - any kind of key
    return bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption))


def behind_tls(parties: dict[str, Party], newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3, **wishes: Any) -> ScimServer:  # noqa: ANN401 - as ScimServer takes them
    """Build a server over TLS; with ``clients`` it demands a certificate of the authority."""
    clients = parties["authority"].certificate if wishes.pop("clients", True) else None
    tls = Tls(parties["server"].certificate, parties["server"].key, clients, newest)
    world = World([user(number) for number in range(1, 6)])
    return ScimServer(world, Access(by_certificate=clients is not None), most=2, tls=tls, **wishes)


def certified(party: Party, key: str = "key", password: str | None = None) -> ScimCredential:
    """Sign in with a certificate."""
    secret = None if password is None else functools.partial(str, password)
    return ScimCredential("certificate", secret=secret, certificate=party.certificate, key=getattr(party, key))


@pytest.mark.parametrize(("key", "password"), [("key", None), ("locked", PASSWORD)])
def test_a_certificate_opens(parties: dict[str, Party], key: str, password: str | None) -> None:
    """A certificate of the right authority signs in by itself; its key may have a password. No header is sent."""
    with behind_tls(parties) as server:
        credential = certified(parties["client"], key, password)
        extract = read(server, credential=credential, trust=parties["authority"].certificate)
        assert len(ids(extract)) == 5
        assert "authorization" not in server.requests[0].headers


def test_a_certificate_and_its_key_in_one_file(parties: dict[str, Party], tmp_path: Path) -> None:
    """Without ``key``, the key is in the certificate's file."""
    both = tmp_path / "both.pem"
    both.write_bytes(parties["client"].certificate.read_bytes() + parties["client"].key.read_bytes())
    with behind_tls(parties) as server:
        credential = ScimCredential("certificate", certificate=both)
        assert len(ids(read(server, credential=credential, trust=parties["authority"].certificate))) == 5


@pytest.mark.parametrize("who", ["stranger", "nobody"])
def test_a_certificate_of_another_authority_is_refused(parties: dict[str, Party], who: str) -> None:
    """An unknown client, or one without a certificate, gets the name of the wanted one."""
    credential = certified(parties["stranger"]) if who == "stranger" else BASIC
    with behind_tls(parties, ssl.TLSVersion.TLSv1_2) as server:
        with pytest.raises(SourceRefused, match=r"refuses the connection \(.*alert.*\)\. Name the client certificate"):
            read(server, credential=credential, trust=parties["authority"].certificate)
        assert server.requests == []


def test_a_server_that_nobody_vouches_for(parties: dict[str, Party]) -> None:
    """Without ``trust`` the authority is not known: nothing is sent, nothing is tried again."""
    clock = Clock()
    with behind_tls(parties, clients=False) as server:
        with pytest.raises(SourceUnreachable, match=r"its certificate is not trusted \(.*\)\.$"):
            read(server, credential=basic(server), clock=clock)
        assert server.requests == []
        assert clock.naps == []
        credential = ScimCredential("basic", server.access.client_id, lambda: server.access.secret)
        assert len(ids(read(server, credential=credential, trust=parties["authority"].certificate))) == 5


@pytest.mark.parametrize(
    ("certificate", "key", "password", "sentence"),
    [
        ("missing.pem", "client.key", None, "missing.pem: there is no such file"),
        ("client.pem", "missing.key", None, "missing.key: there is no such file"),
        (".", "client.key", None, "there is no such file"),
        ("client.key", "client.key", None, "not a PEM file, or the password of the key is wrong"),
        ("client.pem", "client.pem", None, "not a PEM file, or the password of the key is wrong"),
        ("client.pem", "server.key", None, "cannot be used as our certificate (key values mismatch)"),
        ("client.pem", "client.locked", None, "the password of the key is wrong"),
        ("client.pem", "client.locked", "wrong", "the password of the key is wrong"),
        ("client.pem", "client.locked", "x" * 2000, "cannot be used as our certificate"),
    ],
)
def test_a_certificate_that_is_unusable(
    parties: dict[str, Party], certificate: str, key: str, password: str | None, sentence: str
) -> None:
    """A file that is missing, broken or locked is named, with advice; OpenSSL never asks at the terminal."""
    folder = parties["client"].certificate.parent
    secret = None if password is None else functools.partial(str, password)
    credential = ScimCredential("certificate", secret=secret, certificate=folder / certificate, key=folder / key)
    with pytest.raises(SourceRefused) as stop:
        read("https://127.0.0.1:9/scim", credential=credential)
    assert sentence in str(stop.value)
    assert "Name PEM files in certificate and key" in str(stop.value)


@pytest.mark.parametrize("name", ["missing.pem", "client.key", "."])
def test_trust_that_is_unusable(parties: dict[str, Party], name: str) -> None:
    """A file of authorities that holds none is refused before anything is asked."""
    trust = parties["client"].certificate.parent / name
    with pytest.raises(SourceRefused, match="cannot be used as a list of trusted certificates"):
        read("https://127.0.0.1:9/scim", trust=trust)


# The examination


def checks(server: ScimServer | str, *attributes: str, **wishes: Any) -> dict[str, tuple[str, str, str]]:  # noqa: ANN401 - the fields of the source
    """Examine, and give the checks by name."""
    found = source(server, *attributes, **wishes).examine()
    assert len({each.name for each in found}) == len(found)
    return {each.name: (each.status, each.detail, each.next) for each in found}


@pytest.fixture
def plain() -> Iterator[ScimServer]:
    """Serve five plain users and a group, to the usual client."""
    people = [user(number) for number in range(1, 6)]
    with ScimServer(World(people, {"g1": Group("g1", "Agents", [people[0]["id"]])})) as server:
        yield server


def test_all_is_well(plain: ScimServer) -> None:
    """Four checks are ok, and three questions were asked."""
    found = checks(plain, EMAIL, "active", group="Agents")
    assert list(found) == ["sign-in", "users", "group", "clock"]
    assert {status for status, _, _ in found.values()} == {"ok"}
    assert found["sign-in"][1] == "127.0.0.1 accepts the credential"
    assert found["users"][1] == "5 of 5 users were read, with every attribute that is wanted"
    assert found["group"][1] == "Agents has 1 direct members"
    assert [each.path for each in plain.requests] == ["/scim/Users", "/scim/Groups", "/scim/Groups/g1"]


def test_without_a_group_there_is_no_check_of_one(plain: ScimServer) -> None:
    """Only what is wanted is examined."""
    assert list(checks(plain)) == ["sign-in", "users", "clock"]


def test_an_attribute_that_nobody_has(plain: ScimServer) -> None:
    """It is named, as a warning."""
    assert checks(plain, EMAIL, "displayName", "userType")["users"] == (
        "warning",
        "5 of 5 users were read, and none of them has displayName, userType",
        "Check the names in the mapping, and whether the technical user may see these attributes.",
    )


@pytest.mark.parametrize(
    ("fault", "name", "detail"),
    [
        (Fault("status", at="Users", status=401), "sign-in", "127.0.0.1 does not accept the credential (401)"),
        (Fault("status", at="Users", status=404), "sign-in", "127.0.0.1 has nothing at /scim/Users (404)"),
        (Fault("drop", at="Users"), "sign-in", "Reading from 127.0.0.1 failed ("),
        (Fault("html", at="Users"), "sign-in", "Reading from 127.0.0.1 failed ("),
        (Fault("status", at="Users", status=403), "users", "127.0.0.1 does not let us read /scim/Users (403)"),
        (Fault("status", at="Users", status=400), "users", "127.0.0.1 rejects the request (400)"),
        (Fault("wrong-type", at="Users"), "users", "127.0.0.1: the answer is not SCIM 2.0"),
        (
            Fault("twice-changed", at="Users"),
            "users",
            "Users could not be read completely: 000000",
        ),
        (Fault("status", at="Groups", status=403), "group", "127.0.0.1 does not let us read /scim/Groups (403)"),
    ],
    ids=lambda value: f"{value.kind} {value.status}" if isinstance(value, Fault) else "",
)
def test_what_goes_wrong_is_a_check(plain: ScimServer, fault: Fault, name: str, detail: str) -> None:
    """No error leaves the examination; the check that failed has the facts, and advice apart from them."""
    plain.faults.append(replace(fault, times=-1, passed=0, hit=0))
    found = checks(plain, "emails", "userName", group="Agents")
    assert found[name][0] == "failed"
    assert found[name][1].startswith(detail)
    assert found[name][2].endswith(".")
    assert list(found) == (["sign-in"] if name == "sign-in" else ["sign-in", "users", "group", "clock"])
    assert len(plain.requests) <= 4


def test_an_examination_is_not_patient(plain: ScimServer) -> None:
    """A check is interactive: it does not wait for a service that throttles."""
    clock = Clock()
    plain.faults.append(Fault("status", status=429, times=-1))
    assert checks(plain, clock=clock)["sign-in"][0] == "failed"
    assert clock.naps == []


@pytest.mark.parametrize(
    ("wishes", "name", "detail"),
    [
        (
            {"url": "http://tenant.example.com/scim"},
            "sign-in",
            "The url for tenant.example.com does not begin with https",
        ),
        ({"credential": ScimCredential("basic")}, "sign-in", 'The credential "basic" lacks client_id and secret'),
        ({"attributes": ("phoneNumbers",)}, "users", 'The attribute "phoneNumbers" cannot be read over SCIM'),
        ({"attributes": ("name", "name.givenName")}, "users", 'The attribute "name.givenName" cannot be read beside'),
        ({"group": "None such"}, "group", '127.0.0.1 has no group "None such"'),
        ({"filter": 'userName eq "nobody"'}, "users", "127.0.0.1 shows no user"),
    ],
)
def test_what_is_wrong_in_the_job_is_a_check(plain: ScimServer, wishes: dict[str, Any], name: str, detail: str) -> None:
    """What the job file asks for and cannot be is found without a reading."""
    status, said_of_it, advice = checks(plain, **wishes)[name]
    assert status == "failed"
    assert said_of_it.startswith(detail)
    assert advice.endswith(".")


def test_two_groups_of_one_name_are_a_check(plain: ScimServer) -> None:
    """A choice that only the user can make fails the group, not the examination."""
    plain.world.add(Group("g2", "Agents"))
    assert checks(plain, group="Agents")["group"][0] == "failed"


@pytest.mark.parametrize(
    ("ahead", "status", "detail"),
    [
        (0, "ok", " s apart."),
        (-50, "ok", " s apart."),
        (90, "warning", " s behind the service."),
        (-250, "warning", " s ahead of the service."),
        (400, "failed", " s behind the service."),
        (-86400, "failed", " s ahead of the service."),
        (None, "ok", " s apart."),
    ],
)
def test_the_clock_is_compared(plain: ScimServer, ahead: float | None, status: str, detail: str) -> None:
    """More than a minute apart is a warning, more than five fails."""
    plain.clock_ahead = ahead
    found = checks(plain)["clock"]
    assert found[0] == status
    assert found[1].endswith(detail)
    assert bool(found[2]) is (status != "ok")


def test_a_service_without_a_clock(plain: ScimServer) -> None:
    """Without a time nothing can be compared."""
    body = msgspec.json.encode({"totalResults": 1, "Resources": [user(1)]})
    plain.faults.append(Fault("status", status=200, body=body, headers={"Date": "soon"}))
    assert checks(plain)["clock"][:2] == ("warning", "No answer had the time.")
