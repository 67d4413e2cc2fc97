"""Sentences that the program makes in English, in another language: found by their pattern, values kept.

The sentences of rules and readers are English, each beside its rule. A language has one file of patterns
(``sentences/de.toml``); a sentence that no pattern fits stays English, so that nothing is ever left unsaid.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib import resources

import msgspec

from pipeline.model.texts import DEFAULT

SENTENCES = frozenset(
    {
        "changes",
        "importing",
        "marked",
        "part",
        "path",
        "reason",
        "rows",
        "then",
        "what",
        "when",
        "where",
        "which",
        "why",
    }
)
"""The values that are words or sentences themselves (``rows 4, 6``); every other one stays as it is."""

_FORMS = {
    "number": r"[\d.,]+",
    "numbers": r"[\d, ]+",
    "document": r".+?\.\w+",
    "issue": r"[A-Z]+(?:-[A-Z]+)+",
    "changes": r"\d+ [a-z_ ]+(?:, \d+ [a-z_ ]+)*|no changes",
    "codec": r"[A-Z0-9-]+",
    "literal": r"[^()]+",
    "text": r".*",
}
"""What a value must look like, by its name; every other one may be any text."""

LISTS = frozenset({"found", "known", "names"})
"""The values that list names: their "and" is translated, what is in quotes stays."""

_LINK = re.compile(r"('[^']*'|\"[^\"]*\")|\b(and|or|more)\b")
_FEWEST_LETTERS = 8
"""A part of several sentences with fewer own letters would fit too much to be a pattern of its own."""

_VALUE = re.compile(r"\{([a-z_]+)\}")
_BESIDE_A_VALUE = "_"
_WORD = re.compile(r"\b[^\W\d_]+\b")
"""A word that touches no value: ``_``, which takes the place of one, leaves no boundary beside it."""

_NEXT_SENTENCE = re.compile(r"(?<=[.?!]) (?=[A-Z`\"'-])")


class _Pattern(msgspec.Struct, frozen=True):
    """A sentence with values; ``words`` is the longest text between them, which a sentence must contain to fit."""

    source: str
    target: str
    words: str

    def filled(self, sentence: str, language: str) -> str | None:
        """Return the sentence in the other language; None if it is another one."""
        found = _compiled(self.source).fullmatch(sentence) if self.words in sentence else None
        if found is None:
            return None
        values = found.groupdict()
        for name, text in values.items():
            if name in SENTENCES:
                values[name] = _inside(text, language)
            elif name in LISTS:
                values[name] = _LINK.sub(lambda word: word[1] or translated(word[2], language), text)
        return self.target.format_map(values)


def patterns(language: str) -> Mapping[str, str]:
    """Return the sentences of a language by their English pattern; none if it has no file."""
    file = resources.files(__package__).joinpath("sentences", f"{language}.toml")
    table: dict[str, str] = tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
    return table


@lru_cache(maxsize=16_384)
def translated(sentence: str, language: str) -> str:
    """Return a sentence in a language; as it is in English, or if no pattern of the language fits.

    Lines, and several sentences that no pattern has together, are translated one by one.
    """
    if language == DEFAULT or not sentence:
        return sentence
    if "\n" in sentence:
        return "\n".join(_line(line, language) for line in sentence.split("\n"))
    catalogue = _of(language)
    if sentence in catalogue.plain:
        return catalogue.plain[sentence]
    filled = next(filter(None, (pattern.filled(sentence, language) for pattern in catalogue.likely(sentence))), None)
    parts = _NEXT_SENTENCE.split(sentence)
    if len(parts) > 1:
        apart = [translated(part, language) for part in parts]
        if filled is None or not set(apart) & set(parts):  # else a value may have taken in a whole sentence
            return " ".join(apart)
    if filled is not None:
        return filled
    for pattern in catalogue.wordless:
        if (filled := pattern.filled(sentence, language)) not in {None, sentence}:
            return filled
    return _with_other_stop(sentence, language)


def _line(line: str, language: str) -> str:
    """Translate one of several lines; a line of a list keeps its mark."""
    words = line.lstrip(" -")
    return line[: len(line) - len(words)] + translated(words, language)


def _inside(words: str, language: str) -> str:
    """Translate a sentence inside another one; it may begin in lower case, or be a list."""
    for spelled in (words, words[:1].upper() + words[1:]):
        if (found := translated(spelled, language)) != spelled:
            return found
    parts = re.split("[,;] ", words)
    listed = [translated(each, language) for each in parts]
    return words if set(listed) & set(parts) else ", ".join(listed)


def _with_other_stop(words: str, language: str) -> str:
    """Translate a sentence that has lost its full stop, such as the first of two, or has got one."""
    if words[-1:] in {"", ":", ";", "?", "!"}:
        return words
    bare = words.removesuffix(".")
    plain = _of(language).plain
    if bare != words:
        return f"{plain[bare]}." if bare in plain else words
    stopped = translated(f"{words}.", language)
    return words if stopped == f"{words}." else stopped.removesuffix(".")


class _Catalogue(msgspec.Struct, frozen=True):
    """The sentences of a language: without values, with words and values, with values alone.

    ``by_word`` are the places of those with words, by the one of their words that fewest others have; "" if all their
    words touch a value.
    """

    plain: Mapping[str, str]
    worded: Sequence[_Pattern]
    wordless: Sequence[_Pattern]
    by_word: Mapping[str, Sequence[int]]

    def likely(self, sentence: str) -> Iterator[_Pattern]:
        """Yield the patterns that a sentence may fit, in their order: about ten of a thousand."""
        words = {"", *_WORD.findall(sentence)}
        for place in sorted(place for word in words for place in self.by_word.get(word, ())):
            yield self.worded[place]


@cache
def _of(language: str) -> _Catalogue:
    """Return the sentences of a language, of those with values the ones with the most own words first."""
    table = {**dict(_parts(patterns(language))), **patterns(language)}
    plain = {source: target for source, target in table.items() if not _VALUE.search(source)}
    own = {source: _VALUE.sub("", source) for source in table.keys() - plain.keys()}
    others = [
        _Pattern(each, table[each], max(_VALUE.split(each)[::2], key=len))
        for each in sorted(own, key=lambda source: (-len(own[source]), source))
    ]
    worded = [each for each in others if any(map(str.isalpha, own[each.source]))]
    wordless = [each for each in others if not any(map(str.isalpha, own[each.source]))]
    return _Catalogue(plain, worded, wordless, _by_word(worded))


def _by_word(worded: Sequence[_Pattern]) -> Mapping[str, Sequence[int]]:
    words = [_WORD.findall(_VALUE.sub(_BESIDE_A_VALUE, each.source)) for each in worded]
    known = Counter(word for own in words for word in set(own))
    found: dict[str, list[int]] = {}
    for place, own in enumerate(words):
        found.setdefault(min(own, key=known.__getitem__, default=""), []).append(place)
    return found


def _parts(table: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each of several sentences as a pattern of its own, if their translation has as many, in their order."""
    for source, target in table.items():
        ours, theirs = _NEXT_SENTENCE.split(source), _NEXT_SENTENCE.split(target)
        if len(ours) == len(theirs) > 1:
            for part, other in zip(ours, theirs, strict=True):
                own = sum(letter.isalpha() for letter in _VALUE.sub("", part))
                if own >= _FEWEST_LETTERS and sorted(_VALUE.findall(part)) == sorted(_VALUE.findall(other)):
                    yield part, other


@cache
def _compiled(source: str) -> re.Pattern[str]:
    parts = _VALUE.split(source)  # words, name, words, name, words
    written = (
        f"(?P<{part}>{_FORMS.get(part, '.+')})" if place % 2 else re.escape(part) for place, part in enumerate(parts)
    )
    return re.compile("".join(written), re.DOTALL)
