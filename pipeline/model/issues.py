"""The catalogue of findings: every code with its severity, what it means and what to do (design §9).

Codes are stable: scripts and people rely on them. The texts may change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from pipeline.kernels.columns import Mask, Positions

Severity = Literal["error", "warning", "dropped"]


@dataclass(frozen=True, slots=True)
class IssueType:
    """One line of the catalogue."""

    code: str
    severity: Severity
    title: str
    advice: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One code, found on many rows (or on the run as a whole, then without rows).

    ``rows`` holds int64 positions in the roster's frame, ascending. ``field`` is the canonical field that is meant.
    ``messages`` and ``fixes`` hold one text a row, or a single text that is true for all of them. ``proposals`` holds
    the value to write instead, one a row, "" if there is none; None if no row has one.
    """

    code: str
    rows: "Positions"
    field: str | None
    messages: str | Sequence[str]
    fixes: str | Sequence[str] = ""
    values: Sequence[str] | None = None
    proposals: Sequence[str] | None = None

    def message(self, index: int) -> str:
        """Give the text of the ``index``-th row."""
        return self.messages if isinstance(self.messages, str) else self.messages[index]

    def fix(self, index: int) -> str:
        """Give what to do for the ``index``-th row; the catalogue's advice where the finding has nothing better."""
        own = self.fixes if isinstance(self.fixes, str) else self.fixes[index]
        return own or CATALOGUE[self.code].advice

    def proposal(self, index: int) -> str:
        """Return the value to write instead in the ``index``-th row, "" if none is proposed."""
        return self.proposals[index] if self.proposals is not None else ""

    def only(self, mask: "Mask") -> "Finding":
        """Keep the rows that ``mask`` (one ``bool`` for each row of the roster) marks."""
        kept = mask[self.rows]
        if kept.all():
            return self

        def chosen(texts: Sequence[str]) -> list[str]:
            return [text for text, keep in zip(texts, kept, strict=True) if keep]

        return replace(
            self,
            rows=self.rows[kept],
            messages=self.messages if isinstance(self.messages, str) else chosen(self.messages),
            fixes=self.fixes if isinstance(self.fixes, str) else chosen(self.fixes),
            values=None if self.values is None else chosen(self.values),
            proposals=None if self.proposals is None else chosen(self.proposals),
        )

    @property
    def severity(self) -> Severity:
        """Say what becomes of the rows: an error rejects, a warning is said aloud, dropped rows were no people."""
        return CATALOGUE[self.code].severity


def _catalogue(*kinds: IssueType) -> dict[str, IssueType]:
    return {kind.code: kind for kind in kinds}


