"""The file of a judgement, and the digests of all that validating and matching can see."""

import hashlib
import sys
from contextlib import suppress
from pathlib import Path

import msgspec
import pyarrow as pa

import pipeline
from connectors.base import Extract
from mappings.model import Binding
from pipeline.config.request import RunRequest
from pipeline.kernels.columns import flat
from pipeline.state import files
from pipeline.state.records import RosterSize

NAME = "judgement"
"""The file beside the state."""

LEAST = 50_000
"""Rows of the smallest list whose judgement is kept: a smaller one is judged in the time that digests take."""

PROGRAM = ("pipeline", "connectors", "mappings")
"""The folders of the program."""


class KeptFinding(msgspec.Struct, frozen=True):
    """A finding as the file has it; ``rows`` are the bytes of its row ids (``int64``)."""

    code: str
    rows: bytes
    field: str | None
    messages: str | list[str]
    fixes: str | list[str]
    values: list[str] | None
    proposals: list[str] | None
    place: tuple[str, int] | None


class KeptFile(msgspec.Struct, frozen=True):
    """The content of the file; ``others`` are the positions (bytes of ``int64``) of Subjects that are not the email."""

    rules: str
    roster: str
    directory: str
    others: bytes
    subjects: list[str]
    findings: list[KeptFinding]
    doubts: list[str]
    size: RosterSize


def is_kept(request: RunRequest, rows: int) -> bool:
    """Return True if the judgement of a list is worth a file: a large list of a job, and nothing corrected by hand."""
    is_of_job = request.config_sha256 is not None and request.plans
    return is_of_job and not request.corrections and rows >= LEAST


def read(request: RunRequest) -> KeptFile | None:
    """Read the file of the job, None if there is none or it is damaged."""
    path = request.state.with_name(NAME)
    with suppress(OSError, ValueError, msgspec.MsgspecError, pa.ArrowException):
        if path.exists():
            with pa.CompressedInputStream(str(path), "zstd") as packed:
                return msgspec.msgpack.decode(packed.read(), type=KeptFile)
    return None


def write(request: RunRequest, file: KeptFile) -> None:
    """Write the file of the job.

    Raises:
        OSError: the disk is full or not writable.
    """
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as packed:
        packed.write(msgspec.msgpack.encode(file))
    files.write(request.state.with_name(NAME), [sink.getvalue()])


def knows(request: RunRequest, part: str, extract: Extract, binding: Binding) -> bool:
    """Return True if an earlier run has probably judged this ``roster`` or ``directory``, so nothing is looked up."""
    file = read(request) if is_kept(request, extract.frame.num_rows) else None
    known = None if file is None else {"roster": file.roster, "directory": file.directory}[part]
    return known is not None and known == digest(extract, binding)


def rules(request: RunRequest) -> str:
    """Return the digest of all that validating and matching follow beside the sources: job, layout, and program."""
    layout = hashlib.sha256(request.layout.path.read_bytes()).hexdigest()
    used = [request.config_sha256, request.plans, layout, _program()]
    return hashlib.sha256(msgspec.json.encode(used)).hexdigest()


def _program() -> list[object]:
    """Return what the program is: Python, all that is installed, and size and time of each of our files.

    A library that reads a cell otherwise changes what a list holds although its bytes are the same, and so does another
    package's connector. Our own files may be a copy that is being worked on.
    """
    return [sys.version, installed(), own_files()]


def installed() -> list[str]:
    """Return the folder name of each installed package, which has its version; to read its metadata takes 0.1 s."""
    return sorted(each.name for folder in sys.path for each in Path(folder).glob("*.dist-info"))


def own_files() -> list[tuple[str, int, int]]:
    """Return the name, the size and the time of change of each file of the program."""
    home = Path(pipeline.__file__).resolve().parents[1]
    parts = sorted(path for name in PROGRAM for path in (home / name).rglob("*") if path.suffix in {".py", ".toml"})
    return [(path.name, found.st_size, found.st_mtime_ns) for path in parts for found in [path.stat()]]


def digest(extract: Extract, binding: Binding) -> str:
    """Return the digest of a source and its mapping; of a live directory every cell counts."""
    found = hashlib.sha256(binding.mapping.path.read_bytes())
    if extract.sha256 is not None:
        found.update(extract.sha256.encode())
        return found.hexdigest()
    found.update(repr((extract.frame.column_names, extract.complete, extract.remarks)).encode())
    for column in extract.frame.columns:
        _, ends, data = flat(column).buffers()
        found.update(ends)
        found.update(data or b"")
    return found.hexdigest()
