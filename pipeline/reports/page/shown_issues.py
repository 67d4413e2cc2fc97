"""The issues that a page shows: a limited number, rows with errors first, each with both spellings."""

from typing import NamedTuple

import msgspec
import numpy as np

from pipeline.kernels.columns import Mask
from pipeline.model import fields
from pipeline.model.issue_types import CATALOGUE
from pipeline.model.masking import masked, plainly
from pipeline.model.texts.translation import translated
from pipeline.reports.page import spelling
from pipeline.reports.page.spelling import Piece
from pipeline.reports.rows.issue_list import Issue, of_finding
from pipeline.result import RunResult

MOST = 2_000
"""Issues on one page; issues.jsonl has all of them."""

SEVERITIES = ("error", "warning", "dropped")
_NOT_PERSONAL = frozenset({fields.TENANT, fields.REGION})


class ShownIssue(msgspec.Struct, frozen=True):
    """One issue as a page shows it.

    ``written`` is the value in the list and ``wanted`` the spelling to use instead, as pieces; ``wanted`` is empty if
    none is proposed. ``message`` is "" if the two spellings already show everything.
    """

    code: str
    severity: str
    sheet: str
    place: str
    column: str
    written: list[Piece]
    wanted: list[Piece]
    message: str
    fix: str


class FoundIssue(NamedTuple):
    """An issue with its proposal, "" if there is none, and the field it is about."""

    issue: Issue
    proposal: str
    field: str | None


def most_important(run: RunResult, most: int = MOST) -> list[FoundIssue]:
    """Return at most ``most`` issues in the order of the rows; those about the run come first.

    Rows with an error are chosen before rows with a warning, and these before dropped ones.
    """
    chosen = _chosen(run, most)
    found = [
        FoundIssue(issue, kept.proposal(at), kept.field)
        for finding in run.findings
        for kept in [run.ids.only(finding, chosen) if len(finding.rows) else finding]
        if len(kept.rows) or not len(finding.rows)
        for at, issue in zip(kept.starts().tolist() or [0], of_finding(run, kept), strict=True)
    ]
    return sorted(found, key=lambda each: (each.issue.row or 0, each.issue.key or "", each.issue.code))


def shown_issues(found: list[FoundIssue], language: str, *, hidden: bool) -> list[ShownIssue]:
    """Return issues as a page shows them.

    ``hidden`` leaves out every text that may contain a person's address: values are masked, messages and fixes are the
    catalogue's.
    """
    return [_shown(issue, proposal, field, language, hidden=hidden) for issue, proposal, field in found]


def _chosen(run: RunResult, most: int) -> Mask:
    """Mark the rows whose issues are shown."""
    length = len(run.people or ())
    issues, chosen = np.zeros(length, np.int64), np.zeros(length, np.bool_)
    for finding in run.findings:
        issues[run.ids.positions(finding.rows[finding.starts()])] += 1
    for severity in SEVERITIES:
        rows = np.flatnonzero(run.ids.marked(run.findings, severity=severity) & ~chosen)
        chosen[rows[np.cumsum(issues[rows]) <= most - issues[chosen].sum()]] = True
    return chosen


def _shown(issue: Issue, proposal: str, field: str | None, language: str, *, hidden: bool) -> ShownIssue:
    place = str(issue.row) if issue.row is not None else issue.key or ""
    written, wanted, message, fix = spelling.plain(issue.value), list[Piece](), issue.message, issue.fix
    if hidden:
        show = plainly if field in _NOT_PERSONAL and "@" not in issue.value else masked
        written = [Piece(show(issue.value), differs=False)] if issue.value else []
        if place:
            message, fix = "", translated(CATALOGUE[issue.code].advice, language)
    elif proposal:
        written, wanted = spelling.compared(issue.value, proposal)
        message = "" if issue.code in {"EMAIL-CASE", "CASE-CORRECTED"} else message
    return ShownIssue(
        issue.code, issue.severity, issue.sheet or "", place, issue.column or "", written, wanted, message, fix
    )
