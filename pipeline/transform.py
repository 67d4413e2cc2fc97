"""Transform: source columns to the canonical frame; tenant and region to the Issuer.

Nothing is judged here: a tenant or region that is not one becomes an empty text, and ``validate`` reports it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa

from mappings.headers import normalise_header
from mappings.load import region_keys
from mappings.model import Region
from pipeline.config.job_file.new_users import NewUsers
from pipeline.config.request import RunRequest
from pipeline.config.tenant import issuer, region_named, tenant_name
from pipeline.extract.read import BoundExtract
from pipeline.kernels.columns import constant, distinct, encoded
from pipeline.kernels.frames import series
from pipeline.model import fields
from pipeline.model.errors import UsageProblem
from pipeline.model.people import People

BEFORE_DATES = frozenset({
    "ab", "alkaen", "am", "as", "au", "de", "den", "depuis", "desde", "du", "el", "em", "en", "from", "le", "of", "on",
    "per", "since", "the", "to", "vom", "zum",
})  # fmt: skip
"""Words of eight languages between a status and its date ("ausgeschieden zum 31.12.")."""


def to_people(source: BoundExtract) -> People:
    """Name the columns of an extract canonically and translate yes/no words; every other text stays as it is."""
    binding, table = source.binding, source.extract.frame
    columns = {
        field: _translated(table.column(place), binding.mapping.fields[field].values)
        for field, place in binding.columns.items()
    }
    frame = pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype)
    return People(frame, source.extract, binding, source.folded, spill=source.spill)


def to_canonical(source: BoundExtract, request: RunRequest) -> People:
    """Return the canonical frame of a roster, with tenant, region and Issuer, and with groups if the job makes users.

    Raises:
        UsageProblem: import files are wanted, and neither the job nor the list names a tenant or a region.
    """
    people = to_people(source)
    if request.plans and not (request.tenant or people.has(fields.TENANT)):
        raise UsageProblem("No tenant is named.", advice="Give --tenant and --region, or a tenant column in the list.")
    if request.plans and not (request.region or people.has(fields.REGION)):
        raise UsageProblem(
            "No region is named.", advice=f"Give --region ({region_keys()}), or a region column in the list."
        )
    if request.tenant or people.has(fields.TENANT) or people.has(fields.REGION):
        people = with_issuers(people, request.tenant, request.region_key, request.regions)
    return people if request.job.users is None else with_groups(people, request.job.users)


def with_issuers(people: People, tenant: str, region: str, regions: tuple[Region, ...]) -> People:
    """Return every row its tenant, region key and Issuer; a row's own cells come before the job's.

    ``tenant`` and ``region`` are the job's own, "" if it has none. The three columns are
    ``dictionary<int32, string>``; an empty text means that the cell names no tenant or region.
    """
    tenants = _resolved(people, fields.TENANT, tenant, tenant_name)
    placed = _resolved(people, fields.REGION, region, lambda text: getattr(region_named(text, regions), "key", ""))
    codes, names = _issuers(tenants, placed, {each.key: each for each in regions})
    issuers = pa.DictionaryArray.from_arrays(codes, pa.array(names, pa.string()))
    columns = {fields.TENANT: tenants, fields.REGION: placed, fields.ISSUER: issuers}
    frame = people.frame.assign(**{name: series(column) for name, column in columns.items()})
    return replace(people, frame=frame)


def _issuers(
    tenants: pa.DictionaryArray, placed: pa.DictionaryArray, regions: dict[str, Region]
) -> tuple[pa.Array, list[str]]:
    """Spell each Issuer once, and return the number of each row's (int32); "" if tenant or region is none."""
    width = len(placed.dictionary)
    if _varies(tenants, placed):
        pairs_of_rows = tenants.indices.to_numpy().astype(np.int64) * width + placed.indices.to_numpy()
        used, codes = distinct(pairs_of_rows, len(tenants.dictionary) * width)
    else:
        used, codes = np.zeros(min(len(tenants), 1), np.int64), tenants.indices
    pairs = [
        (tenants.dictionary[each // width].as_py(), placed.dictionary[each % width].as_py()) for each in used.tolist()
    ]
    names = [issuer(name, regions[key]) if name and key else "" for name, key in pairs]
    return pa.array(codes, pa.int32()), names


def with_groups(people: People, users: NewUsers) -> People:
    """Add ``group`` (by team if the job maps teams) and ``template`` to every row, as a new user gets them."""
    by_team = {normalise_header(team): group for team, group in users.groups.items()}
    groups = _resolved(people, "team", "", lambda team: by_team.get(normalise_header(team), users.group).strip())
    columns = {"group": groups, "template": constant(users.template, len(people))}
    frame = people.frame.assign(**{name: series(column) for name, column in columns.items()})
    return replace(people, frame=frame)


def _varies(*columns: pa.DictionaryArray) -> bool:
    return any(len(column.dictionary) > 1 for column in columns)


def _translated(column: pa.ChunkedArray, values: Mapping[str, str]) -> pa.ChunkedArray:
    """Translate the few words of a yes/no column; a word that is not known becomes "" (unknown, never a guess)."""
    if not values:
        return column
    written = encoded(column)
    words = [_meaning(normalise_header(word), values) for word in written.dictionary.to_pylist()]
    return pa.chunked_array([pa.DictionaryArray.from_arrays(written.indices, pa.array(words, pa.string()))])


def _meaning(word: str, values: Mapping[str, str]) -> str:
    """Return the canonical word for a cell, "" if it is not known; "left on 2026 01 31" means the same as "left"."""
    if word in values:
        return values[word]
    parts = [part for part in word.split() if not any(map(str.isdigit, part))]
    while len(parts) > 1 and len(parts) < len(word.split()) and parts[-1] in BEFORE_DATES:
        parts.pop()
    undated = " ".join(parts)
    return "false" if values.get(undated) == "false" else ""


def _resolved(people: People, field: str, default: str, read: Callable[[str], str]) -> pa.DictionaryArray:
    """Read each different word of a column once; blank cells take the job's own value."""
    if not people.has(field):
        return constant(read(default), len(people))
    written = encoded(people.texts(field))
    words = [read(word if word.strip() else default) for word in written.dictionary.to_pylist()]
    merged = pa.array(words, pa.string()).dictionary_encode()  # two spellings of one place are one word
    codes = merged.indices.to_numpy()[written.indices.to_numpy()] if words else written.indices
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), merged.dictionary)
