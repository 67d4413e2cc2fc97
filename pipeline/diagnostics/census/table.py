"""The census for a terminal: plain tables, counts right aligned.

No address and no name of a person is in a census, so nothing is masked here.
"""

from collections.abc import Iterable, Iterator, Mapping

from pipeline.diagnostics.census.name_patterns import EXAMPLES, PATTERNS
from pipeline.diagnostics.census.statistics import Attribute, Census, Domain
from pipeline.model.issue_types import CATALOGUE
from pipeline.model.masking import plainly
from pipeline.model.printed import Column, Line, Printed, Table
from pipeline.reports.page.charts import share

LARGEST = 15
"""Domains shown one by one; the others are summed."""

CASES = {
    "lower": "small letters only",
    "mixed": "small and capital letters",
    "upper": "capital letters only",
    "empty": "no email",
}

FILLED_CASES = ("lower", "mixed", "upper")

DOMAIN_COUNTS = {
    "users": "users",
    "lower": "small",
    "mixed": "mixed",
    "upper": "capital",
    "upn_differs": "UPN differs",
    "upn_differs_case_only": "by case only",
}
"""What is shown of a domain, and the head of its column."""

ATTRIBUTE_COUNTS = {
    "filled": "filled",
    "usable": "usable",
    "unique": "unique",
    "twins": "twins",
    "mixed_case": "mixed case",
}
"""What is shown of an attribute, likewise."""

NUMBER, WORDS, INDENT = Column(is_number=True), Column(is_worded=True), 4

CLAIM = "What is really sent, only the claim configuration of the identity provider decides."


def lines(census: Census, source: str) -> Iterator[Printed]:
    """Describe a census; ``source`` is what was counted, as a person calls it."""
    yield f"{source}: {census.users:,} users"
    yield f"  {headline(census)}"
    spelled = {words: getattr(census.email, case) for case, words in CASES.items()}
    yield from _shares("emails by their letters", spelled, census.users)
    filled = census.users - census.email.empty
    yield from _shares("the part before the @, as the person's names make it", patterns_of(census), filled)
    yield from _counts("accounts, duplicates and sign-in names", _notable(census))
    if census.unusable:
        titles = {f"{code}  {CATALOGUE[code].title}": count for code, count in census.unusable.items()}
        yield from _counts("emails that would be rejected", titles)
    yield from _domains(census)
    yield from _attributes(census.attributes)
    yield f"\n{census.why}"
    yield CLAIM


def patterns_of(census: Census) -> dict[str, int]:
    """Return the name patterns with an example of each."""
    examples = dict(zip(PATTERNS, EXAMPLES, strict=True))
    return {f"{pattern} ({examples[pattern]})": count for pattern, count in census.habits.items()}


def headline(census: Census) -> str:
    """Return in one sentence how emails must be spelled in a list for this directory."""
    filled, capitals = census.users - census.email.empty, census.email.mixed + census.email.upper
    if not filled:
        return "No user has an email here: another attribute may carry it."
    if not capitals:
        return "No email has a capital letter, so a list in small letters is right."
    have = "email has" if capitals == 1 else "emails have"
    return f"{capitals:,} {have} capital letters ({share(capitals, filled)}): a list in small letters locks them out."


def shown(domains: tuple[Domain, ...]) -> list[Domain]:
    """Return the largest domains, and the others as one that is named by their number."""
    first, rest = domains[:LARGEST], domains[LARGEST:]
    if len(rest) < 2:  # noqa: PLR2004 - a sum of one would only hide its name
        return list(domains)
    sums = (sum(getattr(each, count) for each in rest) for count in DOMAIN_COUNTS)
    return [*first, Domain(f"{len(rest):,} other domains", *sums)]


def _notable(census: Census) -> dict[str, int]:
    notable = {
        "guests": census.guests,
        "disabled accounts": census.disabled,
        "enabled or not: unknown": census.enabled_unknown,
        "emails that several users have": census.twins,
        "emails that differ only by case from another user's": census.case_twins,
    }
    if census.upn_known:
        notable["UPN and email differ"] = census.upn_differs
        notable["  of these only by case"] = census.upn_differs_case_only
    return notable


def _shares(title: str, counts: Mapping[str, int], whole: int) -> Iterator[Printed]:
    yield _title(title)
    rows = ((f"{count:,}", share(count, whole), words) for words, count in counts.items() if count)
    yield Table.of((NUMBER, NUMBER, WORDS), rows, INDENT)


def _counts(title: str, counts: Mapping[str, int]) -> Iterator[Printed]:
    yield _title(title)
    yield Table.of((NUMBER, WORDS), ((f"{count:,}", words) for words, count in counts.items()), INDENT)


def _title(title: str) -> Line:
    return Line(f"\n{title}", "bold")


def _domains(census: Census) -> Iterator[Printed]:
    if not census.domains:
        return
    headings = DOMAIN_COUNTS if census.upn_known else {name: DOMAIN_COUNTS[name] for name in ("users", *FILLED_CASES)}
    rows = [(each.domain, [getattr(each, count) for count in headings]) for each in shown(census.domains)]
    yield from _table("domains", list(headings.values()), rows)


def _attributes(attributes: tuple[Attribute, ...]) -> Iterator[Printed]:
    rows = [(each.name, [getattr(each, count) for count in ATTRIBUTE_COUNTS]) for each in attributes]
    yield from _table("attributes that could carry the email", list(ATTRIBUTE_COUNTS.values()), rows)


def _table(title: str, heads: list[str], rows: Iterable[tuple[str, list[int]]]) -> Iterator[Printed]:
    """Align numbers below their headings, with names at the end of the line because their length is not limited."""
    yield _title(title)
    columns = (*(Column(head, is_number=True) for head in heads), Column())
    cells = ((*(f"{count:,}" for count in counts), plainly(name)[1:-1]) for name, counts in rows)
    yield Table.of(columns, cells, INDENT)
