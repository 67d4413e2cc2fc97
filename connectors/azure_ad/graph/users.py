"""A page of users: from the bytes of an answer to columns of text, character for character.

The bytes are decoded into slim structs that have the wanted attributes and nothing else; the SDK's own models are 600
times slower, cannot distinguish null from absent, and change the case of directory extensions (facts:
microsoft-graph §1, §2). In a list null and absent are both an empty text; among changes absent means "as it was".
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import msgspec
import numpy as np
import pyarrow as pa
from msgspec import UNSET
from msgspec.structs import astuple

from connectors.azure_ad.graph import attributes
from connectors.base import SourceIncomplete
from connectors.http.retry import TransientError

Id = Annotated[str, msgspec.Meta(min_length=1)]
"""A user cannot be found again without one."""


class Page(msgspec.Struct):
    """One page of any list: its rows, the link to the next page, and on some the link to what will change."""

    value: Any = UNSET
    next_link: str | None = msgspec.field(default=None, name="@odata.nextLink")
    delta_link: str | None = msgspec.field(default=None, name="@odata.deltaLink")
    count: int | None = msgspec.field(default=None, name="@odata.count")


class Removed(msgspec.Struct):
    """The mark of a user who was deleted: "changed" can be restored, "deleted" cannot."""

    reason: str = ""


def reader(row: object) -> Callable[[bytes], Page]:
    """Build what reads a page with such rows; ``row`` is a type.

    Raises, when it reads:
        TransientError: the answer is empty, no JSON, or no page: a proxy's page, an error, a body that was cut off.
        SourceIncomplete: it is a page with other things in it than Graph describes.
    """
    page = msgspec.defstruct("Page", [("value", list[row] | msgspec.UnsetType, UNSET)], bases=(Page,))  # type: ignore[valid-type]  # it is made at run time
    decode: Callable[[bytes], Page] = msgspec.json.Decoder(page).decode  # type: ignore[assignment]  # it is a Page

    def read(body: bytes) -> Page:
        try:
            found = decode(body)
        except msgspec.ValidationError as error:
            if not body.lstrip().startswith(b"{"):
                raise TransientError("an answer that is not a list") from None
            raise SourceIncomplete(
                f"A page of Microsoft Graph holds something else than it should: {error}. Nothing of it was used; run "
                "again, and check any proxy between here and there."
            ) from None
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise TransientError("an answer that is not JSON" if body else "an empty answer") from None
        if found.value is UNSET:
            raise TransientError("an answer without a list")
        return found

    return read


class UserDecoder:
    """What is read of each user: the attributes ``names``, one of which is ``id``, in this order."""

    def __init__(self, names: Sequence[str]) -> None:
        """Build the structs; each name must be one that ``_graph_attributes`` knows."""
        self.names = tuple(names)
        kinds = [attributes.kind(name) for name in names]
        self._within = [kind == "fifteen" for kind in kinds]
        self._write = [_WRITE[kind] for kind in kinds]
        # Fields are numbered, because the name of a directory extension need not be a Python identifier.
        plain = [place for place, within in enumerate(self._within) if not within]
        nested = [place for place, within in enumerate(self._within) if within]
        self._slot = {place: slot for slot, place in enumerate(plain)} | {
            place: slot for slot, place in enumerate(nested)
        }
        self._nest = len(plain)
        self.read = reader(_struct(names, kinds, plain, nested, None))
        self.read_changes = reader(_struct(names, kinds, plain, nested, UNSET))

    def columns(self, users: Sequence[msgspec.Struct]) -> list[pa.Array]:
        """Return one array of text for each attribute, without nulls."""
        slots = list(zip(*map(astuple, users), strict=True))
        return [self._column(slots, place) if slots else column_of(()) for place in range(len(self.names))]

    def changed(self, change: msgspec.Struct) -> tuple[str, dict[int, str] | None]:
        """Return the id and the changed values, by the place of the attribute; None if the user is gone."""
        *slots, removed = astuple(change)
        identity: str = slots[self._slot[self.names.index("id")]]
        if removed is not None:
            return identity, None
        values: dict[int, str] = {}
        for place, slot in self._slot.items():
            value = slots[self._nest if self._within[place] else slot]
            if self._within[place] and isinstance(value, msgspec.Struct):
                value = astuple(value)[slot]
            if value is not UNSET:
                values[place] = self._write[place]((value,))[0] or ""
        return identity, values

    def _column(self, slots: list[tuple[Any, ...]], place: int) -> pa.Array:
        slot = self._slot[place]
        values = slots[self._nest if self._within[place] else slot]
        if self._within[place]:
            values = tuple(None if fifteen is None else astuple(fifteen)[slot] for fifteen in values)
        return column_of(self._write[place](values))


def column_of(values: Sequence[str | None]) -> pa.Array:
    """Build an Arrow array of texts, None as an empty one; ``pa.array`` would import pandas first, if it is there."""
    try:
        text = "".join(values)  # type: ignore[arg-type]  # a None among them is what the except is for
    except TypeError:
        return column_of([value or "" for value in values])
    data = text.encode()
    plain = len(data) == len(text)
    ends = np.fromiter(map(len, values if plain else map(str.encode, values)), np.int32, len(values))  # type: ignore[arg-type]  # with a None the join above has failed
    ends.cumsum(out=ends)
    offsets = np.concatenate((np.zeros(1, np.int32), ends))
    return pa.Array.from_buffers(pa.string(), len(values), [None, pa.py_buffer(offsets), pa.py_buffer(data)])


def _struct(
    names: Sequence[str], kinds: Sequence[attributes.Kind], plain: list[int], nested: list[int], default: object
) -> type[msgspec.Struct]:
    """Make a struct for one user: the plain attributes, the one of the fifteen, and in changes ``@removed``."""
    absent: Any = None if default is None else msgspec.UnsetType

    def fields(places: list[int]) -> list[tuple[str, Any, Any]]:
        return [(f"f{place}", _TYPE[kinds[place]] | absent, default) for place in places]

    def renamed(places: list[int]) -> dict[str, str]:
        return {f"f{place}": names[place] for place in places}

    members = fields(plain)
    members[plain.index(names.index("id"))] = (f"f{names.index('id')}", Id, msgspec.NODEFAULT)
    if nested:
        fifteen = msgspec.defstruct("Fifteen", fields(nested), rename=renamed(nested), gc=False)
        members.append(("nest", fifteen | None | absent, default))
    if default is UNSET:
        members.append(("removed", Removed | None, None))
    renames = {**renamed(plain), "nest": attributes.EXTENSIONS, "removed": "@removed"}
    return msgspec.defstruct("User", members, rename=renames, kw_only=True, gc=False)


def _as_it_is(values: Sequence[str | None]) -> Sequence[str | None]:
    return values


def _flags(values: Sequence[bool | None]) -> list[str]:
    return list(map(_FLAG.__getitem__, values))


def _many(values: Sequence[list[str] | None]) -> list[str]:
    try:
        return list(map(";".join, values))  # type: ignore[arg-type]  # a None among them is what the except is for
    except TypeError:
        return [";".join(value) if value else "" for value in values]


def _any(values: Sequence[object]) -> list[str]:
    return list(map(_words, values))


def _words(value: object) -> str:
    """Write the value of a directory extension; a number as JSON has it."""
    if isinstance(value, list):
        return ";".join(map(_words, value))
    return _FLAG[value] if value is None or isinstance(value, bool) else str(value)


_FLAG = {None: "", True: "true", False: "false"}
_WRITE: dict[attributes.Kind, Callable[[Any], Sequence[str | None]]] = {
    "text": _as_it_is,
    "fifteen": _as_it_is,
    "flag": _flags,
    "many": _many,
    "any": _any,
}
_TYPE: dict[attributes.Kind, Any] = {
    "text": str | None,
    "fifteen": str | None,
    "flag": bool | None,
    "many": list[str] | None,
    "any": str | bool | int | list[str | bool | int] | None,
}
