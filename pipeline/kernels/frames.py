"""Columns of a pandas frame as Arrow and back, without a copy."""

import pandas as pd
import pyarrow as pa


def texts(column: pd.Series) -> pa.ChunkedArray:
    """Return an Arrow-backed column of a frame as Arrow, without a copy."""
    array = pa.array(column.array)
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def series(column: pa.Array | pa.ChunkedArray) -> pd.Series:
    """Build an Arrow-backed column for a frame, without a copy."""
    return pd.Series(pd.arrays.ArrowExtensionArray(column))
