"""Folding of headers: which texts are the same name, and which names one header contains.

People write ``E-Mail``, ``e mail*`` and ``EMAIL``, Excel adds no-break spaces, and Microsoft's templates put the
language-independent name in brackets behind a translated text. All of that is folded here, for headers and for the
few closed words (yes, no, guest) alone. Never use these functions on a person's data.
"""

import re
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache

import msgspec

_GAPS = re.compile(r"[\s_\-\u2010-\u2015./\\:*()\[\]\u30fb]+")
_BRACKETED = re.compile(r"\[([^\[\]]*)\]")
_ENCLOSED = re.compile(r"\[([^\[\]]*)\]|\(([^()]*)\)")
_QUOTES = frozenset("\"'`\u00b4\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2039\u203a")

MARKS = frozenset(
    {
        "required",
        "mandatory",
        "optional",
        "read only",
        "upload only",
        "erforderlich",
        "pflicht",
        "pflichtfeld",
        "pflichtangabe",
        "obligatoire",
        "facultatif",
        "obligatorio",
        "opcional",
        "pakollinen",
        "valinnainen",
        "obligatoriskt",
        "obrigatório",
        "requis",
        "requerido",
        "valfritt",
        "必須",
        "任意",
    }
)
"""What may follow a header in brackets without changing its meaning (Google writes ``Email Address [Required]``).

An example address is a mark too. Any other bracket makes another header: ``Email (private)`` is not the email.
"""


class HeaderNames(msgspec.Struct, frozen=True):
    """The names one header carries: those in brackets, and its text with and without marks. All are keys."""

    tokens: tuple[str, ...]
    names: tuple[str, ...]


def normalise_header(text: str) -> str:
    """Fold a header: case, accents, width, quotes and invisible characters go; runs of separators become one space.

    Args:
        text: The header as it is in the source.

    Returns:
        The folded text; folding it again changes nothing.
    """
    while (folded := _fold(text)) != text:
        text = folded
    return text


def header_key(text: str) -> str:
    """Return the folded header without spaces, so that ``FirstName``, ``First Name`` and ``first_name`` are equal."""
    return normalise_header(text).replace(" ", "")


@lru_cache(maxsize=4096)
def known_key(name: str) -> str:
    """Return the key of a name in a mapping; roster and directory ask for the same two thousand."""
    return header_key(name)


def read_header(text: str) -> HeaderNames:
    """Split a header into the names it may be known by; ``User name [userPrincipalName] Required`` carries three."""
    flat = unicodedata.normalize("NFKC", text)
    if "[" not in flat and "(" not in flat:
        key = header_key(flat)
        return HeaderNames((), (key,) if key else ())
    tokens = tuple(key for match in _BRACKETED.finditer(flat) if (key := header_key(match[1])))
    names = dict.fromkeys((header_key(flat), header_key(_ENCLOSED.sub(_without_mark, flat))))
    return HeaderNames(tokens, tuple(name for name in names if name))


def holds_address(text: str) -> bool:
    """Return True if a cell is an address; in brackets behind a header it is an example, in a sentence it is prose."""
    rest = _ENCLOSED.sub(" ", text)
    return "@" in rest and len(rest.split()) == 1


def visible(text: str) -> str:
    """Return the text in quotes, with invisible characters (no-break space, tab, byte order mark) spelled out."""
    shown = "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)
    return f'"{shown}"'


def nearest(text: str, names: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Find the name that begins as the text does, else the one spelled most like it; None if none is near enough.

    The cutoff is a ratio from 0 to 1; a text counts as a beginning from three characters on.
    """
    by_key = {header_key(name): name for name in reversed(tuple(names))}
    key = header_key(text)
    stem = next((key[:length] for length in range(len(key), 2, -1) if _begins_one(key[:length], by_key)), "")
    if len(stem) >= max(3, len(key) - 1):
        return next(name for each, name in by_key.items() if each.startswith(stem))
    close = get_close_matches(key, by_key, n=1, cutoff=cutoff)
    return by_key[close[0]] if close else None


def _begins_one(stem: str, keys: Iterable[str]) -> bool:
    return sum(key.startswith(stem) for key in keys) == 1


def _without_mark(enclosed: re.Match[str]) -> str:
    inside = enclosed[1] if enclosed[1] is not None else enclosed[2]
    return " " if normalise_header(inside) in MARKS or "@" in inside else enclosed[0]


def _fold(text: str) -> str:
    folded = text.casefold()
    if folded.isascii():
        kept = folded.replace('"', "").replace("'", "").replace("`", "")
    else:
        parts = unicodedata.normalize("NFKD", folded)
        kept = unicodedata.normalize("NFKC", "".join(sign for sign in parts if not _is_dropped(sign)))
    return _GAPS.sub(" ", kept).strip()


def _is_dropped(sign: str) -> bool:
    """Return True for Latin accents (``Prenom`` is found); the voicing marks of kana stay, as part of the character."""
    return "\u0300" <= sign <= "\u036f" or sign in _QUOTES or unicodedata.category(sign) == "Cf"
