"""Write a layout as a TOML file, so that ``load.load_layout`` reads the same layout back."""

from collections.abc import Iterable, Iterator

from mappings.headers import visible
from mappings.model import Layout, LayoutColumn

_ESCAPES = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
_WIDTH = 118
DELETE = 0x7F
"""The one control character of ASCII above the space; TOML wants it escaped as well."""


def layout_text(layout: Layout, remarks: Iterable[str] = ()) -> str:
    """Write a layout as TOML; the same layout and remarks give the same text.

    Args:
        layout: What is written; its name and path are those of the file that the text will become.
        remarks: Sentences written above it as comments; invisible characters are spelled out in them.
    """
    return "\n".join([*_comments(remarks), *_head(layout), *_tables(layout), ""])


def _head(layout: Layout) -> Iterator[str]:
    yield f"title = {_quoted(layout.title)}"
    yield f"verified = {_flag(layout.verified)}"
    yield f"encoding = {_quoted(layout.encoding)}"
    yield f"bom = {_flag(layout.bom)}"
    for key in ("newline", "delimiter", "quoting"):
        yield f"{key} = {_quoted(getattr(layout, key))}"
    if layout.regions:
        yield f"regions = [{', '.join(map(_quoted, layout.regions))}]"


def _tables(layout: Layout) -> Iterator[str]:
    shown = layout.certificates
    yield from ("", "# How several certificates of one user look in an export.", "[certificates]")
    yield f"form = {_quoted(shown.form)}"
    if shown.separator is not None:
        yield f"separator = {_quoted(shown.separator)}"
    for subject, issuer in shown.more:
        yield from ("", "[[certificates.more]]", f"subject = {_quoted(subject)}", f"issuer = {_quoted(issuer)}")
    if layout.learned is not None:
        yield from ("", "[learned]", f"export = {_quoted(layout.learned.export)}")
        yield f"sha256 = {_quoted(layout.learned.sha256)}"
    for column in layout.columns:
        yield from ("", "[[columns]]", f"column = {_quoted(column.column)}", _carried(column))


def _carried(column: LayoutColumn) -> str:
    return (
        f"constant = {_quoted(column.constant or '')}" if column.field is None else f"field = {_quoted(column.field)}"
    )


def _comments(remarks: Iterable[str]) -> Iterator[str]:
    """Wrap sentences into lines of comments; a word is never broken."""
    for remark in remarks:
        line = "#"
        for word in visible(remark)[1:-1].split(" "):
            if len(line) + 1 + len(word) > _WIDTH and line != "#":
                yield line
                line = "# "
            line += f" {word}"
        yield line


def _flag(value: bool) -> str:  # noqa: FBT001 - it is the value that is written
    return "true" if value else "false"


def _quoted(text: str) -> str:
    """Write a basic string of TOML: quotes, backslashes and control characters escaped, all others as they are."""
    return '"' + "".join(map(_letter, text)) + '"'


def _letter(letter: str) -> str:
    escaped = _ESCAPES.get(letter)
    if escaped is None and (letter < " " or ord(letter) == DELETE):
        escaped = f"\\u{ord(letter):04x}"
    return escaped or letter
