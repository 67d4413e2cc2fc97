"""The result of a run, as far as it came: what every report reads, and what the state keeps of it."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from pipeline.config.request import RunRequest
from pipeline.emit.import_files import INVERSE
from pipeline.emit.write import Written
from pipeline.kernels.columns import Mask, flat
from pipeline.model import errors, name_id
from pipeline.model.exit_codes import OK, REJECTED, ExitCode
from pipeline.model.fields import NO_COUNTS, SINCE
from pipeline.model.issue_types import CATALOGUE
from pipeline.model.issues import Finding, RowIds
from pipeline.model.people import People
from pipeline.plan import inputs
from pipeline.plan.build import Plan
from pipeline.plan.earlier_runs import grace
from pipeline.state import files
from pipeline.state.rci import users_read
from pipeline.state.records import NO_SIZE, RosterSize, RunCommit, RunRecord


class RunResult(msgspec.Struct, frozen=True):
    """The result of one run, as read by every report; what was not reached is empty or None.

    ``findings`` are about rows of ``people``, by their ids; every row is accepted, rejected or dropped (design rule
    2). ``doubts`` are notes on the list as a whole. ``subject`` is the Subject of each row (``string``). ``size``
    counts the people of the roster, with their domains and sites. ``workbook`` is annotated.xlsx, and ``remarks`` are
    what the reports add to the notes. ``users_read`` are the users of a baseline that was read through RCI.
    """

    request: RunRequest
    folder: Path
    started: datetime
    end: ExitCode = OK
    message: str = ""
    advice: str = ""
    trace: tuple[str, ...] = ()
    people: People | None = None
    directory: People | None = None
    subject: pa.StringArray | None = None
    findings: tuple[Finding, ...] = ()
    doubts: tuple[str, ...] = ()
    size: RosterSize = NO_SIZE
    plan: Plan | None = None
    written: tuple[Written, ...] = ()
    workbook: bytes | None = None
    remarks: tuple[str, ...] = ()
    users_read: int | None = None

    @classmethod
    def begin(cls, request: RunRequest) -> "RunResult":
        """Build the run folder, or use that of the saved plan that the request repeats.

        Raises:
            OSError: the folder cannot be made.
        """
        now = datetime.now(UTC)
        return cls(request, request.folder or files.new_run_folder(request.runs, request.name, now), now)

    def ended(self) -> "RunResult":
        """Return the result of a run that reached its end; pending changes come before rejected rows."""
        pending = self.request.pending
        if pending is not None and self.plan is not None and self.plan.changes.num_rows:
            return replace(self, end=pending)
        return replace(self, end=REJECTED if self.rejected.any() else OK)

    def stopped(self, error: BaseException) -> "RunResult":
        """Return the result of a run that an error stopped.

        A defect of ours is reported with the places in the code, never with the data it met.
        """
        if isinstance(error, OSError):
            error = errors.file_problem(error)
        request, end, advice = self.request, errors.exit_of(error), errors.advice_for(error)
        if advice:
            return replace(self, end=end, message=request.named(str(error)), advice=request.named(advice))
        message, trace = errors.defect_of(error)
        return replace(
            self,
            end=end,
            trace=trace,
            message=message,
            advice='This is a defect of contactpro-sync: please report the lines under "trace" in manifest.json.',
        )

    @property
    def sources(self) -> dict[str, People]:
        """Return the people of each source that was read: ``roster``, ``directory``."""
        both = {"roster": self.people, "directory": self.directory}
        return {name: people for name, people in both.items() if people is not None}

    @property
    def ids(self) -> RowIds:
        """Return the ids of the roster's rows; none if it was not read."""
        return RowIds(0, 0) if self.people is None else self.people.ids

    def with_findings(self, more: Iterable[Finding]) -> "RunResult":
        """Return the result with more findings.

        CASE-CORRECTED is left out of rows that another rule rejects or protects: their correction was never written.
        """
        if not (new := tuple(more)):
            return self
        found = (*self.findings, *new)
        kept = ~self.ids.marked(found, severity="error", codes=["PROTECTED"])
        used = (self.ids.only(each, kept) if each.code == "CASE-CORRECTED" else each for each in found)
        return replace(self, findings=tuple(each for each in used if each.code != "CASE-CORRECTED" or len(each.rows)))

    @property
    def rejected(self) -> Mask:
        """Mark the rows with an error."""
        return self.ids.marked(self.findings, severity="error")

    @property
    def dropped(self) -> Mask:
        """Mark the rows that are not people."""
        return self.ids.marked(self.findings, severity="dropped")

    @property
    def accepted(self) -> Mask:
        """Mark the people without an error."""
        return ~(self.rejected | self.dropped)

    @property
    def delivered(self) -> bool:
        """Return True if the run wrote files to be imported."""
        return self.end.delivered and any(file.kind != INVERSE for file in self.written)

    def counts(self) -> dict[str, int]:
        """Count as the summary does (design §7); read = accepted + rejected + dropped."""
        rejected, dropped, read = int(self.rejected.sum()), int(self.dropped.sum()), len(self.people or ())
        rows = {"read": read, "accepted": read - rejected - dropped, "rejected": rejected, "dropped": dropped}
        return NO_COUNTS | rows | (self.plan.counts if self.plan is not None else {})

    def issue_counts(self) -> dict[str, int]:
        """Count the rows of each code, in the catalogue's order; a finding about the run counts once."""
        counts: Counter[str] = Counter()
        for finding in self.findings:
            counts[finding.code] += len(finding.rows) or 1
        return {code: counts[code] for code in CATALOGUE if code in counts}

    def notes(self) -> list[str]:
        """Return the notes of the readers, and those about certificates that stay and Subjects that change."""
        notes = [note for source in self.sources.values() for note in source.extract.notes]
        if self.plan is not None and self.plan.stale.num_rows and self.request.job.policy.delete != "certificate":
            certificates = self.plan.stale.num_rows
            stay = "old certificate stays" if certificates == 1 else "old certificates stay"
            notes.append(f"{certificates} {stay} in Contact Pro: a new row does not take the old one away.")
        if self.plan is not None:
            notes += name_id.changed_subjects(self.plan.changed_subjects)
            if self.plan.waiting.num_rows:
                notes.append(grace.note(self.plan.waiting, self.request.job.guards.delete_after_days))
        return [*self.doubts, *map(self.request.named, notes), *self.remarks]

    def hashes(self) -> dict[str, Any]:
        """Return the hash of everything that went into the plan (``inputs.hashes``)."""
        return inputs.hashes(self.request, self.sources, self.plan.baseline_sha256 if self.plan is not None else None)

    def state_record(self) -> RunCommit:
        """Return what the state keeps: the run itself, and what it delivered if it wrote import files."""
        request, plan = self.request, self.plan
        record = RunRecord(
            run=self.folder.name,
            started=self.started.isoformat(timespec="seconds"),
            command=request.command,
            outcome=self.end.name,
            exit_code=self.end.code,
            who=request.who,
            seal=plan.seal if plan is not None else None,
            counts=self.counts() | ({"later": plan.later} if plan is not None and request.wave is not None else {}),
            shape=self.size if request.job.baseline.kind != "none" else None,
        )
        if not (request.emits and self.end.delivered):
            return RunCommit(record, delivered=None, extensions=None, delta_states={}, approval=None)
        compares = plan is not None and request.job.baseline.kind != "none"
        read_back_later = request.job.deliver is not None  # only what deliver or verify reads back is delivered
        return RunCommit(
            record,
            delivered=None if read_back_later else self._delivered(),
            extensions=plan.extensions if plan is not None else None,
            left_behind=plan.left_behind if plan is not None and compares and not read_back_later else None,
            delta_states={
                part: people.extract.delta_state
                for part, people in self.sources.items()
                if people.extract.delta_state is not None
            },
            approval=plan.seal if plan is not None else None,
            frames=users_read.frames(self.users_read) | self._gone_since(),
        )

    def _gone_since(self) -> dict[str, pa.Table]:
        """Return since when people are gone, for the grace period of later runs."""
        since = self.plan.gone_since if self.plan is not None else None
        return {} if since is None else {grace.NAME: since}

    def _delivered(self) -> pa.Table | None:
        """Return every certificate that Contact Pro has after the run; those of this run carry its name.

        None if the job keeps none, or if the state has exactly these, as in a night without a change.
        """
        baseline = self.request.job.baseline.kind
        if self.plan is None or baseline == "none" or (baseline == "state" and self.plan.is_known):
            return None
        since = flat(self.plan.after[SINCE])
        named = pc.if_else(pc.equal(since, ""), self.folder.name, since)
        return self.plan.after.set_column(self.plan.after.column_names.index(SINCE), SINCE, named)
