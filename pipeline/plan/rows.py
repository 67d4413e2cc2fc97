"""The rows of a roster as the plan compares them and as the import files are written."""

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mappings.model import Layout
from pipeline.kernels import sorting
from pipeline.kernels.columns import constant, flat
from pipeline.model import fields
from pipeline.model.fields import CERTIFICATE
from pipeline.model.people import People

OF_SUBJECT = frozenset({fields.SUBJECT, "new_user_email"})
"""The fields whose text is the Subject."""


def rows(people: People, subject: pa.StringArray, chosen: npt.NDArray[np.bool_], layout: Layout) -> pa.Table:
    """Return the chosen rows of a roster under their canonical names: what the layout writes, and what is compared.

    They are in the byte order of the layout's cells, so the order of the source does not matter (facts: T08). A
    column with one text on every row is a dictionary of one word.
    """
    needed = dict.fromkeys([*(column.field for column in layout.columns if column.field), *CERTIFICATE])
    columns = {field: subject if field in OF_SUBJECT else _texts(people, field) for field in needed}
    compared = [column for column in columns.values() if pa.types.is_string(column.type)]
    order = sorting.byte_order(compared, np.flatnonzero(chosen))
    return pa.table({field: _chosen(column, order) for field, column in columns.items()})


def _texts(people: People, field: str) -> pa.StringArray | pa.DictionaryArray:
    texts = people.texts(field)
    chunk = texts.chunk(0) if texts.num_chunks == 1 else None
    constant = chunk is not None and pa.types.is_dictionary(chunk.type) and len(chunk.dictionary) == 1
    return chunk if constant else flat(texts)


def _chosen(column: pa.StringArray | pa.DictionaryArray, order: npt.NDArray[np.int64]) -> pa.Array:
    if pa.types.is_string(column.type):
        return column.take(pa.array(order))
    return constant(column.dictionary[0].as_py(), len(order))
