"""A job read from its file: every decision of the user, and the defaults of the others."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from connectors.contact_pro_rci.connection import Connection
from connectors.settings import FilePath, NameOrFile, SecretReference, Settings
from pipeline.config.hours import hours_checked, zone_checked
from pipeline.config.job_file.new_users import NewUsers
from pipeline.config.job_file.sources import Baseline, Directory, NoBaseline, Roster

NO_COUNT_LIMIT = None


Patterns = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False)]
"""Texts in which ``*`` and ``?`` stand for any characters."""


class Tenant(Settings):
    """The Contact Pro tenant and the region of its login service, as the user wrote them."""

    name: str
    region: str


class Policy(Settings):
    """What the user decided for the cases that only the user can decide."""

    on_reject: Literal["skip", "stop"] = "skip"
    on_case_mismatch: Literal["reject", "use_directory"] = "reject"
    subject_case: Literal["exact", "lower"] = "exact"
    delete: Literal["never", "certificate", "user"] = "never"


class Budget(Settings):
    """How much may change in one run: ``percent`` of the baseline, asleep below ``min_population``; ``max`` always."""

    max: int | None = Field(default=NO_COUNT_LIMIT, ge=0)
    percent: float | None = Field(default=None, ge=0, le=100)
    min_population: int = Field(default=0, ge=0)


class Budgets(Settings):
    """The budgets of design §8, with its defaults; case-only changes count as ``change``, and may have their own."""

    create: Budget = Budget(percent=50, min_population=10)
    change: Budget = Budget(max=50, percent=30, min_population=10)
    case_change: Budget = Budget()
    delete: Budget = Budget(max=0)


class Guards(Settings):
    """Limits to what a run believes of a source: how small it may be, how long a person must be gone to be deleted."""

    min_rows: int = Field(default=1, ge=0)
    max_shrink_percent: float = Field(default=20, ge=0, le=100)
    delete_after_days: int = Field(default=0, ge=0, le=3650)


class Output(Settings):
    """The shape of the import files."""

    layout: NameOrFile = "certificates"
    rows_per_file: int = Field(default=500, ge=1)


class Notify(Settings):
    """Who is notified: ``urls`` of services, as apprise writes them; ``ping`` is called after each good run.

    ``metrics`` is the file that a Prometheus collector of text files reads.
    """

    on: Literal["failure", "guard", "change", "always"] = "failure"
    urls: tuple[SecretReference, ...] = Field(default=(), strict=False)
    ping: SecretReference | None = None
    metrics: FilePath | None = None


class Deliver(Connection):
    """Sending through RCI: ``hours`` as "20:00-06:00" in ``time_zone`` (default: the machine's); left out: always."""

    kind: Literal["rci"]
    hours: Annotated[str, AfterValidator(hours_checked)] | None = None
    time_zone: Annotated[str, AfterValidator(zone_checked)] | None = None
    after_run: bool = False


class Job(Settings):
    """One job: roster, directory, baseline, policy, guards and output."""

    version: Literal[1]
    tenant: Tenant | None = None
    roster: Roster
    directory: Directory | None = None
    baseline: Baseline = NoBaseline()
    policy: Policy = Policy()
    budgets: Budgets = Budgets()
    guards: Guards = Guards()
    users: NewUsers | None = None
    protect: Mapping[str, Patterns] = {}
    output: Output = Output()
    deliver: Deliver | None = None
    notify: Notify | None = None
