"""Size of a roster: its people, and those of each email domain and site. The guard compares two of them."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import Mask, flat
from pipeline.model.people import People
from pipeline.state.records import RosterSize


def roster_size(people: People, dropped: Mask) -> RosterSize:
    """Count the people of a roster, accepted or rejected, and those of each email domain and site."""
    persons = pa.array(np.flatnonzero(~dropped))
    domains = pc.replace_substring_regex(people.folded.texts.take(persons), r"^.*@", "")
    sites = flat(people.texts("site")).take(persons) if people.has("site") else pa.array([], pa.string())
    return RosterSize(len(persons), _counted(domains), _counted(sites))


def _counted(texts: pa.StringArray) -> dict[str, int]:
    counts = pc.value_counts(texts)
    found = zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True)
    return {name: number for name, number in sorted(found) if name}
