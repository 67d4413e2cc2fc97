"""Open the source of a list or a directory: its connector comes from the registry, its attributes from the mapping."""

from pathlib import Path

from connectors.base import ColumnStore, DeltaState, ProgressCallback, Source, SourceMissing
from connectors.registry import registry
from connectors.settings import FileSettings, SourceSettings
from mappings.load import load_source_mapping
from mappings.model import HeadersAmbiguous, SourceMapping
from pipeline.config.job_file.sources import mappings_of
from pipeline.config.request import JOB_FILE, RunRequest
from pipeline.config.secrets import secrets_of


def mappings_for(settings: SourceSettings) -> tuple[SourceMapping, ...]:
    """Return the mappings that may explain the columns of a source.

    Raises:
        MappingError: there is no mapping of that name, or its file is wrong.
    """
    if settings.mapping is not None:
        return (load_source_mapping(settings.mapping, Path.cwd()),)
    return mappings_of(settings.kind)


def open_source(
    settings: SourceSettings,
    progress: ProgressCallback,
    delta_state: DeltaState | None = None,
    store: ColumnStore | None = None,
) -> Source:
    """Open a source; a directory is asked for the attributes that its mapping names, and for no others.

    A kind that can read its rows into a ``store`` does so, None for memory.

    Raises:
        MappingError: there is no mapping of that name, or its file is wrong.
        ChoiceNeeded: an attribute is not one that the directory knows.
    """
    attributes = () if isinstance(settings, FileSettings) else _attributes(settings)
    return (
        registry()
        .connectors[settings.kind]
        .open(
            settings,
            secrets=secrets_of(settings),
            attributes=attributes,
            progress=progress,
            delta_state=delta_state,
            **({"store": store} if isinstance(settings, FileSettings) and settings.reads_into_store else {}),
        )
    )


def refuse_missing(request: RunRequest) -> None:
    """Check that the list is there before a run folder is made; in a job a missing source is a run of its own.

    Raises:
        SourceMissing: the list, or the directory's export beside it, is not there.
    """
    paths = (getattr(part, "path", None) for part in (request.job.roster, request.job.directory))
    missing = next((path for path in paths if path is not None and not path.exists()), None)
    if missing is not None and request.source.suffix.lower() != JOB_FILE:
        raise SourceMissing(f"{missing}: there is no such file.")


def _attributes(settings: SourceSettings) -> tuple[str, ...]:
    mappings = mappings_for(settings)
    if not mappings:
        raise HeadersAmbiguous(f"No mapping is for {settings.kind!r}. Name a TOML file as `mapping`.")
    if len(mappings) > 1:
        names = ", ".join(repr(each.name) for each in mappings)
        raise HeadersAmbiguous(f"Several mappings are for {settings.kind!r}: {names}. Name one of them as `mapping`.")
    return mappings[0].attributes(settings.email_attribute)
