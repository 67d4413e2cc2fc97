"""Parse XML from outside safely: no DTD, no entities, limited size and depth.

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

ENDS_EARLY = frozenset({3, 5, 6, 20})
"""Codes of expat for a document that ends before its last element is closed."""

DEEPEST = 100
"""Elements within each other; a signed assertion, or an entity in groups of groups, has a fifth of it."""

_WEB_PAGE = re.compile(rb"\s*<!doctype\s+html\b", re.IGNORECASE)

METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"
ASSERTION = "{urn:oasis:names:tc:SAML:2.0:assertion}"
PROTOCOL = "{urn:oasis:names:tc:SAML:2.0:protocol}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}"


class XmlIncomplete(SourceUnreadable):
    """The XML ends before its root element is closed: only a part of it was copied or saved."""


def content(path: Path, largest: int = LARGEST) -> bytes:
    """Read a file of at most ``largest`` bytes.

    Raises:
        SourceMissing: the file does not exist or may not be read.
        SourceUnreadable: the file is larger.
    """
    try:
        with path.open("rb") as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise SourceMissing(f"{path}: cannot be read ({error.strerror}); check the path.") from None
    if len(data) > largest:
        raise SourceUnreadable(f"{path}: has more than {largest:,} bytes, which is too large; name the right file.")
    return data


def parse(data: bytes, source: str) -> Element:
    """Parse XML bytes; ``source`` names their origin in messages.

    A byte order mark is stronger than the encoding in the declaration: editors write the one and leave the other.

    Raises:
        XmlIncomplete: the document ends early.
        SourceUnreadable: it is too large, not XML, or dangerous XML.
    """
    if len(data) > LARGEST:
        raise SourceUnreadable(f"{source}: has more than {LARGEST:,} bytes of XML, which no metadata or sign-in has.")
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise SourceUnreadable(f"{source}: is written in UTF-32, which no SAML software writes; save it as UTF-8.")
    if _WEB_PAGE.match(data.removeprefix(codecs.BOM_UTF8)):
        raise SourceUnreadable(
            f"{source}: is a web page, not XML; perhaps a sign-in page that was saved in place of the document."
        )
    parser = DefusedXMLParser(target=_Shallow(source), forbid_dtd=True)
    try:
        utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        parser.feed(data.decode("utf-16") if utf16 else data)
        root: Element = parser.close()
    except DefusedXmlException:
        raise SourceUnreadable(
            f"{source}: contains a DTD or entities, which SAML never needs; it was not read."
        ) from None
    except ParseError as error:
        if error.code in ENDS_EARLY and data.strip():
            raise XmlIncomplete(f"{source}: is only a part of an XML document: it ends early ({error}).") from None
        raise SourceUnreadable(f"{source}: is not XML ({error}); download it again.") from None
    except (ValueError, LookupError) as error:
        raise SourceUnreadable(f"{source}: is not XML ({error}); download it again.") from None
    return root


class _Shallow(TreeBuilder):
    """Build the tree, and refuse one that is so deep that recursion over it would fail."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self._source, self._depth = source, 0

    def start(self, tag: str, attrs: dict[str, str], /) -> Element:
        self._depth += 1
        if self._depth > DEEPEST:
            raise SourceUnreadable(f"{self._source}: has more than {DEEPEST} levels of elements, which SAML never has.")
        return super().start(tag, attrs)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)