CATALOGUE = _catalogue(
    # The letters of the email
    IssueType("EMAIL-MISSING", "error", "no email", "Fill in the email exactly as the identity provider spells it."),
    IssueType("EMAIL-SYNTAX", "error", "not an email address", "Correct the address."),
    IssueType("EMAIL-SPACE", "error", "a space in the email", "Delete the space."),
    IssueType("EMAIL-INVISIBLE", "error", "an invisible character in the email", "Type the address again by hand."),
    IssueType("EMAIL-LOOKALIKE", "error", "a look-alike letter in the email", "Type the address again by hand."),
    IssueType("EMAIL-NOT-NFC", "error", "an accent typed as a separate character", "Type the accented letter again."),
    # The email against the directory
    IssueType(
        "EMAIL-CASE", "error", "upper and lower case differ from the directory", "Write it as the directory does."
    ),
    IssueType(
        "EMAIL-UNKNOWN", "error", "not in the directory", "Check the spelling, or have the account created first."
    ),
    IssueType(
        "EMAIL-AMBIGUOUS",
        "error",
        "more than one directory entry fits",
        "Spell the one that is meant exactly.",
    ),
    IssueType("EMAIL-IS-UPN", "error", "the sign-in name, not the email", "Write the email that the directory has."),
    IssueType(
        "DIRECTORY-NO-EMAIL", "error", "the directory has no email", "Have the email filled in in the directory."
    ),
    IssueType("ACCOUNT-DISABLED", "error", "the account is disabled", "Have the account enabled, or remove the row."),
    # Two rows for one
    IssueType("EMAIL-TWIN", "error", "the same email again", "Remove the row, or correct its email."),
    IssueType(
        "EMAIL-CASE-TWIN", "error", "emails that differ only by case", "Keep the row that the directory confirms."
    ),
    IssueType("ID-TWIN", "error", "one ExternalId for several people", "Give each person an ExternalId of their own."),
    IssueType("LOGIN-TWIN", "error", "one Login for several people", "Give each person a Login of their own."),
    # Who is meant
    IssueType(
        "ID-MISSING", "error", "neither Login nor ExternalId", "Fill in the Login (or ExternalId) of the person."
    ),
    IssueType(
        "LOGIN-CHARACTERS", "error", "a Login that Contact Pro refuses", "Use letters, digits, dot, dash, underscore."
    ),
    # What a new user needs besides
    IssueType("NAME-MISSING", "error", "a name is missing", "Fill in first and last name: Contact Pro wants both."),
    IssueType(
        "GROUP-MISSING", "error", "no user group", "Give the team a group in [users.groups], or name users.group."
    ),
    # Where
    IssueType("REGION-UNKNOWN", "error", "unknown region", "Use eu, na, au or af, or one of their names."),
    IssueType("REGION-CONFLICT", "error", "one tenant in two regions", "Give every row of a tenant the same region."),
    IssueType("TENANT-INVALID", "error", "not a tenant name", "Use 1 to 60 letters, digits and inner hyphens."),
    # The cell itself
    IssueType("CELL-CONTROL", "error", "a control character in the cell", "Type the cell again by hand."),
    IssueType("CELL-TOO-LONG", "error", "a cell that is too long", "Shorten the cell."),
    IssueType(
        "CELL-NUMBER", "error", "a number whose exact text is unknown", "Format the column as text, type it again."
    ),
    IssueType(
        "CELL-FORMULA-ERROR", "error", "a formula without a result", "Repair the formula, or paste it as a value."
    ),
    IssueType("ROW-RAGGED", "error", "a row with too many or too few cells", "Put the cells under their columns."),
    # Said aloud, nothing rejected
    IssueType("ACCOUNT-GUEST", "warning", "guest accounts", "Check that guests shall sign in to Contact Pro."),
    IssueType("ROW-HIDDEN", "warning", "hidden rows were read", "Delete hidden rows if they are not meant."),
    IssueType(
        "CASE-CORRECTED",
        "warning",
        "written as the directory spells it",
        "Nothing to do; correct the list when you can.",
    ),
    IssueType(
        "NO-DIRECTORY", "warning", "letters could not be proved", "Give --directory with an export of the directory."
    ),
    IssueType("LAYOUT-UNVERIFIED", "warning", "layout not yet verified", "Import one pilot user first and look at it."),
    IssueType(
        "REGION-UNVERIFIED", "warning", "region not yet verified", "Import one pilot user first and let them sign in."
    ),
    IssueType("ATTRIBUTE-CASE", "warning", "attribute name differs by case", "Write the name exactly as the IdP does."),
    IssueType(
        "ATTRIBUTE-UNKNOWN", "warning", "attribute name is not a usual one", "Compare it with the IdP's metadata."
    ),
    # No person at all
    IssueType("ROW-BLANK", "dropped", "blank rows", "Nothing to do."),
    IssueType("ROW-EXAMPLE", "dropped", "example rows of a template", "Nothing to do."),
    IssueType("ROW-TOTAL", "dropped", "total rows", "Nothing to do."),
)


def marked(length: int, findings: Iterable[Finding], *, severity: str = "", codes: Iterable[str] = ()) -> "Mask":
    """Mark the rows (``bool``, one a row) that a finding of this severity, or of one of these codes, is about."""
    import numpy as np  # noqa: PLC0415 - help and usage errors need the catalogue, not numpy

    mask = np.zeros(length, np.bool_)
    codes = frozenset(codes)
    for finding in findings:
        if finding.severity == severity or finding.code in codes:
            mask[finding.rows] = True
    return mask
