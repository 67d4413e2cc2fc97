"""Until when something of metadata holds: signing certificates, and the document itself."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from connectors.base import Check
from pipeline.sso.saml.metadata import Entity, counted, shown
from pipeline.sso.saml.x509 import Certificate, certificate

SOON = timedelta(days=30)
"""What ends within it is said before it hurts; renewing a certificate with Sinch takes a support ticket."""

LONGEST_CERTIFICATE = 4096
"""Characters of base64; Amazon Cognito takes no longer one (its guide, "Things to know about SAML IdPs")."""

RENEW = "Renew it in the identity provider, and send Sinch the new metadata."
ROLLED = "See that Sinch has this metadata before the provider signs with the new one."


def document(line: str, entity: Entity, now: datetime) -> Check:
    """Say whether the document still holds at ``now``, by the first ``validUntil`` to pass."""
    if not entity.ends:
        return Check(line, "ok", f"{entity.source} names no end")
    again = "Download it again."
    try:
        end = min(_moment(text) for text in entity.ends)
    except ValueError:
        written = counted([repr(shown(text)) for text in entity.ends], ", ")
        return Check(line, "warning", f"{entity.source} ends at {written}, which is no date", again)
    if end <= now:
        return Check(line, "failed", f"{entity.source} has ended on {end:%Y-%m-%d}", again)
    if end <= now + SOON:
        advice = "Give Sinch its address rather than the file, or send a new one before."
        return Check(line, "warning", f"{entity.source} ends on {end:%Y-%m-%d}", advice)
    return Check(line, "ok", f"{entity.source} holds until {end:%Y-%m-%d}")


def certificates(line: str, texts: Sequence[str], source: str, now: datetime) -> Check:
    """Say whether what a provider signs at ``now`` can be checked with the certificates that it lists.

    None, a malformed one, or none that holds today is a failure; one that has ended, has not begun or ends soon among
    others that hold is a warning, for nobody outside can tell which of them signs.
    """
    if not texts:
        advice = "Download the metadata again; without a certificate no sign-in can be checked."
        return Check(line, "failed", f"{source} has no certificate for signing", advice)
    read = [certificate(text) for text in dict.fromkeys("".join(text.split()) for text in texts)]
    found = [each for each in read if each is not None]
    if len(found) < len(read):
        number = read.index(None) + 1
        detail = f"certificate {number} of {len(read)} in {source} cannot be read"
        return Check(line, "failed", detail, "Download the metadata again; it may have been cut or edited.")
    told = f"{len(found)} for signing in {source}: {counted([_told(each) for each in found], '; ')}"
    if all(each.not_after <= now for each in found):
        return Check(line, "failed", f"{told}; {'all have' if len(found) > 1 else 'it has'} ended", RENEW)
    if not any(each.not_before <= now < each.not_after for each in found):
        return Check(line, "failed", f"{told}; none holds today", "Check the clock here, and the certificate there.")
    remarks = [
        *("one has ended" for each in found if each.not_after <= now),
        *("one has not begun" for each in found if each.not_before > now),
        *("one ends soon" for each in found if now < each.not_after <= now + SOON),
        *(f"one has more than {LONGEST_CERTIFICATE} letters" for text in texts if len(text) > LONGEST_CERTIFICATE),
    ]
    if remarks:
        advice = ROLLED if set(remarks) == {"one has not begun"} else RENEW
        return Check(line, "warning", f"{told}; {', '.join(dict.fromkeys(remarks))}", advice)
    return Check(line, "ok", told)


def _told(found: Certificate) -> str:
    return f"SHA-256 {found.sha256[:16]}… until {found.not_after:%Y-%m-%d}"


def _moment(text: str) -> datetime:
    """Read an xs:dateTime; one without a zone is UTC, as SAML wants it."""
    moment = datetime.fromisoformat(text.strip())
    return moment.replace(tzinfo=moment.tzinfo or UTC)
