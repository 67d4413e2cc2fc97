"""Files that grow by a line of JSON at a time; a line that was cut when the process was killed does not count."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

Line = TypeVar("Line", bound=msgspec.Struct)


def read(path: Path, kind: type[Line]) -> Iterator[Line]:
    """Read the lines of a file as ``kind``; none if there is no file.

    Raises:
        OSError: the file cannot be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return
    for piece in data.split(b"\n"):
        with suppress(msgspec.MsgspecError):
            yield msgspec.json.decode(piece, type=kind)
