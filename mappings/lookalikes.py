"""Characters that look like an ASCII character: one table, generated from Unicode's confusables."""

from functools import cache
from pathlib import Path

from mappings.toml_table import read_table

LOOKALIKES = Path(__file__).with_name("lookalikes.toml")


@cache
def load_lookalikes() -> dict[int, str]:
    """Return the ASCII character that each look-alike resembles, by code point, as ``str.translate`` takes it.

    Raises:
        MappingError: the file is not sound; the sentence names file and key.
    """
    table = read_table(LOOKALIKES)
    return {int(code.removeprefix("U+"), 16): plain for plain in table.values for code in table.texts(plain)}
