"""report.html: a run on one self-contained page, in two copies: private, and with addresses masked.

The page loads nothing. Its one script filters the issues and is allowed by its hash; without scripts everything is
shown. Every chart has its numbers beside it as text.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import Any

import msgspec
import numpy as np
import pyarrow.compute as pc
from jinja2 import Environment, Template

from pipeline.kernels.columns import flat
from pipeline.kernels.letter_case import letter_case
from pipeline.model import fields
from pipeline.model import texts as catalogue
from pipeline.model.issue_types import CATALOGUE
from pipeline.model.texts import Texts
from pipeline.model.texts.translation import translated
from pipeline.reports.page import sentences
from pipeline.reports.page.charts import Part, lengths, parts, percent
from pipeline.reports.page.environment import SHARED, csp_hash, environment
from pipeline.reports.page.groups import Group, groups
from pipeline.reports.page.issue_rows import issue_rows
from pipeline.reports.page.shown_issues import SEVERITIES, FoundIssue, most_important, shown_issues
from pipeline.reports.rejects import as_text
from pipeline.reports.summary import manifest
from pipeline.result import RunResult

CASES = ("lower", "mixed", "upper")
SEVERITY_COLOURS = {"error": "three", "warning": "two", "dropped": "none"}
HASHES = {"inputs": "input", "config": "config", "mappings": "mapping", "layout": "layout", "state": "state"}


MOST_FILES = 20
"""Import files on the page; manifest.json lists all of them with their hashes."""

MASK = "…"
"""The characters of an address that are left out."""

_ADDRESS = re.compile(r"(?P<local>[^\s@<>&;\"']+)@(?=\w[\w.-]*\.\w)")


class CodeBar(msgspec.Struct, frozen=True):
    """The rows of one issue code, and the length of their bar."""

    code: str
    severity: str
    colour: str
    title: str
    advice: str
    rows: int
    length: str


class GroupBar(msgspec.Struct, frozen=True):
    """The people of one group, and the lengths of its two parts."""

    name: str
    group: Group
    accepted: str
    rejected: str


class PageFacts(msgspec.Struct, frozen=True):
    """What both pages of a run show of its rows, found once: people by group, emails by case, and issues."""

    by_field: dict[str, list[Group]]
    cases: list[Part]
    issues: list[FoundIssue]

    @classmethod
    def of_run(cls, run: RunResult, language: str) -> "PageFacts":
        """Find what the pages show; nothing of it depends on the annotated workbook."""
        return cls(groups(run), _cases(run, catalogue.get(language)), most_important(run))


def report(run: RunResult, *, language: str = catalogue.DEFAULT, hidden: bool = False) -> bytes:
    """Return one page (UTF-8); see ``page``."""
    return page(run, PageFacts.of_run(run, language), language=language, hidden=hidden)


def page(run: RunResult, facts: PageFacts, *, language: str, hidden: bool) -> bytes:
    """Return the page (UTF-8). ``hidden`` masks every text that may contain a person's address."""
    texts, inline, document = catalogue.get(language), script(), manifest(run)
    issues = shown_issues(facts.issues, run.request.language, hidden=hidden)
    has_keys = run.people is not None and run.people.extract.origin.rows is None
    place_word = texts["report.account" if has_keys else "report.place"]
    filled = load_template(language).render(
        t=texts,
        run=run,
        hidden=hidden,
        script=inline,
        csp=csp_hash(inline),
        source=run.people.extract.origin.source if run.people else "",
        facts=document,
        headline=sentences.headline(run, texts),
        forecast=sentences.forecast(run, facts.by_field, texts),
        by_code=_code_bars(run),
        by_field={field: _group_bars(field, found, texts) for field, found in facts.by_field.items()},
        cases=facts.cases,
        changes=sentences.changes(run, texts),
        issues=issues,
        issue_rows=issue_rows(issues, texts, place_word),
        place_word=place_word,
        issue_count=sum(document["issues"].values()),
        severities=[each for each in SEVERITIES if any(issue.severity == each for issue in issues)],
        verified=list(sentences.verified(run, texts)),
        most_files=MOST_FILES,
        more_files=sentences.counted("report.more_files", len(run.written) - MOST_FILES, texts),
        hashes=list(_hashes(document["hashes"], texts)),
    )
    return (_ADDRESS.sub(_masked, filled) if hidden else filled).encode()


def load_template(language: str) -> Template:
    """Return the template of the page; it is compiled once in a process, which takes as long as to fill it."""
    return _environment(catalogue.get(language)["report.thousands"]).get_template("report.html.j2")


def _masked(address: re.Match[str]) -> str:
    """Mask an address that is somewhere else than in a value: a team, a header or a note may have one."""
    local: str = address["local"]
    return address[0] if MASK in local else f"{MASK}@"


@cache
def _environment(thousands: str) -> Environment:
    made = environment(SHARED, thousands)
    made.filters |= {"as_text": as_text, "translated": translated}
    return made


@cache
def script() -> str:
    """Return the script of the page, which a policy can allow by its hash."""
    return (SHARED / "report.js").read_text("utf-8")


def _code_bars(run: RunResult) -> list[CodeBar]:
    found = run.issue_counts()
    ordered = sorted(found, key=lambda code: (SEVERITIES.index(CATALOGUE[code].severity), -found[code], code))
    longest = max(found.values(), default=1)
    return [
        CodeBar(
            code,
            (kind := CATALOGUE[code]).severity,
            SEVERITY_COLOURS[kind.severity],
            translated(kind.title, run.request.language),
            translated(kind.advice, run.request.language),
            found[code],
            percent(lengths([found[code]], longest)[0]),
        )
        for code in ordered
    ]


def _group_bars(field: str, found: list[Group], texts: Texts) -> list[GroupBar]:
    longest = max(group.people for group in found)
    bars = []
    for group in found:
        accepted, rejected = lengths([group.accepted, group.rejected], longest)
        bars.append(GroupBar(sentences.group_name(group, field, texts), group, percent(accepted), percent(rejected)))
    return bars


def _cases(run: RunResult, texts: Texts) -> list[Part]:
    """Count the emails of the directory by case; those of the list if there is no directory."""
    people = run.directory or run.people
    if people is None or not len(people):
        return []
    emails = flat(people.texts(fields.EMAIL))
    case = letter_case(emails)
    empty = pc.equal(emails, "").to_numpy(zero_copy_only=False)
    counts = np.bincount(case[~empty], minlength=len(CASES)).tolist()
    named = {texts[f"report.{name}"]: count for name, count in zip(CASES, counts, strict=True)}
    return parts(named | {texts["report.empty"]: int(empty.sum())}, len(people))


def _hashes(known: dict[str, Any], texts: Texts) -> Iterator[tuple[str, str, str]]:
    """Return part, name and SHA-256 of everything that went in and came out; a live source has no hash."""
    for part, key in (*HASHES.items(), ("outputs", "output")):
        digests = known[part] if isinstance(known[part], dict) else {"": known[part]}
        named = part in {"inputs", "mappings", "outputs"}
        for name, digest in islice(digests.items(), MOST_FILES):
            if named or digest:
                yield texts[f"report.{key}"], name, digest or texts["report.no_hash"]
