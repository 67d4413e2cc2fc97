"""The result of one request to a SCIM service: its document, a transient error, or an error.

The sentences for people are made here. A service may quote in its ``detail`` whatever was sent to it, so the client
hands over the texts that must not be seen.
"""

import contextlib
import socket
import ssl
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import msgspec

from connectors.base import SourceError, SourceIncomplete, SourceMissing, SourceRefused, SourceUnreachable
from connectors.http import httpx_parts as httpx
from connectors.http.retry import PASSING, PageGuard, TransientError, retry_after
from connectors.sap_idp.credentials import SignInRefused

THROTTLED_FOR = 60.0
"""Above 280 requests a minute the service refuses for 60 seconds, and does not promise to report it (facts:
microsoft-graph §4)."""

LONGEST_DETAIL = 200
CLIENT_ERRORS = range(400, 500)

Document = TypeVar("Document")


class RequestRefused(SourceRefused):
    """The service rejects a filter, an attribute or a cursor."""


class Missing(SourceMissing):
    """The service has nothing at the address that was asked."""


class _Refusal(msgspec.Struct):
    """The body of a SCIM error (RFC 7644 §3.12), or of an OAuth one (RFC 6749 §5.2)."""

    detail: str | None = None
    error: str | None = None
    error_description: str | None = None


def document(response: httpx.Response, decoder: msgspec.json.Decoder[Document]) -> Document:
    """Decode the body of a good answer.

    Raises:
        TransientError: not JSON: empty, cut off, or the page of a proxy.
        SourceIncomplete: JSON, but not SCIM.
    """
    body = response.content
    try:
        return decoder.decode(body)
    except msgspec.ValidationError as error:
        raise SourceIncomplete(
            f"{response.url.host}: the answer is not SCIM 2.0 ({error}). Nothing of it was used; check that url is the "
            "base of the SCIM service."
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        if not body.strip():
            raise TransientError("the answer is empty") from None
        if body.lstrip().startswith(b"<") or "html" in response.headers.get("content-type", ""):
            raise TransientError(
                "a web page came instead of SCIM (check url, and whether a proxy wants a sign-in)"
            ) from None
        raise TransientError("the answer breaks off or is not JSON") from None


def raise_for_response(response: httpx.Response, hidden: Iterable[str]) -> None:
    """Raise the error of a bad answer; ``hidden`` is masked in the service's own words.

    Raises:
        TransientError: asked again, it may be answered.
        SignInRefused: 401. SourceRefused: 403. Missing: 404. RequestRefused: every other refusal.
        SourceIncomplete, SourceMissing: it leads elsewhere; nothing was sent there.
    """
    host, status = response.url.host, response.status_code
    if response.is_success:
        return
    reason = _reason(response, hidden)
    if response.is_redirect:
        _refuse_redirect(response)
    if status in PASSING:
        raise _passing(response, reason)
    if status == HTTPStatus.UNAUTHORIZED:
        raise SignInRefused(
            f"{host} does not accept the credential (401{reason}). Correct it and try once, by hand: five failed "
            "attempts lock a client of SAP Cloud Identity Services for an hour."
        )
    if status == HTTPStatus.FORBIDDEN:
        raise SourceRefused(
            f"{host} does not let us read {response.url.path} (403{reason}). Give the technical user (a system under "
            'Administrators) the authorisation "Read Users" or "Manage Users", and "Manage Groups" for a group.'
        )
    if status == HTTPStatus.NOT_FOUND:
        raise Missing(
            f"{host} has nothing at {response.url.path} (404). Check url: it is the base of the SCIM service, as in "
            "https://<tenant>.accounts.ondemand.com/scim.",
            advice="Correct `url` in the job file and run again.",
        )
    if status in CLIENT_ERRORS or status == HTTPStatus.NOT_IMPLEMENTED:
        raise RequestRefused(
            f"{host} rejects the request ({status}{reason}). Check filter, and the attributes that the mapping names."
        )
    raise SourceUnreachable(f"{host} answers with status {status}{reason}. Run again later.")


def transport(error: httpx.RequestError, host: str) -> SourceError | TransientError:
    """Return what a connection that failed means: a ``TransientError``, or an error that a retry cannot mend."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return SourceUnreachable(
                f"{host}: its certificate is not trusted ({cause.verify_message}).",
                advice="If a proxy of your company is between, name its authority's PEM file in trust.",
            )
        if isinstance(cause, ssl.SSLError) and "ALERT" in (reason := cause.reason or ""):
            return SignInRefused(
                f"{host} refuses the connection ({reason.replace('_', ' ').lower()}). Name the client certificate "
                "that was uploaded for the technical user in certificate and key."
            )
        if isinstance(cause, ssl.SSLError):
            return SourceUnreachable(
                f"{host}: no TLS connection ({cause.reason}).", advice="Check url and any proxy between."
            )
        if isinstance(cause, socket.gaierror) and cause.errno == socket.EAI_NONAME:
            return SourceUnreachable(
                f"{host}: no host has that name.", advice="Check url, and the network's name service."
            )
    match error:
        case httpx.TimeoutException():
            return TransientError("no answer came in time")
        case httpx.ConnectError():
            return TransientError("no connection")
        case _:
            return TransientError("the connection broke off")


def _passing(response: httpx.Response, reason: str) -> TransientError:
    after = retry_after(response.headers)
    wish = f"; it asks to wait {after:.0f} seconds" if after else ""
    if after is None and response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        after = THROTTLED_FOR
    return TransientError(f"the answer is {response.status_code}{reason}{wish}", after)


def _refuse_redirect(response: httpx.Response) -> None:
    """Refuse every redirect: the service redirects only to its sign-in page, and a credential must not go along."""
    link = response.headers.get("location", "")
    with contextlib.suppress(ValueError):
        link = urljoin(str(response.url), link)
    PageGuard(str(response.url)).follow(link)
    raise Missing(
        f"{response.url.host} leads from {response.url.path} on to {urlsplit(link).path} ({response.status_code}), "
        "which was not followed. Check url, and that the technical user may sign in by this kind of credential."
    )


def _reason(response: httpx.Response, hidden: Iterable[str]) -> str:
    """Return the message of the service, as the end of a clause in brackets; nothing if it is not readable."""
    try:
        refusal = msgspec.json.decode(response.content, type=_Refusal)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    text = refusal.detail or refusal.error_description or refusal.error or ""
    for secret in hidden:
        text = text.replace(secret, "…")
    text = "".join(letter if letter.isprintable() else " " for letter in text).strip().rstrip(".")
    return f": {text[:LONGEST_DETAIL]}" if text else ""


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
