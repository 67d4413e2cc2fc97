"""The census as one HTML page to be handed on: no script, nothing fetched, charts drawn by the template as inline SVG.

Every chart has its numbers in a table beneath it; colours follow the reader's light or dark, and paper.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline.census.statistics import Census, Domain
from pipeline.census.table import CASES, CLAIM, habits_of, headline, share, shown
from pipeline.model.issues import CATALOGUE

TEMPLATE = "page.html.j2"

COLOURS = ("one", "two", "three", "four", "five", "six")
NO_COLOUR = "none"
"""What is no habit (no email, "other") is grey; the stylesheet of the template knows these names."""

_THINNEST = 0.8
"""Percent of the width: what is there at all can be seen. The table has the true share."""

_LONGEST_LABEL = 44
"""Characters of a domain beside its bar; the table has all of it."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a stacked bar: what it stands for, its number and share, and where it is drawn in percent."""

    words: str
    colour: str
    count: int
    share: str
    start: str
    width: str


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
    template = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    ).get_template(TEMPLATE)
    spelled = {words: getattr(census.email, case) for case, words in CASES.items()}
    domains = shown(census.domains)
    text = template.render(
        census=census,
        title=title,
        about=about,
        headline=headline(census),
        filled=filled,
        spellings=parts(spelled, census.users),
        habits=parts(habits_of(census), filled),
        domains=domains,
        bars=bars(domains) if any(each.upn_differs for each in domains) else [],
        faults=[(CATALOGUE[code], count) for code, count in census.unusable.items()],
        claim=CLAIM,
        share=share,
    )
    return text.encode()


def parts(counts: Mapping[str, int], whole: int) -> list[Part]:
    """Lay the parts of a whole end to end over the width, in their order; the last is the one that is no habit."""
    widths = _drawn(list(counts.values()), whole)
    colours = [*COLOURS[: len(counts) - 1], NO_COLOUR]
    return [
        Part(words, colour, count, share(count, whole), _percent(sum(widths[:place])), _percent(widths[place]))
        for place, ((words, count), colour) in enumerate(zip(counts.items(), colours, strict=True))
    ]


def bars(domains: Sequence[Domain]) -> list[Bar]:
    """Draw each domain's users whose UPN differs, the longest bar over the whole width."""
    longest = max(each.upn_differs for each in domains)
    drawn = []
    for each in domains:
        by_case = each.upn_differs_case_only
        case_only, otherwise = _drawn([by_case, each.upn_differs - by_case], longest)
        label = each.domain if len(each.domain) <= _LONGEST_LABEL else f"{each.domain[: _LONGEST_LABEL - 1]}…"
        drawn.append(Bar(each, label, _percent(case_only), _percent(otherwise)))
    return drawn


def _drawn(counts: list[int], whole: int) -> list[float]:
    """Give each count its length in percent of the width, none too thin to be seen, and all of them not too long."""
    lengths = [max(100 * count / whole, _THINNEST) if count else 0.0 for count in counts]
    too_long = max(sum(lengths) / 100, 1)
    return [length / too_long for length in lengths]


def _percent(number: float) -> str:
    return f"{number:.2f}%"
