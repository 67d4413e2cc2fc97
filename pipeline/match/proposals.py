"""Proposals of addresses, in the directory's spelling: what is accepted once is not wrong again in the next run."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from pipeline.kernels.by_key import join_by_key
from pipeline.kernels.folding import fold
from pipeline.kernels.hashing import HashedTexts
from pipeline.match.index import DirectoryIndex
from pipeline.model import fields
from pipeline.model.issues import Finding

_IF = " if that is what the directory has"
"""Ends what to do with an address that was found by its characters alone."""


def confirmed(findings: Sequence[Finding], index: DirectoryIndex | None) -> list[Finding]:
    """Return the findings, the proposed emails spelled as one entry of the directory has them, if one does."""
    if index is None:
        return list(findings)
    return [_confirmed(each, index) if each.field == fields.EMAIL and each.proposals else each for each in findings]


def _confirmed(finding: Finding, index: DirectoryIndex) -> Finding:
    proposals = pa.array(finding.proposals, pa.string())
    joined = join_by_key(HashedTexts.build(fold(proposals), index.by_email.keys.key), index.by_email)
    alone = np.flatnonzero((joined.first >= 0) & ~joined.several)
    if not len(alone) or isinstance(finding.fixes, str):
        return finding
    spelled, fixes = proposals.to_pylist(), list(finding.fixes)
    mails = index.emails.take(pa.array(joined.first[alone])).to_pylist()
    for at, mail in zip(alone.tolist(), mails, strict=True):
        fixes[at] = fixes[at].replace(f"{spelled[at]!r}{_IF}", repr(mail)).replace(repr(spelled[at]), repr(mail))
        spelled[at] = mail
    return replace(finding, fixes=fixes, proposals=spelled)
