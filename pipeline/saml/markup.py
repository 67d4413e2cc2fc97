"""XML of strangers, made safe before anything is read of it: no DTD, no entities, nothing large.

Source: facts: reliability §4.9 (size and DTD), microsoft-graph §4 (byte order marks).
"""

import codecs
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from connectors.base import SourceMissing, SourceUnreadable

LARGEST = 2_000_000
"""Bytes; the metadata of the largest identity provider has a hundredth of it."""

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
    try:
        utf16 = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return fromstring(data.decode("utf-16") if utf16 else data, forbid_dtd=True)
    except DefusedXmlException:
        raise SourceUnreadable(f"{source}: holds a DTD or entities, which SAML never needs; it was not read.") from None
    except (ParseError, ValueError, LookupError) as error:
        raise SourceUnreadable(f"{source}: is not XML ({error}); download it again.") from None
