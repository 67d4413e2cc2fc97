"""Rendering: templates in the session's language, and the fixed files of the page."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment
from starlette.responses import HTMLResponse

from pipeline.model import texts as catalogue
from pipeline.model.texts.translation import translated
from pipeline.reports.page.environment import SHARED, environment
from pipeline.web.sessions import Session

FOLDER = Path(__file__).parent
ENDONYMS = {"en": "English", "de": "Deutsch"}
"""How each language calls itself, for the links that change it; a language without a name here shows its code."""


def page(template: str, language: str, status: int = 200, **values: Any) -> HTMLResponse:  # noqa: ANN401 - for Jinja
    """Render a template in a language."""
    texts = catalogue.get(language)
    names = {code: ENDONYMS.get(code, code) for code in catalogue.languages()}
    made = _environment(texts["report.thousands"]).get_template(template)
    return HTMLResponse(made.render(t=texts, languages=names, **values), status)


def stopped(session: Session | None, language: str, message: str, advice: str = "", status: int = 400) -> HTMLResponse:
    """Render the page of a refusal: the reason in a sentence, and the next step."""
    return page("stopped.html.j2", language, status, session=session, message=message, advice=advice)


@cache
def stylesheet() -> bytes:
    """Return the stylesheet: that of the reports, and what only the page has."""
    parts = (SHARED / "base.css", SHARED / "report.css", FOLDER / "static" / "page.css")
    return b"\n".join(part.read_bytes() for part in parts)


@cache
def script() -> bytes:
    """Return the script of the page; without it every step works, too."""
    return (FOLDER / "static" / "page.js").read_bytes()


@cache
def _environment(thousands: str) -> Environment:
    made = environment(FOLDER / "templates", thousands)
    made.filters["translated"] = translated
    return made
