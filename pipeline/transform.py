"""From a source's own words to the canonical frame; from tenant and region to the Issuer.

Nothing is judged here: a tenant or region that is not one becomes an empty text, and ``validate`` says so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from connectors.base import Extract
from mappings.headers import normalise_header
from mappings.model import Binding, Region
from pipeline.config.new_users import NewUsers
from pipeline.config.tenant import issuer, region_named, tenant_name
from pipeline.extract.read import BoundExtract
from pipeline.kernels import hashing
from pipeline.model import fields

Mask = npt.NDArray[np.bool_]

SHOWN = 5
"""Of many rows in one sentence, so many are named."""


@dataclass(frozen=True, slots=True)
class People:
    """The canonical frame of one source, with the way back to the source's own words.

    ``frame`` has a column for each canonical field that the source has, Arrow-backed ``string`` or
    ``dictionary<int32, string>``, never null; its index counts the rows of ``extract.frame`` from 0. ``folded`` are the
    emails with case folded away and hashed, to be found by.
    """

    frame: pd.DataFrame
    extract: Extract
    binding: Binding
    folded: hashing.HashedTexts

    def __len__(self) -> int:
        """Count the rows, accepted or not."""
        return len(self.frame)

    def has(self, field: str) -> bool:
        """Say whether the source has this field at all."""
        return field in self.frame

    def texts(self, field: str) -> pa.ChunkedArray:
        """Give one column of the frame as Arrow texts; empty texts where the source lacks the field."""
        if field not in self.frame:
            return pa.chunked_array([fields.constant("", len(self.frame))])
        return fields.texts(self.frame[field])

    def header(self, field: str) -> str | None:
        """Name the source's own header for a canonical field."""
        place = self.binding.columns.get(field)
        return None if place is None else self.binding.headers[place]

    def where(self, positions: Sequence[int]) -> str:
        """Say where some rows stand: by number, or by the directory's own key where nobody counts rows."""
        origin, shown = self.extract.origin, positions[:SHOWN]
        more = " and more" if len(positions) > SHOWN else ""
        if origin.rows is not None:
            numbers = ", ".join(str(origin.rows[position]) for position in shown)
            return f"row{'' if len(positions) == 1 else 's'} {numbers}{more}"
        return f"account{'' if len(positions) == 1 else 's'} {', '.join(self.key(each) for each in shown)}{more}"

    def key(self, position: int) -> str:
        """Give what finds the person of a row again in a directory; "" in a list, which has rows instead."""
        name = self.extract.origin.key
        return "" if name is None else str(self.extract.frame.column(name)[position].as_py())

    def raw(self, field: str, position: int) -> str:
        """Give the source's own text of one cell."""
        place = self.binding.columns.get(field)
        return "" if place is None else str(self.extract.frame.column(place)[position].as_py())


def to_people(source: BoundExtract) -> People:
    """Name the columns of an extract canonically and translate yes/no words; every other text stays as it is."""
    binding, table = source.binding, source.extract.frame
    columns = {
        field: _translated(table.column(place), binding.mapping.fields[field].values)
        for field, place in binding.columns.items()
    }
    frame = pa.table(columns).to_pandas(types_mapper=pd.ArrowDtype)
    return People(frame, source.extract, binding, source.folded)


def with_issuers(people: People, tenant: str, region: str, regions: tuple[Region, ...]) -> People:
    """Give every row its tenant, region key and Issuer; a row's own cells come before the job's.

    ``tenant`` and ``region`` are the job's own, "" where it has none. The three columns are
    ``dictionary<int32, string>``; an empty text says that the cell names no tenant or region.
    """
    tenants = _resolved(people, fields.TENANT, tenant, tenant_name)
    placed = _resolved(people, fields.REGION, region, lambda text: getattr(region_named(text, regions), "key", ""))
    codes, names = _issuers(tenants, placed, {each.key: each for each in regions})
    issuers = pa.DictionaryArray.from_arrays(codes, pa.array(names, pa.string()))
    columns = {fields.TENANT: tenants, fields.REGION: placed, fields.ISSUER: issuers}
    frame = people.frame.assign(**{name: fields.series(column) for name, column in columns.items()})
    return People(frame, people.extract, people.binding, people.folded)


def _issuers(
    tenants: pa.DictionaryArray, placed: pa.DictionaryArray, regions: dict[str, Region]
) -> tuple[pa.Array, list[str]]:
    """Spell each Issuer once, and say which one each row has (int32); "" where tenant or region is none."""
    width = len(placed.dictionary)
    if _varies(tenants, placed):
        pair = tenants.indices.to_numpy().astype(np.int64) * width + placed.indices.to_numpy()
        used, codes = np.unique(pair, return_inverse=True)
    else:
        used, codes = np.zeros(min(len(tenants), 1), np.int64), tenants.indices
    pairs = [
        (tenants.dictionary[each // width].as_py(), placed.dictionary[each % width].as_py()) for each in used.tolist()
    ]
    names = [issuer(name, regions[key]) if name and key else "" for name, key in pairs]
    return pa.array(codes, pa.int32()), names


def with_groups(people: People, users: NewUsers) -> People:
    """Give every row its ``group``, by team where the job says so, and ``template``, as a new user gets them."""
    by_team = {normalise_header(team): group for team, group in users.groups.items()}
    groups = _resolved(people, "team", "", lambda team: by_team.get(normalise_header(team), users.group).strip())
    columns = {"group": groups, "template": fields.constant(users.template, len(people))}
    frame = people.frame.assign(**{name: fields.series(column) for name, column in columns.items()})
    return replace(people, frame=frame)


def conflicting_regions(people: People, persons: Mask, tenant: str, region: str) -> Mask:
    """Mark the rows whose tenant is placed in two regions; where the job itself places it, only those that disagree.

    ``persons`` marks the rows that count; ``tenant`` and ``region`` are the job's own, "" where it has none.
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
        elif name and _varies(regions) and len({region_keys[each] for each in np.unique(region_codes[own])} - {""}) > 1:
            conflict |= own
    return conflict


def _varies(*columns: pa.DictionaryArray) -> bool:
    return any(len(column.dictionary) > 1 for column in columns)


def _translated(column: pa.ChunkedArray, values: Mapping[str, str]) -> pa.ChunkedArray:
    """Translate the few words of a yes/no column; a word that is not known becomes "" (unknown, never a guess)."""
    if not values:
        return column
    encoded = _encoded(column)
    words = [values.get(normalise_header(word), "") for word in encoded.dictionary.to_pylist()]
    return pa.chunked_array([pa.DictionaryArray.from_arrays(encoded.indices, pa.array(words, pa.string()))])


def _resolved(people: People, field: str, default: str, read: Callable[[str], str]) -> pa.DictionaryArray:
    """Read each different word of a column once; blank cells take the job's own value."""
    if not people.has(field):
        return fields.constant(read(default), len(people))
    encoded = _encoded(people.texts(field))
    words = [read(word if word.strip() else default) for word in encoded.dictionary.to_pylist()]
    merged = pa.array(words, pa.string()).dictionary_encode()  # two spellings of one place are one word
    codes = merged.indices.to_numpy()[encoded.indices.to_numpy()] if words else encoded.indices
    return pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), merged.dictionary)


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    encoded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    array = encoded.unify_dictionaries().combine_chunks()
    return array if isinstance(array, pa.DictionaryArray) else pa.concat_arrays(array.chunks)
