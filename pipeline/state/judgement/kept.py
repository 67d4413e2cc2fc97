"""The judgement of an earlier run: what was found in a large list, for a night with exactly the same input.

Validating and matching see nothing but what is digested here: both sources, the job file, mapping and layout, and the
program itself. If every digest is that of the earlier run, so are the findings. The file is read only then, and a file
that cannot be read is none: the list is judged again.
"""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.config.request import RunRequest
from pipeline.kernels.columns import flat
from pipeline.model import fields
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.state.judgement import file
from pipeline.state.judgement.file import KeptFile, KeptFinding
from pipeline.state.records import RosterSize

FEW = 5
"""Only if findings have at most one in so many rows are they kept: else they are as large as the list."""


class Judgement(msgspec.Struct, frozen=True):
    """What validating and matching found: the Subject of each row (``string``), findings, doubts, and the size."""

    subject: pa.StringArray
    findings: tuple[Finding, ...]
    doubts: tuple[str, ...]
    size: RosterSize


def recall(request: RunRequest, people: People, directory: Callable[[], People | None]) -> Judgement | None:
    """Return what an earlier run of the job found in exactly this roster and directory; None if there is no such run.

    ``directory`` waits for the directory; it is asked only if the roster is the same.
    """
    earlier = file.read(request) if file.is_kept(request, len(people)) else None
    if earlier is None or (earlier.rules, earlier.roster) != (file.rules(request), _digest(people)):
        return None
    if earlier.directory != _digest(directory()):
        return None
    subject = flat(people.texts(fields.EMAIL))
    if earlier.subjects:
        mask = np.zeros(len(people), np.bool_)
        mask[np.frombuffer(earlier.others, np.int64)] = True
        subject = pc.replace_with_mask(subject, pa.array(mask), pa.array(earlier.subjects, pa.string()))
    findings = tuple(
        Finding(
            *(each.code, np.frombuffer(each.rows, np.int64), each.field, each.messages, each.fixes),
            *(each.values, each.proposals, each.place),
        )
        for each in earlier.findings
    )
    return Judgement(subject, findings, tuple(earlier.doubts), earlier.size)


def keep(request: RunRequest, people: People, directory: People | None, made: Judgement) -> None:
    """Keep a judgement for the next run; not that of a small list, nor one with many findings.

    Raises:
        OSError: the disk is full or not writable.
    """
    found = sum(len(finding.rows) for finding in made.findings)
    if not file.is_kept(request, len(people)) or found * FEW > len(people):
        return
    others = np.flatnonzero(pc.not_equal(made.subject, flat(people.texts(fields.EMAIL))).to_numpy(zero_copy_only=False))
    kept = KeptFile(
        rules=file.rules(request),
        roster=_digest(people),
        directory=_digest(directory),
        others=others.astype(np.int64).tobytes(),
        subjects=made.subject.take(pa.array(others)).to_pylist(),
        findings=[
            KeptFinding(
                *(each.code, each.rows.astype(np.int64).tobytes(), each.field, _plain(each.messages)),
                *(_plain(each.fixes), _listed(each.values), _listed(each.proposals), each.place),
            )
            for each in made.findings
        ],
        doubts=list(made.doubts),
        size=made.size,
    )
    file.write(request, kept)


def _digest(people: People | None) -> str:
    """Return the digest of a source, "" if there is none."""
    return "" if people is None else file.digest(people.extract, people.binding)


def _listed(texts: Sequence[str] | None) -> list[str] | None:
    return None if texts is None else list(texts)


def _plain(texts: str | Sequence[str]) -> str | list[str]:
    return texts if isinstance(texts, str) else list(texts)
