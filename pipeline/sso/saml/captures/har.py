"""Find SAML responses in a browser's recording of a sign-in (HTTP Archive 1.2).

Browsers and tools fill in the format differently: parameters or the raw text of a post, encoded or not, bodies as text
or as base64. So no value is assumed to have its type, and only entries that can contain a response are read.
"""

from collections.abc import Iterator

import msgspec

from pipeline.sso.saml.captures import forms
from pipeline.sso.saml.captures.json_values import at, decode, decode_base64, host, text
from pipeline.sso.saml.errors import CaptureUnusable

MARKS = (b"SAML", b"base64")
"""An entry with neither of them, as it is in the file, contains no response."""


class _Log(msgspec.Struct):
    entries: list[msgspec.Raw]


class _Archive(msgspec.Struct):
    log: _Log


def find_values(data: bytes, source: str) -> Iterator[tuple[str, str]]:
    """Find the value of each field ``SAMLResponse`` in a HAR file (UTF-8), in the order of its entries.

    Yields:
        (place, value). ``place`` completes the file's name in a sentence; of an address it contains only the host,
        because the rest may contain secrets.

    Raises:
        CaptureUnusable: the file is not JSON, or not a HAR file.
    """
    try:
        archive = msgspec.json.decode(data, type=_Archive)
    except msgspec.ValidationError:
        raise CaptureUnusable(f"{source}: is JSON, but not a HAR file of a browser.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CaptureUnusable(f"{source}: begins like a HAR file, but is not JSON ({error}).") from None
    for number, raw in enumerate(archive.log.entries, start=1):
        if any(mark in bytes(raw) for mark in MARKS):
            yield from ((f"entry {number}, {place}", value) for place, value in _of_entry(decode(raw)))


def _of_entry(entry: object) -> Iterator[tuple[str, str]]:
    server = host(at(entry, "request", "url"))
    yield from ((f"the page of {server}", value) for value in forms.in_page(_body(at(entry, "response", "content"))))
    for value in (
        *_named(at(entry, "request", "queryString")),
        *_named(at(entry, "request", "postData", "params")),
        *forms.in_request(text(at(entry, "request", "postData", "text"))),
        *forms.in_request(text(at(entry, "request", "url"))),
    ):
        yield f"sent to {server}", value


def _named(pairs: object) -> Iterator[str]:
    for pair in pairs if isinstance(pairs, list) else ():
        if at(pair, "name") == forms.RESPONSE and isinstance(value := at(pair, "value"), str):
            yield value


def _body(content: object) -> str:
    body = text(at(content, "text"))
    return decode_base64(body) if at(content, "encoding") == "base64" else body
