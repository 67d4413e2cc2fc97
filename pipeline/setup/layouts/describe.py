"""Describe a layout as text and as JSON."""

from collections.abc import Iterable, Iterator
from typing import Any

from mappings.headers import visible
from mappings.load import LAYOUTS
from mappings.model import Certificates, Layout

BREAKS = {"\r\n": "CRLF", "\n": "LF", "\r": "CR alone as line end", "mixed": "mixed line ends", "": "no line end"}
DELIMITERS = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "vertical bar"}
QUOTINGS = {"none": "no quoting", "minimal": "cells quoted where needed", "all": "every cell quoted"}
_PARTS = {"\n": "line breaks", ";": "semicolons", "|": "vertical bars", ",": "commas"}


def source(layout: Layout) -> str:
    """Return the origin of a layout: the package, or the path that was given."""
    return "packaged" if layout.path.parent == LAYOUTS else str(layout.path)


def text_form(encoding: str, delimiter: str, newline: str, quoting: str, *, bom: bool) -> str:
    """Return how a text table is written."""
    mark = "with" if bom else "without"
    separated = DELIMITERS.get(delimiter, repr(delimiter))
    return (
        f"{encoding.upper()} {mark} a byte order mark, {separated}-delimited, "
        f"{BREAKS.get(newline, repr(newline))}, {QUOTINGS[quoting]}"
    )


def several(certificates: Certificates) -> str:
    """Return how several certificates of one user look."""
    match certificates.form:
        case "rows":
            return "a row for each"
        case "columns":
            return f"a pair of columns for each, {len(certificates.more) + 1} pairs"
        case "cells":
            return f"in one cell, parted by {_PARTS[certificates.separator or ';']}"
    return "not known: no export with such a user was read yet"


def document(layout: Layout) -> dict[str, Any]:
    """Return a layout as JSON."""
    learned = layout.learned
    return {
        "name": layout.name,
        "title": layout.title,
        "verified": layout.verified,
        "source": source(layout),
        "encoding": layout.encoding,
        "bom": layout.bom,
        "newline": layout.newline,
        "delimiter": layout.delimiter,
        "quoting": layout.quoting,
        "columns": [{"column": each.column, "field": each.field, "constant": each.constant} for each in layout.columns],
        "certificates": {
            "form": layout.certificates.form,
            "separator": layout.certificates.separator,
            "more": [{"subject": subject, "issuer": issuer} for subject, issuer in layout.certificates.more],
        },
        "regions": list(layout.regions),
        "learned": {"export": learned.export, "sha256": learned.sha256} if learned else None,
    }


def lines(layout: Layout) -> Iterator[str]:
    """Describe one layout, a line for each of its columns in their order."""
    verified = "verified" if layout.verified else "not verified"
    yield f"{layout.name}: {layout.title} ({verified}, {source(layout)})"
    carried = [
        (visible(each.column)[1:-1], each.field or f"always {visible(each.constant or '')}") for each in layout.columns
    ]
    yield from aligned(carried)
    form = text_form(layout.encoding, layout.delimiter, layout.newline, layout.quoting, bom=layout.bom)
    yield f"written as: {form}"
    yield f"several certificates of one user: {several(layout.certificates)}"
    if layout.regions:
        yield f"region seen: {', '.join(layout.regions)}"
    if layout.learned:
        yield f"learned from: {visible(layout.learned.export)[1:-1]} (SHA-256 {layout.learned.sha256})"


def table(layouts: Iterable[Layout]) -> Iterator[str]:
    """Return layouts, a line for each."""
    yield from aligned((each.name, "verified" if each.verified else "not verified", each.title) for each in layouts)


def aligned(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    """Align rows of words in columns; the width of the last column is not limited."""
    rows = list(rows)
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]) - 1)] if rows else []
    for row in rows:
        yield "  " + "  ".join(f"{word:<{width}}" for word, width in zip(row, [*widths, 0], strict=True))
