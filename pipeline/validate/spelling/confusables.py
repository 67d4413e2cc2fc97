"""Characters that look like others, and scripts that are never mixed in one word."""

import re
import unicodedata

from mappings.lookalikes import load_lookalikes

_USUAL_LOOKALIKES = str.maketrans(
    # They go before Unicode's table, which takes I, l and 1 for one character. Cyrillic, Greek, Armenian,
    # Latin characters, punctuation.
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
    """Return an address with ASCII in place of what only looks like it: full-width forms, and words of look-alikes.

    A word of look-alikes beside a word that only its own script can write is a name in that script.
    """
    compatible = "".join(p if (p := unicodedata.normalize("NFKC", c)).isascii() else c for c in email)
    words = re.split(r"([.@_+-])", compatible)
    latin = [_latin_if_disguised(word) for word in words]
    both = list(zip(words, latin, strict=True))
    genuine = [scripts for word, plain in both if word == plain and len(scripts := _scripts(word)) == 1]
    genuine = [scripts for scripts in genuine if scripts != {"LATIN"}]
    return "".join(word if _scripts(word) in genuine else plain for word, plain in both)


def _latin_if_disguised(word: str) -> str:
    latin = word.translate(_USUAL_LOOKALIKES).translate(load_lookalikes())
    return latin if latin.isascii() else word


def mixed_scripts(email: str) -> list[str]:
    """Return the scripts of the first word that mixes scripts which are not written together."""
    for word in re.split(r"[.@_+-]", email):
        scripts = _scripts(word)
        if len(scripts) > 1 and not any(scripts <= companions for companions in _COMPANIONS):
            return sorted(script.capitalize() for script in scripts)
    return []


def _scripts(word: str) -> set[str]:
    """Return the scripts of the letters of a word."""
    return {unicodedata.name(c, "?").split()[0] for c in word if unicodedata.category(c).startswith("L")}
