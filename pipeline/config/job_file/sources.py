"""The tables ``[roster]``, ``[directory]`` and ``[baseline]``: one for each kind that the registry finds."""

from functools import cache, reduce
from operator import or_
from pathlib import Path
from threading import Lock
from typing import Annotated, Any, Literal, Self

import msgspec
from pydantic import Field, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema

from connectors.contact_pro_rci.connection import Connection
from connectors.registry import registry
from connectors.settings import (
    BaselineSettings,
    FilePath,
    FileSettings,
    HttpsUrl,
    SecretReference,
    Settings,
    SourceSettings,
)
from mappings.load import load_source_mapping, load_source_mappings
from mappings.model import SourceMapping
from pipeline.model.errors import UsageProblem

_ONE_AT_A_TIME = Lock()


class NoSource(Settings):
    """No directory: emails cannot be verified, which is reported."""

    kind: Literal["none"]
    saml_attribute: str | None = None
    saml_metadata: FilePath | None = None


class NoBaseline(Settings):
    """Every row is a create, and budgets do not apply."""

    kind: Literal["none"] = "none"


class StateBaseline(Settings):
    """What was delivered, as the job's own state has it."""

    kind: Literal["state"]


class RciBaseline(Settings):
    """The users of Contact Pro as its RCI returns them; without keys of its own it is the RCI of ``[deliver]``."""

    kind: Literal["contact_pro_rci"]
    url: HttpsUrl | None = None
    user: SecretReference | None = None
    password: SecretReference | None = None
    api_key: SecretReference | None = None
    names: FilePath | None = None
    per_second: float = Field(default=10.0, gt=0, le=1_000_000, strict=False)

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        given = (self.url, self.user, self.password, self.api_key)
        if any(given) and not all(given):
            raise ValueError(
                "url, user, password and api_key belong together; without them those of [deliver] are used"
            )
        return self

    def connection(self) -> Connection | None:
        """Return the RCI that the table itself names; None if it names none."""
        if not (self.url and self.user and self.password and self.api_key):
            return None
        own = (self.url, self.user, self.password, self.api_key)
        keys = dict(zip(("url", "user", "password", "api_key"), own, strict=True))
        return Connection.model_validate(keys | {"names": self.names, "per_second": self.per_second})


SOURCES: dict[str, type[SourceSettings]] = registry().tables(SourceSettings)
TABLES: dict[str, dict[str, type[Settings]]] = {
    "roster": {**SOURCES},
    "directory": {**SOURCES, "none": NoSource},
    "baseline": {
        "none": NoBaseline,
        "state": StateBaseline,
        "contact_pro_rci": RciBaseline,
        **registry().tables(BaselineSettings),
    },
}
"""For each table of the job file the kinds that it may have."""


class OneOf(msgspec.Struct, frozen=True):
    """Validate a table of the job file by its ``kind``."""

    table: str

    def __get_pydantic_core_schema__(self, _: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - pydantic's
        """Return the schema of the discriminated union."""
        union: Any = reduce(or_, TABLES[self.table].values())
        return handler.generate_schema(Annotated[union, Field(discriminator="kind")])


Roster = Annotated[SourceSettings, OneOf("roster")]
Directory = Annotated[SourceSettings | NoSource, OneOf("directory")]
Baseline = Annotated[NoBaseline | StateBaseline | RciBaseline | BaselineSettings, OneOf("baseline")]


def kind_of(path: Path) -> str:
    """Return the kind of a file by its ending; the reader then finds out what the file really is.

    Raises:
        UsageProblem: no kind has that ending.
    """
    known = {
        suffix: kind for kind, each in SOURCES.items() if issubclass(each, FileSettings) for suffix in each.suffixes
    }
    if path.suffix.lower() == ".numbers":
        raise UsageProblem(
            f"{path}: it is an Apple Numbers document.",
            advice="In Numbers choose File > Export To > Excel (or CSV), and give that file.",
        )
    if (kind := known.get(path.suffix.lower())) is None:
        raise UsageProblem(
            f"{path}: its ending does not show what it is.", advice=f"Known endings: {' '.join(known)} .toml"
        )
    return kind


def mappings_of(kind: str) -> tuple[SourceMapping, ...]:
    """Return the mappings for a kind: the packaged ones, and the one that another package has beside its connector.

    Raises:
        MappingError: a file is not sound.
    """
    own = registry().connectors[kind].mapping if kind in registry().connectors else None
    with _ONE_AT_A_TIME:  # roster and directory are read side by side, and want them at the same moment
        packaged = _packaged(kind)
    return packaged + ((load_source_mapping(str(own)),) if own else ())


@cache
def _packaged(kind: str) -> tuple[SourceMapping, ...]:
    return load_source_mappings(kind)


def every_mapping() -> tuple[SourceMapping, ...]:
    """Return the mappings of every kind, each once; raises as ``mappings_of`` does."""
    return tuple({each.path: each for kind in SOURCES for each in mappings_of(kind)}.values())
