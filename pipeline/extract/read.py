"""Opening the sources of a job and reading them, while the modules that validate are still being loaded."""

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import msgspec
from msgspec.structs import replace

from connectors.base import ChoiceNeeded, ColumnsUnknown, Extract, SourceEmpty, SourceUnreadable
from connectors.settings import FileSettings, SourceSettings
from mappings.bind import bind, choose, recogniser
from mappings.model import Binding, HeadersUnknown, SourceMapping
from pipeline.config.job_file.job import Job
from pipeline.config.job_file.sources import NoSource
from pipeline.config.request import Correction, RunRequest
from pipeline.config.secrets import references, resolve
from pipeline.extract import accepted, corrected, own_rejects, withheld
from pipeline.extract.open_source import mappings_for, open_source
from pipeline.kernels import columns, folding, hashing
from pipeline.kernels.spill import IN_MEMORY, Spill
from pipeline.state import records
from pipeline.state.judgement import file as judged

ProgressCallback = Callable[[str, int, int | None], None]
"""Called with a source (roster, directory), the people read so far, and their total if the source knows it."""


class BoundExtract(msgspec.Struct, frozen=True):
    """An extract, what its columns mean, and its emails folded, to be found by their hashes."""

    extract: Extract
    binding: Binding
    folded: hashing.HashedTexts
    spill: Spill = IN_MEMORY

    @classmethod
    def bind(
        cls, extract: Extract, binding: Binding, hash_key: hashing.HashKey, spill: Spill = IN_MEMORY
    ) -> "BoundExtract":
        """Fold the emails: a kernel, run by the thread that read them; they are hashed when they are looked up.

        ``hash_key`` is that of every comparison with these rows; ``spill`` is the place of their columns.

        Raises:
            HeadersUnknown: the mapping (a user's own) does not ask for an email.
        """
        if (place := binding.columns.get("email")) is None:
            raise HeadersUnknown(
                f"{extract.origin.source}: the mapping {binding.mapping.name!r} finds no email column."
            )
        written = columns.flat(extract.frame.column(place))
        frame = extract.frame.set_column(place, extract.frame.column_names[place], written)
        folded = spill.texts(len(written), lambda at, length: folding.fold(written.slice(at, length)))
        return cls(replace(extract, frame=frame), binding, hashing.HashedTexts(folded, hash_key), spill)


class PendingSources(msgspec.Struct, frozen=True):
    """The sources of a job on their way in; asking for one waits for it and raises what went wrong with it."""

    _roster: Future[BoundExtract]
    _directory: Future[BoundExtract] | None
    tally: ProgressCallback = lambda *_: None

    def roster(self) -> BoundExtract:
        """Return the list of people who should be able to sign in."""
        return self._roster.result()

    def directory(self) -> BoundExtract | None:
        """Return the people of the identity provider; None if the job has no directory."""
        return None if self._directory is None else self._directory.result()


@contextmanager
def reading(
    request: RunRequest, tally: ProgressCallback = lambda *_: None, hash_key: hashing.HashKey | None = None
) -> Iterator[PendingSources]:
    """Start to read every source of the job, each in its own thread; ``tally`` is called with the progress of each.

    ``hash_key`` is that of the whole run: workers that share its rows are given the same; None draws one. It changes no
    result.

    Raises:
        UsageProblem: a secret is not where it is claimed to be.

    Raises, when the source is asked for:
        SourceError: it is missing, unreadable, refused, empty, incomplete, or has no headers that a mapping knows.
        ChoiceNeeded: more than one sheet or group fits.
        MappingError: the mapping is wrong, or it does not fit the headers.
        StateProblem: what was kept of the last reading cannot be read.
    """
    _prove_secrets(request.job)
    key = hashing.random_key() if hash_key is None else hash_key
    at_once = 2 if request.spill is None else 1
    threads = ThreadPoolExecutor(max_workers=at_once, thread_name_prefix="read")
    try:
        job = request.job
        directory = None if job.directory is None or isinstance(job.directory, NoSource) else job.directory
        yield PendingSources(
            threads.submit(_read_and_hashed, job.roster, request, "roster", tally, key),
            threads.submit(_read_and_hashed, directory, request, "directory", tally, key) if directory else None,
            tally,
        )
    finally:
        threads.shutdown(wait=False, cancel_futures=True)  # a run that is over does not wait for a source


def _read_and_hashed(
    settings: SourceSettings, request: RunRequest, part: str, tally: ProgressCallback, hash_key: hashing.HashKey
) -> BoundExtract:
    """Read one source, and hash its emails in the thread that read them, unless an earlier run has judged it."""
    bound = read(settings, request, part, tally, hash_key)
    if judged.knows(request, part, bound.extract, bound.binding):
        return bound
    return replace(bound, folded=bound.folded.hashed())


