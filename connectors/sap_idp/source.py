"""Kind "sap_idp": the users of SAP Cloud Identity Services, or of another identity provider that speaks SCIM 2.0.

A reading is complete or an error: every user is in it once.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

from connectors.base import (
    Check,
    ChoiceNeeded,
    Extract,
    HeaderScorer,
    Origin,
    ProgressCallback,
    SourceEmpty,
    SourceError,
    failed_check,
)
from connectors.http.retry import RetryPolicy
from connectors.sap_idp.client import RateLimiter, ScimClient
from connectors.sap_idp.credentials import ScimCredential
from connectors.sap_idp.groups import GroupFilter, Membership, find, membership
from connectors.sap_idp.paging import PagedList, Paging, pages_of, whole
from connectors.sap_idp.self_check import examination
from connectors.sap_idp.users import Attribute, User, UserTable, parameter

__all__ = ["Paging", "RateLimiter", "SapIdpSource", "ScimCredential"]

KEY = "id"


def _no_tally(_read: int, _total: int | None) -> None:
    """Ignore the progress."""


@dataclass(frozen=True, slots=True)
class SapIdpSource:
    """Users over SCIM; 200 requests a minute and 100 users a request are free, so a million take about 50 minutes.

    ``url`` is the base of the service, ``https://<tenant>.accounts.ondemand.com/scim``; plain http only on this
    machine. ``attributes`` are the columns of the frame, ``id`` is put first if it is missing. ``group`` is an id or
    a display name, its nested members count; None means all users. ``filter`` is SCIM's own. ``trust`` is a PEM file of
    further authorities to trust.
    """

    url: str
    credential: ScimCredential
    attributes: tuple[str, ...]
    group: str | None = None
    filter: str | None = None
    paging: Paging = "cursor"
    progress: ProgressCallback = field(default=_no_tally, repr=False)
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy, repr=False)
    trust: Path | None = None
    pace: RateLimiter = field(default_factory=RateLimiter, repr=False, compare=False)

    def read(self, recognise: HeaderScorer) -> Extract:  # noqa: ARG002 - a directory has no headers to recognise
        """Read all users; ``progress`` is called after each page.

        Raises:
            SourceRefused: URL, credential or authorisation do not do.
            SourceMissing: no SCIM service there, or no such group.
            SourceUnreachable: the server is unreachable, or retries were exhausted.
            SourceIncomplete: it gave a part, contradicts itself, or leads to another host.
            SourceEmpty: there are no users.
            ChoiceNeeded: several groups have that name, or an attribute cannot be read.
        """
        wanted = self._wanted()
        with self._client(self.retry_policy) as client:
            members = membership(client, find(client, self.group, self.paging), self.paging) if self.group else None
            host = client.host
            (table, notes), restarts = whole(
                f"Users of {host}", lambda paging: self._users(client, wanted, members, paging), self.paging
            )
        origin = f"SAP IdP {host}" + (f", group {members.name}" if members else "")
        frame = table.table()
        if not frame.num_rows:
            raise SourceEmpty(
                f"{origin}: there are no users. Check group and filter, and what the technical user may see.",
                advice="Correct `group` or `filter` in the job file, or the technical user's rights, and run again.",
            )
        return Extract(
            frame=frame,
            origin=Origin(origin, None, None, KEY),
            complete=members is None or members.whole,
            remarks=tuple(table.issues),
            notes=(*(members.notes if members else ()), *restarts, *notes),
        )

    def examine(self) -> tuple[Check, ...]:
        """Check whether a reading would succeed: sign-in, users, group, clock; never raises a ``SourceError``."""
        # A user waits at the terminal: what does not answer twice is a finding, not a reason to retry longer.
        quick = replace(
            self.retry_policy, attempts=min(self.retry_policy.attempts, 2), seconds=min(self.retry_policy.seconds, 10)
        )
        try:
            wanted = self._wanted()
            with self._client(quick) as client:
                return tuple(examination(client, wanted, self._query(wanted), self.group, self.paging))
        except ChoiceNeeded as unreadable:
            return (failed_check("users", unreadable),)
        except SourceError as closed:
            return (failed_check("sign-in", closed),)

    def _client(self, retry_policy: RetryPolicy) -> ScimClient:
        return ScimClient(self.url, self.credential, trust=self.trust, retry_policy=retry_policy, pace=self.pace)

    def _wanted(self) -> tuple[Attribute, ...]:
        names = self.attributes if KEY in self.attributes else (KEY, *self.attributes)
        return tuple(Attribute.named(name) for name in names)

    def _query(self, wanted: tuple[Attribute, ...]) -> dict[str, str]:
        attributes = (*wanted, Attribute.named("groups")) if self.group else wanted
        return {"attributes": parameter(attributes)} | ({"filter": self.filter} if self.filter else {})

    def _users(
        self, client: ScimClient, wanted: tuple[Attribute, ...], members: Membership | None, paging: Paging
    ) -> tuple[UserTable, list[str]]:
        table = UserTable(wanted, with_groups=members is not None)
        listing: PagedList[User] = PagedList(client, "Users", self._query(wanted), pages_of(table.user), paging)
        sieve = GroupFilter(members) if members else None
        for page in listing.pages():
            table.take(sieve.keep(page) if sieve else page)
            self.progress(listing.read, listing.total)
        return table, [*listing.notes, *table.notes(), *(sieve.notes() if sieve else ())]
