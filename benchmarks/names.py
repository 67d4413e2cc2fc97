"""Names of invented people as an international company has them, and their spelling in an address.

A nickname in quotes, a name of two words and scripts that an address cannot have are among them (``names.toml``).
"""

import tomllib
import unicodedata
from pathlib import Path

LETTERS = str.maketrans(
    {
        "ß": "ss",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "æ": "ae",
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "å": "aa",
    }
)
NAMES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def spelled(name: str) -> str:
    """Return the lower-case ASCII letters and hyphens that an address has for a name of Latin letters."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(LETTERS))
    return "".join(letter for letter in plain if letter.isascii() and (letter.isalpha() or letter == "-"))


FIRST = {name: spelled(name) for name in NAMES["first"].split()} | NAMES["further_first"]
LAST = {name: spelled(name) for name in NAMES["last"].split()} | NAMES["further_last"]

TEAMS = (
    *("Support, Nordics", "Support, Iberia", "Support, DACH", "Billing", "Orders & Returns", "Service desk"),
    *("Forderungsmanagement", "Logística", 'The "Night" shift', "Qualitätssicherung", "Back office", "Sales, EMEA"),
)
REGIONS = ("eu", "na", "au", "af")
TENANTS = tuple(f"contoso-{place:02d}" if place % 3 else f"Acme-{place:02d}" for place in range(40))
"""A third is written with a capital, as people do; an Issuer is lower case."""
