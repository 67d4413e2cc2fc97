"""Advice about people of a live directory: it has no rows to remove, and no cells to type into."""

from collections.abc import Iterable

from msgspec.structs import replace

from pipeline.model.issue_types import CATALOGUE
from pipeline.model.issues import Finding
from pipeline.model.people import People

_ONE_ACCOUNT = "Have the directory give this email to one account only."
_ADVICE = {
    "ACCOUNT-DISABLED": "Have the account enabled, or taken out of what this job reads.",
    "EMAIL-TWIN": _ONE_ACCOUNT,
    "EMAIL-CASE-TWIN": _ONE_ACCOUNT,
}
_CORRECT = "Have it corrected in the directory."


def fitted(people: People, findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return the findings with what can be done about them if the roster is a live directory."""
    if people.extract.origin.rows is not None:
        return tuple(findings)
    return tuple(map(_fitted, findings))


def _fitted(finding: Finding) -> Finding:
    if finding.code in _ADVICE:
        return replace(finding, fixes=_ADVICE[finding.code])
    if CATALOGUE[finding.code].blocks_matching and finding.code.startswith("EMAIL-") and len(finding.rows):
        proposed = [finding.proposal(at) for at in range(len(finding.rows))]
        return replace(
            finding, fixes=[f"Have it corrected in the directory: {text!r}." if text else _CORRECT for text in proposed]
        )
    return finding
