"""The tables ``[roster]``, ``[directory]`` and ``[baseline]``: one for each kind that the registry finds."""

from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from connectors.registry import registry
from connectors.settings import BaselineSettings, FilePath, FileSettings, Settings, SourceSettings
from mappings.load import load_source_mapping, load_source_mappings
from mappings.model import SourceMapping
from pipeline.model.errors import UsageProblem


class NoSource(Settings):
    """No directory: emails cannot be verified, and the report says so."""

    kind: Literal["none"]
    saml_attribute: str | None = None
    saml_metadata: FilePath | None = None


class NoBaseline(Settings):
    """Every row is a create, and budgets do not apply."""

    kind: Literal["none"] = "none"


class StateBaseline(Settings):
    """What the job's own state says was delivered."""

    kind: Literal["state"]


SOURCES: dict[str, type[SourceSettings]] = registry().tables(SourceSettings)
TABLES: dict[str, dict[str, type[Settings]]] = {
    "roster": {**SOURCES},
    "directory": {**SOURCES, "none": NoSource},
    "baseline": {"none": NoBaseline, "state": StateBaseline, **registry().tables(BaselineSettings)},
}
"""For each table of the job file the kinds that it may have."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """Validate a table of the job file by its ``kind``."""

    table: str

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - pydantic's
        """Return the schema of the discriminated union."""
        union: Any = reduce(or_, TABLES[self.table].values())
        return handler.generate_schema(Annotated[union, Field(discriminator="kind")])


Roster = Annotated[SourceSettings, OneOf("roster")]
Directory = Annotated[SourceSettings | NoSource, OneOf("directory")]
Baseline = Annotated[NoBaseline | StateBaseline | BaselineSettings, OneOf("baseline")]


def kind_of(path: Path) -> str:
    """Return the kind of a file by its ending; the reader then says what the file really is.

    Raises:
        UsageProblem: no kind has that ending.
    """
    known = {
        suffix: kind for kind, each in SOURCES.items() if issubclass(each, FileSettings) for suffix in each.suffixes
    }
    if (kind := known.get(path.suffix.lower())) is None:
        raise UsageProblem(
            f"{path}: cannot tell by its ending what it is.", advice=f"Known endings: {' '.join(known)} .toml"
        )
    return kind


def mappings_of(kind: str) -> tuple[SourceMapping, ...]:
    """Return the mappings for a kind: the packaged ones, and the one that another package has beside its connector.

    Raises:
        MappingError: a file is not sound.
    """
    own = registry().connectors[kind].mapping if kind in registry().connectors else None
    return load_source_mappings(kind) + ((load_source_mapping(str(own)),) if own else ())


def every_mapping() -> tuple[SourceMapping, ...]:
    """Return the mappings of every kind, each once; raises as ``mappings_of`` does."""
    return tuple({each.path: each for kind in SOURCES for each in mappings_of(kind)}.values())
