"""Names, values and addresses of other parties, made fit for a sentence."""

from collections.abc import Sequence

SHOWN = 3
"""Names or people listed in a sentence; the rest is a number."""


def listed(texts: Sequence[str | None]) -> str:
    """List the first few texts in quotes, and how many more there are."""
    named = " and ".join(map(repr, texts[:SHOWN]))
    return named if len(texts) <= SHOWN else f"{named} and {len(texts) - SHOWN} more"


def plain(text: str | None) -> str:
    """Return a text without quotes, escaped if it contains characters that are invisible or control a terminal."""
    if text is None:
        return "(none)"
    return text if text.isprintable() else ascii(text)


def quoted(text: str | None) -> str:
    """Return a value in quotes, or ``(nil)`` for a value that is declared to be none."""
    return "(nil)" if text is None else repr(text)
