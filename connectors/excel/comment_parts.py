"""The comments of a new workbook: their texts, and the shapes without which Excel shows none."""

from collections.abc import Sequence

from connectors.excel.annotate import Mark
from connectors.excel.cell_texts import AUTHOR, comment_size
from connectors.excel.sheet_xml import HEADER, MAIN, letter, text_of

_BEGIN = (
    '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/>'
    '</o:shapelayout><v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" '
    'path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
    '<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_FIRST_SHAPE = 1026


def comments(marks: Sequence[Mark]) -> str:
    """Return the part with the texts."""
    each = "".join(
        f'<comment ref="{letter(column)}{row}" authorId="0"><text>{text_of(comment)}</text></comment>'
        for row, column, _, comment in marks
    )
    authors = f"<authors><author>{AUTHOR}</author></authors>"
    return f'{HEADER}<comments xmlns="{MAIN}">{authors}<commentList>{each}</commentList></comments>'


def drawing(marks: Sequence[Mark]) -> str:
    """Return the part with a hidden shape for each comment."""
    return f"{_BEGIN}{''.join(_shape(_FIRST_SHAPE + at, mark) for at, mark in enumerate(marks))}</xml>"


def _shape(number: int, mark: Mark) -> str:
    row, column, _, comment = mark
    width, height = comment_size(comment)
    return (
        f'<v:shape id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:59.25pt;'
        f'margin-top:1.5pt;width:{width}px;height:{height}px;z-index:1;visibility:hidden" fillcolor="#ffffe1" '
        'o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow color="black" obscured="t"/>'
        '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"/>'
        '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/><x:AutoFill>False</x:AutoFill>'
        f"<x:Row>{row - 1}</x:Row><x:Column>{column - 1}</x:Column></x:ClientData></v:shape>"
    )
