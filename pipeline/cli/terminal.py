"""Lines for a terminal: wrapped at its width and coloured; anywhere else they stay as they are."""

import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pipeline.cli import wording
from pipeline.config import environment

if TYPE_CHECKING:
    from pipeline.reports.console import Line

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}
NARROWEST = 40
"""A narrower terminal would break words; lines run over instead."""


def is_watched() -> bool:
    """Return True if stdout is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def fitted(lines: "Iterable[Line]") -> Iterator[str]:
    """Yield lines as stdout shows them best; NO_COLOR and FORCE_COLOR overrule what it is."""
    width = max(shutil.get_terminal_size().columns, NARROWEST) if is_watched() else 0
    coloured = environment.wants_colour(watched=is_watched())
    for line in lines:
        text = wording.line(line.text)
        text = _wrapped(text, width, line.indent) if width else text
        yield _coloured(text, line.style) if coloured and line.style else text


def _wrapped(text: str, width: int, indent: int) -> str:
    """Break a long line between words; paths and commands are never broken."""
    parts = (
        textwrap.fill(
            part,
            width,
            subsequent_indent=" " * indent,
            break_long_words=False,
            break_on_hyphens=False,
            drop_whitespace=True,
            replace_whitespace=False,
        )
        if len(part) > width
        else part
        for part in text.split("\n")
    )
    return "\n".join(parts)


def _coloured(text: str, style: str) -> str:
    codes = ";".join(_CODES[word] for word in style.split())
    blank = text[: len(text) - len(text.lstrip("\n"))]
    return f"{blank}\x1b[{codes}m{text[len(blank) :]}\x1b[0m"
