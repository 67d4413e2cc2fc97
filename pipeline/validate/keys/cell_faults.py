"""Faults of one cell of a key or of another written field: the character named, the text proposed."""

import re
import unicodedata

import msgspec

from pipeline.model.issue_types import CATALOGUE

_UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
_CONTROLS = {"\t": "TAB", "\n": "LINE FEED", "\r": "CARRIAGE RETURN", "\0": "NULL"}
"""Names that Unicode does not have for the control characters that lists have."""

_QUOTED = re.compile(r'="(.*)"')


class CellFault(msgspec.Struct, frozen=True):
    """The message, what to do ("" for the usual advice), and the text to write instead ("" for none)."""

    detail: str
    fix: str = ""
    proposal: str = ""


def describe(code: str, text: str) -> CellFault:
    """Return what is wrong with a cell that a check of this code found."""
    if code == "CELL-NUMBER":
        return _number(text)
    if code == "CELL-FORMULA-ERROR":
        return _no_value(text)
    if unseen := _unseen(text):
        return CellFault(*unseen)
    return _of_spaces(text) or CellFault(CATALOGUE[code].message)


def of_login(text: str) -> CellFault | None:
    """Return what surrounds a Login: Excel's mark or wrapper of text, or a space; None if it is none of these."""
    if text.startswith("'") or _QUOTED.fullmatch(text):
        return _no_value(text)
    return None if _unseen(text) else _of_spaces(text)


def _of_spaces(text: str) -> CellFault | None:
    if spaces := _spaces(text):
        return CellFault(f"contains {spaces}", "Delete the space.", text.strip() if " " not in text.strip() else "")
    return None


def _number(text: str) -> CellFault:
    if ":" in text:
        return CellFault(
            "the cell is a date and a time: a program took the key for a date",
            "Format the column as text, and enter the key again.",
        )
    return CellFault("the cell is a number in scientific notation, so digits of it are lost")


def _no_value(text: str) -> CellFault:
    if wrapped := _QUOTED.fullmatch(text):
        meant = wrapped[1]
        return CellFault(f"the cell has Excel's wrapper for text around {meant!r}", f"Write {meant!r}.", meant)
    if text.startswith("'"):
        meant = text[1:]
        return CellFault(
            f"begins with an apostrophe, by which Excel marks text: {meant!r} is meant", f"Write {meant!r}.", meant
        )
    if text.startswith("="):
        return CellFault("the cell holds a formula and not its result", "Paste it as a value.")
    if set(text) == {"#"}:
        return CellFault(
            "the column was too narrow when the list was saved", "Widen the column, and save the list again."
        )
    return CellFault(f"the formula of the cell gave the error {text!r}")


def _unseen(text: str) -> tuple[str, str, str] | None:
    """Name the first character of a text that cannot be seen or that breaks a line; None if there is none."""
    at = next((at for at, c in enumerate(text) if unicodedata.category(c) in _UNSEEN), None)
    if at is None:
        return None
    name = _CONTROLS.get(text[at]) or unicodedata.name(text[at], "control character")
    bare = "".join(c for c in text if unicodedata.category(c) != "Cf")
    only_unseen = not any(unicodedata.category(c) in _UNSEEN for c in bare) and bare == bare.strip()
    meant = bare if only_unseen else ""
    detail = f"contains U+{ord(text[at]):04X} {name} at character {at + 1}"
    return detail, f"Write {meant!r}." if meant else "", meant


def _spaces(text: str) -> str:
    """Name the space at an end of a text, or one that does not break a line, and its place; "" if there is none."""
    for place, character in ((" at its start", text[:1]), (" at its end", text[-1:])):
        if character and unicodedata.category(character) == "Zs":
            return f"U+{ord(character):04X} {unicodedata.name(character)}{place}"
    inside = next((at for at, c in enumerate(text) if c != " " and unicodedata.category(c) == "Zs"), None)
    return (
        ""
        if inside is None
        else f"U+{ord(text[inside]):04X} {unicodedata.name(text[inside])} at character {inside + 1}"
    )
