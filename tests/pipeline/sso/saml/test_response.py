"""A SAML response is read character for character, or refused with its real type."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from connectors.base import SourceUnreadable
from pipeline.sso.saml import identity_provider
from pipeline.sso.saml.captures.decoding import Captured
from pipeline.sso.saml.errors import CAPTURE, NOT_ENCRYPTED, CaptureUnusable
from pipeline.sso.saml.response import Attribute, Signature, SignIn, choose, read
from pipeline.sso.saml.xml import parse
from sample_data.make_sign_in import CERTIFICATE
from tests.pipeline.sso.saml.responses import (
    ANNA,
    EMAIL,
    HOST,
    NAMES,
    POOL,
    SERVICE,
    SIGNATURE_VALUE,
    assertion,
    attribute,
    response,
    signature,
)

FINGERPRINT = "c2bc80c4bf90264038e580520f387d6f8aaf6117478cc54d409257abaf2e2527"


def of(xml: bytes | str, place: str = "capture") -> Captured:
    """Capture some XML."""
    data = xml.encode() if isinstance(xml, str) else xml
    return Captured(place, data, parse(data, place))


def sent(*attributes: str) -> SignIn:
    """Read a response with these attributes."""
    return read(of(response(assertion(attributes="".join(attributes)))))


def test_everything_that_is_shown_is_read() -> None:
    """Issuer, audience, destination, NameID, times and attributes come out unchanged."""
    assert read(of(response())) == SignIn(
        place="capture",
        issuer="https://idp.example.com/",
        audiences=(POOL,),
        destination=SERVICE,
        name_id=ANNA,
        name_id_format=None,
        not_before="2026-01-30T07:00:00Z",
        not_on_or_after="2026-01-30T08:00:00Z",
        attributes=(Attribute(EMAIL, None, (ANNA,)),),
        signature=Signature(response=False, assertion=False, fingerprints=()),
    )


def test_an_assertion_alone_is_read() -> None:
    """If the assertion was copied without its response, it is read, and sent to its recipient."""
    found = read(of(assertion()))
    assert (found.destination, found.values(EMAIL), found.cognito_host) == (SERVICE, (ANNA,), HOST)


@pytest.mark.parametrize(
    ("markup", "value"),
    [
        ("Anna.Berg@contoso-example.com", ANNA),
        (" Anna.Berg@contoso-example.com\n", " Anna.Berg@contoso-example.com\n"),
        ("Anna.Berg@contoso-example.com<!-- -->.evil.example.com", "Anna.Berg@contoso-example.com.evil.example.com"),
        ("Anna.Berg@contoso<?x y?>-example.com", ANNA),
        ("<![CDATA[Anna.Berg@contoso-example.com]]>", ANNA),
        ("Anna.Berg&#64;contoso-example.com&#160;", "Anna.Berg@contoso-example.com\u00a0"),
        ("<NameID>Anna.Berg@</NameID><x>contoso-example.com</x>", ANNA),
        ("jose\u0301@example.com", "jose\u0301@example.com"),
        ("", ""),
    ],
    ids=["plain", "spaces", "comment", "instruction", "CDATA", "references", "elements", "accent", "empty"],
)
def test_a_value_is_what_a_service_gets(markup: str, value: str) -> None:
    """Nothing is trimmed or composed, and a comment inside a value does not end it."""
    assert sent(attribute(EMAIL, markup)).values(EMAIL) == (value,)


@pytest.mark.parametrize(("nil", "value"), [("true", None), ("1", None), ("false", "x"), ("0", "x")])
def test_a_nil_value_is_none(nil: str, value: str | None) -> None:
    """A value that is declared nil is not a text."""
    cell = (
        '<AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xsi:nil="{nil}">{value or ""}</AttributeValue>'
    )
    assert sent(f'<Attribute Name="mail">{cell}</Attribute>').values("mail") == (value,)


def test_names_are_letters() -> None:
    """Names that differ by case are two attributes; one name twice is one, with the values of both."""
    found = sent(
        attribute("Mail", "a"), attribute("mail", "b", friendly="E-mail"), attribute("mail", "c"), attribute("none")
    )
    assert found.attributes == (
        Attribute("Mail", None, ("a",)),
        Attribute("mail", "E-mail", ("b", "c")),
        Attribute("none", None, ()),
    )
    assert found.values("MAIL") == ()


@pytest.mark.parametrize(
    ("destination", "audience", "host", "region"),
    [
        (SERVICE, POOL, HOST, "eu-central-1"),
        (f"https://{HOST.upper()}:443/saml2/idpresponse", "urn:amazon:cognito:sp:us-west-2_Ab", HOST, "us-west-2"),
        ("https://sso.example.com/acs", POOL, None, "eu-central-1"),
        ("https://amazoncognito.com.example.com/acs", "https://sp.example.com", None, None),
        ("https://[", "", None, None),
    ],
    ids=["Cognito", "upper case", "a host of its own", "another service", "no address"],
)
def test_where_it_was_sent(destination: str, audience: str, host: str | None, region: str | None) -> None:
    """Cognito's host and region are found in their names, and nowhere else."""
    found = read(of(response(assertion(audience=audience), destination=destination)))
    assert (found.cognito_host, found.cognito_region) == (host, region)


