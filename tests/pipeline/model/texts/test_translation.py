"""Sentences in another language: every code of the catalogue has one, values stay, nothing is left unsaid."""

import re
from pathlib import Path

import pytest

from pipeline.model import texts
from pipeline.model.issue_types import CATALOGUE
from pipeline.model.texts.translation import patterns, translated

HOME = Path(__file__).parents[4]
CODE = "\n".join(
    path.read_text("utf-8") for folder in ("pipeline", "connectors") for path in (HOME / folder).rglob("*.py")
)
LANGUAGES = [language for language in texts.languages() if language != "en"]
VALUE = re.compile(r"\{([a-z_]+)\}")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CATALOGUE)
def test_every_issue_code_has_its_texts(language: str, code: str) -> None:
    """Title, advice and message of every code are in every language."""
    kind = CATALOGUE[code]
    assert [text for text in (kind.title, kind.advice, kind.message) if text and text not in patterns(language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_unused(language: str) -> None:
    """The words of every pattern are in the code."""
    joined = re.sub(r"\"\s*\n\s*f?\"", "", CODE)
    unused = [
        source
        for source in patterns(language)
        if not all(
            part.strip(" (),.;:") in joined
            for words in VALUE.split(source)[::2]
            for part in words.split("; ")
            if part.strip(" (),.;:")
        )
    ]
    assert unused == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_has_the_values_of_its_pattern(language: str) -> None:
    """No value is lost in a translation."""
    lost = [
        source
        for source, target in patterns(language).items()
        if set(VALUE.findall(source)) != set(VALUE.findall(target))
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("the row is empty", "die Zeile ist leer"),
        (
            "the list has [B]o@example.com, the directory has [b]o@example.com",
            "die Liste hat [B]o@example.com, das Verzeichnis hat [b]o@example.com",
        ),
        (
            "no directory entry has this email; the nearest is 'bo@example.com'",
            "kein Eintrag des Verzeichnisses hat diese E-Mail-Adresse; am ähnlichsten ist 'bo@example.com'",
        ),
        ("rows 4, 6 and more have the same one", "Zeilen 4, 6 und weitere haben denselben Wert"),
        ("Write 'the row is empty'.", "'the row is empty' schreiben."),
        ("a sentence that is new", "a sentence that is new"),
        ("", ""),
    ],
)
def test_values_stay_as_they_are(english: str, german: str) -> None:
    """A pattern keeps its values; what no pattern fits stays English."""
    assert translated(english, "de") == german


def test_english_and_unknown_languages_stay_english() -> None:
    """English is the program's own language."""
    assert translated("the row is empty", "en") == translated("the row is empty", "xx") == "the row is empty"
