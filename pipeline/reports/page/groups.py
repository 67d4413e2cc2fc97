"""People of a run by team, site and email domain: how many there are, and how many could not sign in."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.kernels import columns
from pipeline.kernels.columns import Mask
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
    rejected, present, found = run.rejected, ~run.dropped, {}
    for field in (TEAM, SITE):
        if people.has(field):
            words = columns.encoded(people.texts(field))
            found[field] = _grouped(_counted(words, present), _counted(words, rejected))
    found[DOMAIN] = _domains(people.folded.texts.filter(pa.array(rejected)), run.size.domains)
    return {field: _largest(each) for field, each in found.items() if len(each) > 1}


def _domains(rejected: pa.StringArray, known: Mapping[str, int]) -> list[Group]:
    """Group by domain. ``known`` counts an address without an @ under its whole text, which may be a person's name."""
    others = _count(rejected.filter(pc.invert(pc.match_substring(rejected, "@"))))
    totals, of_domains = (
        {name: count - others.get(name, 0) for name, count in counts.items()}
        for counts in (known, _count(domains(rejected)))
    )
    return _grouped({name: count for name, count in totals.items() if count and _HOST.fullmatch(name)}, of_domains)


def _counted(words: pa.DictionaryArray, rows: Mask) -> dict[str, int]:
    """Count the words of marked rows by their numbers; spaces around a word do not make another."""
    counts = np.bincount(words.indices.to_numpy()[rows], minlength=len(words.dictionary))
    found: Counter[str] = Counter()
    for name, count in zip(words.dictionary.to_pylist(), counts.tolist(), strict=True):
        found[name.strip()] += count
    return {name: count for name, count in found.items() if count}


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
