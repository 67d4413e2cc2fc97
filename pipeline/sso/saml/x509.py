"""Read signing certificates as XML carries them: base64 of DER, with white space anywhere."""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate with what people compare: its SHA-256 fingerprint (64 hex digits) and its validity (UTC)."""

    sha256: str
    not_before: datetime
    not_after: datetime
    parsed: x509.Certificate = field(repr=False, compare=False)


def read_certificate(text: str) -> Certificate | None:
    """Read the content of an ``X509Certificate`` element; None if it is not a certificate."""
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        return None
    return read_der(data)


def read_der(data: bytes) -> Certificate | None:
    """Read a certificate in DER; None if it is not a certificate."""
    try:
        found = x509.load_der_x509_certificate(data)
    except ValueError:
        return None
    return Certificate(found.fingerprint(SHA256()).hex(), found.not_valid_before_utc, found.not_valid_after_utc, found)
