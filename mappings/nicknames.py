"""First names that mean the same name: Bob is Robert."""

from pathlib import Path

from mappings.toml_table import read_table

NICKNAMES = Path(__file__).with_name("nicknames.toml")


def load_nicknames(path: Path = NICKNAMES) -> tuple[frozenset[str], ...]:
    """Return the groups of names that mean the same, in lower case; a name may be in several groups.

    Raises:
        MappingError: the file is not sound; the sentence names file and key.
    """
    table = read_table(path)
    return tuple(frozenset({name, *table.texts(name)}) for name in table.values)
