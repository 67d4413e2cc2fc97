"""Characters that look like ASCII: the table is the part of Unicode's confusables that an email can contain.

Run as a program, this file writes the table anew: ``.venv/bin/python tests/mappings/test_lookalikes.py``.
"""

import json
import unicodedata
from importlib import resources

import pytest

from mappings.lookalikes import LOOKALIKES, load_lookalikes

OF_EMAILS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.@_+-'"
HEAD = """# Characters that look like an ASCII character of an email, by that character.
# From Unicode's confusables (UTS 39), without those that a compatibility form (NFKC) reveals.
"""


def generated() -> str:
    """Build the table from the data of the package confusable-homoglyphs."""
    data = json.loads((resources.files("confusable_homoglyphs") / "confusables.json").read_text("utf-8"))
    lines = []
    for plain in OF_EMAILS:
        alike = sorted(
            entry["c"]
            for entry in data.get(plain, [])
            if len(entry["c"]) == 1
            and not entry["c"].isascii()
            and not unicodedata.normalize("NFKC", entry["c"]).isascii()
        )
        if alike:
            codes = ", ".join(f'"U+{ord(c):04X}"' for c in alike)
            lines.append(f"{json.dumps(plain)} = [{codes}]\n")
    return HEAD + "".join(lines)


def test_the_table_is_what_the_data_says() -> None:
    """The committed table is generated, not typed."""
    assert LOOKALIKES.read_text("utf-8") == generated()


@pytest.mark.parametrize(
    ("character", "plain"),
    [("\u0430", "a"), ("\u13aa", "A"), ("\u09e6", "O"), ("\u0501", "d"), ("\u0261", "g"), ("\u2010", "-")],
)
def test_letters_digits_and_symbols_are_there(character: str, plain: str) -> None:
    """Cyrillic, Cherokee, Bengali digits, Latin extensions and dashes."""
    assert load_lookalikes()[ord(character)] == plain


def test_no_character_stands_twice_and_none_is_ascii() -> None:
    """Each look-alike means one ASCII character."""
    table = load_lookalikes()
    assert not any(chr(code).isascii() for code in table)
    assert all(len(plain) == 1 and plain.isascii() for plain in table.values())


if __name__ == "__main__":
    LOOKALIKES.write_text(generated(), "utf-8")
