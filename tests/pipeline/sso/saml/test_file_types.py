"""Files that are given in place of SAML metadata or of a captured sign-in: each is named for what it is."""

import base64
from pathlib import Path

import pytest

from pipeline.sso.saml.captures.capture import find_responses
from pipeline.sso.saml.captures.file_types import describe
from pipeline.sso.saml.errors import CaptureUnusable, MetadataUnusable
from pipeline.sso.saml.metadata import entities
from sample_data.make_sign_in import CERTIFICATE

LINES = "\n".join(CERTIFICATE[at : at + 64] for at in range(0, len(CERTIFICATE), 64))

OTHERS: dict[str, tuple[str | bytes, str]] = {
    "PEM": (f"-----BEGIN CERTIFICATE-----\n{LINES}\n-----END CERTIFICATE-----\n", "a certificate (PEM)"),
    "PEM with notes": (f"Bag Attributes\n-----BEGIN CERTIFICATE-----\n{LINES}\n", "a certificate (PEM)"),
    "PKCS 7": ("-----BEGIN PKCS7-----\nMIIB\n", "a bundle of certificates (PKCS #7)"),
    "key": ("-----BEGIN RSA PRIVATE KEY-----\nMIIB\n", "a key (PEM)"),
    "DER": (base64.b64decode(CERTIFICATE), "a certificate (DER)"),
    "PKCS 12": (b"0\x82\x09\x00\x02\x01\x03", "a binary file of certificates or keys (PKCS)"),
    "base64 of a certificate": (LINES, "a certificate (base64)"),
    "address": ("https://login.example.com/0b9c/federationmetadata.xml?appid=1\r\n", "a file with only an address"),
    "shortcut": ("[InternetShortcut]\nURL=https://login.example.com/\n", "a file with only an address"),
    "OpenID": ('{"issuer": "x", "jwks_uri": "https://a.example.com"}', "the configuration of OpenID Connect (JSON)"),
    "keys": ('{"keys": [{"kty": "RSA"}]}', "a list of keys of OpenID Connect (JSON)"),
    "token": ("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "a token of OpenID Connect (JWT)"),
    "workbook": (b"PK\x03\x04\x14\x00", "a ZIP archive or an Office document"),
    "PDF": (b"%PDF-1.7\n", "a PDF document"),
    "picture": (b"\x89PNG\r\n\x1a\n", "a picture (PNG)"),
}


@pytest.mark.parametrize(("data", "name"), OTHERS.values(), ids=OTHERS)
def test_a_file_of_another_type(data: str | bytes, name: str) -> None:
    """Given as metadata, it is named, and the next step is the right download."""
    written = data if isinstance(data, bytes) else data.encode()
    assert describe(written) == name
    with pytest.raises(MetadataUnusable) as error:
        entities(written, "idp.xml")
    assert str(error.value) == f"idp.xml: is {name}, not SAML metadata."
    assert "Federation Metadata XML" in error.value.advice


@pytest.mark.parametrize("kind", ["PEM", "DER", "base64 of a certificate", "address", "token", "PDF", "picture"])
def test_the_same_file_as_a_capture(tmp_path: Path, kind: str) -> None:
    """Given as a captured sign-in, it is named too."""
    data, name = OTHERS[kind]
    path = tmp_path / "capture"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.raises(CaptureUnusable, match="not a captured sign-in") as error:
        find_responses(path)
    assert name in str(error.value)


@pytest.mark.parametrize(
    "data", [b"", b"<a/>", b"\xef\xbb\xbf<EntityDescriptor/>", b"  <a/>", b"words", b"MII", b"\xff\xfe<\0"]
)
def test_everything_else_is_not_described(data: bytes) -> None:
    """XML is read as XML, and a text that is nothing known has no name."""
    assert describe(data) is None
