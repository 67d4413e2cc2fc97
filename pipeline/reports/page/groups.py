"""People of a run by team, site and email domain: how many there are, and how many could not sign in."""

import re
from collections.abc import Iterable, Mapping

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels import columns
from pipeline.kernels.domains import domains
from pipeline.result import RunResult

TEAM, SITE, DOMAIN = "team", "site", "domain"
LARGEST = 12
"""Groups shown one by one; the others are summed."""

_HOST = re.compile(r"[^\W_][\w.-]*")


class Group(msgspec.Struct, frozen=True):
    """The people of one team, site or domain; ``name`` is "" for people without one, None for all smaller groups."""

    name: str | None
    people: int
    rejected: int

    @property
    def accepted(self) -> int:
        """Return the people without an error."""
        return self.people - self.rejected


def groups(run: RunResult) -> dict[str, list[Group]]:
    """Return the groups of each field that divides the people; most rejected people first, then the largest group."""
    people = run.people
    if people is None:
        return {}
    rejected = np.flatnonzero(run.rejected)
    found = {}
    for field in (TEAM, SITE):
        if people.has(field):
            texts = columns.flat(people.texts(field))
            found[field] = _grouped(_counted(texts, np.flatnonzero(~run.dropped)), _counted(texts, rejected))
    found[DOMAIN] = _domains(people.folded.texts.take(pa.array(rejected)), run.size.domains)
    return {field: _largest(each) for field, each in found.items() if len(each) > 1}


def _domains(rejected: pa.StringArray, known: Mapping[str, int]) -> list[Group]:
    """Group by domain. ``known`` counts an address without an @ under its whole text, which may be a person's name."""
    with_at = pc.match_substring(rejected, "@")
    others = _count(rejected.filter(pc.invert(with_at)))
    of_domains = _count(domains(rejected.filter(with_at)))
    totals = {name: count - others.get(name, 0) for name, count in known.items()}
    return _grouped({name: count for name, count in totals.items() if count and _HOST.fullmatch(name)}, of_domains)


def _counted(texts: pa.StringArray, rows: npt.NDArray[np.int64]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name, count in _count(texts.take(pa.array(rows))).items():
        counts[name.strip()] = counts.get(name.strip(), 0) + count
    return counts


def _count(texts: pa.StringArray) -> dict[str, int]:
    counts = pc.value_counts(texts)
    return dict(zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True))


def _grouped(people: Mapping[str, int], rejected: Mapping[str, int]) -> list[Group]:
    found = (Group(name, count, min(rejected.get(name, 0), count)) for name, count in people.items())
    return sorted(found, key=lambda each: (-each.rejected, -each.people, each.name or ""))


def _largest(found: list[Group]) -> list[Group]:
    first, rest = found[:LARGEST], found[LARGEST:]
    return [*first, Group(None, *_sums(rest))] if rest else first


def _sums(found: Iterable[Group]) -> tuple[int, int]:
    pairs = [(each.people, each.rejected) for each in found]
    return sum(people for people, _ in pairs), sum(rejected for _, rejected in pairs)
