"""The language of what a command prints: a line is translated by its pattern, and stays English if it has none."""

import re
from collections.abc import Sequence
from functools import lru_cache

_PREFIX = re.compile(r"(\s*)(?:(next|note|warning|people): )?")

_ASKED: list[str | None] = [None]
"""The value of ``--lang``; one command a process."""


def choose(asked: str | None) -> None:
    """Set the language: ``--lang``, else the environment's; a language without texts is refused by the command."""
    _ASKED[0] = asked


def given(arguments: Sequence[str]) -> str | None:
    """Return the value of ``--lang`` on a command line, which may be wrong otherwise; None if it has none."""
    for place, word in enumerate(arguments):
        if word.startswith("--lang="):
            return word.partition("=")[2]
        if word == "--lang":
            return next(iter(arguments[place + 1 :]), None)
    return None


def line(text: str) -> str:
    """Return a line in the language of the command; the word before its sentence is translated on its own."""
    language = _language(_ASKED[0])
    if language == "en":
        return text
    from pipeline.model.texts.translation import translated

    found = _PREFIX.match(text)
    blank, word = (found[1], found[2]) if found else ("", None)
    sentence = text[found.end() :] if found else text
    own = translated(sentence, language)
    return f"{blank}{translated(word, language)}: {own}" if word else f"{blank}{own}"


@lru_cache(maxsize=8)
def _language(asked: str | None) -> str:
    from pipeline.config import language
    from pipeline.model.errors import UsageProblem

    try:
        return language.chosen(asked)
    except UsageProblem:
        return "en"
