"""Lay a plan out as the rows of import files: which layout, which tenant, which columns.

Source of the format: System Configurator's import manual (facts: contact-pro, Import files): a tab-delimited text file
with a header row; UTF-8 with one byte order mark; no quoting, so a value with a tab or a line break is refused.
"""

from itertools import pairwise

import msgspec
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from mappings.model import Layout, LayoutColumn
from pipeline.kernels.columns import constant, flat
from pipeline.kernels.spill import IN_MEMORY, Spill
from pipeline.model import fields
from pipeline.model.errors import OutputRefused
from pipeline.validate import cells

INVERSE = "inverse"


class Import(msgspec.Struct, frozen=True):
    """Files of one kind: their stem, the layout of their rows, and for each tenant its rows as texts."""

    stem: str
    layout: Layout
    tables: dict[str, pa.Table]


def imports(rows: pa.Table, layout: Layout, spill: Spill = IN_MEMORY) -> list[Import]:
    """Build the rows of changes: new users as the layout wants them, all others as certificates, in separate files.

    ``rows`` have the layout's fields and ``tenant``, in the order of the files. A layout that makes no users writes all
    of them alike.

    Raises:
        OutputRefused: a value would break the file; nothing has been written.
    """
    if not layout.makes_users:
        return [certificates(rows, layout, spill)]
    new = pc.not_equal(flat(rows["extension"]), "")
    parts = ((rows.filter(new), layout), (rows.filter(pc.invert(new)), layout.of_certificates()))
    return [certificates(part, its_layout, spill) for part, its_layout in parts if part.num_rows]


def certificates(rows: pa.Table, layout: Layout, spill: Spill = IN_MEMORY) -> Import:
    """Build rows as one layout wants them; see ``imports``."""
    laid = _laid_out(rows, layout, spill)
    # What is right for all tenants together is right for each; 40 tenants of 25 rows: 0.01 s instead of 0.2.
    if len(laid) <= 1 or spill.folder is not None or _broken(_columns(rows, layout), layout):
        for table in laid.values():  # a Subject may be in several tenants, once in each
            _refuse_broken(table, layout)
    stem = "users" if layout.makes_users else "certificates"  # by the file, whatever the layout is called
    return Import(stem, layout, laid)


def deletes(rows: pa.Table, layout: Layout, what: str) -> Import:
    """Build the deletes: the keys of each user (``user``), or the complete certificate, and ``Delete`` = ``D``.

    Only the first is documented (facts: contact-pro, Import files); the other is an inference, like the layout itself.
    """
    own_columns = layout.of_certificates().columns
    kept = [each for each in own_columns if what == "certificate" or each.field in fields.IDENTITY]
    columns = (*kept, LayoutColumn("Delete", None, "D"))
    if what == "user":
        rows = rows.group_by(["tenant", *fields.IDENTITY], use_threads=False).aggregate([])
    own = replace(layout, name="deletes", columns=columns)
    return Import("deletes", own, _laid_out(rows, own))


def inverse(rows: pa.Table, layout: Layout, spill: Spill = IN_MEMORY) -> Import:
    """Build the rows that undo a run: what each changed user had before, and an empty certificate if there was none."""
    now_from = {
        "was_login": "login",
        "was_external_id": "external_id",
        "was_subject": "subject",
        "was_issuer": "issuer",
    }
    before = rows.drop_columns(list(now_from.values())).rename_columns(now_from)
    new = pc.equal(flat(before["subject"]), "")
    no_id = pc.equal(flat(before["external_id"]), "")
    for name, own in (("login", new), ("external_id", no_id)):
        key = pc.if_else(own, flat(rows[name]), flat(before[name]))
        before = before.set_column(before.column_names.index(name), name, key)
    laid = _laid_out(before, layout.of_certificates(), spill)
    if pc.any(pc.equal(flat(rows["kind"]), "delete")).as_py():
        # Who changed and whose old certificate is deleted is in the plan twice, and had that certificate once.
        laid = {tenant: _once(table) for tenant, table in laid.items()}
    return Import(INVERSE, layout.of_certificates(), laid)


def _once(table: pa.Table) -> pa.Table:
    plain = pa.table({name: flat(table[name]) for name in table.column_names})
    return plain.group_by(plain.column_names, use_threads=False).aggregate([])


def _laid_out(rows: pa.Table, layout: Layout, spill: Spill = IN_MEMORY) -> dict[str, pa.Table]:
    """Return each tenant the columns of the layout, its rows in their order."""
    laid, coded = _columns(rows, layout), flat(rows["tenant"]).dictionary_encode()
    if len(coded.dictionary) == 1:
        return {coded.dictionary[0].as_py(): laid}
    codes = coded.indices.to_numpy().astype(np.min_scalar_type(len(coded.dictionary)))  # numpy counts so short numbers
    ends = np.cumsum(np.bincount(codes, minlength=len(coded.dictionary))).tolist()
    laid = spill.taken(laid, np.argsort(codes, kind="stable"))  # those of one tenant side by side, in their order
    parts = zip(coded.dictionary.to_pylist(), pairwise([0, *ends]), strict=True)
    return {tenant: laid.slice(first, last - first) for tenant, (first, last) in sorted(parts)}


def _columns(rows: pa.Table, layout: Layout) -> pa.Table:
    """Return the columns of the layout; a constant stays one word and costs four bytes a row."""
    columns = [
        constant(each.constant or "", rows.num_rows) if each.field is None else rows[each.field]
        for each in layout.columns
    ]
    return pa.table(columns, names=[each.column for each in layout.columns])


def _refuse_broken(table: pa.Table, layout: Layout) -> None:
    if broken := _broken(table, layout):
        raise OutputRefused(f"The import file was not written: {'; '.join(broken)}.")


def _broken(table: pa.Table, layout: Layout) -> list[str]:
    frame = table.to_pandas(types_mapper=pd.ArrowDtype)
    return cells.import_file(frame, {column.column: column.field for column in layout.columns if column.field})
