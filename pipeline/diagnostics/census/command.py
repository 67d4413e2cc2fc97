"""Run a census: read the directory, compute its statistics, write the page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from connectors.base import SourceEmpty
from pipeline import transform
from pipeline.config.job_file.sources import NoSource
from pipeline.config.request import RunRequest
from pipeline.diagnostics.census import page, table
from pipeline.diagnostics.census.statistics import Census, census
from pipeline.extract import read
from pipeline.extract.read import ProgressCallback
from pipeline.kernels import hashing
from pipeline.model.printed import Printed
from pipeline.state import files


@dataclass(frozen=True, slots=True)
class CensusResult:
    """What a census found, of what, and the folder of its page."""

    source: str
    found: Census
    folder: Path

    def document(self) -> dict[str, Any]:
        """Return what ``--json`` prints (design §7)."""
        return self.found.document() | {"source": self.source, "page": str(self.folder / "census.html")}

    def lines(self) -> Iterator[Printed]:
        """Yield the statistics as tables."""
        yield from table.lines(self.found, self.source)
        yield f"\n  page  {self.folder / 'census.html'}"


def survey(request: RunRequest, tally: ProgressCallback) -> CensusResult:
    """Read the job's directory (a sync job's roster is one) and write its statistics; state and import files stay.

    Raises:
        SourceError, ChoiceNeeded, MappingError, Problem: as ``extract.read.reading`` does.
        OSError: the folder of runs cannot be written.
    """
    job = request.job
    part, settings = ("roster", job.roster)
    if job.directory is not None and not isinstance(job.directory, NoSource):
        part, settings = ("directory", job.directory)
    people = transform.to_people(read.read(settings, request, part, tally, hashing.random_key()))
    if not len(people):
        raise SourceEmpty(f"{people.extract.origin.source} lists no people.")
    found = census(people)
    now = datetime.now(UTC)
    folder = files.new_run_folder(request.runs, request.name, now)
    document = CensusResult(people.extract.origin.source, found, folder)
    files.write(folder / "census.html", [page.page(found, document.source, _about(request.tenant, now))])
    files.write(
        folder / "census.json", [msgspec.json.format(msgspec.json.encode(document.document()), indent=2), b"\n"]
    )
    return document


def _about(tenant: str, now: datetime) -> str:
    """Return the line below the page's title: the tenant, if the job names one, and the date (UTC)."""
    date = f"{now.day} {now:%B %Y}"
    return f"Contact Pro tenant {tenant}, {date}" if tenant else date
