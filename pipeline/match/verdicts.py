"""Verdicts on rows whose email differs from the directory's: whole columns, split by what differs."""

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import Mask, Positions
from pipeline.kernels.folding import fold
from pipeline.match import differences
from pipeline.match.several import NOT_SPELLED_SO, SPELLED_SO
from pipeline.model import fields
from pipeline.model.issues import Finding, RowIds, RowTexts
from pipeline.validate.spelling.quotes import quoted

UNKNOWN, NO_EMAIL, CORRECTED = "EMAIL-UNKNOWN", "DIRECTORY-NO-EMAIL", "CASE-CORRECTED"
Words = npt.NDArray[np.object_]


class Verdicts(msgspec.Struct, frozen=True):
    """What was found on some rows, by their positions (``int64``): texts in arrays of objects, one a row.

    ``codes`` are "" if nothing is wrong; ``proposals`` are the emails to write instead.
    """

    rows: Positions
    codes: Words
    messages: Words
    fixes: Words
    proposals: Words

    @classmethod
    def unknown(cls, rows: Positions) -> "Verdicts":
        """Build the verdict on emails that no entry has."""
        texts = (UNKNOWN, "no directory entry has this email", "", "")
        return cls(rows, *(np.full(len(rows), text, np.object_) for text in texts))

    def put(
        self, at: Positions, code: str, messages: Words | str, fixes: Words | str = "", proposals: Words | str = ""
    ) -> None:
        """Replace the verdict on the rows at some places."""
        self.codes[at], self.messages[at], self.fixes[at], self.proposals[at] = code, messages, fixes, proposals

    def with_code(self, *codes: str) -> Positions:
        """Return the positions of the rows with one of these codes (``int64``)."""
        return self.rows[np.isin(self.codes, codes)]

    def findings(self, ids: RowIds) -> list[Finding]:
        """Return the findings by code, the first row's first; ``ids`` are those of the roster's rows."""
        places = [np.flatnonzero(self.codes == code) for code in set(self.codes) - {""}]
        return [
            Finding(
                self.codes[at[0]],
                ids.at(self.rows[at]),
                fields.EMAIL,
                RowTexts.of(self.messages[at]),
                RowTexts.of(self.fixes[at]),
                proposals=RowTexts.of(self.proposals[at]),
            )
            for at in sorted(places, key=lambda at: int(at[0]))
        ]


def put_ambiguous(found: Verdicts, kinds: npt.NDArray[np.int8]) -> None:
    """Put the verdict on emails that several people of the directory fit; ``kinds`` are of ``several``, 0: one."""
    message = "several directory entries have exactly this email, and not just one of them is an enabled member"
    fix = "Have the directory give this email to one account only."
    found.put(np.flatnonzero(kinds == SPELLED_SO), "EMAIL-AMBIGUOUS", message, fix)
    message = "several directory entries fit, and none is spelled so"
    found.put(np.flatnonzero(kinds == NOT_SPELLED_SO), "EMAIL-AMBIGUOUS", message)


def put_compared(
    found: Verdicts,
    at: Positions,
    spelled: tuple[pa.StringArray, pa.StringArray],
    other_name: Mask,
    *,
    correct_case: bool,
    case_matters: bool,
) -> None:
    """Compare the emails of rows with those of their entries; they are known to differ.

    Args:
        found: the verdicts.
        at: the places of the rows in it.
        spelled: the emails of the list and of the directory, one a row of ``at``.
        other_name: marks the rows in which the list has the sign-in name or an alias of the entry.
        correct_case: a difference of case is corrected and reported, not rejected.
        case_matters: False if the Subject is written in lower case anyway.
    """
    emails, mails = spelled
    empty = _marks(pc.equal(pc.utf8_trim_whitespace(mails), ""))
    by_case = _marks(pc.equal(pc.utf8_lower(emails), pc.utf8_lower(mails))) & ~empty
    other_name = other_name & ~by_case & ~empty
    composed = _marks(pc.equal(fold(emails), fold(mails))) & ~other_name & ~by_case & ~empty
    another = ~(empty | by_case | other_name | composed)

    found.put(at[empty], NO_EMAIL, "the directory knows the account, but its email is empty")
    if not case_matters:
        found.put(at[by_case], "", "")
    else:
        _put_case(found, at[by_case], *(side.filter(pa.array(by_case)) for side in spelled), correct_case=correct_case)
    _put_other(
        found,
        at[other_name],
        "EMAIL-IS-UPN",
        "this is a sign-in name or an alias; the email is ",
        mails.filter(pa.array(other_name)),
    )
    _put_other(
        found, at[another], UNKNOWN, "the directory has another email for this id: ", mails.filter(pa.array(another))
    )
    for place, mail in zip(at[composed].tolist(), mails.filter(pa.array(composed)).to_pylist(), strict=True):
        message = f"the directory composes its letters otherwise: {mail!a}"
        found.put(np.array([place]), UNKNOWN, message, f"Write {mail!a}.", mail)


def _put_other(found: Verdicts, at: Positions, code: str, message: str, mails: pa.StringArray) -> None:
    """Put a verdict whose message ends with the email of the entry, which is to be written."""
    shown = quoted(mails)
    found.put(at, code, *map(_words, (_join(message, shown), _join("Write ", shown, "."), mails)))


def _put_case(
    found: Verdicts, at: Positions, emails: pa.StringArray, mails: pa.StringArray, *, correct_case: bool
) -> None:
    """Put the verdict on emails that differ by case, with their characters marked."""
    ours, theirs = differences.mark_columns(emails, mails)
    if correct_case:
        written = _join("the list has ", ours, "; written as the directory has it: ", theirs)
        found.put(at, CORRECTED, _words(written), "", _words(mails))
        return
    differ = _join("the list has ", ours, ", the directory has ", theirs)
    found.put(at, "EMAIL-CASE", *map(_words, (differ, _join("Write ", quoted(mails), "."), mails)))


def _join(*parts: pa.StringArray | str) -> pa.StringArray:
    return pc.binary_join_element_wise(*parts, "")


def _words(texts: pa.StringArray) -> Words:
    words: Words = texts.to_numpy(zero_copy_only=False)
    return words


def _marks(mask: pa.BooleanArray) -> Mask:
    marks: Mask = mask.to_numpy(zero_copy_only=False)
    return marks
