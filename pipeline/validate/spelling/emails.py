"""Rules on characters: faults in the spelling of an email, and differences between two spellings.

Nothing here changes an address. Case is folded only to find; bytes judge (design §1, rule 1). The ordinary address is
recognised by one kernel over the column; only what that kernel does not know is checked by character, and
email-validator then judges its syntax. Its normalised form is never used: it lower-cases domains and recomposes
accents (facts: reliability §2.8).
"""

import html
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import msgspec

from pipeline.validate.spelling import misread, syntax
from pipeline.validate.spelling.confusables import mixed_scripts, without_lookalikes

ORDINARY_LENGTH = 64
"""Up to here no local part (64) and no label (63) can be too long, so the kernel need not measure them."""

LOST = "\ufffd"
"""The replacement character: a program could not read the character that was here (UTF-8 read as something else)."""

_LOST_DETAIL = "contains U+FFFD: a character was lost when the list was exported"
_MISREAD = "was read in another encoding than it was written in: "
_CONTROL_KINDS = frozenset({"Cc", "Zl", "Zp"})
_UNSEEN_KINDS = frozenset({"Cf", "Cn", "Co", "Cs"})
_BLANK_LETTERS = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f")
_ENTITY = re.compile(r"&#?\w+;")
_SEPARATORS = frozenset(" <>;,:\"'()[]\n\t")
_LISTED = re.compile(r"[^\s<>;,:\"'()\[\]]+@[^\s<>;,:\"'()\[\]]+")


class Fault(msgspec.Struct, frozen=True):
    """One thing that is wrong with one address: the issue code, what was seen, the address to write instead, if any."""

    code: str
    detail: str
    proposal: str = ""

    @property
    def fix(self) -> str:
        """Return what to do, "" if the catalogue's advice is enough."""
        if self.detail == _LOST_DETAIL:
            return "Export the list again as UTF-8, or type the address again."
        if self.detail.startswith(_MISREAD):
            return f"Save the list as UTF-8 again, or write {self.proposal!r}."
        if self.detail in {syntax.EXCELS_MARK, syntax.NO_AT} and self.proposal:
            return f"Write {self.proposal!r}."
        if self.code == "EMAIL-SYNTAX":
            return f"Write only one address, for example {self.proposal!r}." if self.proposal else ""
        return f"Write {self.proposal!r} if that is what the directory has." if self.proposal else ""


def _damaged(email: str) -> Fault | None:
    """Return the fault of an address whose letters an export lost, or that was read in another encoding."""
    if LOST in email:
        return Fault("EMAIL-SYNTAX", _LOST_DETAIL)
    meant = misread.meant(email)
    return Fault("EMAIL-SYNTAX", f"{_MISREAD}{meant!r} is meant", meant) if meant else None


@lru_cache(maxsize=65536)
def judge(email: str) -> tuple[Fault, ...]:
    """Find every fault of one address that is not an ordinary one; none means it is legal as it is.

    Internationalised addresses, ``.local``, ``+``, apostrophes and ``#EXT#`` are legal (design §9).
    """
    if not email.strip():
        return (Fault("EMAIL-MISSING", "there is no email" if not email else "there are only spaces"),)
    if syntax.is_ordinary(email):
        return ()
    if (only_spaces := _edge_spaces(email)) is not None:
        return only_spaces
    if damaged := _damaged(email):
        return (damaged,)
    strange = [c for c in email if not "!" <= c <= "~"]  # every other one is a plain character of an address
    kinds = [unicodedata.category(c) for c in strange]
    controls = [c for c, kind in zip(strange, kinds, strict=True) if kind in _CONTROL_KINDS]
    invisible = [c for c, kind in zip(strange, kinds, strict=True) if kind in _UNSEEN_KINDS or _is_blank_letter(c)]
    spaces = [c for c, kind in zip(strange, kinds, strict=True) if kind == "Zs"]
    unseen = (*controls, *invisible, *spaces)
    bare = email.translate(dict.fromkeys(map(ord, unseen))) if unseen else email
    composed, plain = (bare, bare) if bare.isascii() else _as_seen(bare)
    problem = syntax.problem(plain)
    proposal = "" if problem else plain

    faults = []
    if controls:
        faults.append(Fault("CELL-CONTROL", f"contains {_named(controls)}", proposal))
    if invisible:
        faults.append(Fault("EMAIL-INVISIBLE", f"contains {_named(invisible)}, which cannot be seen", proposal))
    if spaces and (not problem or email != email.strip() or any(c != " " for c in spaces)):
        faults.append(Fault("EMAIL-SPACE", f"contains {_named(spaces)} {_place(email, spaces)}", proposal))
    if not bare.isascii():
        faults += _alphabet_faults(bare, composed, plain, proposal)
    if problem:
        faults.append(Fault("EMAIL-SYNTAX", problem, _listed_address(email)))
    return tuple(faults)


