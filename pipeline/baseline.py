"""What Contact Pro has today: what we handed over, or what an export of System Configurator says."""

import pyarrow as pa
import pyarrow.compute as pc

from connectors.base import ColumnsUnknown, Extract, SourceEmpty
from mappings.headers import header_key
from mappings.model import Layout
from pipeline import connect, extensions, keys, ledger
from pipeline.config.load import kind_of
from pipeline.config.sources import FileSource
from pipeline.diff import CERTIFICATE
from pipeline.errors import UsageProblem
from pipeline.extensions import Pool
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


def pool(order: Order) -> Pool | None:
    """Give the numbers for new users, and who has some already; None where the layout makes no users.

    Raises:
        StateProblem, SourceError: as ``known`` does.
    """
    users = order.job.users
    if users is None or not order.layout.makes_users:
        return None
    return Pool(users.numbers, ledger.extensions(order.state), extensions.nothing())


def exported(order: Order) -> pa.Table:
    """Read a users export of System Configurator, whose columns are those of the job's layout.

    A user with several certificates stands in several rows. A row without a certificate is no certificate. An export
    has no tenant column: it is one tenant's.
    """
    path = order.job.baseline.path
    if path is None:
        raise UsageProblem(
            'baseline "contact_pro_export" needs a path.', advice="Name the export of System Configurator in it."
        )
    return read_export(FileSource(kind=kind_of(path), path=path), order.layout, order.tenant)


def read_export(settings: FileSource, layout: Layout, tenant: str) -> pa.Table:
    """Read the columns of a layout from an export; see ``exported``.

    Raises:
        SourceError: the file is missing or unreadable, or lacks Subject and Issuer, or every key.
    """
    names = {header_key(column.column): column.field for column in layout.columns if column.field}
    extract = connect.file_connector(settings).read(lambda cells: sum(header_key(cell) in names for cell in cells))
    if not extract.frame.num_rows:
        raise SourceEmpty(f"{settings.title} has column headers, but no users.")
    places = {
        names[header_key(name)]: at for at, name in enumerate(extract.frame.column_names) if header_key(name) in names
    }
    if not {"subject", "issuer"} <= places.keys() or places.keys().isdisjoint({"login", "external_id"}):
        wanted = ", ".join(column.column for column in layout.columns)
        raise ColumnsUnknown(
            f"{settings.title} is no export with the columns of layout {layout.name!r} ({wanted}). "
            f"Headers found: {', '.join(extract.frame.column_names)}. Export the users with these columns."
        )
    columns = {name: _cells(extract, places.get(name)) for name in CERTIFICATE}
    columns["tenant"] = pa.array([tenant] * extract.frame.num_rows, pa.string())
    columns[ledger.SINCE] = _cells(extract, None)
    table = pa.table(columns)
    return table.filter(pc.not_equal(table["subject"], ""))


def _cells(extract: Extract, place: int | None) -> pa.StringArray:
    if place is None:
        return pa.array([""] * extract.frame.num_rows, pa.string())
    return keys.flat(extract.frame.column(place))
