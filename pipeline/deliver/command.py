"""Deliver a run: find it, read the users, send to each person, and keep what was read back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from connectors.contact_pro_rci import names as property_names
from connectors.contact_pro_rci import reading
from connectors.contact_pro_rci.client import RciClient, RciRefused
from connectors.contact_pro_rci.names import PropertyNames
from connectors.contact_pro_rci.reading import RciUser
from pipeline.config.hours import open_now
from pipeline.config.job_file.job import Deliver
from pipeline.config.request import RunRequest
from pipeline.config.secrets import secrets_of
from pipeline.config.tenant import issuer
from pipeline.deliver import choose, keep, people_file, rehearsal, tasks
from pipeline.deliver.result import Delivery
from pipeline.deliver.send import NO_SUCH_USER, Attempt, Sender
from pipeline.deliver.tasks import Task
from pipeline.deliver.users import Users, indexed
from pipeline.model.command_line import command
from pipeline.model.fields import NO_DELIVERY
from pipeline.plan.saved import SavedRun
from pipeline.state import files, lock
from pipeline.state.rci import delivery_log as log
from pipeline.state.rci import reading as rci_reading
from pipeline.state.rci import users_read
from pipeline.state.rci.delivery_log import Line
from pipeline.users_export import live

IN_A_ROW, FEWEST, SHARE = 20, 5, 0.1
"""How many failures stop a delivery: so many one after another, or more than this share, but never fewer."""

Progress = Callable[[int, int | None], None]


def deliver(
    target: Path, runs: Path, *, dry_run: bool = False, undo: bool = False, progress: Progress = lambda *_: None
) -> Delivery:
    """Send what a run planned, or its inverse.

    Raises:
        Problem: the run may not be delivered, or another one of the job is at work.
        SourceError: the users cannot be read completely, or the credentials are refused before the first request.
        OSError: a file cannot be written; the next delivery goes on.
    """
    run = choose.chosen(target, runs)
    asked, table = choose.connection(run)
    names = property_names.load(table.names or Path())
    with lock.held(run.folder.parent):
        return _Delivery(run, asked, table, names, undo, progress).done(dry_run=dry_run)


@dataclass(slots=True)
class _Delivery:
    run: SavedRun
    asked: RunRequest
    table: Deliver
    names: PropertyNames
    undo: bool
    progress: Progress
    lines: dict[tuple[str, str], Line] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    removed: list[Task] = field(default_factory=list)
    asked_anybody: bool = False

    @property
    def log(self) -> Path:
        """Return the file of this delivery's lines."""
        return self.run.folder / (log.UNDONE if self.undo else log.DELIVERY)

    @property
    def _again(self) -> str:
        return command("deliver", self.run.folder, *(["--undo"] if self.undo else []))

    @property
    def is_open(self) -> bool:
        """Return True if something may be sent at this moment."""
        return open_now(self.table.hours, self.table.time_zone)

    @property
    def own(self) -> frozenset[str]:
        """Return the Issuers that are ours: certificates of every other one are never touched."""
        tenant, region = self.asked.tenant, self.asked.region
        return tasks.own_issuers(self.run, issuer(tenant, region) if region and tenant else "")

    @property
    def deletes(self) -> bool:
        """Return True if replaced certificates are removed."""
        return self.undo or self.run.plan.policy["delete"] != "never"

    def done(self, *, dry_run: bool) -> Delivery:
        """Deliver, and return how it ended."""
        self.lines = log.read(self.log)
        todo = self._todo()
        wanted = tasks.people(todo)
        if todo and not dry_run and not self.is_open:
            self.notes.append(f"It is outside the hours {self.table.hours}: nothing was sent.")
            return self._ended(todo, wanted, 0)
        if not todo:
            return self._ended(todo, wanted, 0)
        with RciClient(self.table, secrets_of(self.table)) as client:
            people = reading.users(client, self.progress)
            live.refuse_fewer(self.asked, len(people), client.host)
            users = indexed(people)
            if dry_run:
                own = self.own if self.deletes else frozenset()
                requests, counts = rehearsal.requests(client, self.names, users, todo, own)
                return Delivery(str(self.run.folder), counts, None, tuple(self.notes), self._again, requests)
            users_read.keep(self.run.state, len(people))
            rci_reading.forget(self.run.state)
            sender = Sender(
                client,
                self.names,
                self.own,
                self.deletes,
                frozenset() if self.undo else log.changed_by_server(self.run.folder.parent),
            )
            try:
                self._send(sender, users, todo)
            finally:
                self._keep(todo)
        return self._ended(todo, wanted, sender.deleted)

    def _todo(self) -> list[Task]:
        """Return the tasks, without those of people for whom this run is out of date."""
        if self.undo:
            delivered = log.read(self.run.folder / log.DELIVERY)
            planned = tasks.inverse(self.run, (key for key, line in delivered.items() if line.status == "sent"))
            later, why = choose.delivered_later(self.run), "a newer run delivered to them"
        else:
            planned, later, why = tasks.of_plan(self.run), choose.planned_later(self.run), "a newer run plans them"
        if number := sum(task.key in later for task in planned):
            self.notes.append(f"{number} of this run's people are left out, because {why}.")
        return [task for task in planned if task.key not in later]

    def _send(self, sender: Sender, users: Users, todo: list[Task]) -> None:
        """Send to one person after another, until a stop; each attempt is on disk before the next begins."""
        row = failures = 0
        limit = max(FEWEST, int(SHARE * len(todo)) + 1)
        with files.growing(self.log) as add:
            if log.ends_midline(self.log):
                add(b"\n")
            for number, task in enumerate(todo, start=1):
                line = self.lines.get(task.key)
                if line is not None and line.is_done and task.wanted is not None:
                    continue
                if not self.is_open:
                    self.notes.append(f"The hours {self.table.hours} ended; the rest is left.")
                    return
                try:
                    attempt = self._attempt(sender, users, task)
                except RciRefused as refused:
                    if not self.asked_anybody:
                        raise
                    self.notes.append(str(refused))
                    return
                self.asked_anybody = True
                self._note(add, task, attempt)
                self.progress(number, len(todo))
                counts = attempt.status == "failed" and attempt.detail != NO_SUCH_USER
                row, failures = (row + 1, failures + 1) if counts else (0, failures)
                if row >= IN_A_ROW or failures >= limit:
                    self.notes.append(
                        f"Stopped after {failures} failures; the rest is left. The last: {attempt.detail}"
                    )
                    return

    def _attempt(self, sender: Sender, users: Users, task: Task) -> Attempt:
        user = users.find(task)
        if isinstance(user, RciUser):
            return sender.send(task, user.id)
        if user:
            return Attempt("failed", None, user)
        if task.wanted is None:
            return Attempt("already", None)  # the user is gone, and the certificate with them
        return Attempt("failed", int(HTTPStatus.NOT_FOUND), NO_SUCH_USER)

    def _note(self, add: Callable[[bytes], None], task: Task, attempt: Attempt) -> None:
        if task.wanted is None:
            if attempt.status != "failed" and not attempt.detail:
                self.removed.append(task)
                return
            if attempt.detail.startswith(log.STILL_THERE):
                self.notes.append(f"{task.login or task.external_id}: {attempt.detail}.")
                return
        subject = task.wanted[0] if task.wanted else task.replaced[0][0]
        now = datetime.now(UTC).isoformat(timespec="seconds")
        line = Line(task.login, task.external_id, subject, attempt.status, attempt.http, attempt.detail, now)
        add(log.encoded(line))
        self.lines[line.key] = line

    def _keep(self, todo: list[Task]) -> None:
        """Keep what was read back, of this delivery and of one that was killed before."""
        landed = [
            (task, self.lines[task.key])
            for task in tasks.people(todo)
            if task.key in self.lines and self.lines[task.key].status in log.DONE
        ]
        if landed or self.removed:
            keep.keep(self.run, landed, self.removed, undone=self.undo, deletes=self.deletes)
        done = {task.key for task in self.removed} | {task.key for task, line in landed if line.is_done}
        other, why = (log.DELIVERY, log.TAKEN_BACK) if self.undo else (log.UNDONE, "delivered again")
        log.reopen(self.run.folder / other, done, why)

    def _ended(self, todo: list[Task], wanted: list[Task], deleted: int) -> Delivery:
        """Write the people who are left and the CSV of all, and return the counts."""
        left = [task for task in wanted if task.key not in self.lines or self.lines[task.key].status == "left"]
        if left:
            with files.growing(self.log) as add:
                for task in left:
                    self._note(add, task, Attempt("left", None))
        own = [self.lines[task.key] for task in todo if task.key in self.lines]
        counts = {name: sum(line.status == name for line in own) for name in NO_DELIVERY} | {"deleted": deleted}
        if not self.undo and self.run.plan.policy["delete"] == "user":
            self.notes.append("RCI removes certificates, never users.")
        if wanted and not (self.undo or self.asked_anybody or left):
            self.notes.append("This run was delivered before: nothing was sent.")
        if number := sum(line.detail.startswith(log.STILL_THERE) for line in own):
            self.notes.append(
                f"The certificate that was replaced is still there for {number} of the people, because its removal was "
                f"refused or failed. Grant the right, then: {self._again}"
            )
        people = people_file.write(self.run.folder, "undo" if self.undo else "delivery", own)
        return Delivery(str(self.run.folder), counts, people, tuple(self.notes), self._following(own))

    def _following(self, own: list[Line]) -> str:
        if any(line.detail == NO_SUCH_USER for line in own):
            return f"Import the files below {self.run.folder / 'out'} in System Configurator: it makes these users."
        if any(line.status == "left" for line in own):
            when = "" if self.is_open else f"Within {self.table.hours}: "
            return f"{when}{self._again}"
        if any(line.status == "failed" for line in own):
            return f"Correct what the details say, then: {self._again}"
        return ""
