"""Write what did not arrive as the next import files, in a numbered folder of its own."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from mappings.model import Layout
from pipeline.diagnostics.verify.compare import LANDED, Comparison
from pipeline.diagnostics.verify.expected import Expected
from pipeline.emit import import_files
from pipeline.emit import write as emit
from pipeline.kernels.columns import flat
from pipeline.model import identity
from pipeline.model.fields import CERTIFICATE, EXTENSION, SINCE
from pipeline.plan import saved
from pipeline.state import files


def write(wanted: Expected, found: Comparison) -> Path | None:
    """Write the certificates and deletes that are still to be imported; return the file or folder, None without any.

    Raises:
        OSError: a file cannot be written.
    """
    rest = list(_rest(wanted, found))
    if not rest:
        return None
    folder = new_name(wanted.folder, "remainder-{:03d}")
    files.make_folder(folder)
    written = emit.write(folder, rest, wanted.rows_per_file)
    return folder / written[0].path if len(written) == 1 else folder / "out"


def new_name(folder: Path, form: str) -> Path:
    """Return the first path of a numbered name that is not taken."""
    number = 1
    while (path := folder / form.format(number)).exists():
        number += 1
    return path


def _rest(wanted: Expected, found: Comparison) -> Iterator[import_files.Import]:
    """Build the next import files from what did not arrive."""
    rows = wanted.rows.filter(pa.array([status != LANDED for status in found.statuses], pa.bool_()))
    if rows.num_rows:
        rows = _with_layout_fields(rows, wanted.state.parent, wanted.layout)
        if wanted.layout.makes_users:
            rows = _new_ones_numbered(rows, found.users)
        yield from import_files.imports(rows, wanted.layout)
    if found.undeleted.num_rows:
        yield import_files.deletes(found.undeleted, wanted.layout, wanted.what)


def _new_ones_numbered(rows: pa.Table, users: pa.Table) -> pa.Table:
    """Remove the extension number of people who are users by now: they need the certificate only."""
    numbers = pc.if_else(identity.among(rows, users), "", rows[EXTENSION])
    return rows.set_column(rows.column_names.index(EXTENSION), EXTENSION, numbers)


def _with_layout_fields(rows: pa.Table, job: Path, layout: Layout) -> pa.Table:
    """Add what the layout writes besides the certificate, from the plans of the runs that delivered the rows.

    A row whose run folder was deleted gets empty texts, and no extension number: it is written as a certificate only.
    """
    wanted = [each.field for each in layout.columns if each.field and each.field not in rows.column_names]
    if not wanted:
        return rows
    found = {name: [""] * rows.num_rows for name in wanted}
    keys = [tuple(row.values()) for row in rows.select(CERTIFICATE).to_pylist()]
    since = flat(rows[SINCE]).to_pylist()
    for run in sorted({each for each in since if each and (job / each / "plan.json").is_file()}):
        full = {tuple(row[name] for name in CERTIFICATE): row for row in saved.read(job / run).plan.changes}
        for at, key in enumerate(keys):
            if since[at] == run and key in full:
                for name in wanted:
                    found[name][at] = full[key].get(name, "")
    for name, texts in found.items():
        rows = rows.append_column(name, pa.array(texts, pa.string()))
    return rows
