"""The canonical columns: what a person is called between the rooms, whatever the source called it."""

from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    import pandas as pd

IDENTITY = ("external_id", "login")
"""The columns by which System Configurator finds a user; a row with neither would create a new one."""

EMAIL = "email"
TENANT, REGION, ISSUER = "tenant", "region", "issuer"
SUBJECT = "subject"


def constant(text: str, length: int) -> pa.DictionaryArray:
    """Make a column that says the same on every row: ``dictionary<int32, string>``, four bytes a row."""
    return pa.DictionaryArray.from_arrays(pa.nulls(length, pa.int32()).fill_null(0), pa.array([text], pa.string()))


def texts(column: "pd.Series") -> pa.ChunkedArray:
    """Give an Arrow-backed column of a frame as Arrow again, without a copy."""
    array = pa.array(column.array)
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def series(column: pa.Array | pa.ChunkedArray) -> "pd.Series":
    """Make an Arrow-backed column for a frame, without a copy."""
    import pandas as pd  # noqa: PLC0415 - the writer of a help page needs the names above, not pandas

    return pd.Series(pd.arrays.ArrowExtensionArray(column))