STATUS = (
    '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Responder"><samlp:StatusCode '
    'Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/></samlp:StatusCode>'
    "<samlp:StatusMessage>AADSTS50105: not assigned</samlp:StatusMessage></samlp:Status>"
)
ENCRYPTED = f"<EncryptedAssertion {NAMES}/>"
ENCRYPTED_ATTRIBUTE = assertion(attributes="<EncryptedAttribute/>")
HIDDEN = response(f"<samlp:Extensions>{assertion('evil@example.com')}</samlp:Extensions>{assertion()}")
IN_SIGNATURE = response(assertion(signature=f"<Object>{assertion('evil@example.com')}</Object>"))
OLD = '<Response xmlns="urn:oasis:names:tc:SAML:1.0:protocol"/>'
TRUST = '<t:RequestSecurityTokenResponse xmlns:t="http://schemas.xmlsoap.org/ws/2005/02/trust"/>'
METADATA = '<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"/>'
REQUEST = f"<samlp:AuthnRequest {NAMES}/>"
LOGOUT = f"<samlp:LogoutResponse {NAMES}/>"


@pytest.mark.parametrize(
    ("xml", "said", "advice"),
    [
        (
            response("", status=STATUS),
            "status Responder, AuthnFailed, with the message 'AADSTS50105: not assigned'",
            "",
        ),
        (response(""), "contains no assertion", CAPTURE),
        (response(f"<x>{assertion()}</x>"), "contains no assertion", CAPTURE),
        (response(assertion() * 2), "contains 2 assertions", CAPTURE),
        (HIDDEN, "contains 2 assertions", CAPTURE),
        (IN_SIGNATURE, "contains 2 assertions", CAPTURE),
        (response(ENCRYPTED), "its assertion cannot be read: encrypted", NOT_ENCRYPTED),
        (response(ENCRYPTED + assertion()), "its assertion cannot be read: encrypted", NOT_ENCRYPTED),
        (ENCRYPTED, "its assertion cannot be read: encrypted", NOT_ENCRYPTED),
        (response(ENCRYPTED_ATTRIBUTE), "its attributes cannot be read: encrypted", NOT_ENCRYPTED),
        (OLD, "is a document of SAML 1.1 (Response)", CAPTURE),
        (TRUST, "is a WS-Federation response (RequestSecurityTokenResponse)", CAPTURE),
        (METADATA, "is SAML metadata (EntityDescriptor), not a sign-in", CAPTURE),
        (REQUEST, "is the request for a sign-in", CAPTURE),
        (
            LOGOUT,
            "not a SAML response (it begins with '{urn:oasis:names:tc:SAML:2.0:protocol}LogoutResponse')",
            CAPTURE,
        ),
        ("<a/>", "not a SAML response (it begins with 'a')", CAPTURE),
        ('<Response xmlns="urn:x"/>', "not a SAML response (it begins with '{urn:x}Response')", CAPTURE),
    ],
)
def test_what_cannot_be_judged_is_refused(xml: bytes | str, said: str, advice: str) -> None:
    """The sentence names what it is, and the advice what to capture instead."""
    with pytest.raises(CaptureUnusable) as error:
        read(of(xml))
    assert said in str(error.value)
    assert advice in error.value.advice


