"""The note about names whose letters were read in another encoding: no run needs them, and people see them."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from pipeline.kernels.columns import flat
from pipeline.model.people import People
from pipeline.validate.spelling import misread

NAMES = ("display_name", "first_name", "last_name")


def notes(*sources: People | None) -> Iterator[str]:
    """Yield one note for each source with names that were read in another encoding, with the first row."""
    for people in filter(None, sources):
        numbers = people.extract.origin.rows
        found = [] if numbers is None else sorted({row for name in NAMES for row in _rows(people, name)})
        if numbers is not None and found:
            count = "1 name was" if len(found) == 1 else f"{len(found)} names were"
            yield (
                f"{people.extract.origin.source}: {count} read in another encoding than UTF-8, in which the file once "
                f"was, as 'Ã¼' for 'ü' (first in row {numbers[found[0]]}): save it as CSV UTF-8 again."
            )


def _rows(people: People, name: str) -> list[int]:
    """Return the positions of the misread names of a column; of a dictionary each word is looked at once."""
    if not people.has(name):
        return []
    column = people.texts(name)
    if not pa.types.is_dictionary(column.type):
        return misread.suspects(flat(column))
    codes = column.combine_chunks()
    words = misread.suspects(codes.dictionary)
    return np.flatnonzero(np.isin(codes.indices.to_numpy(), words)).tolist() if words else []
