"""The ``content.xml`` of an .ods without what parsers take for cells or texts and is none.

White space between two tags, comments, drawings, forms and other prefixes than the usual ones mean nothing for the
cells, but calamine stops at the first and takes texts of the others for the cell's.
"""

import re
from xml.sax.saxutils import escape, quoteattr

from connectors.excel.container.parts import parse

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_PREFIXES = {f"{_ODF}{name}:1.0": name for name in ("office", "table", "text", "style")}
_PREFIXES["urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"] = "calcext"
_SKIPPED = frozenset({"office:annotation", "office:annotation-end", "office:forms", "office:scripts", "table:shapes"})
_SKIPPED |= {"table:tracked-changes", "table:dde-links", "table:detective", "text:note", "text:ruby-text"}
_PARAGRAPHS = frozenset({"text:p", "text:h"})
_SIGNS = (b"annotation", b"<draw:", b":shapes", b":tracked-changes", b":forms", b"<![CDATA[", b"text:note")
_BETWEEN_TAGS = re.compile(rb">\s+<")
_HEAD = 16 << 10


def has_signs(data: bytes) -> bool:
    """Return True if the part may contain anything that ``cells_only`` leaves out or writes in another way."""
    head = data[:_HEAD]
    usual = all(f'xmlns:{name}="{_ODF}{name}:1.0"'.encode() in head for name in ("office", "table", "text"))
    return not usual or any(sign in data for sign in _SIGNS) or _BETWEEN_TAGS.search(data) is not None


def cells_only(data: bytes) -> bytes:
    """Write the part again with its tables, their cells and the texts of these.

    Raises:
        WorkbookRejected: for a DTD or damaged XML.
    """
    writer = _Writer()
    parse(data, writer.start, writer.text, writer.end, separator=" ")
    return "".join(writer.parts).encode()


class _Writer:
    """The state between two tags; one instance writes one part."""

    __slots__ = ("paragraphs", "parts", "skipped")

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.skipped = self.paragraphs = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Write an opening tag, unless it or one around it is skipped."""
        tag = _short(name)
        if self.skipped or tag is None or tag in _SKIPPED:
            self.skipped += 1
            return
        spaces = "" if self.parts else "".join(f" xmlns:{short}={quoteattr(uri)}" for uri, short in _PREFIXES.items())
        written = "".join(
            f" {label}={quoteattr(value)}" for key, value in attributes.items() if (label := _short(key)) is not None
        )
        self.parts.append(f"<{tag}{spaces}{written}>")
        self.paragraphs += tag in _PARAGRAPHS

    def text(self, text: str) -> None:
        """Write the text of a paragraph; elsewhere there is none but white space."""
        if self.paragraphs and not self.skipped:
            self.parts.append(escape(text))

    def end(self, name: str) -> None:
        """Write a closing tag."""
        if self.skipped:
            self.skipped -= 1
            return
        tag = _short(name)
        self.paragraphs -= tag in _PARAGRAPHS
        self.parts.append(f"</{tag}>")


def _short(name: str) -> str | None:
    """Return a name with its usual prefix; None for a name of another vocabulary."""
    space, _, local = name.rpartition(" ")
    prefix = _PREFIXES.get(space)
    return None if prefix is None else f"{prefix}:{local}"
