"""Sentences in another language: every code of the catalogue has one, values stay, nothing is left unsaid."""

import re

import pytest

from pipeline.model import texts
from pipeline.model.issue_types import CATALOGUE
from pipeline.model.texts.translation import patterns, translated
from tests.pipeline.model.texts.sentences import OPEN, clauses, every_text, texts_of_code, words

LANGUAGES = [language for language in texts.languages() if language != "en"]
VALUE = re.compile(r"\{([a-z_]+)\}")
WHOLE = re.compile(r"[A-Z][^\0]{8}.* .* .*\.", re.DOTALL)
"""A text that is a sentence by itself; one that begins with a value may be put together of other texts."""
LIBRARIES = ("Input should be ", "String should have ", "Tuple should have ", "No such ", "Missing ", "Got unexpected ")
LIBRARIES += (
    "Option {name} requires",
    "Invalid value for ",
    "{name} is not ",
    "Path {path} does ",
    "Permission denied",
)
LIBRARIES += (
    "Is a directory",
    "No space left",
    "Read-only file",
    "File exists",
    "Connection refused",
    "Name or service",
)
LIBRARIES += ("Address already in use", "contains U+0020 SPACE", "contains U+00A0 NO-BREAK SPACE")
"""How sentences begin that are made of those of pydantic, of the command line, of the system, and of Unicode."""
ONE_LANGUAGE = frozenset(
    {
        "a character without a name",
        "a date or time",
        "a column uses every character that could part its values",
        "a file if it ends in .toml",
        "an address without a host",
        "any known header",
        "columns chosen on the page",
        "date and time",
        "in [directory] of a job file",
        "entra id application",
        "entra id group",
        "extension is not supported",
        "cannot parse header or footer",
        "field larger than field limit",
        "job file of contactpro-sync",
        "label and cells",
        "learned from an export",
        "of one user at",
        "shapes and drawings will be lost",
        "the child ended early",
        "the command line",
        "the row is parted by {} instead",
        "the signature covers something else than the response or its assertion",
        "true or false",
        "unable to read chart",
        "usage (exit code 2",
        "contactpro-sync layout learn --rci job.toml --user login -o names.toml",
        "else a name",
        "if errorlevel 1 pause\r",
        "sso metadata --idp",
        "the next in %.1f s",
        "does not accept the credential (401",
    }
)
"""Names, texts of another program, and texts for programs."""
METRICS = "pipeline/notify/metrics.py"
"""A file for Prometheus explains its numbers in English."""
COMPOSED = (
    "In the certificates ",
    "There are \0 different SAML responses",
    "The directory spells it ",
    "But it was sent to ",
    "No column fits the field ",
    'There is no \0 "',
    'There is no region "',
    "The metrics were not written: ",
)
"""Sentences whose values are words too, so that no single value fills them; their clauses are looked at."""


def _is_of(clause: str, code: str, pieces: int = 3) -> bool:
    """Return True if a clause is in the code, or is put together of so many texts of it."""
    if clause in code or not clause:
        return True
    ends = [at for at, letter in enumerate(clause) if letter == " "] if pieces > 1 else []
    return any(clause[:at] in code and _is_of(clause[at + 1 :], code, pieces - 1) for at in reversed(ends))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CATALOGUE)
def test_every_issue_code_has_its_texts(language: str, code: str) -> None:
    """Title, advice and message of every code are in every language."""
    kind = CATALOGUE[code]
    assert [text for text in (kind.title, kind.advice, kind.message) if text and text not in patterns(language)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_unused(language: str) -> None:
    """The words of every pattern are in the code, in pydantic, or are listed here."""
    code = "\n".join(each.text for each in every_text()).lower()
    unused = [
        source
        for source in patterns(language)
        if not source.startswith(LIBRARIES)
        and not all(_is_of(clause, code) for clause in clauses(VALUE.sub(OPEN, source)))
    ]
    assert unused == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_clause_of_the_code_is_missing(language: str) -> None:
    """Every clause of three words or more that the code can show is in a pattern of the language."""
    known = "\n".join(VALUE.sub(OPEN, source) for source in patterns(language)).lower()
    missing = [
        f"{each.file}:{each.line}: {clause}"
        for each in texts_of_code()
        if each.file != METRICS
        for clause in clauses(each.text)
        if len(words(clause)) > 2 and clause not in known and clause not in ONE_LANGUAGE
    ]
    assert missing == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_whole_sentence_of_the_code_stays_english(language: str) -> None:
    """A sentence of the code, with any value, is not what it was once it is translated."""
    sentences = [
        each
        for each in texts_of_code()
        if each.file != METRICS and WHOLE.fullmatch(each.text) and not each.text.startswith(COMPOSED)
    ]
    assert len(sentences) > 350
    english = [
        f"{each.file}:{each.line}: {each.text!r}"
        for each in sentences
        if all(
            translated(filled, language) == filled
            for filled in (each.text.strip().replace(OPEN, value) for value in ("7", "x.toml", "EMAIL-CASE"))
        )
    ]
    assert sorted(english) == []


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
        (
            "job.toml: `users.extensions` is missing.\njob.toml: unknown key `x`. Known here: group, groups.",
            "job.toml: `users.extensions` fehlt.\njob.toml: unbekannter Schlüssel `x`. Hier bekannt: group, groups.",
        ),
        (
            "The run was stopped:\n  - 9 to change, and budgets.change.percent allows 3 % of 20\nPlan again.",
            "Der Lauf wurde angehalten:\n  - 9 Mal ändern, und budgets.change.percent erlaubt 3 % von 20\nNeu planen.",
        ),
        (
            "a: no row within the first 20 has known column headers; found: b, c. Also known are the files of x.",
            (
                "a: Keine der ersten 20 Zeilen hat bekannte Spaltenüberschriften; gefunden: b, c. Bekannt sind auch "
                "die Dateien von x."
            ),
        ),
        ("nightly: 2 create, 1 case_change", "nightly: 2 neu, 1 nur Groß-/Kleinschreibung"),
        (
            "Reading from scim.example.com failed (2 attempts): the answer is empty",
            "Das Lesen bei scim.example.com scheiterte (2 Versuche): die Antwort ist leer",
        ),
        (
            "credential \"secret\" needs tenant_id and 'a and b' as well",
            "credential \"secret\" braucht auch tenant_id und 'a and b'",
        ),
        ("", ""),
    ],
)
def test_values_stay_as_they_are(english: str, german: str) -> None:
    """A pattern keeps its values; what no pattern fits stays English."""
    assert translated(english, "de") == german


def test_english_and_unknown_languages_stay_english() -> None:
    """English is the program's own language."""
    assert translated("the row is empty", "en") == translated("the row is empty", "xx") == "the row is empty"