def test_a_message_cannot_speak_to_the_terminal() -> None:
    """What the identity provider writes into a status is shown, never obeyed."""
    status = STATUS.replace("not assigned", "\u009b2J\u202e" + "x" * 9_000)
    with pytest.raises(CaptureUnusable) as error:
        read(of(response("", status=status)))
    assert str(error.value).isprintable()
    assert len(str(error.value)) < 700


OTHER = "https://sp.example.com/acs"


def other(email: str) -> bytes:
    """Write a response for another service."""
    return response(assertion(email, audience=OTHER, recipient=OTHER), destination=OTHER)


@pytest.mark.parametrize(
    ("captures", "email", "why"),
    [
        ([response()], ANNA, ""),
        ([other("a"), other("b")], "b", "the last of them (2)"),
        ([response(assertion("ours")), other("b")], "ours", "the one for Amazon Cognito, as Contact Pro needs it (1)"),
        (
            [response(assertion("a")), response(assertion("b")), other("c")],
            "b",
            "the last of those for Amazon Cognito (2)",
        ),
        ([response(assertion("aud", recipient=OTHER), destination=OTHER), other("b")], "aud", "the one for Amazon"),
        ([response(assertion("to", audience=OTHER), destination=OTHER), other("b")], "to", "the one for Amazon"),
    ],
)
def test_one_of_several_is_chosen(captures: Sequence[bytes], email: str, why: str) -> None:
    """Contact Pro signs people in by Cognito, so its response is meant; else the last one; and it is reported."""
    one, said = choose([of(xml, str(number)) for number, xml in enumerate(captures, start=1)])
    assert read(one).values(EMAIL) == (email,)
    assert why in said
    assert bool(said) == (len(captures) > 1)


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (response(), Signature(response=False, assertion=False, fingerprints=())),
        (
            response(assertion(signature=signature(CERTIFICATE))),
            Signature(response=False, assertion=True, fingerprints=(FINGERPRINT,)),
        ),
        (
            response(signature(CERTIFICATE) + assertion()),
            Signature(response=True, assertion=False, fingerprints=(FINGERPRINT,)),
        ),
        (
            response(signature(CERTIFICATE) + assertion(signature=signature(CERTIFICATE))),
            Signature(response=True, assertion=True, fingerprints=(FINGERPRINT,)),
        ),
        (
            response(assertion(signature=signature("AAAA"))),
            Signature(response=False, assertion=True, fingerprints=()),
        ),
        (
            assertion(signature=signature(CERTIFICATE)),
            Signature(response=False, assertion=True, fingerprints=(FINGERPRINT,)),
        ),
    ],
    ids=["none", "assertion", "response", "both", "no certificate", "assertion alone"],
)
def test_a_signature_is_seen(xml: bytes | str, expected: Signature) -> None:
    """Which part carries one, and whose certificate is in it; its value is not kept."""
    found = read(of(xml))
    assert found.signature == expected
    assert SIGNATURE_VALUE not in repr(found)


def metadata(role: str, use: str, certificate: str = CERTIFICATE) -> str:
    """Write metadata with one key."""
    return (
        f'<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"><{role}><KeyDescriptor{use}>'
        f'<X509Certificate xmlns="http://www.w3.org/2000/09/xmldsig#">{certificate}</X509Certificate>'
        f"</KeyDescriptor></{role}></EntityDescriptor>"
    )


@pytest.mark.parametrize("use", ["", ' use="signing"'])
def test_the_certificates_of_metadata(tmp_path: Path, use: str) -> None:
    """A key for signing, or for everything, is one that the identity provider signs with."""
    (tmp_path / "idp.xml").write_text(metadata("IDPSSODescriptor", use))
    (found,) = identity_provider.signing_certificates(tmp_path / "idp.xml")
    assert found.sha256 == FINGERPRINT


@pytest.mark.parametrize(
    "text",
    [
        metadata("SPSSODescriptor", ""),
        metadata("IDPSSODescriptor", ' use="encryption"'),
        metadata("IDPSSODescriptor", "", "AAAA"),
    ],
    ids=["a service", "encryption", "no certificate"],
)
def test_metadata_without_such_a_certificate(tmp_path: Path, text: str) -> None:
    """Metadata of a service, or without a key to sign with, cannot be compared with."""
    (tmp_path / "sp.xml").write_text(text)
    with pytest.raises(SourceUnreadable, match="lists no signing certificate"):
        identity_provider.signing_certificates(tmp_path / "sp.xml")
