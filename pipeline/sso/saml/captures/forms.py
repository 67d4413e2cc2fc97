"""Find the form field ``SAMLResponse`` in form posts, addresses, multipart forms and web pages.

Only the escapes of HTML are decoded. Each search passes the text once, so a hostile page costs no more than an ordinary
one of its size (facts: reliability T93).
"""

import html
import re
from collections.abc import Iterator
from urllib.parse import unquote

RESPONSE, REQUEST = "SAMLResponse", "SAMLRequest"
"""The fields of SAML 2.0 (Bindings §3.5)."""

FEDERATION = "wresult"
"""The field in which WS-Federation sends SAML 1.1."""

PAGE = re.compile(r"<(?:!doctype\s+html|html|head|body|form|title|meta|script)\b", re.IGNORECASE)
LONGEST = 8_000_000
"""Characters of a form or page that is searched: base64 and percent escapes make two megabytes of XML three to four
times as long."""

PROLOGUE = 65_536
"""Characters in which the first element of a page is searched, after comments and processing instructions."""

_NEXT = r"HTTP/|RelayState\b|[A-Za-z]{1,40}(?::|=[^=&\s'\"])"
"""The text after a value: the rest of a request line, or another field; a line of base64 may end in ``=`` too."""

_NAMED = r"(?:[=:]\s*|\s*\n\s*(?=[A-Za-z0-9+/%]{60}))"
"""The text between a field and its value: the developer tools of browsers show the value in a line of its own."""

_SENT = re.compile(rf"(?:^|[&?\s'\"]){RESPONSE}{_NAMED}([^&'\"<>\s]*(?:\s(?!{_NEXT})[^&'\"<>\s]*)*)")
"""A field of a form post, an address or a copied list of fields; its value may run over several lines."""

MASK_SIGNS = frozenset("*xX\u2022.\u2026-_ ")
MASK_WORDS = ("redacted", "removed", "masked", "sanitized", "sanitised", "hidden", "censored", "***", "\u2022\u2022")
MARK = re.compile(r"\[.*\]|\{.*\}|<[\w -]*>|(?:sha\d*|md5)?[:-]?[0-9a-f]{32,128}", re.IGNORECASE | re.DOTALL)
"""A value in brackets, or the digest of one: SAML-tracer can write a hash instead of each value."""

LONGEST_MARK = 200
"""Marks that recorders and sanitizers write in place of a value; a response in base64 is always longer."""

_PART = re.compile(rf"content-disposition:[^\r\n]{{0,200}}\bname=\"?{RESPONSE}\b", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"\b([A-Za-z][\w-]{0,40})\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s\"'>]+)")


def in_request(text: str) -> Iterator[str]:
    """Find every value in ``SAMLResponse=…&RelayState=…``, an address, or a multipart form."""
    if RESPONSE not in text or len(text) > LONGEST:
        return
    yield from (found[1] for found in _SENT.finditer(text))
    for found in _PART.finditer(text):
        yield _part(text, found.end())


def in_page(page: str) -> Iterator[str]:
    """Find every value in the hidden inputs of a web page, as in the page that posts itself to the service."""
    if RESPONSE not in page or len(page) > LONGEST:
        return
    for tag in _uncommented(page).split("<"):
        if tag[:5].lower() == "input" and RESPONSE in tag:
            attributes = {name.lower(): html.unescape(value.strip("\"'")) for name, value in _ATTRIBUTE.findall(tag)}
            if attributes.get("name") == RESPONSE:
                yield attributes.get("value", "")


def is_removed(value: str) -> bool:
    """Return True if a sanitizer has replaced the value by a mark such as ``[redacted]``, ``*****`` or a hash."""
    bare = unquote(value).strip()
    if not bare or MASK_SIGNS.issuperset(bare):
        return bool(bare)
    marked = any(word in bare.lower() for word in MASK_WORDS) or MARK.fullmatch(bare) is not None
    return len(bare) <= LONGEST_MARK and marked


def is_page(text: str) -> bool:
    """Return True if a text that begins with ``<`` is a web page and not SAML."""
    rest = text[:PROLOGUE].lstrip("\ufeff \t\r\n")
    while rest.startswith(("<!--", "<?")):
        rest = rest.partition("-->" if rest.startswith("<!--") else ">")[2].lstrip()
    return PAGE.match(rest) is not None


def _part(text: str, start: int) -> str:
    """Return the text between the blank line after a part's headers and the next boundary."""
    line = "\r\n" if text.startswith("\r\n", text.find("\n", start) - 1) else "\n"
    first = text.find(line * 2, start)
    if first < 0:
        return ""
    first += 2 * len(line)
    last = text.find(f"{line}--", first)
    return text[first : last if last >= 0 else len(text)]


def _uncommented(page: str) -> str:
    head, *rest = page.split("<!--")
    return head + "".join(piece.partition("-->")[2] for piece in rest)
