"""Opening the sources of a job and reading them, while the rooms that judge are still being loaded."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from connectors.base import ColumnsUnknown, Extract, Source, SourceEmpty
from mappings.bind import bind, choose, recogniser
from mappings.load import load_source_mapping, load_source_mappings
from mappings.model import Binding, HeadersUnknown, SourceMapping
from pipeline.config import FileSource, Job

if TYPE_CHECKING:
    from pipeline.keys import Keyed


@dataclass(frozen=True, slots=True)
class Bound:
    """An extract, what its columns mean, and its emails folded and hashed, to be found by."""

    extract: Extract
    binding: Binding
    folded: "Keyed"

    @classmethod
    def of(cls, extract: Extract, binding: Binding) -> "Bound":
        """Lay the emails flat and hash them: kernels only, done by the thread that read them.

        Raises:
            HeadersUnknown: the mapping (a user's own) does not ask for an email.
        """
        from pipeline import emails, keys

        if (place := binding.columns.get("email")) is None:
            raise HeadersUnknown(
                f"{extract.origin.source}: the mapping {binding.mapping.name!r} finds no email column."
            )
        written = keys.flat(extract.frame.column(place))
        frame = extract.frame.set_column(place, extract.frame.column_names[place], written)
        return cls(replace(extract, frame=frame), binding, keys.Keyed.of(emails.fold(written)))


@dataclass(frozen=True, slots=True)
class Reading:
    """The sources of a job on their way in; asking for one waits for it and raises what went wrong with it."""

    _roster: Future[Bound]
    _directory: Future[Bound] | None

    def roster(self) -> Bound:
        """Give the list of people who shall be able to sign in."""
        return self._roster.result()

    def directory(self) -> Bound | None:
        """Give what the identity provider says; None where the job has no directory."""
        return None if self._directory is None else self._directory.result()


@contextmanager
def reading(job: Job) -> Iterator[Reading]:
    """Start to read every source of the job, each in a thread of its own.

    Raises, when the source is asked for:
        SourceError: it is missing, unreadable, empty, or no row of it has headers that a mapping knows.
        ChoiceNeeded: more than one sheet fits.
        MappingError: the mapping is wrong, or it does not fit the headers.
    """
    with ThreadPoolExecutor(max_workers=2, thread_name_prefix="read") as threads:
        directory = job.directory if isinstance(job.directory, FileSource) else None
        yield Reading(
            threads.submit(_read, job.roster),
            threads.submit(_read, directory) if directory else None,
        )


def _read(settings: FileSource) -> Bound:
    mappings = _mappings(settings)
    source = _open(settings)
    try:
        extract = source.read(recogniser(mappings, settings.email_attribute))
    except ColumnsUnknown as unknown:
        raise ColumnsUnknown(f"{str(unknown).rstrip('.')}. {_needed(mappings)}") from None
    if not extract.frame.num_rows:
        raise SourceEmpty(f"{settings.path.name} has column headers, but no rows of people.")
    headers = extract.frame.column_names
    mapping = choose(mappings, headers, settings.email_attribute)
    return Bound.of(extract, bind(mapping, headers, settings.email_attribute))


def _mappings(settings: FileSource) -> tuple[SourceMapping, ...]:
    if settings.mapping is not None:
        return (load_source_mapping(settings.mapping, Path.cwd()),)
    return load_source_mappings(settings.kind)


def _open(settings: FileSource) -> Source:
    """Choose the connector of a kind; each is imported only when it is asked for."""
    if settings.kind == "csv":
        from connectors.csv_file import CsvSource

        return CsvSource(settings.path, settings.encoding)
    from connectors.excel import ExcelSource

    return ExcelSource(settings.path, settings.sheet)


def _needed(mappings: tuple[SourceMapping, ...]) -> str:
    """Say which headers a list needs; the files of known programs are only named, for nobody types their headers."""
    rules = [rule for mapping in mappings if not mapping.signature for rule in mapping.fields.values() if rule.required]
    headers = " and ".join(f"{rule.field} (for example {', '.join(rule.examples[:4])})" for rule in rules)
    others = ", ".join(mapping.name for mapping in mappings if mapping.signature)
    needed = f"Needed: {headers}, and a Login or an ExternalId. " if headers else ""
    return needed + (f"Also known are the files of {others}." if others else "")
