"""Proposals of addresses, in the directory's spelling: what is accepted once is not wrong again in the next run."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from pipeline.kernels.by_key import join_by_key
from pipeline.kernels.folding import fold
from pipeline.kernels.hashing import HashedTexts
from pipeline.match.index import DirectoryIndex
from pipeline.model import fields
from pipeline.model.issues import Finding, RowTexts

_IF = " if that is what the directory has"
"""Ends what to do with an address that was found by its characters alone."""


def confirmed(findings: Sequence[Finding], index: DirectoryIndex | None) -> list[Finding]:
    """Return the findings, the proposed emails spelled as one entry of the directory has them, if one does."""
    if index is None:
        return list(findings)
    return [_confirmed(each, index) if each.field == fields.EMAIL and each.proposals else each for each in findings]


def _confirmed(finding: Finding, index: DirectoryIndex) -> Finding:
    """Return a finding, its confirmed proposals written as the directory has them; few are spelled otherwise."""
    proposals = RowTexts.of(finding.proposals or ()).column
    joined = join_by_key(HashedTexts.build(fold(proposals), index.by_email.keys.key), index.by_email)
    alone = (joined.first >= 0) & ~joined.several
    if not alone.any() or isinstance(finding.fixes, str):
        return finding
    of_rows = RowTexts.of(finding.fixes).column
    fixes = pc.if_else(pa.array(alone), pc.replace_substring(of_rows, _IF, ""), of_rows)
    mails = pc.replace_with_mask(proposals, pa.array(alone), index.emails.take(pa.array(joined.first[alone])))
    otherwise = pc.not_equal(mails, proposals)
    changed = zip(*(texts.filter(otherwise).to_pylist() for texts in (fixes, proposals, mails)), strict=True)
    written = [fix.replace(repr(proposal), repr(mail)) for fix, proposal, mail in changed]
    fixes = pc.replace_with_mask(fixes, otherwise, pa.array(written, pa.string()))
    return replace(finding, fixes=RowTexts(fixes), proposals=RowTexts(mails))
