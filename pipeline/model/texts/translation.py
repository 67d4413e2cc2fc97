"""Sentences that the program makes in English, in another language: found by their pattern, values kept.

The sentences of rules and readers are English, each beside its rule. A language has one file of patterns
(``sentences/de.toml``); a sentence that no pattern fits stays English, so that nothing is ever left unsaid.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from pipeline.model.texts import DEFAULT

SENTENCES = frozenset({"where", "rows", "part", "changes", "importing", "then", "marked", "path"})
"""The values that are words or sentences themselves (``rows 4, 6``); every other one stays as it is."""

_FORMS = {
    "number": r"[\d.,]+",
    "numbers": r"[\d, ]+",
    "document": r".+?\.\w+",
    "issue": r"[A-Z]+(?:-[A-Z]+)+",
}
"""What a value must look like, by its name; every other one may be any text."""

_VALUE = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class _Pattern:
    source: re.Pattern[str]
    target: str


def patterns(language: str) -> Mapping[str, str]:
    """Return the sentences of a language by their English pattern; none if it has no file."""
    file = resources.files(__package__).joinpath("sentences", f"{language}.toml")
    table: dict[str, str] = tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
    return table


@lru_cache(maxsize=16_384)
def translated(sentence: str, language: str) -> str:
    """Return a sentence in a language; as it is in English, or if no pattern of the language fits."""
    if language == DEFAULT or not sentence:
        return sentence
    plain, with_values = _of(language)
    if sentence in plain:
        return plain[sentence]
    for pattern in with_values:
        if found := pattern.source.fullmatch(sentence):
            values = found.groupdict()
            for name in SENTENCES & values.keys():
                values[name] = _inside(values[name], language)
            return pattern.target.format_map(values)
    return sentence


def _inside(words: str, language: str) -> str:
    """Translate a sentence inside another one; it may begin in lower case."""
    for spelled in (words, words[:1].upper() + words[1:]):
        if (found := translated(spelled, language)) != spelled:
            return found
    return words


@cache
def _of(language: str) -> tuple[dict[str, str], list[_Pattern]]:
    """Return the sentences without values, and the patterns of the others, those with the most own words first."""
    table = patterns(language)
    plain = {source: target for source, target in table.items() if not _VALUE.search(source)}
    others = sorted(table.keys() - plain.keys(), key=lambda source: (-len(_VALUE.sub("", source)), source))
    return plain, [_Pattern(_compiled(source), table[source]) for source in others]


def _compiled(source: str) -> re.Pattern[str]:
    parts = _VALUE.split(source)  # words, name, words, name, words
    written = (
        f"(?P<{part}>{_FORMS.get(part, '.+')})" if place % 2 else re.escape(part) for place, part in enumerate(parts)
    )
    return re.compile("".join(written), re.DOTALL)
