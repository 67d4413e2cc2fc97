"""The table of issue codes (design §9): severity, texts, and whether the finding keeps an email from being compared.

Codes are stable: scripts and people rely on them. The texts may change.
"""

from typing import Literal

import msgspec

Severity = Literal["error", "warning", "dropped"]


class IssueType(msgspec.Struct, frozen=True):
    """One issue code.

    An error rejects the row, a warning is reported, a dropped row is not a person. ``message`` is "" if each finding
    has a message of its own. ``blocks_matching`` is True if an email with this finding is not compared with the
    directory.
    """

    code: str
    severity: Severity
    title: str
    advice: str
    message: str = ""
    blocks_matching: bool = False


def _table(*types: IssueType) -> dict[str, IssueType]:
    return {each.code: each for each in types}


CATALOGUE = _table(
    # The characters of the email
    IssueType(
        "EMAIL-MISSING",
        "error",
        "no email",
        "Fill in the email exactly as the identity provider spells it.",
        blocks_matching=True,
    ),
    IssueType("EMAIL-SYNTAX", "error", "not an email address", "Correct the address.", blocks_matching=True),
    IssueType("EMAIL-SPACE", "error", "a space in the email", "Delete the space.", blocks_matching=True),
    IssueType(
        "EMAIL-INVISIBLE",
        "error",
        "an invisible character in the email",
        "Type the address again by hand.",
        blocks_matching=True,
    ),
    IssueType(
        "EMAIL-LOOKALIKE",
        "error",
        "a look-alike letter in the email",
        "Type the address again by hand.",
        blocks_matching=True,
    ),
    IssueType(
        "EMAIL-NOT-NFC",
        "error",
        "an accent typed as a separate character",
        "Type the accented letter again.",
        blocks_matching=True,
    ),
    # The email against the directory
    IssueType(
        "EMAIL-CASE", "error", "upper and lower case differ from the directory", "Write it as the directory does."
    ),
    IssueType(
        "EMAIL-UNKNOWN", "error", "not in the directory", "Check the spelling, or have the account created first."
    ),
    IssueType("EMAIL-AMBIGUOUS", "error", "more than one directory entry fits", "Spell the one that is meant exactly."),
    IssueType("EMAIL-IS-UPN", "error", "the sign-in name, not the email", "Write the email that the directory has."),
    IssueType(
        "DIRECTORY-NO-EMAIL",
        "error",
        "the directory has no email",
        "Have the email filled in in the directory.",
        blocks_matching=True,
    ),
    IssueType("ACCOUNT-DISABLED", "error", "the account is disabled", "Have the account enabled, or remove the row."),
    # Two rows for one
    IssueType("EMAIL-TWIN", "error", "the same email again", "Remove the row, or correct its email."),
    IssueType(
        "EMAIL-CASE-TWIN",
        "error",
        "emails that differ only by case",
        "Keep one of the rows, spelled as the directory spells it.",
    ),
    IssueType(
        "EMAIL-TAKEN",
        "error",
        "the certificate is still at another person",
        "Remove it from the other person in System Configurator, and verify an export.",
    ),
    IssueType("ID-TWIN", "error", "one ExternalId for several people", "Give each person an ExternalId of their own."),
    IssueType("LOGIN-TWIN", "error", "one Login for several people", "Give each person a Login of their own."),
    # Who is meant
    IssueType(
        "ID-MISSING",
        "error",
        "neither Login nor ExternalId",
        "Fill in the Login (or ExternalId) of the person.",
        message="the row has neither a Login nor an ExternalId, so an import would create a second user",
    ),
    IssueType(
        "LOGIN-CHARACTERS",
        "error",
        "a Login that Contact Pro refuses",
        "Use letters, digits, dot, dash, underscore.",
        message="a Login may hold letters, digits, dot, dash and underscore only, so it is never an email",
    ),
    # What a new user needs besides
    IssueType(
        "NAME-MISSING",
        "error",
        "a name is missing",
        "Fill in first and last name: Contact Pro wants both.",
        message="a new user of Contact Pro needs a first name and a last name",
    ),
    IssueType(
        "GROUP-MISSING",
        "error",
        "no user group",
        "Give the team a group in [users.groups], or name users.group.",
        message="a new user needs a group below All Users, and the job names none for this team",
    ),
    # Tenant and region
    IssueType(
        "REGION-UNKNOWN",
        "error",
        "unknown region",
        "Use a region's key, its place or its AWS region.",
        message="there is no region of that name",
    ),
    IssueType(
        "REGION-CONFLICT",
        "error",
        "one tenant in two regions",
        "Give every row of a tenant the same region.",
        message="the same tenant is placed in another region too, and only one Issuer can be right",
    ),
    IssueType(
        "TENANT-INVALID",
        "error",
        "not a tenant name",
        "Use 1 to 60 letters, digits and inner hyphens.",
        message="a tenant has 1 to 60 of the characters a-z, 0-9 and inner hyphens",
    ),
    # The cell itself
    IssueType(
        "CELL-CONTROL",
        "error",
        "a control character in the cell",
        "Type the cell again by hand.",
        message="the cell holds a control or invisible character, a line break or a tab",
        blocks_matching=True,
    ),
    IssueType(
        "CELL-TOO-LONG",
        "error",
        "a cell that is too long",
        "Shorten the cell.",
        message="the cell has more than 255 characters",
        blocks_matching=True,
    ),
    IssueType(
        "CELL-NUMBER",
        "error",
        "a number whose exact text is unknown",
        "Format the column as text, type it again.",
        blocks_matching=True,
    ),
    IssueType(
        "CELL-FORMULA-ERROR",
        "error",
        "a formula without a result",
        "Repair the formula, or paste it as a value.",
        blocks_matching=True,
    ),
    IssueType(
        "CELL-MERGED", "error", "a cell that is merged with another row's", "Unmerge the cells, and fill in each row."
    ),
    IssueType("ROW-RAGGED", "error", "a row with too many or too few cells", "Put the cells under their columns."),
    # Warnings: reported, and the row is accepted
    IssueType("ACCOUNT-GUEST", "warning", "guest accounts", "Check whether guest accounts should have access."),
    IssueType(
        "STATUS-UNKNOWN",
        "warning",
        "a status that is not known",
        "Remove the rows of people who have left; write yes or no in the column.",
    ),
    IssueType("PROTECTED", "warning", "protected people", "Nothing to do: [protect] of the job wants it so."),
    IssueType(
        "EMAIL-LINK",
        "warning",
        "a link to another address than the cell shows",
        "Check which of the two is right: what the cell shows was read.",
    ),
    IssueType("ROW-HIDDEN", "warning", "hidden rows were read", "Delete hidden rows that should not be imported."),
    IssueType(
        "CASE-CORRECTED",
        "warning",
        "written as the directory spells it",
        "Nothing to do; correct the list when you can.",
    ),
    IssueType(
        "NAME-DIFFERS",
        "warning",
        "another name than the directory has",
        "Check that the email is this person's own; two people's emails may be swapped.",
    ),
    IssueType(
        "PROPOSAL-ACCEPTED", "warning", "proposals that were accepted", "Nothing to do; correct the list when you can."
    ),
    IssueType(
        "NO-DIRECTORY",
        "warning",
        "emails not compared with a directory",
        "Give an export of the directory with --directory, or [directory] in the job file.",
    ),
    IssueType("LAYOUT-UNVERIFIED", "warning", "layout not yet verified", "Import one pilot user first and look at it."),
    IssueType(
        "REGION-UNVERIFIED", "warning", "region not yet verified", "Import one pilot user first and let them sign in."
    ),
    IssueType("ATTRIBUTE-CASE", "warning", "attribute name differs by case", "Write the name exactly as the IdP does."),
    IssueType(
        "ATTRIBUTE-UNKNOWN", "warning", "attribute name is not a usual one", "Compare it with the IdP's metadata."
    ),
    # Not a person
    IssueType("ROW-BLANK", "dropped", "blank rows", "Nothing to do."),
    IssueType("ROW-EXAMPLE", "dropped", "example rows of a template", "Nothing to do."),
    IssueType("ROW-TOTAL", "dropped", "total rows", "Nothing to do."),
    IssueType("ROW-HEADER", "dropped", "rows of column headers", "Nothing to do."),
)
