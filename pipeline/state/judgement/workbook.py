"""The annotated workbook of an earlier run, kept for a night in which the same one would be written.

It is asked for by all that it is written from, so nothing in it can differ but the time at which it was written.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress

import msgspec

from connectors.excel.annotation.annotator import Annotated, Annotation
from pipeline.config.request import RunRequest
from pipeline.state import files
from pipeline.state.judgement import file

NAME = "workbook"
"""The file beside the state; the copy in the run folder may have been edited."""


class KeptWorkbook(msgspec.Struct, frozen=True):
    """The content of the file: a workbook, its digest, and that of what it was written from."""

    made_of: str
    sha256: str
    losses: tuple[str, ...]
    data: bytes


def annotated(
    request: RunRequest, rows: int, order: Annotation, write: Callable[[Annotation], Annotated | None]
) -> Annotated | None:
    """Return the workbook of an order: that of an earlier run of the job, or a new one, which is then kept.

    Args:
        request: the job.
        rows: how many rows its list has; only of a large list is it kept.
        order: everything that the workbook shows.
        write: writes a new one; None if that fails.
    """
    if not file.is_kept(request, rows):
        return write(order)
    made_of = hashlib.sha256(file.rules(request).encode() + msgspec.json.encode(order)).hexdigest()
    earlier = _read(request)
    if earlier is not None and earlier.made_of == made_of:
        return Annotated(earlier.data, earlier.losses)
    made = write(order)
    if made is not None:
        kept = KeptWorkbook(made_of, hashlib.sha256(made.data).hexdigest(), made.losses, made.data)
        with suppress(OSError):  # a disk too full for it is reported with the run folder
            files.write(request.state.with_name(NAME), [msgspec.msgpack.encode(kept)])
    return made


def _read(request: RunRequest) -> KeptWorkbook | None:
    """Read the file of the job, None if there is none or it is damaged."""
    with suppress(OSError, msgspec.MsgspecError):
        kept = msgspec.msgpack.decode(request.state.with_name(NAME).read_bytes(), type=KeptWorkbook)
        return kept if hashlib.sha256(kept.data).hexdigest() == kept.sha256 else None
    return None
