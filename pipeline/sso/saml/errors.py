"""A captured sign-in that cannot be judged: what is wrong with it, and what to capture instead."""

from connectors.base import SourceUnreadable

CAPTURE = (
    "In the browser open the developer tools (F12), choose Network, tick Preserve log (Firefox: Persist Logs), sign in "
    "once, save everything as a HAR file, and give that file."
)
NOT_ENCRYPTED = (
    "Turn off the encryption of tokens for this application at the identity provider for one test sign-in, capture "
    "it, and turn the encryption on again."
)


class CaptureUnusable(SourceUnreadable):
    """It is no SAML response, or one that cannot be read; ``advice`` is the next step, as ``errors`` shows it."""

    def __init__(self, message: str, *, advice: str = CAPTURE) -> None:
        """Keep the sentence and the next step apart."""
        super().__init__(message)
        self.advice = advice
