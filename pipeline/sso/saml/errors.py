"""Errors for captures and metadata that cannot be used, with the advice what to give instead."""

from connectors.base import SourceUnreadable

CAPTURE = (
    "In the browser open the developer tools (F12), choose Network, tick Preserve log (Firefox: Persist Logs), sign in "
    "once, save everything as a HAR file, and give that file."
)
UNSANITIZED = (
    "Record the sign-in again and save it with all values: Chrome and Edge: Export HAR (with sensitive data); "
    "SAML-tracer: Export without masking."
)
NOT_ENCRYPTED = (
    "Turn off the encryption of tokens for this application at the identity provider for one test sign-in, capture "
    "it, and turn the encryption on again. Write in the support ticket that assertions are encrypted: both sides need "
    "to be set up for it."
)
WHOLE_VALUE = "Copy the whole value of SAMLResponse, or save the recording as a HAR file, and give that file."


METADATA = (
    "Download the SAML metadata of the identity provider: Entra ID calls it Federation Metadata XML and lists it "
    "beside the certificates."
)


class CaptureUnusable(SourceUnreadable):
    """The capture is not a SAML response, or cannot be read; ``advice`` is the next step that the command shows."""

    def __init__(self, message: str, *, advice: str = CAPTURE) -> None:
        """Keep the message and the next step apart."""
        super().__init__(message, advice=advice)


class MetadataUnusable(SourceUnreadable):
    """The file is of another type than SAML metadata."""

    def __init__(self, message: str) -> None:
        """Add the advice to download the right document."""
        super().__init__(message, advice=METADATA)
