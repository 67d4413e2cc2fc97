"""The census as one HTML page to be handed on: no script, nothing fetched, charts drawn by the template as inline SVG.

Every chart has its numbers in a table beneath it; colours follow the reader's light or dark, and paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.diagnostics.census.statistics import Census, Domain
from pipeline.diagnostics.census.table import CASES, CLAIM, headline, patterns_of, shown
from pipeline.model.issue_types import CATALOGUE
from pipeline.reports.page.charts import lengths, parts, percent
from pipeline.reports.page.environment import environment

TEMPLATE = "page.html.j2"

_LONGEST_LABEL = 44
"""Characters of a domain beside its bar; the table has all of it."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The users of one domain whose UPN is not their email: the row of the table, and two lengths in percent."""

    domain: Domain
    label: str
    case_only: str
    otherwise: str


def page(census: Census, title: str, about: str = "") -> bytes:
    """Draw a census as HTML in UTF-8; ``about`` is a line below the title. The same values give the same bytes."""
    filled = census.users - census.email.empty
    template = environment(Path(__file__).parent).get_template(TEMPLATE)
    spelled = {words: getattr(census.email, case) for case, words in CASES.items()}
    domains = shown(census.domains)
    text = template.render(
        census=census,
        title=title,
        about=about,
        headline=headline(census),
        filled=filled,
        spellings=parts(spelled, census.users),
        habits=parts(patterns_of(census), filled),
        domains=domains,
        bars=bars(domains) if any(each.upn_differs for each in domains) else [],
        faults=[(CATALOGUE[code], count) for code, count in census.unusable.items()],
        claim=CLAIM,
    )
    return text.encode()


def bars(domains: Sequence[Domain]) -> list[Bar]:
    """Draw each domain's users whose UPN differs, the longest bar over the whole width."""
    longest = max(each.upn_differs for each in domains)
    drawn = []
    for each in domains:
        by_case = each.upn_differs_case_only
        case_only, otherwise = lengths([by_case, each.upn_differs - by_case], longest)
        label = each.domain if len(each.domain) <= _LONGEST_LABEL else f"{each.domain[: _LONGEST_LABEL - 1]}…"
        drawn.append(Bar(each, label, percent(case_only), percent(otherwise)))
    return drawn
