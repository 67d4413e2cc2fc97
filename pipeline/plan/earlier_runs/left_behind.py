"""Certificates that stay in Contact Pro although the job does not want them there any more."""

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.model import identity
from pipeline.model.fields import CERTIFICATE
from pipeline.plan.diff import DELETE
from pipeline.state import verified


def not_wanted(stale: pa.Table, wanted: pa.Table) -> pa.Table:
    """Return the old certificates that earlier runs left behind, without those that their person wants again."""
    return stale.select(CERTIFICATE).filter(pc.invert(identity.with_certificate_of(stale, wanted)))


def after(stale: pa.Table, gone: pa.Table, changes: pa.Table) -> pa.Table:
    """Return what is left behind once a plan has been carried out (``verified.left_behind``).

    Args:
        stale: old certificates of listed people, of this plan and of earlier ones.
        gone: certificates of people who are not listed any more.
        changes: those of the plan; what its deletes name is not left behind.
    """
    found = verified.left(gone=gone, stale=stale)
    if not found.num_rows:
        return found
    deletes = changes.filter(pc.equal(changes["kind"], DELETE))
    return found.filter(pc.invert(identity.with_certificate_of(found, deletes)))
