"""A captured sign-in, whatever it was captured with: from the bytes of a file to the SAML responses in it.

What a file is, is found from what stands in it, never from its name. Sources: SAML 2.0 Bindings §3.5 (base64 in a form
field) and §3.4.4.1 (DEFLATE in an address); HTTP Archive 1.2.
"""

import base64
import binascii
import codecs
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from connectors.base import SourceUnreadable
from pipeline.sso.saml import forms, har
from pipeline.sso.saml.errors import CaptureUnusable
from pipeline.sso.saml.xml import LARGEST, content, parsed

LARGEST_CAPTURE = 104_857_600
"""Bytes; a recording of a whole session, pictures included, seldom has a tenth of it."""

ESCAPED_AT_MOST = 3
"""How many times a value may have been escaped for an address, once by each program it went through."""

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
URL_SAFE = str.maketrans("-_", "+/")

_OTHERS = re.compile(rf"\b({forms.REQUEST}|{forms.FEDERATION})[\"=:]".encode())


@dataclass(frozen=True, slots=True)
class Captured:
    """One response: where it stood, in words behind which a sentence can go on; its XML; and that XML's root."""

    place: str
    xml: bytes = field(repr=False)
    root: Element = field(repr=False, compare=False)


def captured(path: Path) -> tuple[Captured, ...]:
    """Find the SAML responses in a file: XML, base64, a form post, a web page that posts itself, or a HAR file.

    The same response in several places is one, found in the last of them: there the browser sent it. There is always
    at least one.

    Raises:
        SourceMissing: there is no such file, or it may not be read.
        SourceUnreadable: it is too large, holds no SAML response, or one that is no XML or dangerous XML.
    """
    data, source = content(path, LARGEST_CAPTURE), str(path)
    start = _text(data[: forms.PROLOGUE]).lstrip("\ufeff\0 \t\r\n")
    if len(data) > forms.LONGEST and not start.startswith("{"):
        raise SourceUnreadable(f"{source}: has more than {forms.LONGEST:,} bytes and is no HAR file; it was not read.")
    if start.startswith("<") and not forms.is_page(start):
        return (_read(data, source),)
    found: dict[bytes, Captured] = {}
    refused: list[SourceUnreadable] = []
    for place, value in dict.fromkeys(_values(data, start, source)):
        try:
            each = decoded(value, place)
        except SourceUnreadable as error:
            refused.append(error)
        else:
            found.pop(each.xml, None)
            found[each.xml] = each
    if refused and not found:
        raise refused[-1]
    if not found:
        raise CaptureUnusable(_without_response(data, source))
    return tuple(found.values())


def _text(data: bytes) -> str:
    """Give bytes as text; what is not UTF-8 in it is not part of a response, for base64 is ASCII."""
    return data.decode("utf-16" if data.startswith(UTF16) else "utf-8-sig", "replace")


def _values(data: bytes, start: str, source: str) -> Iterator[tuple[str, str]]:
    """Give (place, value of the field) of everything that is not XML already."""
    if start.startswith(("{", "[")):
        archive = _text(data).encode() if data.startswith(UTF16) else data.removeprefix(codecs.BOM_UTF8)
        yield from ((f"{source}, {place}", value) for place, value in har.responses(archive, source))
        return
    text = _text(data)
    fields = list(forms.shown(text) if start.startswith("<") else forms.sent(text))
    yield from ((source, value) for value in fields)
    if not fields and not start.startswith("<") and not _OTHERS.search(data):
        yield source, text


def decoded(value: str, place: str) -> Captured:
    """Decode one value of the form field: escapes of an address, base64 in either alphabet, DEFLATE.

    A space may be a line that was broken, or a ``+`` that a program took for one; the reading that gives XML is right.

    Raises:
        SourceUnreadable: it is too large, no base64, neither XML nor deflated XML, or dangerous XML.
    """
    value = value.replace("^", "")  # what the Windows command line puts before its signs, and base64 never holds
    for _ in range(ESCAPED_AT_MOST):
        value = unquote(value) if "%" in value else value
    value = value.strip("\0\ufeff \t\r\n\"'")
    if not value:
        raise CaptureUnusable(f"{place}: holds no captured sign-in: it is empty.")
    spellings = dict.fromkeys("".join(each.split()) for each in (value, value.replace(" ", "+")))
    refused: list[SourceUnreadable] = []
    for spelling in spellings:
        try:
            return _read(_unpacked(spelling, place), place)
        except SourceUnreadable as error:
            refused.append(error)
    raise refused[0]


def _read(xml: bytes, place: str) -> Captured:
    bare = xml if xml.startswith(UTF16) else xml.lstrip()
    return Captured(place, bare, parsed(bare, place))


def _unpacked(text: str, place: str) -> bytes:
    bare = text.translate(URL_SAFE).rstrip("=")
    try:
        data = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (ValueError, binascii.Error):
        raise CaptureUnusable(
            f"{place}: holds no captured sign-in: it is no XML, no base64, no form post, no web page and no HAR file."
        ) from None
    looks_like_xml = data.lstrip().startswith((b"<", b"\0<", codecs.BOM_UTF8, *UTF16))
    return data if looks_like_xml else _inflated(data, place)


def _inflated(data: bytes, place: str) -> bytes:
    """Undo the DEFLATE of an address; what would grow beyond any sign-in is not unpacked to its end."""
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        xml = inflating.decompress(data, LARGEST + 1)
    except zlib.error:
        xml = b""
    if not xml.lstrip().startswith((b"<", codecs.BOM_UTF8)):
        raise CaptureUnusable(f"{place}: is base64, but neither of XML nor of deflated XML.")
    if len(xml) > LARGEST:
        raise SourceUnreadable(f"{place}: unpacks to more than {LARGEST:,} bytes; it was not read.")
    if not inflating.eof:
        raise CaptureUnusable(f"{place}: is deflated XML that ends early; copy all of it.")
    return xml


def _without_response(data: bytes, source: str) -> str:
    match _OTHERS.search(data):
        case None:
            return f"{source}: holds no SAMLResponse; nobody signed in while it was recorded, or SAML was not used."
        case found if found[1].decode() == forms.FEDERATION:
            return (
                f"{source}: holds a WS-Federation sign-in (field wresult), no SAMLResponse; Contact Pro wants SAML 2.0."
            )
    return f"{source}: holds only the request (SAMLRequest), not the answer of the identity provider to it."
