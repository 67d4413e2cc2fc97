"""Which language texts are written in: ``--lang``, else CONTACTPRO_LANG, else the system's, else English."""

import locale
import os

from pipeline.model import texts
from pipeline.model.errors import UsageProblem

VARIABLE = "CONTACTPRO_LANG"
SYSTEM = ("LC_ALL", "LC_MESSAGES", "LANG")


def chosen(asked: str | None, known: tuple[str, ...] | None = None) -> str:
    """Return the language of this command, one of ``known`` (those with texts if it is left out).

    Raises:
        UsageProblem: the option or CONTACTPRO_LANG names a language without texts.
    """
    known = known or texts.languages()
    if asked is not None:
        return _known(asked, "--lang", known)
    if named := os.environ.get(VARIABLE):
        return _known(named, VARIABLE, known)
    system = next((value for name in SYSTEM if (value := os.environ.get(name))), "") or locale.getlocale()[0] or ""
    language = _code(system)
    return language if language in known else texts.DEFAULT


def _known(asked: str, where: str, known: tuple[str, ...]) -> str:
    if (language := _code(asked)) in known:
        return language
    raise UsageProblem(f"{where}: there are no texts in {asked!r}.", advice=f"Use one of {', '.join(known)}.")


def _code(name: str) -> str:
    """Return ``de`` for ``de_DE.UTF-8``; Windows names languages in English (``German_Germany``)."""
    word = name.replace("-", "_").partition("_")[0].partition(".")[0].lower()
    return {"german": "de", "english": "en"}.get(word, word)
