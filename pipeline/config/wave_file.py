"""The file of a wave: one Login (or another value of a column) a line."""

from pathlib import Path

from mappings.headers import header_key
from pipeline.model.errors import UsageProblem


def values(name: str, path: Path) -> list[str]:
    """Read the values of a wave, each once; the name of the column above them is none.

    Raises:
        UsageProblem: the file is missing, is not UTF-8 text, has no value, or has several values in a line.
    """
    where = f"--wave {name}=@{path}"
    try:
        lines = [line.strip() for line in path.read_text("utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageProblem(
            f"{where}: the file cannot be read: {reason}.", advice="Name a text file in UTF-8 with one value a line."
        ) from None
    if lines and header_key(lines[0]) == header_key(name):
        del lines[0]
    found = list(dict.fromkeys(filter(None, lines)))
    if not found or any(mark in line for line in found for mark in ",;\t"):
        reason = "a line has several values" if found else "it has no value"
        raise UsageProblem(f"{where}: {reason}.", advice="Write one value a line.")
    return found
