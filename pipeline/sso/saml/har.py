"""What a browser wrote down of a sign-in (HTTP Archive 1.2): every SAML response that it sent or was given.

Browsers and tools fill the format in differently: parameters or the raw text of a post, encoded or not, bodies as
text or as base64. So nothing is believed to have the type that it should have, and only entries that can hold a
response are looked into.
"""

import base64
import binascii
from collections.abc import Iterator
from urllib.parse import urlsplit

import msgspec

from pipeline.sso.saml import forms
from pipeline.sso.saml.errors import CaptureUnusable

MARKS = (b"SAML", b"base64")
"""An entry with neither of them, as it stands in the file, holds no response."""


class _Log(msgspec.Struct):
    entries: list[msgspec.Raw]


class _Archive(msgspec.Struct):
    log: _Log


def responses(data: bytes, source: str) -> Iterator[tuple[str, str]]:
    """Give (place, value of the field) of every SAML response in a HAR file (UTF-8), in the order of its entries.

    ``place`` are words that can stand behind the file's name in a sentence; it never holds more of an address than its
    host, for the rest may hold secrets.

    Raises:
        CaptureUnusable: it is no JSON, or JSON of another kind.
    """
    try:
        archive = msgspec.json.decode(data, type=_Archive)
    except msgspec.ValidationError:
        raise CaptureUnusable(f"{source}: is JSON, but no HAR file of a browser.") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CaptureUnusable(f"{source}: begins like a HAR file, but is no JSON ({error}).") from None
    for number, raw in enumerate(archive.log.entries, start=1):
        if any(mark in bytes(raw) for mark in MARKS):
            yield from ((f"entry {number}, {place}", value) for place, value in _of(_read(raw)))


def _read(raw: msgspec.Raw) -> object:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _of(entry: object) -> Iterator[tuple[str, str]]:
    host = _host(_at(entry, "request", "url"))
    yield from ((f"the page of {host}", value) for value in forms.shown(_body(_at(entry, "response", "content"))))
    for value in (
        *_named(_at(entry, "request", "queryString")),
        *_named(_at(entry, "request", "postData", "params")),
        *forms.sent(_text(_at(entry, "request", "postData", "text"))),
        *forms.sent(_text(_at(entry, "request", "url"))),
    ):
        yield f"sent to {host}", value


def _at(value: object, *keys: str) -> object:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _named(pairs: object) -> Iterator[str]:
    for pair in pairs if isinstance(pairs, list) else ():
        if _at(pair, "name") == forms.RESPONSE and isinstance(value := _at(pair, "value"), str):
            yield value


def _body(content: object) -> str:
    text = _text(_at(content, "text"))
    if _at(content, "encoding") != "base64":
        return text
    try:
        return base64.b64decode(text).decode("utf-8", "replace")
    except (ValueError, binascii.Error):
        return ""


def _host(url: object) -> str:
    try:
        host = urlsplit(_text(url)).hostname or ""
    except ValueError:
        host = ""
    return host if host.isascii() and host.isprintable() and host else "an address without a host"
