"""Verify the signature of a captured sign-in with the certificates of the identity provider (optional extra ``saml``).

It shows that the capture was not edited, nothing else: no access depends on it. The document was parsed without DTD and
entities before (``saml.xml``).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pipeline.sso.saml.captures.decoding import Captured
from pipeline.sso.saml.x509 import Certificate
from pipeline.sso.saml.xml import ASSERTION, SIGNATURE

if TYPE_CHECKING:
    from signxml.verifier import SignatureConfiguration, XMLVerifier

ASSERTION_TAG = f"{ASSERTION}Assertion"

INTACT = "Signature: valid; this capture was not edited after the identity provider signed it."
EDITED = (
    "Signature: not valid; this capture was edited or formatted after the identity provider signed it, so its values "
    "prove nothing. Save the captured text as it is."
)


def verify(captured: Captured, certificates: Sequence[Certificate], signed_at: str | None) -> tuple[bool | None, str]:
    """Verify the signature of the assertion or of the response around it.

    Args:
        captured: the response.
        certificates: the signing certificates of the identity provider.
        signed_at: a time at which the certificate must be valid, as the response writes it; None for now.

    Returns:
        True if the signature fits one of the certificates, False if none, None if it uses an algorithm that is not
        supported; and a sentence.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - only this command needs both
    from lxml.etree import LxmlError  # noqa: PLC0415 - of the optional extra
    from signxml.exceptions import InvalidInput, InvalidSignature  # noqa: PLC0415 - of the optional extra
    from signxml.verifier import SignatureConfiguration, XMLVerifier  # noqa: PLC0415 - of the optional extra

    verifier, moment = XMLVerifier(), _moment(signed_at)
    reason = ""
    for location in _locations(captured):
        for each in certificates:
            expected = SignatureConfiguration(location=location, verification_time=moment)
            try:
                _verify_one(verifier, captured, each, expected)
            except InvalidSignature:
                continue
            except (InvalidInput, UnsupportedAlgorithm, ValueError, LxmlError) as error:
                reason = str(error)
                continue
            return True, INTACT
    return (
        (None, f"Signature: not verified, because it cannot be read: {reason[:200]!a}.") if reason else (False, EDITED)
    )


def _verify_one(
    verifier: "XMLVerifier", captured: Captured, certificate: Certificate, expected: "SignatureConfiguration"
) -> None:
    """Verify one signature; what it covers must be the response, or its assertion."""
    from signxml.exceptions import InvalidSignature  # noqa: PLC0415 - of the optional extra

    result = verifier.verify(captured.xml, x509_cert=certificate.parsed, expect_config=expected)
    signed = getattr(result, "signed_xml", None)
    assertion = captured.root if captured.root.tag == ASSERTION_TAG else captured.root.find(ASSERTION_TAG)
    covered = [(each.tag, each.get("ID")) for each in (captured.root, assertion) if each is not None]
    if signed is None or (signed.tag, signed.get("ID")) not in covered:
        raise InvalidSignature("the signature covers something else than the response or its assertion")


def _locations(captured: Captured) -> tuple[str, ...]:
    """Return the paths of the elements that contain a signature: the assertion, and the response around it."""
    root = captured.root
    places = (
        {"./": root} if root.tag == ASSERTION_TAG else {f"./{ASSERTION_TAG}/": root.find(ASSERTION_TAG), "./": root}
    )
    return tuple(
        path for path, place in places.items() if place is not None and place.find(f"{SIGNATURE}Signature") is not None
    )


def _moment(text: str | None) -> datetime:
    try:
        moment = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return datetime.now(UTC)
    return moment.replace(tzinfo=moment.tzinfo or UTC)
