"""The rows of a roster and of its deletes, as the plan compares them and as the import files are written."""

from collections.abc import Sequence

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mappings.model import Layout
from pipeline.kernels import sorting
from pipeline.kernels.columns import Mask, Positions, constant, flat
from pipeline.kernels.spill import IN_MEMORY, Spill
from pipeline.model import fields, identity
from pipeline.model.fields import CERTIFICATE
from pipeline.model.people import People
from pipeline.plan.diff import DELETE, WAS
from pipeline.plan.earlier_runs import unchanged

OF_SUBJECT = frozenset({fields.SUBJECT, "new_user_email"})
"""The fields whose text is the Subject."""


class PlanRows(msgspec.Struct, frozen=True):
    """Rows of a roster under their canonical names: what the layout writes, and what is compared.

    They are in the byte order of the layout's cells, so the order of the source does not matter (facts: T08). A
    column of ``table`` with one text on every row is a dictionary of one word. ``positions`` (``int64``) are those of
    the rows in the roster; ``same`` are the entries of the baseline that they equal (``unchanged.entries``).
    """

    table: pa.Table
    positions: Positions
    same: Positions
    spill: Spill = IN_MEMORY

    def only(self, mask: Mask) -> "PlanRows":
        """Keep the rows that ``mask`` (``bool``, one a row of the roster) marks."""
        kept = mask[self.positions]
        return PlanRows(self.spill.filtered(self.table, kept), self.positions[kept], self.same[kept], self.spill)


def rows(
    people: People, subject: pa.StringArray, chosen: Mask, layout: Layout, known: pa.Table | None = None
) -> PlanRows:
    """Return the chosen rows of a roster (``bool``, one a row) in the order of the plan.

    ``known`` is the baseline, None if they are not compared with it.
    """
    needed = dict.fromkeys([*(column.field for column in layout.columns if column.field), *CERTIFICATE])
    columns = {field: subject if field in OF_SUBJECT else _one_array(people.texts(field)) for field in needed}
    order = sorting.byte_order([each for each in columns.values() if not _is_constant(each)], np.flatnonzero(chosen))
    texts = people.spill.each(lambda column: _chosen(people, column, order), columns.values())
    table = pa.table(dict(zip(columns, texts, strict=True)))
    return PlanRows(table, order, unchanged.entries(table, known, people.folded.key), people.spill)


def _one_array(column: pa.ChunkedArray) -> pa.StringArray | pa.DictionaryArray:
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _is_constant(column: pa.StringArray | pa.DictionaryArray) -> bool:
    return pa.types.is_dictionary(column.type) and len(column.dictionary) == 1


def _chosen(people: People, column: pa.StringArray | pa.DictionaryArray, order: npt.NDArray[np.int64]) -> pa.Array:
    if _is_constant(column):
        return constant(column.dictionary[0].as_py(), len(order))
    return people.spill.picked(column, order)  # of words by their numbers, so that only what is chosen becomes texts


def named_for_deletion(gone: pa.Table, listed: Sequence[pa.Table]) -> pa.Table:
    """Name gone people by ExternalId alone if a listed person has their Login now, or a delete would hit that person.

    Who then has no key at all cannot be named, and is left as they are.
    """
    carried = pa.concat_arrays([identity.within_tenant(each, "login") for each in listed])
    passed_on = pc.is_in(identity.within_tenant(gone, "login"), value_set=carried)
    login = pc.if_else(passed_on, "", flat(gone["login"]))
    return flattened(gone.set_column(gone.column_names.index("login"), "login", login))


def with_deletes(changes: pa.Table, leaving: pa.Table, layout: Layout) -> pa.Table:
    """Add a change for each person who leaves, in the order of all; what a deletes file does not need stays empty."""
    blank = pa.array([""] * leaving.num_rows, pa.string())
    own = {"kind": pa.array([DELETE] * leaving.num_rows, pa.string())}
    own |= {name: flat(leaving[name]) for name in CERTIFICATE}
    own |= {name: flat(leaving[name.removeprefix("was_")]) for name in WAS}
    moving = flattened(changes)
    both = pa.concat_tables([moving, pa.table({name: own.get(name, blank) for name in moving.column_names})])
    first = dict.fromkeys([*(column.field for column in layout.columns if column.field), *both.column_names])
    return both.take(pa.array(sorting.byte_order([flat(both[name]) for name in first])))


def flattened(table: pa.Table) -> pa.Table:
    """Return a table whose columns are one chunk of texts each."""
    return pa.table({name: flat(table[name]) for name in table.column_names})