_OF_DIRECTORY = " in [directory] of a job file"
_OPTION = re.compile(r"--(encoding|sheet|password)\b")
_NO_EMAIL_COLUMN = "Name the header of its emails with --email-attribute, or export the directory with an email column."


def read(
    settings: SourceSettings, request: RunRequest, part: str, tally: ProgressCallback, hash_key: hashing.HashKey
) -> BoundExtract:
    """Read one source of a job and find out what its columns mean; raises as ``reading`` does."""
    spill = request.spill or IN_MEMORY
    if isinstance(settings, FileSettings):
        corrections = request.corrections if part == "roster" else None
        return _read_file(settings, partial(tally, part), corrections, hash_key, spill)
    delta_state = records.recall(request.state, part) if settings.wants_delta_state else None
    source = open_source(settings, partial(tally, part), delta_state)
    extract = source.read(_every_header_is_known)
    return _bound(extract, mappings_for(settings), settings.email_attribute, hash_key, spill=spill)


def _read_file(
    settings: FileSettings,
    progress: Callable[[int, int | None], None],
    corrections: Sequence[Correction] | None,
    hash_key: hashing.HashKey,
    spill: Spill,
) -> BoundExtract:
    """Read a file. A list takes its corrections and the proposals accepted in it; a directory (None) takes none."""
    mappings = mappings_for(settings)
    is_list = corrections is not None
    try:
        extract = open_source(settings, progress, store=spill if spill.folder else None).read(
            recogniser(mappings, settings.email_attribute)
        )
    except ColumnsUnknown as unknown:
        advice = unknown.advice if is_list else _NO_EMAIL_COLUMN
        raise ColumnsUnknown(f"{str(unknown).rstrip('.')}. {_needed(mappings)}", advice=advice) from None
    except (SourceUnreadable, ChoiceNeeded) as unreadable:
        if is_list:
            raise
        unreadable.args, unreadable.advice = (_of_directory(str(unreadable)),), _of_directory(unreadable.advice)
        raise
    if not extract.frame.num_rows:
        raise SourceEmpty(f"{settings.path.name} has column headers, but no rows of people.")
    if corrections is None:
        extract = replace(extract, acceptances=(), notes=tuple(map(_of_directory, extract.notes)))
    else:
        extract = own_rejects.take(extract)
    try:
        return _bound(extract, mappings, settings.email_attribute, hash_key, corrections or (), spill)
    except HeadersUnknown as unknown:
        message = f"{settings.path.name}: {unknown}"
        if is_list:
            raise HeadersUnknown(message, advice=unknown.advice) from None
        raise ColumnsUnknown(message, advice=_NO_EMAIL_COLUMN) from None


def _of_directory(sentence: str) -> str:
    """Return a sentence with the key of a directory in place of an option, which is that of the list."""
    return _OPTION.sub(rf"\1{_OF_DIRECTORY}", sentence)


def _prove_secrets(job: Job) -> None:
    """Resolve every secret once: one that is not there is better known now than after a long reading."""
    for part in (job.roster, job.directory):
        for reference in references(part).values():
            resolve(reference)


def _every_header_is_known(cells: Sequence[str]) -> int:
    """Return the binding of a source that was asked for certain attributes."""
    return len(cells)


def _bound(
    extract: Extract,
    mappings: tuple[SourceMapping, ...],
    email_attribute: str | None,
    hash_key: hashing.HashKey,
    corrections: Sequence[Correction] = (),
    spill: Spill = IN_MEMORY,
) -> BoundExtract:
    headers = extract.frame.column_names
    binding = bind(choose(mappings, headers, email_attribute), headers, email_attribute)
    extract = withheld.take(corrected.take(accepted.take(extract, binding), corrections), binding)
    return BoundExtract.bind(replace(extract, frame=spill.table(extract.frame)), binding, hash_key, spill)


def _needed(mappings: tuple[SourceMapping, ...]) -> str:
    """Return which headers a list needs; files of known programs are only named, as their headers are not typed."""
    rules = [rule for mapping in mappings if not mapping.signature for rule in mapping.fields.values() if rule.required]
    headers = " and ".join(f"{rule.field} (for example {', '.join(rule.examples[:4])})" for rule in rules)
    others = ", ".join(mapping.name for mapping in mappings if mapping.signature)
    needed = f"Needed above the rows: {headers}, and a Login or an ExternalId. " if headers else ""
    return needed + (f"Also known are the files of {others}." if others else "")
