"""Masking of values on a screen or in a log (design rule 10)."""

import re
import unicodedata

LONGEST_SHOWN = 60
_ADDRESS = re.compile(r"(?P<local>[^\s@<>&;\"'…]{2,})@(?=\w[\w.-]*\.\w)")


def masked(value: str) -> str:
    r"""Show enough of a value to find it, not enough to learn it: ``'j…h@example.com'``, ``'0…7'`` (design §1).

    What cannot be seen, or would steer a terminal, is shown as its escape: ``'c…l@example.com\xa0'``.
    """
    if not value:
        return "''"
    name, at, domain = value.rpartition("@") if "@" in value else (value, "", "")
    shown = f"{name[:1]}…{name[-1:]}" if len(name) > 2 else "…"  # noqa: PLR2004 - first and last character
    return _escaped(f"{shown}{at}{domain}"[:LONGEST_SHOWN])


def without_addresses(text: str) -> str:
    """Mask every email address in a sentence: its first and last character and the domain stay."""
    return _ADDRESS.sub(lambda found: f"{found['local'][0]}…{found['local'][-1]}@", text)


def plainly(value: str) -> str:
    """Show a value that belongs to no person: a tenant, a region."""
    return _escaped(value[:LONGEST_SHOWN])


def _escaped(text: str) -> str:
    if text.replace("…", "").isascii():  # then only a control character cannot be seen, and repr escapes it
        return repr(text).replace("\\\\", "\\")
    unseen = {"Cf", "Co", "Mn", "Zs"}
    safe = (
        c if c == " " or unicodedata.category(c) not in unseen else c.encode("unicode_escape").decode() for c in text
    )
    return repr("".join(safe)).replace("\\\\", "\\")
