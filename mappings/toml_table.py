"""Reading TOML strictly: an error about what is missing, misspelled or of the wrong type names file and dotted key."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from mappings.headers import nearest
from mappings.model import MappingError, UnknownKey, UnknownName

_Value = TypeVar("_Value", str, bool)
_TYPES = {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "a table"}


class Table(msgspec.Struct, frozen=True):
    """One table of a TOML file, and its place: ``place`` is its dotted key, empty for the file itself."""

    path: Path
    place: str
    values: dict[str, object]

    def where(self, key: str) -> str:
        """Return the dotted key, counted from the top of the file."""
        return f"{self.place}.{key}" if self.place else key

    def error(self, key: str, sentence: str) -> MappingError:
        """Build an error that names the file and the key."""
        return MappingError(f'{self.path}: "{self.where(key)}" {sentence}')

    def only(self, known: Iterable[str]) -> None:
        """Refuse every key that nothing reads.

        Raises:
            UnknownKey: A key is not among the known ones.
        """
        known = tuple(known)
        for key in self.values:
            if key not in known:
                raise UnknownKey(f'{self.path}: unknown key "{self.where(key)}".{did_you_mean(key, known)}')

    def text(self, key: str, default: str | None = None) -> str:
        """Return the text under a key; without a default it must be there and must not be empty.

        Raises:
            MappingError: It is missing, empty or no text.
        """
        value = self._typed(key, default, str)
        if not value and default is None:
            raise self.error(key, "must not be empty.")
        return value

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """Return the true or false under a key.

        Raises:
            MappingError: It is missing and has no default, or it is neither true nor false.
        """
        return self._typed(key, default, bool)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return the list of texts under a key; a key that is not there is an empty list.

        Raises:
            MappingError: It is not a list, or one of its items is not text or empty.
        """
        value = self.values.get(key, [])
        if not isinstance(value, list):
            raise self.error(key, f"must be a list of texts, not {_name(value)}.")
        for item in value:
            if not isinstance(item, str) or not item:
                raise self.error(key, f"must be a list of texts, and one of its items is {_name(item)}.")
        return tuple(value)

    def table(self, key: str) -> "Table":
        """Return the table under a key; a key that is not there is an empty table.

        Raises:
            MappingError: It is not a table.
        """
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            raise self.error(key, f"must be a table, not {_name(value)}.")
        return Table(self.path, self.where(key), value)

    def tables(self, key: str) -> tuple["Table", ...]:
        """Return the tables of an array, each with its number from 1 in its place.

        Raises:
            MappingError: It is missing, empty, or no array of tables.
        """
        value = self.values.get(key)
        if not isinstance(value, list) or not value or not all(isinstance(item, dict) for item in value):
            raise self.error(key, f"must be one or more tables, each headed [[{self.where(key)}]].")
        return tuple(Table(self.path, f"{self.where(key)}.{count}", item) for count, item in enumerate(value, 1))

    def _typed(self, key: str, default: _Value | None, kind: type[_Value]) -> _Value:
        value = self.values.get(key, default)
        if value is None:
            raise self.error(key, "is missing.")
        if not isinstance(value, kind):
            raise self.error(key, f"must be {_TYPES[kind]}, not {_name(value)}.")
        return value


def read_table(path: Path) -> Table:
    """Read one TOML file.

    Raises:
        UnknownName: There is no such file, or it may not be read.
        MappingError: It is not UTF-8 or not TOML; the sentence names the line.
    """
    try:
        return Table(path, "", tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise UnknownName(f"{path}: cannot be read ({error.strerror}). Check the path.") from error
    except UnicodeDecodeError as error:
        raise MappingError(f"{path}: is not UTF-8 text (byte {error.start + 1}). Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"{path}: is not valid TOML: {error}.") from error


def did_you_mean(text: str, names: Iterable[str]) -> str:
    """Return a question to append to a sentence, starting with a space; empty if nothing comes near."""
    near = nearest(text, names)
    return f' Did you mean "{near}"?' if near else ""


def _name(value: object) -> str:
    if value == "":
        return "empty"
    return _TYPES.get(type(value), "a date or time")
