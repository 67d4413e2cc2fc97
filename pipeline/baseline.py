"""What Contact Pro has today: what we handed over, or what an export of System Configurator says."""

import pyarrow as pa

from connectors.base import SourceUnreadable
from pipeline import ledger
from pipeline.config.load import kind_of
from pipeline.config.sources import FileSource
from pipeline.errors import UsageProblem
from pipeline.exports import reading
from pipeline.order import Order


def known(order: Order) -> pa.Table:
    """Give every certificate that Contact Pro has: ``diff.CERTIFICATE`` and ``ledger.SINCE`` (the run, or "").

    Raises:
        StateProblem: the state cannot be believed.
        SourceError: the export is missing or unreadable, or has not the layout's columns.
    """
    if order.job.baseline.kind == "contact_pro_export":
        return exported(order)
    if order.job.baseline.kind == "state":
        return ledger.handed_over(order.state)
    return ledger.nothing()


def exported(order: Order) -> pa.Table:
    """Read every certificate of a users export of System Configurator, whose columns are known by the job's layout.

    A user without a certificate has none here. An export has no tenant column: it is one tenant's.

    Raises:
        UsageProblem: the job names no export, or no tenant.
        SourceError: the export cannot be read, or it is another tenant's.
    """
    export = _export(order)
    tenants = export.issuers.tenants
    if tenants and order.tenant not in tenants:
        named = " and ".join(repr(tenant) for tenant in tenants)
        raise SourceUnreadable(
            f"{export.extract.origin.source}: every Issuer names the tenant {named}, and the job is for "
            f"{order.tenant!r}: nobody would keep what they have. Export the users of {order.tenant!r}, or correct "
            "tenant.name in the job."
        )
    return since_ever(export.certificates(order.tenant))


def listed_users(order: Order) -> pa.Table:
    """Give everybody whom the export of the baseline lists, with a certificate or without: ``exports.reading.USER``.

    Nobody is listed where the baseline is no export.

    Raises:
        UsageProblem, SourceError: as ``exported`` does.
        ChoiceNeeded: two of its columns fit the extension number equally.
    """
    if order.job.baseline.kind != "contact_pro_export":
        return pa.table({name: pa.array([], pa.string()) for name in reading.USER})
    return _export(order).users(order.tenant)


def taken_extensions(order: Order) -> frozenset[str]:
    """Give the extension numbers that the export of the baseline shows in use; raises as ``listed_users`` does."""
    return frozenset(listed_users(order)["extension"].to_pylist()) - {""}


def since_ever(certificates: pa.Table) -> pa.Table:
    """Say of certificates (``diff.CERTIFICATE``) that no run of ours is known to have handed them over."""
    return certificates.append_column(ledger.SINCE, pa.array([""] * certificates.num_rows, pa.string()))


def _export(order: Order) -> reading.Export:
    path = order.job.baseline.path
    if path is None:
        raise UsageProblem(
            'baseline "contact_pro_export" needs a path.', advice="Name the export of System Configurator in it."
        )
    if not order.tenant:
        raise UsageProblem(
            'The job leaves the tenant to the rows of its list, and the baseline "contact_pro_export" is one export of '
            "one tenant.",
            advice="Write [tenant] name and region, and give each tenant a job and an export of its own.",
        )
    return reading.read(FileSource(kind=kind_of(path), path=path), order.layout)
