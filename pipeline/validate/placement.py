"""Which tenants are placed in two regions: only one Issuer can be right."""

import numpy as np

from pipeline.kernels.columns import Mask
from pipeline.model import fields
from pipeline.model.people import People


def conflicting_regions(people: People, persons: Mask, tenant: str, region: str) -> Mask:
    """Mark the rows whose tenant is placed in two regions; if the job itself places it, only those that disagree.

    ``persons`` marks the rows that count; ``tenant`` and ``region`` are the job's own, "" if it has none.
    """
    tenants, regions = (people.texts(name).combine_chunks() for name in (fields.TENANT, fields.REGION))
    tenant_codes, region_codes = tenants.indices.to_numpy(), regions.indices.to_numpy()
    region_keys = regions.dictionary.to_pylist()
    conflict = np.zeros(len(people), np.bool_)
    for code, name in enumerate(tenants.dictionary.to_pylist()):
        own = persons & (tenant_codes == code)
        if name and name == tenant and region:
            disagree = [each for each, key in enumerate(region_keys) if key not in {"", region}]
            conflict |= own & np.isin(region_codes, disagree)
        elif (
            name
            and len(region_keys) > 1
            and len({region_keys[each] for each in np.unique(region_codes[own])} - {""}) > 1
        ):
            conflict |= own
    return conflict
