"""Bars as lengths in percent of the width; the templates draw them as inline SVG."""

from collections.abc import Mapping, Sequence

import msgspec

COLOURS = ("one", "two", "three", "four", "five", "six")
NO_COLOUR = "none"
"""The last part of a total (no email, "other") is grey; ``base.css`` defines these names."""

THINNEST = 0.8
"""Percent of the width that the smallest part gets, so that it can be seen. The table has the true share."""


class Part(msgspec.Struct, frozen=True):
    """A piece of a stacked bar: its words, its number and share, and its place in percent of the width."""

    words: str
    colour: str
    count: int
    share: str
    start: str
    width: str


def parts(counts: Mapping[str, int], whole: int, colours: Sequence[str] = ()) -> list[Part]:
    """Draw the parts of a total end to end over the width, in their order.

    Without ``colours`` each part gets one of ``COLOURS``, and the last one grey.
    """
    widths = lengths(list(counts.values()), whole)
    colours = colours or [*COLOURS[: len(counts) - 1], NO_COLOUR]
    return [
        Part(words, colour, count, share(count, whole), percent(sum(widths[:place])), percent(widths[place]))
        for place, ((words, count), colour) in enumerate(zip(counts.items(), colours, strict=True))
    ]


def lengths(counts: Sequence[int], whole: int) -> list[float]:
    """Return the length of each count in percent; none too thin to be seen, and together at most 100."""
    drawn = [max(100 * count / whole, THINNEST) if count else 0.0 for count in counts]
    too_long = max(sum(drawn) / 100, 1)
    return [length / too_long for length in drawn]


def percent(number: float) -> str:
    """Write a length for an SVG attribute."""
    return f"{number:.2f}%"


def share(count: int, whole: int) -> str:
    """Write a share in percent; one that is neither none nor all never reads as 0 % or 100 %."""
    if not count:
        return "0 %"
    if count == whole:
        return "100 %"
    part = 100 * count / whole
    if part < 0.1:  # noqa: PLR2004 - one decimal is shown
        return "<0.1 %"
    return ">99.9 %" if part > 99.9 else f"{part:.1f} %"  # noqa: PLR2004 - likewise
