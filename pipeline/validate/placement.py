"""The tenant and region of each row: whether one is named at all, and which tenants are placed in two regions."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels.columns import Mask
from pipeline.model import fields
from pipeline.model.errors import UsageProblem
from pipeline.model.people import People


def conflicting_regions(people: People, persons: Mask, tenant: str, region: str) -> Mask:
    """Mark the rows whose tenant is placed in two regions; if the job itself places it, only those that disagree.

    ``persons`` marks the rows that count; ``tenant`` and ``region`` are the job's own, "" if it has none.
    """
    tenants, regions = (people.texts(name).combine_chunks() for name in (fields.TENANT, fields.REGION))
    keys = regions.dictionary.to_pylist()
    pairs = tenants.indices.to_numpy().astype(np.int64) * len(keys) + regions.indices.to_numpy()
    named = np.zeros((len(tenants.dictionary), len(keys)), np.bool_)
    named.ravel()[pairs[persons]] = True
    wrong = np.zeros_like(named)
    for code, name in enumerate(tenants.dictionary.to_pylist()):
        if name and name == tenant and region:
            wrong[code] = [key not in {"", region} for key in keys]
        elif name and len(keys) > 1 and len({keys[each] for each in np.flatnonzero(named[code])} - {""}) > 1:
            wrong[code] = True
    conflict: Mask = persons & wrong.ravel()[pairs]
    return conflict


def has_text(people: People, field: str, persons: Mask) -> bool:
    """Return True if the list's own column of a field has a text for one of the persons."""
    written = people.extract.frame.column(people.binding.columns[field]).filter(pa.array(persons))
    words = pc.utf8_trim_whitespace(written.unique().cast(pa.string()))
    return bool(pc.any(pc.not_equal(words, "")).as_py())


def refuse_unnamed(people: People, persons: Mask, tenant: str, region: str) -> None:
    """Refuse a list whose own column of tenants or regions is empty, if the job names none either.

    Raises:
        UsageProblem: one sentence in place of one fault a row; ``tenant`` and ``region`` are the job's own, or "".
    """
    sentences, options = [], []
    for field, name in ((fields.TENANT, tenant), (fields.REGION, region)):
        if not name and field in people.binding.columns and not has_text(people, field, persons):
            rows = f"all {persons.sum()} rows" if persons.sum() > 1 else "the one row"
            sentences.append(f"No {field} is named: the column {people.header(field)!r} is empty in {rows}.")
            options.append(f"--{field}")
    if sentences:
        columns = "the column" if len(options) == 1 else "both columns"
        raise UsageProblem(" ".join(sentences), advice=f"Fill in {columns}, or give {' and '.join(options)}.")
