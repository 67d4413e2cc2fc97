"""Verdicts on rows whose email differs from the directory's."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.kernels import folding
from pipeline.match import differences
from pipeline.model import fields
from pipeline.model.issues import Finding, RowIds


@dataclass(slots=True)
class Verdict:
    """The finding on one row, by its position; ``code`` is "" if nothing is wrong.

    ``proposal`` is the value to write instead.
    """

    code: str
    row: int
    message: str = ""
    fix: str = ""
    proposal: str = ""


def unknown(row: int) -> Verdict:
    """Build the verdict on an email that no entry has."""
    return Verdict("EMAIL-UNKNOWN", row, "no directory entry has this email")


def ambiguous(row: int, *, spelled_so: bool = False) -> Verdict:
    """Build the verdict on an email that several people of the directory fit."""
    message = "several directory entries fit, and none is spelled so"
    if spelled_so:
        message = "several directory entries have exactly this email, and not just one of them is an enabled member"
        return Verdict("EMAIL-AMBIGUOUS", row, message, "Have the directory give this email to one account only.")
    return Verdict("EMAIL-AMBIGUOUS", row, message)


def compare(row: int, email: str, mail: str, *, other_name: bool, correct_case: bool, case_matters: bool) -> Verdict:
    """Compare the email of a row with that of its entry; they are known to differ.

    Args:
        row: the position of the row.
        email: the spelling of the list.
        mail: the spelling of the directory.
        other_name: the list has the sign-in name or an alias of the entry.
        correct_case: a difference of case is corrected and reported, not rejected.
        case_matters: False if the Subject is written in lower case anyway.
    """
    if not mail.strip():
        return Verdict("DIRECTORY-NO-EMAIL", row, "the directory knows the account, but its email is empty")
    write = f"Write {mail!r}."
    if folding.lower_text(mail) == folding.lower_text(email):
        if not case_matters:
            return Verdict("", row)
        ours, theirs = differences.mark_differences(email, mail)
        ours += differences.named(email, mail)
        if correct_case:
            message = f"the list has {ours}; written as the directory has it: {theirs}"
            return Verdict("CASE-CORRECTED", row, message, "", mail)
        return Verdict("EMAIL-CASE", row, f"the list has {ours}, the directory has {theirs}", write, mail)
    if other_name:
        return Verdict("EMAIL-IS-UPN", row, f"this is a sign-in name or an alias; the email is {mail!r}", write, mail)
    if folding.fold_text(mail) == folding.fold_text(email):
        message = f"the directory composes its letters otherwise: {mail!a}"
        return Verdict("EMAIL-UNKNOWN", row, message, f"Write {mail!a}.", mail)
    return Verdict("EMAIL-UNKNOWN", row, f"the directory has another email for this id: {mail!r}", write, mail)


def findings(verdicts: Sequence[Verdict], ids: RowIds) -> list[Finding]:
    """Group verdicts by code; a verdict without a code is not a finding. ``ids`` are those of the roster's rows."""
    by_code: defaultdict[str, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        by_code[verdict.code].append(verdict)
    return [
        Finding(
            code,
            ids.at(np.array([each.row for each in of_code], np.int64)),
            fields.EMAIL,
            [each.message for each in of_code],
            [each.fix for each in of_code],
            proposals=[each.proposal for each in of_code],
        )
        for code, of_code in by_code.items()
        if code
    ]
