"""Find the SAML responses in a capture: XML, base64, a form post, a web page, a HAR file, an export of SAML-tracer.

The type of a file is found from its content, never from its name. Sources: SAML 2.0 Bindings §3.5 (base64 in a form
field) and §3.4.4.1 (DEFLATE in an address); HTTP Archive 1.2.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from connectors.base import SourceUnreadable
from pipeline.sso.saml.captures import file_types, forms, har, saml_tracer
from pipeline.sso.saml.captures.decoding import UTF16, Captured, decode_value, read_xml
from pipeline.sso.saml.errors import UNSANITIZED, WHOLE_VALUE, CaptureUnusable
from pipeline.sso.saml.xml import content

LARGEST_CAPTURE = 104_857_600
"""Bytes; a recording of a session with its pictures seldom has a tenth of it."""

_OTHERS = re.compile(rf"\b({forms.REQUEST}|{forms.FEDERATION})[\"=:]".encode())
_FRAGMENT = re.compile(r"</[\w-]{0,40}:?(?:Assertion|Response|Attribute|AttributeValue|AttributeStatement|NameID)>")


def find_responses(path: Path) -> tuple[Captured, ...]:
    """Find the SAML responses in a file; there is at least one.

    A response that is found several times is returned once, at the last place: there the browser sent it.

    Raises:
        SourceMissing: the file does not exist or may not be read.
        SourceUnreadable: the file is too large, or contains no SAML response, or one that is not XML or dangerous XML.
    """
    data, source = content(path, LARGEST_CAPTURE), str(path)
    start = _text(data[: forms.PROLOGUE]).lstrip("\ufeff\0 \t\r\n")
    if len(data) > forms.LONGEST and not start.startswith("{"):
        raise SourceUnreadable(
            f"{source}: has more than {forms.LONGEST:,} bytes and is not a HAR file; it was not read."
        )
    if start.startswith("<") and not forms.is_page(start):
        return (read_xml(data, source, encoded=False),)
    found: dict[bytes, Captured] = {}
    refused: list[SourceUnreadable] = []
    for place, value in dict.fromkeys(_values(data, start, source)):
        try:
            each = _decode(value, place)
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


def _decode(value: str, place: str) -> Captured:
    if forms.is_removed(value):
        raise CaptureUnusable(
            f"{place}: the value of SAMLResponse was removed when this recording was sanitized ({value[:60]!a}).",
            advice=UNSANITIZED,
        )
    return decode_value(value, place)


def _text(data: bytes) -> str:
    """Decode bytes; what is not UTF-8 cannot be part of a response, because base64 is ASCII."""
    return data.decode("utf-16" if data.startswith(UTF16) else "utf-8-sig", "replace")


def _values(data: bytes, start: str, source: str) -> Iterator[tuple[str, str]]:
    """Find (place, value of the field) of each response in a file that is not XML."""
    if start.startswith(("{", "[")):
        archive = _text(data).encode() if data.startswith(UTF16) else data.removeprefix(codecs.BOM_UTF8)
        found = saml_tracer.find_values(archive)
        found = list(har.find_values(archive, source)) if found is None else found
        yield from ((f"{source}, {place}", value) for place, value in found)
        return
    text = _text(data)
    fields = list(forms.in_page(text) if start.startswith("<") else forms.in_request(text))
    yield from ((source, value) for value in fields)
    if not fields and not start.startswith("<") and not _OTHERS.search(data):
        _refuse_other_file(data, text, source)
        yield source, text


def _refuse_other_file(data: bytes, text: str, source: str) -> None:
    """Refuse a file of another type by its name.

    Raises:
        CaptureUnusable: the file is a certificate, a token, an address, a picture or a part of a response.
    """
    if other := file_types.describe(data):
        raise CaptureUnusable(f"{source}: is {other}, not a captured sign-in.")
    if _FRAGMENT.search(text):
        raise CaptureUnusable(
            f"{source}: is only a part of a SAML response: its beginning is missing.", advice=WHOLE_VALUE
        )


def _without_response(data: bytes, source: str) -> str:
    match _OTHERS.search(data):
        case None:
            return f"{source}: has no SAMLResponse: no sign-in was recorded, or it did not use SAML."
        case found if found[1].decode() == forms.FEDERATION:
            return (
                f"{source}: has a WS-Federation sign-in (field wresult), no SAMLResponse; Contact Pro needs SAML 2.0."
            )
    return f"{source}: has only the request (SAMLRequest), not the answer of the identity provider to it."
