"""SCIM authentication and TLS trust: password, bearer token, OAuth client or certificate.

A secret is resolved when it is sent, and never kept. What a header cannot contain (line ends, non-ASCII characters)
is refused here: further down the HTTP library would quote it in its own message.
"""

import base64
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote_plus, urlsplit

from connectors.base import Secret, SourceRefused
from connectors.http import environment
from connectors.sap_idp.connector import NEEDS, Kind
from connectors.settings import LOOPBACK


class SignInRefused(SourceRefused):
    """The credential is wrong, expired, incomplete or unreadable."""


@dataclass(frozen=True, slots=True)
class ScimCredential:
    """How to sign in.

    ``basic`` sends ``client_id`` and ``secret`` with each request; ``client_credentials`` sends them to ``token_url``
    and the token that comes back to the service; ``token`` sends a token as it is; ``certificate`` proves itself
    while the connection is made (``secret`` is the password of its key, if it has one).
    """

    kind: Kind
    client_id: str | None = None
    secret: Secret | None = field(default=None, repr=False)
    certificate: Path | None = None
    key: Path | None = None
    token_url: str | None = None
    token: Secret | None = field(default=None, repr=False)

    def check(self) -> None:
        """Refuse a credential that lacks a part.

        Raises:
            SignInRefused: a part is missing, or the token would be fetched over an open line.
        """
        missing = [name for name in NEEDS[self.kind] if not getattr(self, name)]
        if missing:
            raise SignInRefused(
                f'The credential "{self.kind}" lacks {" and ".join(missing)}. Add it beside it in the job file.'
            )
        if self.kind == "client_credentials" and not is_private(self.token_url or ""):
            raise SignInRefused(
                "The token_url is not an https address. Use the one of your tenant, "
                "https://<tenant>.accounts.ondemand.com/oauth2/token."
            )

    def basic(self) -> str:
        """Return the value of ``Authorization`` with which each request proves itself (RFC 7617, UTF-8)."""
        return "Basic " + _base64(f"{self.client_id}:{_resolve(self.secret)}")

    def basic_for_token(self) -> str:
        """Return the same for the token endpoint, which wants both parts form-encoded first (RFC 6749 §2.3.1)."""
        return "Basic " + _base64(f"{quote_plus(self.client_id or '')}:{quote_plus(_resolve(self.secret))}")

    def bearer(self) -> str:
        """Return the value of ``Authorization`` for a given token.

        Raises:
            SignInRefused: it is empty, or has characters that no token has.
        """
        return bearer(_resolve(self.token))

    def hidden(self) -> Iterator[str]:
        """Return every text that no message may show, each in the forms in which a server could send it back."""
        for secret in filter(None, (self.secret, self.token)):
            yield from {secret(), quote_plus(secret())} - {""}
        if self.secret is not None:
            yield from (_base64(f"{self.client_id}:{self.secret()}"), self.basic_for_token().removeprefix("Basic "))


def bearer(token: str) -> str:
    """Build the value of ``Authorization`` from a token; raises ``SignInRefused`` for what cannot be one."""
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise SignInRefused(
            "The token is empty, or has a space, a line end or another character that no token has. "
            "Store it again, without anything before or after it."
        )
    return f"Bearer {token}"


def is_private(url: str) -> bool:
    """Return True if a secret may travel to this address: over https, or within this machine."""
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url)))
    except ValueError:
        return False


def is_loopback(url: str) -> bool:
    """Return True if an address is this machine's own."""
    return urlsplit(url).hostname in LOOPBACK


def tls(credential: ScimCredential, trust: Path | None) -> ssl.SSLContext:
    """Build the TLS settings: trusted authorities (the usual ones, the system's, and ``trust``), and our certificate.

    Raises:
        SourceRefused: the file of ``trust`` cannot be read.
        SignInRefused: certificate and key cannot be read, do not fit, or the key's password is wrong or missing.
    """
    context = environment.tls_context()
    # A company's own authority is often known to the system, and never to the list that comes with httpx.
    context.load_default_certs()
    if trust is not None:
        try:
            context.load_verify_locations(trust)
        except OSError as error:
            raise SourceRefused(
                f"{trust}: cannot be used as a list of trusted certificates ({_reason(error)}). "
                "Name a PEM file of certificate authorities in trust."
            ) from None
    if credential.certificate is not None:
        _load(context, credential, credential.certificate)
    return context


def _load(context: ssl.SSLContext, credential: ScimCredential, certificate: Path) -> None:
    for file in filter(None, (certificate, credential.key)):
        if not file.is_file():
            raise SignInRefused(f"{file}: there is no such file. Name PEM files in certificate and key.")
    secret = credential.secret if credential.kind == "certificate" else None
    try:
        # Without a password OpenSSL would ask for one at the terminal, and a scheduled job would wait forever.
        context.load_cert_chain(certificate, credential.key, password=secret or (lambda: ""))
    except (OSError, ValueError) as error:
        raise SignInRefused(
            f"{certificate}: cannot be used as our certificate ({_reason(error)}). Name PEM files in certificate and "
            "key that belong together, with the key's password in secret; a .p12 file has to be converted first."
        ) from None


def _reason(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        # OpenSSL calls every file that is not PEM, is broken, or has a wrong password, "PEM lib".
        reason = (error.reason or "").replace("_", " ").lower()
        return "not a PEM file, or the password of the key is wrong" if reason in {"", "pem lib"} else reason
    return (isinstance(error, OSError) and error.strerror) or "it cannot be read"


def _resolve(secret: Secret | None) -> str:
    return secret() if secret else ""


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
