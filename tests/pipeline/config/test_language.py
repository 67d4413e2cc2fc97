"""The language of texts: what was asked for, else what the system speaks."""

import pytest

from pipeline.config import language
from pipeline.model.errors import UsageProblem


@pytest.fixture(autouse=True)
def _no_language(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (language.VARIABLE, *language.SYSTEM):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("asked", "environment", "expected"),
    [
        ("de", {"CONTACTPRO_LANG": "en", "LANG": "fi_FI.UTF-8"}, "de"),
        ("de-AT", {}, "de"),
        ("DE", {}, "de"),
        (None, {"CONTACTPRO_LANG": "de", "LANG": "en_GB.UTF-8"}, "de"),
        (None, {"LC_ALL": "de_CH.UTF-8", "LANG": "en_US.UTF-8"}, "de"),
        (None, {"LANG": "de_DE.UTF-8"}, "de"),
        (None, {"LANG": "fi_FI.UTF-8"}, "en"),
        (None, {"LANG": "C.UTF-8"}, "en"),
        (None, {"CONTACTPRO_LANG": "", "LANG": "de_DE"}, "de"),
    ],
)
def test_the_option_goes_before_the_variable_and_the_variable_before_the_system(
    monkeypatch: pytest.MonkeyPatch, asked: str | None, environment: dict[str, str], expected: str
) -> None:
    """``--lang``, then CONTACTPRO_LANG, then the system; a system in an unknown language gets English."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language.chosen(asked) == expected


@pytest.mark.parametrize("variable", [None, "CONTACTPRO_LANG"])
def test_a_language_without_texts_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, variable: str | None) -> None:
    """What a person asked for by name is not replaced by English."""
    if variable:
        monkeypatch.setenv(variable, "tlh")
    with pytest.raises(UsageProblem, match=f"{variable or '--lang'}: there are no texts in 'tlh'"):
        language.chosen(None if variable else "tlh")
