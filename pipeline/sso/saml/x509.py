"""Signing certificates as XML carries them: base64 of DER, with any white space between."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256


@dataclass(frozen=True, slots=True)
class Certificate:
    """What people compare of a certificate: its SHA-256 fingerprint (64 hex digits) and when it holds (UTC)."""

    sha256: str
    not_before: datetime
    not_after: datetime


def certificate(text: str) -> Certificate | None:
    """Read the content of an ``X509Certificate`` element; None where it is no certificate."""
    try:
        found = x509.load_der_x509_certificate(base64.b64decode("".join(text.split()), validate=True))
    except (ValueError, binascii.Error):
        return None
    return Certificate(found.fingerprint(SHA256()).hex(), found.not_valid_before_utc, found.not_valid_after_utc)
