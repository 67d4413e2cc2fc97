"""Letters that look like others, and alphabets that nobody mixes: what a reader's eye cannot tell apart."""

import re
import unicodedata

_LATIN_LOOKALIKES = str.maketrans(
    # Cyrillic, then Greek and Armenian, then Latin letters and punctuation that only look like ASCII.
    "асԁеһіјӏорԛѕԝхуАВСЕНІЈКМОРЅТХУαικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧօıɑɡ‘’‛′‐‑‒–—−。｡",  # noqa: RUF001 - the table of them
    "acdehijlopqswxyABCEHIJKMOPSTXYaiknoptuxABEZHIKMNOPTYXoiag''''------..",
)

_COMPANIONS = (
    frozenset({"LATIN", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "CJK", "IDEOGRAPHIC"}),
    frozenset({"LATIN", "HANGUL", "CJK"}),
    frozenset({"LATIN", "BOPOMOFO", "CJK"}),
)
"""Scripts that people do write together (Unicode TS 39, "highly restrictive")."""


def without_lookalikes(email: str) -> str:
    """Spell with ASCII what only looks like it: full-width forms, and words wholly or partly of look-alikes."""
    compatible = "".join(p if (p := unicodedata.normalize("NFKC", c)).isascii() else c for c in email)
    words = re.split(r"([.@_+-])", compatible)
    return "".join(_latin_if_disguised(word) for word in words)


def _latin_if_disguised(word: str) -> str:
    latin = word.translate(_LATIN_LOOKALIKES)
    return latin if latin.isascii() else word


def mixed_scripts(email: str) -> list[str]:
    """Name the scripts of the first word that mixes scripts which nobody writes together."""
    for word in re.split(r"[.@_+-]", email):
        scripts = {unicodedata.name(c, "?").split()[0] for c in word if unicodedata.category(c).startswith("L")}
        if len(scripts) > 1 and not any(scripts <= companions for companions in _COMPANIONS):
            return sorted(script.capitalize() for script in scripts)
    return []
