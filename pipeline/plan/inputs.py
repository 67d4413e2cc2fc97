"""The hashes of everything that went into a plan, and what has changed since."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.config.request import RunRequest
from pipeline.model.errors import GuardProblem

if TYPE_CHECKING:
    from pipeline.model.people import People


def moved(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Name everything whose digest is not what it was when a plan was made; both are the ``hashes`` of a plan.

    A live directory has no digest: its content is compared by the seal. Nor has what was not reached today.
    """
    for name, what in (("inputs", "{}"), ("mappings", "the mapping {}")):
        for each in sorted({*then[name], *now[name]}):
            if then[name].get(each) != now[name].get(each) or (each in then[name]) != (each in now[name]):
                yield what.format(each)
    for name, what in (("config", "the job file"), ("layout", "the layout"), ("state", "what Contact Pro has")):
        if now[name] is not None and then[name] != now[name]:
            yield what


def out_of_date(folder: Path, what: list[str]) -> GuardProblem:
    """Refuse to carry out a plan because something has moved since it was made."""
    return GuardProblem(
        f"The plan of {folder} is out of date; changed since it was made: {', '.join(what)}. Nothing was written.",
        advice="Plan again, look at the new plan, and emit that.",
    )


def hashes(request: RunRequest, sources: Mapping[str, "People"], baseline_sha256: str | None) -> dict[str, Any]:
    """Return the hash of everything that goes into a plan; a saved plan is emitted only if all of them are unchanged.

    ``sources`` are the people of ``roster`` and ``directory``, as far as they were read. ``baseline_sha256`` is None
    if no baseline was read.
    """
    mappings = {people.binding.mapping.name: people.binding.mapping.path for people in sources.values()}
    return {
        "inputs": _input_hashes(sources),
        "config": request.config_sha256,
        "mappings": {name: _digest(path) for name, path in mappings.items()},
        "layout": _digest(request.layout.path),
        "state": baseline_sha256,
    }


def _input_hashes(sources: Mapping[str, "People"]) -> dict[str, str | None]:
    """Return the hash of each input by its file name; the part is added if two files have the same name."""
    digests: dict[str, str | None] = {}
    for part, people in sources.items():
        name = people.extract.origin.source
        digests[name if name not in digests else f"{part} {name}"] = people.extract.sha256
    return digests


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
