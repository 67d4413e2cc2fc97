"""What became of a run: the value that the story makes and every report reads."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from pipeline.config.request import RunRequest
from pipeline.kernels.columns import Mask
from pipeline.model import errors
from pipeline.model.errors import Exit
from pipeline.model.fields import NO_COUNTS
from pipeline.model.issues import CATALOGUE, Finding, marked
from pipeline.model.people import People
from pipeline.plan.build import Plan
from pipeline.state.records import NO_SIZE, RosterSize


@dataclass(frozen=True, slots=True)
class Written:
    """One file for System Configurator: its path below the run folder, its rows without the header, its digest.

    ``kind`` is the stem of its name: ``certificates``, ``users``, ``deletes`` or ``inverse``.
    """

    path: str
    rows: int
    sha256: str
    kind: str


@dataclass(frozen=True, slots=True)
class RunResult:
    """Everything that a report may say about one run; whatever was not reached is empty or None.

    ``findings`` are about rows of ``people``; every row is rejected, dropped or accepted (design §1, rule 2). ``size``
    is how large the roster is.
    """

    order: RunRequest
    folder: Path
    started: datetime
    end: Exit = errors.OK
    message: str = ""
    advice: str = ""
    trace: tuple[str, ...] = ()
    people: People | None = None
    directory: People | None = None
    subject: pa.StringArray | None = None
    findings: tuple[Finding, ...] = ()
    size: RosterSize = NO_SIZE
    plan: Plan | None = None
    written: tuple[Written, ...] = ()

    @property
    def sources(self) -> dict[str, People]:
        """Return the people of each source that was read: ``roster``, ``directory``."""
        both = {"roster": self.people, "directory": self.directory}
        return {name: people for name, people in both.items() if people is not None}

    @property
    def rejected(self) -> Mask:
        """Mark the rows with an error."""
        return marked(len(self.people or ()), self.findings, severity="error")

    @property
    def dropped(self) -> Mask:
        """Mark the rows that are no people."""
        return marked(len(self.people or ()), self.findings, severity="dropped")

    @property
    def accepted(self) -> Mask:
        """Mark the people without an error."""
        return ~(self.rejected | self.dropped)

    def counts(self) -> dict[str, int]:
        """Count as the summary does (design §7); read = accepted + rejected + dropped."""
        rejected, dropped, read = int(self.rejected.sum()), int(self.dropped.sum()), len(self.people or ())
        rows = {"read": read, "accepted": read - rejected - dropped, "rejected": rejected, "dropped": dropped}
        return NO_COUNTS | rows | (self.plan.counts if self.plan is not None else {})

    def issue_counts(self) -> dict[str, int]:
        """Count the rows of each code, in the catalogue's order; a finding about the whole run counts once."""
        counts: Counter[str] = Counter()
        for finding in self.findings:
            counts[finding.code] += len(finding.rows) or 1
        return {code: counts[code] for code in CATALOGUE if code in counts}

    def notes(self) -> list[str]:
        """Say what the readers said and what this version leaves alone."""
        sources = (source for source in (self.people, self.directory) if source is not None)
        said = [note for source in sources for note in source.extract.notes]
        if self.plan is not None and self.plan.stale.num_rows and self.order.job.policy.delete != "certificate":
            certificates = self.plan.stale.num_rows
            stay = "old certificate stays" if certificates == 1 else "old certificates stay"
            said.append(f"{certificates} {stay} in Contact Pro: a new row does not take the old one away.")
        return said
