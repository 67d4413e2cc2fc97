"""One catalogue of texts: no entry is missing, none is unused, and all take the same values."""

import re
import string
from pathlib import Path

import pytest

from pipeline.model import texts

PIPELINE = Path(__file__).parents[4] / "pipeline"
LANGUAGES = texts.languages()


def _code() -> str:
    files = [*PIPELINE.rglob("*.py"), *PIPELINE.rglob("*.j2")]
    return "\n".join(path.read_text("utf-8") for path in files)


def _values(entry: str | texts.Plural) -> set[str]:
    written = (entry,) if isinstance(entry, str) else (entry.one, entry.other)
    return {name for text in written for _, name, _, _ in string.Formatter().parse(text) if name}


def test_english_and_german_are_there() -> None:
    """English and German have a file."""
    assert {"en", "de"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_entries_of_english_and_no_others(language: str) -> None:
    """No language lacks an entry or has one of its own."""
    assert texts.get(language).entries.keys() == texts.get("en").entries.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_entry_takes_the_values_that_english_takes(language: str) -> None:
    """A text in another language names the same values in braces."""
    english, other = texts.get("en").entries, texts.get(language).entries
    assert {key: _values(other[key]) for key in english} == {key: _values(english[key]) for key in english}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plural_is_a_plural_in_every_language(language: str) -> None:
    """An entry that is chosen by its count is so in every language."""
    english, other = texts.get("en").entries, texts.get(language).entries
    assert {key for key in english if type(other[key]) is not type(english[key])} == set()


def test_no_entry_is_unused() -> None:
    """Every key is in the code, or its table is."""
    code = _code()
    families = set(re.findall(r'f["\']([a-z_]+\.[a-z_.]*)\{', code))  # texts[f"severity.{severity}"]
    families |= set(re.findall(r'"([a-z_]+\.(?:[a-z_]+\.)*)" ~', code))  # t["web.field." ~ field] of a template
    unused = [
        key
        for key in texts.get("en").entries
        if f'"{key}"' not in code and f"'{key}'" not in code and not key.startswith(tuple(families))
    ]
    assert unused == []


def test_a_count_of_one_has_its_own_text() -> None:
    """The count chooses the text and can be shown in it."""
    catalogue = texts.Texts("en", {"rows": texts.Plural("{count} row", "{count} rows")})
    assert [catalogue("rows", count=count) for count in (0, 1, 2)] == ["0 rows", "1 row", "2 rows"]


def test_a_language_without_a_file_is_read_in_english() -> None:
    """A language without a file has the texts of English."""
    assert texts.get("fi") == texts.get("en")
