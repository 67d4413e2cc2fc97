"""Verifying the signature of a captured sign-in: the capture was not edited, or it was."""

import base64
import re
from datetime import UTC, datetime
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree
from signxml import CanonicalizationMethod, XMLSigner

from pipeline.sso.saml import signature
from pipeline.sso.saml.captures.decoding import read_xml
from pipeline.sso.saml.x509 import Certificate, read_certificate
from tests.pipeline.sso.saml.responses import assertion, response

SIGNED_AT = "2026-01-30T07:00:00Z"
ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}Assertion"


@cache
def identity(name: str) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    """Build a key and a certificate that has ended since."""
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    made = made.serial_number(7).not_valid_before(datetime(2025, 1, 1, tzinfo=UTC))
    return key, made.not_valid_after(datetime(2026, 2, 1, tzinfo=UTC)).sign(key, hashes.SHA256())


def listed(name: str = "idp.example.com") -> Certificate:
    """Return the certificate as metadata lists it."""
    encoded = base64.b64encode(identity(name)[1].public_bytes(serialization.Encoding.DER)).decode()
    found = read_certificate(encoded)
    assert found is not None
    return found


def sign(xml: bytes, place: str) -> bytes:
    """Sign the assertion, the response or both, as identity providers do."""
    key, certificate = identity("idp.example.com")
    signer = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
    root = etree.fromstring(xml)
    for element in {"assertion": [root.find(ASSERTION)], "response": [root]}.get(place, [root.find(ASSERTION), root]):
        signed = signer.sign(element, key=key, cert=[certificate], reference_uri=element.get("ID"))
        if element is root:
            root = signed
        else:
            root.replace(element, signed)
    return etree.tostring(root)


@pytest.mark.parametrize("place", ["assertion", "response", "both"])
def test_a_capture_that_was_not_edited(place: str) -> None:
    """Either part may be signed; the certificate must be valid when the sign-in was made, not today."""
    found = signature.verify(read_xml(sign(response(), place), "capture"), [listed("other"), listed()], SIGNED_AT)
    assert found == (True, "Signature: valid; this capture was not edited after the identity provider signed it.")


def test_an_assertion_alone_is_verified() -> None:
    """Without the response around it the signature of the assertion still fits."""
    root = etree.fromstring(sign(response(), "assertion"))
    alone = read_xml(etree.tostring(root.find(ASSERTION)), "capture")
    assert signature.verify(alone, [listed()], SIGNED_AT)[0] is True


@pytest.mark.parametrize(
    ("pattern", "replacement"),
    [
        (b"Anna.Berg@", b"anna.berg@"),
        (b"</Subject>", b"</Subject>\n  "),
        (b"AttributeValue>Anna", b"AttributeValue> Anna"),
        (b"<DigestValue>|<ds:DigestValue>....", b"<ds:DigestValue>AAAA"),
    ],
    ids=["a letter", "indented", "a space", "digest"],
)
def test_a_capture_that_was_edited(pattern: bytes, replacement: bytes) -> None:
    """One changed byte is enough."""
    signed = sign(response(), "assertion")
    edited = re.sub(pattern, replacement, signed)
    assert edited != signed
    verified, note = signature.verify(read_xml(edited, "capture"), [listed()], SIGNED_AT)
    assert verified is False
    assert "edited or formatted" in note


def test_another_key() -> None:
    """A signature of a key that the metadata does not list is not valid."""
    assert signature.verify(read_xml(sign(response(), "both"), "c"), [listed("other")], SIGNED_AT)[0] is False


def test_a_signed_part_elsewhere_covers_nothing() -> None:
    """A valid signature beside an assertion that it does not cover is worth nothing (signature wrapping)."""
    inner = sign(response("<Extensions/>"), "response")
    wrapped = response(assertion("mallory@example.com") + inner.decode())
    assert signature.verify(read_xml(wrapped, "capture"), [listed()], SIGNED_AT)[0] is not True
    moved = wrapped.replace(b'ID="_r"', b'ID="_outer"', 1)
    assert signature.verify(read_xml(moved, "capture"), [listed()], SIGNED_AT)[0] is not True


def test_a_signature_that_cannot_be_read() -> None:
    """It is neither valid nor the proof of an edit."""
    broken = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignatureValue>AA</ds:SignatureValue>'
    xml = response(assertion(signature=f"{broken}</ds:Signature>"))
    verified, note = signature.verify(read_xml(xml, "capture"), [listed()], None)
    assert verified is None
    assert note.startswith("Signature: not verified, because it cannot be read: ")
