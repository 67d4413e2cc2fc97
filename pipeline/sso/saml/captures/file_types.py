"""Recognize files that are given in place of SAML metadata or a captured sign-in, to name them in the error."""

import codecs
import re

from pipeline.sso.saml.captures.json_values import at, decode
from pipeline.sso.saml.x509 import read_certificate, read_der

LONGEST_TEXT = 65_536
"""Bytes of a text that is searched; certificates, tokens and addresses are shorter."""

_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_ADDRESS = re.compile(rb"\s*(?:\[InternetShortcut\]\s*URL=)?https?://[!-~]+\s*", re.IGNORECASE)
_TOKEN = re.compile(rb"\s*eyJ[\w-]+\.[\w-]+\.[\w-]*\s*")

SIGNATURES = {
    b"PK\x03\x04": "a ZIP archive or an Office document",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture (PNG)",
    b"\xff\xd8\xff": "a picture (JPEG)",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"\x1f\x8b": "a gzip archive",
}
"""The first bytes of other files."""

PEM_TYPES = {
    b"CERTIFICATE": "a certificate (PEM)",
    b"TRUSTED CERTIFICATE": "a certificate (PEM)",
    b"PKCS7": "a bundle of certificates (PKCS #7)",
}


def describe(data: bytes) -> str | None:
    """Return what a file is, such as "a certificate (PEM)"; None for XML, web pages and anything not recognized."""
    start = data[:4].removeprefix(codecs.BOM_UTF8)
    if start.lstrip()[:1] == b"<":
        return None
    for signature, name in SIGNATURES.items():
        if data.startswith(signature):
            return name
    if data.startswith(b"0\x82"):
        return "a certificate (DER)" if read_der(data) else "a binary file of certificates or keys (PKCS)"
    text = data[:LONGEST_TEXT].removeprefix(codecs.BOM_UTF8)
    if found := _PEM.search(text):
        return PEM_TYPES.get(found[1], "a key (PEM)" if b"KEY" in found[1] else "a PEM file")
    if _ADDRESS.fullmatch(text):
        return "a file with only an address"
    if _TOKEN.fullmatch(text):
        return "a token of OpenID Connect (JWT)"
    if text.lstrip()[:1] in {b"{", b"["}:
        return _json(decode(data.removeprefix(codecs.BOM_UTF8)))
    is_base64 = text[:4].strip().startswith(b"MI") and text.isascii()
    return "a certificate (base64)" if is_base64 and read_certificate(text.decode()) else None


def _json(value: object) -> str:
    if at(value, "jwks_uri") or at(value, "authorization_endpoint"):
        return "the configuration of OpenID Connect (JSON)"
    if isinstance(at(value, "keys"), list):
        return "a list of keys of OpenID Connect (JSON)"
    if at(value, "log", "entries") is not None:
        return "the recording of a browser (HAR)"
    return "JSON"
