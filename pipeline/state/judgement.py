"""The judgement of an earlier run: what was found in a large list, for a night with exactly the same input.

Validating and matching see nothing but what is digested here: both sources, the job file, mapping and layout, and the
program itself. If every digest is that of the earlier run, so are the findings. The file is read only then, and a file
that cannot be read is none: the list is judged again.
"""

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config.request import RunRequest
from pipeline.kernels.columns import flat
from pipeline.model import fields
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.state import files
from pipeline.state.records import RosterSize

NAME = "judgement"
"""The file beside the state."""

LEAST = 50_000
"""Rows of the smallest list whose judgement is kept: a smaller one is judged in the time that digests take."""

PROGRAM = ("pipeline", "connectors", "mappings")
FEW = 5
"""Only if findings have at most one in so many rows are they kept: else they are as large as the list."""


class _Found(msgspec.Struct, frozen=True):
    """A finding as the file has it; ``rows`` are the bytes of its row ids (``int64``)."""

    code: str
    rows: bytes
    field: str | None
    messages: str | list[str]
    fixes: str | list[str]
    values: list[str] | None
    proposals: list[str] | None
    place: tuple[str, int] | None


class _File(msgspec.Struct, frozen=True):
    """The content of the file; ``others`` are the positions (bytes of ``int64``) of Subjects that are not the email."""

    rules: str
    roster: str
    directory: str
    others: bytes
    subjects: list[str]
    findings: list[_Found]
    doubts: list[str]
    size: RosterSize


@dataclass(frozen=True, slots=True)
class Judgement:
    """What validating and matching found: the Subject of each row (``string``), findings, doubts, and the size."""

    subject: pa.StringArray
    findings: tuple[Finding, ...]
    doubts: tuple[str, ...]
    size: RosterSize


@dataclass(frozen=True, slots=True)
class Kept:
    """The judgement of an earlier run on the same roster, if the directory is the same too."""

    people: People
    file: _File

    def of(self, directory: People | None) -> Judgement | None:
        """Return the judgement, None if it was made with another directory."""
        if self.file.directory != _digest(directory):
            return None
        subject = flat(self.people.texts(fields.EMAIL))
        if self.file.subjects:
            mask = np.zeros(len(self.people), np.bool_)
            mask[np.frombuffer(self.file.others, np.int64)] = True
            subject = pc.replace_with_mask(subject, pa.array(mask), pa.array(self.file.subjects, pa.string()))
        findings = tuple(
            Finding(
                *(each.code, np.frombuffer(each.rows, np.int64), each.field, each.messages, each.fixes),
                *(each.values, each.proposals, each.place),
            )
            for each in self.file.findings
        )
        return Judgement(subject, findings, tuple(self.file.doubts), self.file.size)


def recall(request: RunRequest, people: People) -> Kept | None:
    """Return what an earlier run of the job kept of this roster; None if it kept none, or judged another one."""
    path = request.state.with_name(NAME)
    if not _is_kept(request, people) or not path.exists():
        return None
    with suppress(OSError, ValueError, msgspec.MsgspecError, pa.ArrowException):
        with pa.CompressedInputStream(str(path), "zstd") as packed:
            file = msgspec.msgpack.decode(packed.read(), type=_File)
        if (file.rules, file.roster) == (_rules(request), _digest(people)):
            return Kept(people, file)
    return None


def keep(request: RunRequest, people: People, directory: People | None, made: Judgement) -> None:
    """Keep a judgement for the next run; not that of a small list, nor one with many findings.

    Raises:
        OSError: the disk is full or not writable.
    """
    found = sum(len(finding.rows) for finding in made.findings)
    if not _is_kept(request, people) or found * FEW > len(people):
        return
    others = np.flatnonzero(pc.not_equal(made.subject, flat(people.texts(fields.EMAIL))).to_numpy(zero_copy_only=False))
    file = _File(
        rules=_rules(request),
        roster=_digest(people),
        directory=_digest(directory),
        others=others.astype(np.int64).tobytes(),
        subjects=made.subject.take(pa.array(others)).to_pylist(),
        findings=[
            _Found(
                *(each.code, each.rows.astype(np.int64).tobytes(), each.field, _plain(each.messages)),
                *(_plain(each.fixes), _listed(each.values), _listed(each.proposals), each.place),
            )
            for each in made.findings
        ],
        doubts=list(made.doubts),
        size=made.size,
    )
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as packed:
        packed.write(msgspec.msgpack.encode(file))
    files.write(request.state.with_name(NAME), [sink.getvalue()])


def _is_kept(request: RunRequest, people: People) -> bool:
    """Return True if the judgement of a list is worth a file: a large list of a job, and nothing corrected by hand."""
    is_of_job = request.config_sha256 is not None and request.plans
    return is_of_job and not request.corrections and len(people) >= LEAST


def _rules(request: RunRequest) -> str:
    """Return the digest of all that validating and matching follow beside the sources: job, layout, and program."""
    layout = hashlib.sha256(request.layout.path.read_bytes()).hexdigest()
    used = [request.config_sha256, request.plans, layout, _program()]
    return hashlib.sha256(msgspec.json.encode(used)).hexdigest()


def _program() -> list[object]:
    """Return the version, and size and time of each file of the program: it may be a copy that is being worked on."""
    home = Path(__file__).resolve().parents[2]
    parts = sorted(path for name in PROGRAM for path in (home / name).rglob("*") if path.suffix in {".py", ".toml"})
    return [version("contactpro-sync"), [(path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in parts]]


def _digest(people: People | None) -> str:
    """Return the digest of a source and its mapping; of a live directory every cell counts. "" without a source."""
    if people is None:
        return ""
    extract, digest = people.extract, hashlib.sha256(people.binding.mapping.path.read_bytes())
    if extract.sha256 is not None:
        digest.update(extract.sha256.encode())
        return digest.hexdigest()
    digest.update(repr((extract.frame.column_names, extract.complete, extract.remarks)).encode())
    for column in extract.frame.columns:
        _, ends, data = flat(column).buffers()
        digest.update(ends)
        digest.update(data or b"")
    return digest.hexdigest()


def _listed(texts: Sequence[str] | None) -> list[str] | None:
    return None if texts is None else list(texts)


def _plain(texts: str | Sequence[str]) -> str | list[str]:
    return texts if isinstance(texts, str) else list(texts)