def _edge_spaces(email: str) -> tuple[Fault, ...] | None:
    """Check an ordinary address with spaces at its edges, the commonest fault, without checking every character."""
    bare = email.strip()
    if len(bare) > ORDINARY_LENGTH or not syntax.is_ordinary(bare):
        return None
    spaces = list(dict.fromkeys(email.replace(bare, "", 1)))
    if not spaces or any(unicodedata.category(c) != "Zs" for c in spaces):
        return None
    return (Fault("EMAIL-SPACE", f"contains {_named(spaces)} {_place(email, spaces)}", bare),)


def _as_seen(bare: str) -> tuple[str, str]:
    """Return the address as it looks: accents composed, look-alikes replaced by ASCII."""
    composed = _composed(bare)
    return composed, without_lookalikes(composed)


def _alphabet_faults(bare: str, composed: str, plain: str, proposal: str) -> list[Fault]:
    """Find characters that Unicode composes otherwise, and those not of the alphabet that they seem to be of."""
    faults = []
    signs = [c for c in bare if not c.isascii() and _composed(c).isascii()]  # the Kelvin sign is composed to a K
    if composed != bare.translate({ord(c): _composed(c) for c in signs}):
        faults.append(Fault("EMAIL-NOT-NFC", _not_composed(bare, composed), proposal))
    if plain != composed or signs:
        strange = [*signs, *(c for c in composed if c not in plain)]
        faults.append(Fault("EMAIL-LOOKALIKE", f"contains {_named(strange)}, which only looks ordinary", proposal))
    elif mixed := mixed_scripts(composed):
        faults.append(Fault("EMAIL-LOOKALIKE", f"mixes {' and '.join(mixed)} letters in one word"))
    return faults


def _not_composed(bare: str, composed: str) -> str:
    """Return the words for an address that is not in Unicode's composed form (NFC)."""
    if marks := [c for c in bare if unicodedata.combining(c)]:
        return f"has an accent as a character of its own ({_named(marks)})"
    apart, whole = ([c for c in one if c not in other] for one, other in ((bare, composed), (composed, bare)))
    return f"has {_named(apart)} in place of {_named(whole)}"


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _is_blank_letter(character: str) -> bool:
    return character in _BLANK_LETTERS or "\ufe00" <= character <= "\ufe0f"


def _named(characters: Iterable[str]) -> str:
    """Name each different character by its code point, because some of them cannot be seen."""
    names = (f"U+{ord(c):04X} {unicodedata.name(c, 'control character')}" for c in dict.fromkeys(characters))
    return ", ".join(names)


def _place(email: str, spaces: list[str]) -> str:
    if email[0] in spaces and email[-1] in spaces:
        return "at both ends"
    if email[0] in spaces:
        return "at its start"
    return "at its end" if email[-1] in spaces else f"at character {min(map(email.index, spaces)) + 1}"


def _listed_address(email: str) -> str:
    """Return the address inside ``Name <a@b>``, ``mailto:a@b``, a list, or text with HTML entities; "" if none is."""
    if email.startswith("'") and not syntax.problem(email[1:]):
        return email[1:]
    if meant := syntax.with_at(email):
        return meant
    if _ENTITY.search(email):
        plain = html.unescape(email)
        return "" if syntax.problem(plain) else plain
    if "@" not in email or (_SEPARATORS.isdisjoint(email) and not email.endswith(".")):
        return ""
    listed = _LISTED.finditer(email)
    if email.count("@") == 1:  # in "berg,anna@example.com" the comma may stand for a dot: the rest is half an address
        listed = (found for found in listed if not email[: found.start()].endswith((",", ";")))
    inside = [found.group().rstrip(".") for found in listed]
    inside = [address for address in inside if address != email and not syntax.problem(address)]
    return inside[0] if inside else ""
