"""Decode the value of the form field ``SAMLResponse``: percent escapes, base64 in either alphabet, DEFLATE."""

import base64
import binascii
import codecs
import re
import zlib
from dataclasses import dataclass, field
from urllib.parse import unquote
from xml.etree.ElementTree import Element

from connectors.base import SourceUnreadable
from pipeline.sso.saml.errors import WHOLE_VALUE, CaptureUnusable
from pipeline.sso.saml.xml import LARGEST, XmlIncomplete, parse

ESCAPED_AT_MOST = 3
"""How many times a value may have been percent-escaped, once by each program that handled it."""

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
URL_SAFE = str.maketrans("-_", "+/")
SHORTEST_PART = 60
"""Characters of base64 from which a value without a beginning is recognized as a part of a response."""

_BASE64 = re.compile(r"[A-Za-z0-9+/]+")


@dataclass(frozen=True, slots=True)
class Captured:
    """One response: its place, which begins a sentence; its XML; the root of it; and whether it was encoded.

    XML that was not encoded may have been formatted by an editor.
    """

    place: str
    xml: bytes = field(repr=False)
    root: Element = field(repr=False, compare=False)
    encoded: bool = True


def decode_value(value: str, place: str) -> Captured:
    """Decode one value of the form field.

    A space may be a broken line, or a ``+`` that a program replaced; the reading that gives XML is right.

    Raises:
        SourceUnreadable: the value is too large, not base64, neither XML nor deflated XML, or dangerous XML.
    """
    value = value.replace("^", "")  # the Windows command line writes it before some characters; base64 has none
    if value.lstrip().startswith("<"):
        return read_xml(value.encode(), place)
    for _ in range(ESCAPED_AT_MOST):
        value = unquote(value) if "%" in value else value
    value = value.strip("\0\ufeff \t\r\n\"'")
    if not value:
        raise CaptureUnusable(f"{place}: contains no captured sign-in: it is empty.")
    spellings = dict.fromkeys("".join(each.split()) for each in (value, value.replace(" ", "+")))
    refused: list[SourceUnreadable] = []
    for spelling in spellings:
        try:
            return read_xml(_unpack(spelling, place), place)
        except SourceUnreadable as error:
            refused.append(error)
    raise refused[0]


def read_xml(xml: bytes, place: str, *, encoded: bool = True) -> Captured:
    """Parse the XML of a response.

    Raises:
        SourceUnreadable: it is too large, not XML, only a part of a document, or dangerous XML.
    """
    bare = xml if xml.startswith(UTF16) else xml.lstrip()
    try:
        return Captured(place, bare, parse(bare, place), encoded)
    except XmlIncomplete as error:
        raise CaptureUnusable(str(error), advice=WHOLE_VALUE) from None


def _unpack(text: str, place: str) -> bytes:
    bare = text.translate(URL_SAFE).rstrip("=")
    is_cut = len(bare) % 4 == 1 and len(bare) > SHORTEST_PART  # the last character is not a complete byte
    whole = bare[:-1] if is_cut else bare
    try:
        data = base64.b64decode(whole + "=" * (-len(whole) % 4), validate=True)
    except (ValueError, binascii.Error):
        raise CaptureUnusable(
            f"{place}: contains no captured sign-in: it is not XML, base64, a form post, a web page or a HAR file."
        ) from None
    if data.lstrip().startswith((b"<", b"\0<", codecs.BOM_UTF8, *UTF16)):
        return data
    if _is_end_of_response(bare):
        raise CaptureUnusable(
            f"{place}: is only a part of a SAML response: its beginning is missing.", advice=WHOLE_VALUE
        )
    return _inflate(data, place)


def _is_end_of_response(text: str) -> bool:
    """Return True if base64 whose beginning was cut off decodes to the rest of a SAML document."""
    if len(text) < SHORTEST_PART or not _BASE64.fullmatch(text):
        return False
    shifted = (text[cut : cut + (len(text) - cut) // 4 * 4] for cut in range(4))
    return any(b"</" in data and b"ssertion" in data for data in map(base64.b64decode, shifted))


def _inflate(data: bytes, place: str) -> bytes:
    """Unpack the DEFLATE of an address; a value that would grow beyond any sign-in is not unpacked to its end."""
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
        raise CaptureUnusable(f"{place}: is deflated XML that ends early; copy all of it.", advice=WHOLE_VALUE)
    return xml
