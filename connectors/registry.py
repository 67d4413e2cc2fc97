"""Find the connectors: modules of this package, and those that other installed packages offer.

A connector is a module with two names, ``Settings`` (its table of the job file, a ``SourceSettings`` or a
``BaselineSettings`` with ``kind: Literal["…"]``) and ``open``. It is a file ``connectors/<kind>.py``, or a package with
both names in its ``connector.py``; another package offers such a module as an entry point of the group
``contactpro_sync.connectors``, with a TOML mapping beside it. Only light imports belong at its top, because every
command that reads a job file imports it.
"""

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, TypeVar, get_args

import msgspec

import connectors
from connectors.base import Source
from connectors.settings import BaselineSettings, Settings, SourceSettings

GROUP = "contactpro_sync.connectors"
DECLARATION = "connector"
"""The module of a package that declares it."""

Table = TypeVar("Table", bound=Settings)


class Connector(msgspec.Struct, frozen=True):
    """A kind of source: its table of the job file, and how it is opened.

    ``open(settings, *, secrets, attributes, progress, delta_state)`` gets the secrets by their keys, as functions that
    resolve them; the attributes that the mapping names, none for a file; a ``ProgressCallback``; the ``DeltaState`` of
    the last reading, or None. ``mapping`` is the file ``<kind>.toml`` that another package has beside its module.
    """

    kind: str
    settings: type[SourceSettings | BaselineSettings]
    open: Callable[..., Source]
    mapping: Path | None = None


class Registry(msgspec.Struct, frozen=True):
    """Every connector by its kind; ``unusable`` has the reason for each unusable entry point, by its name."""

    connectors: MappingProxyType[str, Connector]
    unusable: MappingProxyType[str, str]

    def tables(self, base: type[Table]) -> dict[str, type[Table]]:
        """Return the settings of each kind that derive from ``base``."""
        return {kind: each.settings for kind, each in self.connectors.items() if issubclass(each.settings, base)}


@cache
def registry() -> Registry:
    """Import every connector once."""
    return find(connectors.__path__, entry_points(group=GROUP))


def find(folders: Iterable[str], offers: Iterable[EntryPoint]) -> Registry:
    """Return the connectors in ``folders`` of this package, and those that other packages offer.

    A connector of another package that cannot be imported, declares nothing or takes a kind that exists is left out
    with its reason, so that it stops no job but its own.
    """
    found = {each.kind: each for module in _modules(folders) if (each := _declared(module))}
    unusable: dict[str, str] = {}
    for offer in sorted(offers, key=lambda each: (each.name, each.value)):
        try:
            module = offer.load()
            declared = _declared(module, beside=True)
        except Exception as error:  # noqa: BLE001 - another package's module may raise anything while it is imported
            unusable[offer.name] = f"{offer.value} cannot be imported ({type(error).__name__}: {error})"
            continue
        if declared is None:
            unusable[offer.name] = f"{offer.value} has no Settings with a kind, and no open()"
        elif declared.kind in found:
            unusable[offer.name] = f"{offer.value} declares the kind {declared.kind!r}, which exists"
        else:
            found[declared.kind] = declared
    return Registry(MappingProxyType(found), MappingProxyType(unusable))


def _modules(folders: Iterable[str]) -> Iterator[ModuleType]:
    for each in pkgutil.iter_modules(folders, f"{connectors.__name__}."):
        declaration = f"{each.name}.{DECLARATION}"
        packaged = each.ispkg and importlib.util.find_spec(declaration)
        yield importlib.import_module(declaration if packaged else each.name)


def _declared(module: Any, *, beside: bool = False) -> Connector | None:  # noqa: ANN401 - an entry point may name any object
    """Return what a module declares, None if it is not a connector."""
    settings, opened = getattr(module, "Settings", None), getattr(module, "open", None)
    if not (
        isinstance(settings, type) and issubclass(settings, SourceSettings | BaselineSettings) and callable(opened)
    ):
        return None
    kinds = get_args(settings.model_fields["kind"].annotation)
    if len(kinds) != 1 or not isinstance(kinds[0], str):
        return None
    file = getattr(module, "__file__", None)
    mapping = Path(file).with_name(f"{kinds[0]}.toml") if beside and file else None
    return Connector(kinds[0], settings, opened, mapping if mapping and mapping.is_file() else None)
