"""One request to Microsoft Graph, and what its answer means before anything in it is read.

Every answer that is not 200 becomes one of four: a fault that may pass, a reading that has to start again, a refusal
with its reason and its remedy, or an error of the way between. An answer is never quoted; what is shown of it is
Graph's code and the request-id, with which Microsoft finds the request again.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any, Self

import msgspec

from connectors.base import SourceIncomplete, SourceMissing, SourceRefused
from connectors.http import httpx_parts as httpx
from connectors.http.restart import RestartRead
from connectors.http.retry import PASSING, TransientError, retry_after

START_AGAIN = frozenset({"directory_expiredpagetoken", "directorypagetokennotfoundexception"})
"""Codes of a page token that leads nowhere any more, in lower case: what was read so far cannot be continued."""

_WORD = re.compile(r"[\w.\-]{1,80}", re.ASCII)
_UNSAFE = re.compile(r"[^\w .,:;'()$/=+\-]+")
_REDIRECTS = range(300, 400)
_VERSION = re.compile(r"/(v\d+\.\d+|beta)(/|$)")
_NEW_TOKEN = "Get a new token, or correct the credential of the job file, and run again."  # noqa: S105 - advice
_MESSAGE_LENGTH = 160


@dataclass(frozen=True, slots=True)
class GraphRequest:
    """One request, and the words for it in messages.

    ``what`` is what is asked for and can follow "asked for"; ``permissions`` are the least with which an application is
    shown it; ``check`` is what to look at if the request itself is refused.
    """

    url: str
    what: str
    permissions: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict)
    check: str = "check the attributes that the mapping names"

    def at(self, link: str) -> Self:
        """Build the same request for another address: the next page, the same headers (facts: microsoft-graph §3)."""
        return replace(self, url=link)


class RequestRefused(SourceRefused):
    """A refusal, with its status and code."""

    def __init__(self, sentence: str, status: int, code: str, *, advice: str = "") -> None:
        """Keep status and code beside the sentence."""
        super().__init__(sentence, advice=advice)
        self.status, self.code = status, code


@dataclass(frozen=True, slots=True)
class GraphError:
    """The error of an answer; a text that it lacks is empty."""

    status: int
    codes: tuple[str, ...]
    message: str
    request_id: str

    @classmethod
    def from_response(cls, response: httpx.Response) -> Self:
        """Read a complaint out of an answer, whatever it is."""
        try:
            document: Any = msgspec.json.decode(response.content)
        except msgspec.MsgspecError:
            document = None
        error = _member(document, "error")
        inner, codes = error, list[str]()
        while isinstance(inner, dict) and len(codes) < 8:  # noqa: PLR2004 - an answer may nest for ever
            codes.append(_word(_member(inner, "code")))
            inner = _member(inner, "innerError") or _member(inner, "innererror")
        message = _member(error, "message")
        request_id = response.headers.get("request-id") or _member(_member(error, "innerError"), "request-id")
        return cls(
            response.status_code,
            tuple(filter(None, codes)),
            _UNSAFE.sub(" ", message).strip()[:_MESSAGE_LENGTH] if isinstance(message, str) else "",
            _word(request_id),
        )

    def __str__(self) -> str:
        """Return status, code and request-id."""
        named = " ".join([str(self.status), *self.codes[:1]])
        return f"{named}, request-id {self.request_id}" if self.request_id else named

    @property
    def code(self) -> str:
        """Return the outermost code."""
        return self.codes[0] if self.codes else ""


def raise_for_response(response: httpx.Response, request: GraphRequest) -> None:
    """Raise the error of an answer without status 200.

    Raises:
        TransientError: asked again, it may be answered.
        RestartRead: the page token leads nowhere.
        SourceIncomplete: the answer leads elsewhere.
        RequestRefused: Graph refuses the request; the caller has dealt with a first 401.
    """
    status = response.status_code
    if status == HTTPStatus.OK:
        return
    if status in _REDIRECTS:
        raise SourceIncomplete(
            f"Asked for {request.what}, {httpx.URL(request.url).host} leads to another place ({status}). It was not "
            "followed, and no token was sent there; check the endpoint and any proxy between here and there."
        )
    complaint = GraphError.from_response(response)
    if START_AGAIN.intersection(code.lower() for code in complaint.codes):
        raise RestartRead("its page token had expired", times=2)
    if status in PASSING or response.is_success:
        raise TransientError(str(complaint), retry_after(response.headers))
    if status == HTTPStatus.NOT_FOUND and not _VERSION.search(path := httpx.URL(request.url).path):
        raise SourceMissing(
            f"Microsoft Graph has nothing at {path} ({complaint}): `endpoint` must end in the version.",
            advice="Write `endpoint` as in https://graph.microsoft.com/v1.0, or leave it out.",
        )
    advice = _NEW_TOKEN if status == HTTPStatus.UNAUTHORIZED else ""
    if status not in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        advice = f"{request.check[0].upper()}{request.check[1:]}, and run again."
    raise RequestRefused(_sentence(complaint, request), status, complaint.code, advice=advice)


def _sentence(complaint: GraphError, request: GraphRequest) -> str:
    match complaint.status:
        case HTTPStatus.UNAUTHORIZED:
            return (
                f"Microsoft Graph does not accept the token ({complaint}), nor a new one. Check that the credential is "
                "for this cloud and tenant, and that a given token is for Microsoft Graph and not too old."
            )
        case HTTPStatus.FORBIDDEN:
            several = "permissions" if len(request.permissions) > 1 else "permission"
            return (
                f"Microsoft Graph does not show {request.what} ({complaint}). The application needs the {several} "
                f"{' and '.join(request.permissions)}: add it to the app registration and grant admin consent."
            )
        case _:
            reason = f" It says: {complaint.message}" if complaint.status == HTTPStatus.BAD_REQUEST else ""
            return f"Microsoft Graph refuses to give {request.what} ({complaint}); {request.check}.{reason}"


def _member(document: object, name: str) -> Any:  # noqa: ANN401 - a member of foreign JSON can be anything
    return document.get(name) if isinstance(document, dict) else None


def _word(text: object) -> str:
    return text if isinstance(text, str) and _WORD.fullmatch(text) else ""
