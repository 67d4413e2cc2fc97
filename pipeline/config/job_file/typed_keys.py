"""Find keys of the job file by their types: secrets, paths, names that may be files (``connectors.settings``)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from connectors.settings import FILE_OR_NAME, SECRET

FILE = "file:"
TOML = ".toml"

Table = TypeVar("Table", bound=BaseModel)


def marked(table: BaseModel, mark: object) -> Iterator[tuple[str, Any]]:
    """Yield key and value of each field of a table whose type has a mark, if it is given."""
    for name, field in type(table).model_fields.items():
        if (value := getattr(table, name)) is not None and is_marked(field, mark):
            yield field.alias or name, value


def is_marked(field: FieldInfo, mark: object) -> bool:
    """Return True if a mark, or a class, is anywhere in the type of a field."""
    return any(each is mark for each in (*field.metadata, *_parts(field.annotation)))


def rebased(table: Table, base: Path) -> Table:
    """Return a table, and those within it, with every relative path resolved against ``base``.

    Paths are fields of the type ``Path``, names of mappings and layouts that end in ``.toml``, and secrets in files.
    """
    changes: dict[str, Any] = {}
    for name, field in type(table).model_fields.items():
        value = getattr(table, name)
        moved = _rebased(value, field, base)
        if moved is not value:
            changes[name] = moved
    return table.model_copy(update=changes) if changes else table


def _rebased(value: Any, field: FieldInfo, base: Path) -> Any:  # noqa: ANN401 - a field may contain anything
    match value:
        case BaseModel():
            return rebased(value, base)
        case Path():
            return base / value
        case tuple() if is_marked(field, SECRET):
            return tuple(_rebased(each, field, base) for each in value)
        case str() if value.startswith(FILE) and is_marked(field, SECRET):
            return f"{FILE}{base / value.removeprefix(FILE)}"
        case str() if value.endswith(TOML) and is_marked(field, FILE_OR_NAME):
            return str(base / value)
    return value


def _parts(annotation: Any) -> Iterator[object]:  # noqa: ANN401 - typing has no type for annotations
    """Yield the classes and the marks that a type is made of."""
    if get_origin(annotation) is Annotated:
        yield from annotation.__metadata__
    arguments = get_args(annotation)
    if not arguments:
        yield annotation
    for each in arguments:
        yield from _parts(each)
