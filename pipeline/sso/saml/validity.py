"""Check how long metadata is valid: its signing certificates, and the document itself."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from connectors.base import Check
from pipeline.sso.saml.metadata import Entity, counted, shown
from pipeline.sso.saml.x509 import Certificate, read_certificate

SOON = timedelta(days=30)
"""An end within this time is a warning, because a new certificate takes a support ticket at Sinch."""

LONGEST_CERTIFICATE = 4096
"""Characters of base64 that Amazon Cognito accepts (its guide, "Things to know about SAML IdPs")."""

RENEW = "Renew it in the identity provider, and send Sinch the new metadata."
ROLLED = "Send Sinch this metadata before the provider signs with the new certificate."


def document(line: str, entity: Entity, now: datetime) -> Check:
    """Check that the document is valid at ``now``, by its earliest ``validUntil``."""
    if not entity.ends:
        return Check(line, "ok", f"{entity.source} has no expiry date")
    again = "Download it again."
    try:
        end = min(_moment(text) for text in entity.ends)
    except ValueError:
        written = counted([repr(shown(text)) for text in entity.ends], ", ")
        return Check(line, "warning", f"{entity.source} ends at {written}, which is not a date", again)
    if end <= now:
        return Check(line, "failed", f"{entity.source} expired on {end:%Y-%m-%d}", again)
    if end <= now + SOON:
        advice = "Give Sinch its address rather than the file, or send a new one before."
        return Check(line, "warning", f"{entity.source} expires on {end:%Y-%m-%d}", advice)
    return Check(line, "ok", f"{entity.source} is valid until {end:%Y-%m-%d}")


def certificates(line: str, texts: Sequence[str], source: str, now: datetime) -> Check:
    """Check that the responses of a provider at ``now`` can be verified with the certificates that it lists.

    No certificate, a malformed one, or none that is valid today is a failure. One that has expired, is not valid yet or
    expires soon is a warning, because the metadata does not show which of them signs.
    """
    if not texts:
        advice = "Download the metadata again; without a certificate no sign-in can be verified."
        return Check(line, "failed", f"{source} has no certificate for signing", advice)
    read = [read_certificate(text) for text in dict.fromkeys("".join(text.split()) for text in texts)]
    found = [each for each in read if each is not None]
    if len(found) < len(read):
        number = read.index(None) + 1
        detail = f"certificate {number} of {len(read)} in {source} cannot be read"
        return Check(line, "failed", detail, "Download the metadata again; it may have been cut or edited.")
    summary = f"{len(found)} for signing in {source}: {counted([_describe(each) for each in found], '; ')}"
    if all(each.not_after <= now for each in found):
        return Check(line, "failed", f"{summary}; {'all have' if len(found) > 1 else 'it has'} expired", RENEW)
    if not any(each.not_before <= now < each.not_after for each in found):
        return Check(
            line,
            "failed",
            f"{summary}; none is valid today",
            "Check the clock of this computer, and the certificate at the provider.",
        )
    remarks = [
        *("one has expired" for each in found if each.not_after <= now),
        *("one is not valid yet" for each in found if each.not_before > now),
        *("one expires soon" for each in found if now < each.not_after <= now + SOON),
        *(f"one has more than {LONGEST_CERTIFICATE} characters" for text in texts if len(text) > LONGEST_CERTIFICATE),
    ]
    if remarks:
        advice = ROLLED if set(remarks) == {"one is not valid yet"} else RENEW
        return Check(line, "warning", f"{summary}; {', '.join(dict.fromkeys(remarks))}", advice)
    return Check(line, "ok", summary)


def _describe(found: Certificate) -> str:
    return f"SHA-256 {found.sha256[:16]}… until {found.not_after:%Y-%m-%d}"


def _moment(text: str) -> datetime:
    """Read an xs:dateTime; without a zone it is UTC, as SAML requires."""
    moment = datetime.fromisoformat(text.strip())
    return moment.replace(tzinfo=moment.tzinfo or UTC)
