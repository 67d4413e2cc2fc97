"""Baseline: what was delivered, or what an export of System Configurator contains."""

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from connectors.base import ProgressCallback, SourceUnreadable
from connectors.contact_pro_export.connector import Settings as ContactProExport
from pipeline.config.job_file.sources import RciBaseline
from pipeline.config.option_keys import from_here
from pipeline.config.request import RunRequest
from pipeline.model.command_line import command
from pipeline.model.errors import UsageProblem
from pipeline.model.fields import CERTIFICATE, EXTENSION, SINCE
from pipeline.model.identity import no_extensions
from pipeline.plan.extension_numbers import ExtensionPool
from pipeline.state import records, verified
from pipeline.users_export import read


class Baseline(msgspec.Struct, frozen=True):
    """Every certificate that Contact Pro has (``CERTIFICATE`` and ``SINCE``: the run, or ""), and the pool.

    ``left_stale`` are old certificates that earlier runs left at people who got another (``CERTIFICATE``); an export
    has them in ``known`` itself. ``pool`` has the extension numbers for new users, and who has some already; None if
    the layout makes no users. ``users_read`` are the users of a reading through RCI, None for every other baseline.
    ``export`` is the export that was read, if it is one.
    """

    known: pa.Table
    left_stale: pa.Table
    pool: ExtensionPool | None
    users_read: int | None = None
    export: read.Export | None = None


def baseline(request: RunRequest, progress: ProgressCallback = lambda *_: None) -> Baseline:
    """Find what Contact Pro has.

    An export has no tenant column: it is one tenant's. A user without a certificate has none in ``known``, and is not a
    new user all the same.

    Raises:
        StateProblem: the state cannot be believed.
        UsageProblem: the job names no tenant for its export.
        SourceError: the export is missing or unreadable, or another tenant's.
        ChoiceNeeded: two of its columns fit one field equally.
    """
    if isinstance(request.job.baseline, ContactProExport):
        export = exported(request, request.job.baseline)
        known = since_ever(export.certificates(request.tenant))
        return Baseline(known, no_certificates(), _pool(request, export), export=export)
    if isinstance(request.job.baseline, RciBaseline):
        _refuse_new_users(request)
        from pipeline.users_export import live  # noqa: PLC0415 - only this baseline needs a network library

        found = live.read(request, progress)
        return Baseline(since_ever(found.certificates(request.tenant)), no_certificates(), None, len(found.people))
    if request.job.baseline.kind == "state":
        left = verified.left_behind(request.state)
        stale = left.filter(pc.equal(left[verified.WHY], verified.STALE)).select(CERTIFICATE)
        return Baseline(records.delivered(request.state), stale, _pool(request, None))
    return Baseline(records.nothing(), no_certificates(), _pool(request, None))


def _refuse_new_users(request: RunRequest) -> None:
    """Refuse to number new users: an RCI is not asked for the numbers that are in use."""
    if request.job.users is not None and request.layout.makes_users:
        raise UsageProblem(
            'The baseline "contact_pro_rci" does not have the extension numbers in use, so they would be given twice.',
            advice='Write baseline.kind = "contact_pro_export" and an export with their numbers.',
        )


def no_certificates() -> pa.Table:
    """Return an empty table of certificates."""
    return records.nothing().select(CERTIFICATE)


def _pool(request: RunRequest, export: read.Export | None) -> ExtensionPool | None:
    users = request.job.users
    if users is None or not request.layout.makes_users:
        return None
    there = no_extensions() if export is None else export.users(request.tenant)
    return ExtensionPool(users.numbers, records.extensions(request.state), there)


def since_ever(certificates: pa.Table) -> pa.Table:
    """Mark certificates (``CERTIFICATE``) as not delivered by any known run."""
    return certificates.append_column(SINCE, pa.array([""] * certificates.num_rows, pa.string()))


def exported(request: RunRequest, settings: ContactProExport) -> read.Export:
    """Read the export that the job names as its baseline; raises as ``baseline`` does."""
    if not request.tenant:
        raise UsageProblem(
            'The job leaves the tenant to the rows of its list, and the baseline "contact_pro_export" is one export of '
            "one tenant.",
            advice="Write [tenant] name and region, and give each tenant a job and an export of its own.",
        )
    export = read.read(settings, request.layout)
    tenants = export.issuers.tenants
    if tenants and request.tenant not in tenants:
        named = " and ".join(repr(tenant) for tenant in tenants)
        raise SourceUnreadable(
            f"{export.extract.origin.source}: every Issuer names the tenant {named}, and the job is for "
            f"{request.tenant!r}: no user keeps what they have. Export the users of {request.tenant!r}, or correct "
            "tenant.name in the job."
        )
    own = from_here(request.source.parent / "users-layout.toml")
    if request.job.users is not None and request.layout.makes_users and export.columns.one(EXTENSION) is None:
        raise UsageProblem(
            f"{export.extract.origin.source} has no column of extension numbers that is known, so numbers that are in "
            "use would be given to new users.",
            advice=f'Export the users with their numbers. Or write [output] layout = "{own.name}" and name the column: '
            + command(
                "layout", "learn", from_here(settings.path), "--for", "users", "--column", "extension=LABEL", "-o", own
            ),
        )
    return export
