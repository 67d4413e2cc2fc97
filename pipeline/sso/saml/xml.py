"""XML of strangers, made safe before anything is read of it: no DTD, no entities, nothing large.

Source: facts: reliability §4.9 (size and DTD), microsoft-graph §4 (byte order marks).
"""

import codecs
import re
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from connectors.base import SourceMissing, SourceUnreadable

LARGEST = 2_000_000
"""Bytes; the metadata of the largest identity provider has a hundredth of it."""

DEEPEST = 100
"""Elements within each other; a signed assertion or an entity in groups of groups has a fifth of it."""

_WEB_PAGE = re.compile(rb"\s*<!doctype\s+html\b", re.IGNORECASE)

METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"


def content(path: Path, largest: int = LARGEST) -> bytes:
    """Read a file of at most ``largest`` bytes.

    Raises:
        SourceMissing: there is no such file, or it may not be read.
        SourceUnreadable: it is larger.
    """
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise SourceMissing(f"{path}: cannot be read ({error.strerror}); check the path.") from None
    if len(data) > largest:
        raise SourceUnreadable(f"{path}: has more than {largest:,} bytes, which is too large; name the right file.")
    return data


def parsed(data: bytes, source: str) -> Element:
    """Parse XML bytes; ``source`` names where they are from in messages.

    A byte order mark outranks what the declaration says of the encoding: editors write the one and leave the other.

    Raises:
        SourceUnreadable: it is too large, no XML, or dangerous XML.
    """
    if len(data) > LARGEST:
        raise SourceUnreadable(f"{source}: has more than {LARGEST:,} bytes of XML, which no metadata or sign-in has.")
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise SourceUnreadable(f"{source}: is written in UTF-32, which no SAML software writes; save it as UTF-8.")
    if _WEB_PAGE.match(data.removeprefix(codecs.BOM_UTF8)):
        raise SourceUnreadable(
            f"{source}: is a web page, not XML; often it is a page to sign in, saved in place of what was wanted."
        )
    parser = DefusedXMLParser(target=_Shallow(source), forbid_dtd=True)
    try:
        utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        parser.feed(data.decode("utf-16") if utf16 else data)
        root: Element = parser.close()
    except DefusedXmlException:
        raise SourceUnreadable(f"{source}: holds a DTD or entities, which SAML never needs; it was not read.") from None
    except (ParseError, ValueError, LookupError) as error:
        raise SourceUnreadable(f"{source}: is not XML ({error}); download it again.") from None
    return root


class _Shallow(TreeBuilder):
    """Builds the tree, and refuses one that nests so deep that whoever walks through it later would fall over."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self._source, self._depth = source, 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        if self._depth > DEEPEST:
            raise SourceUnreadable(f"{self._source}: nests more than {DEEPEST} elements, which SAML never does.")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)
