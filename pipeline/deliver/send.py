"""Deliver to one person: POST the new certificate, read it back, then remove what it replaces.

What counts is what was read back, byte for byte; a POST is never repeated before the certificates were read again.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from connectors.base import SourceError
from connectors.contact_pro_rci.client import RciClient, RciError, RciRefused
from connectors.contact_pro_rci.names import PropertyNames, RciCertificate
from pipeline.deliver.tasks import Pair, Task
from pipeline.state.rci.delivery_log import READ_BACK, STILL_THERE, Status

ATTEMPTS = 3
LONGEST_WAIT = 60.0
STILL_AT_WORK = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GATEWAY_TIMEOUT})
"""Answers to a POST that the server may act upon later all the same: it is not sent again in this delivery."""

NO_SUCH_USER = "no such user: import the file of the run, which makes users"


@dataclass(frozen=True, slots=True)
class Attempt:
    """How an attempt ended."""

    status: Status
    http: int | None
    detail: str = ""


@dataclass(slots=True)
class Sender:
    """Sends to one person after another; ``deleted`` counts the certificates removed, ``refused`` ends removals.

    ``changed`` are login, external id and Subject that a server changed before: they are not sent again.
    """

    client: RciClient
    names: PropertyNames
    own: frozenset[str]
    may_delete: bool
    changed: frozenset[tuple[str, str, str]] = frozenset()
    sleep: Callable[[float], None] = field(default=time.sleep)
    deleted: int = 0
    refused: bool = False

    def send(self, task: Task, user: str) -> Attempt:
        """Deliver to one user, by id.

        Raises:
            RciRefused: 401, or 403 to a GET or POST.
        """
        try:
            found = self.client.certificates(user, self.names)
            attempt, found = self._posted(task, user, found)
            if attempt.status == "failed":
                return attempt
            return self._cleared(task, user, found, attempt)
        except RciRefused:
            raise
        except RciError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return Attempt("failed", error.status, NO_SUCH_USER)
            return Attempt("failed", error.status, str(error))
        except SourceError as error:
            return Attempt("failed", None, str(error))

    def _posted(self, task: Task, user: str, before: list[RciCertificate]) -> tuple[Attempt, list[RciCertificate]]:
        """Add the wanted certificate unless it exists; return the certificates as read last."""
        wanted = task.wanted
        if wanted is None or _has(before, wanted):
            return Attempt("already", int(HTTPStatus.OK)), before
        if (*task.key, wanted[0]) in self.changed:
            why = "not sent: the server changed this Subject before; see policy.subject_case"
            return Attempt("failed", None, f"{READ_BACK} another Subject in an earlier delivery; {why}"), before
        error: RciError | None = None
        for _ in range(ATTEMPTS):
            status, error = self._post(user, wanted)
            if error is not None and not _may_have_landed(error):
                return Attempt("failed", status, _reason(error)), before
            found = self.client.certificates(user, self.names)
            if _has(found, wanted):
                return Attempt("sent", status), found
            if (other := _made(before, found, wanted)) is not None:
                return self._withdrawn(user, other, wanted, status), found
            if error is None:
                return Attempt("failed", status, "accepted, and not there when read back"), found
            if error.may_be_done or error.status in STILL_AT_WORK:
                break
            self.sleep(min(error.wait, LONGEST_WAIT))
        return Attempt("failed", error.status if error else None, f"{error}; not there when read back"), found

    def _post(self, user: str, wanted: Pair) -> tuple[int | None, RciError | None]:
        try:
            return self.client.add_certificate(user, self.names.body(*wanted)), None
        except RciError as error:
            return error.status, error

    def _withdrawn(self, user: str, made: RciCertificate, wanted: Pair, status: int | None) -> Attempt:
        """Remove the certificate that the server made otherwise than it was sent."""
        detail = f"{READ_BACK} {made.subject!r}, sent as {wanted[0]!r}; see policy.subject_case"
        if not self._removed(user, made):
            detail += "; the certificate that was made could not be removed"
        return Attempt("failed", status, detail)

    def _cleared(self, task: Task, user: str, found: list[RciCertificate], attempt: Attempt) -> Attempt:
        """Remove the certificates that are replaced: of our own Issuer only, and only if the plan allows it."""
        gone = [each for each in found if (each.subject, each.issuer) in task.replaced and each.issuer in self.own]
        if not gone or not self.may_delete:
            return attempt
        kept = 0
        for each in gone:
            if self.refused or not self._removed(user, each):
                kept += 1
            else:
                self.deleted += 1
        return Attempt(attempt.status, attempt.http, STILL_THERE) if kept else attempt

    def _removed(self, user: str, certificate: RciCertificate) -> bool:
        """Remove one certificate; True if it is gone."""
        try:
            self.client.remove_certificate(user, certificate.id)
        except RciError as error:
            if error.status == HTTPStatus.FORBIDDEN:
                self.refused = True
                return False
            if error.status == HTTPStatus.NOT_FOUND:
                return True
            return certificate.id not in {each.id for each in self.client.certificates(user, self.names)}
        return True


def _has(found: list[RciCertificate], wanted: Pair) -> bool:
    return any((each.subject, each.issuer) == wanted for each in found)


def _made(before: list[RciCertificate], found: list[RciCertificate], wanted: Pair) -> RciCertificate | None:
    """Return the certificate that a POST made with another spelling."""
    known = {each.id for each in before}
    return next(
        (each for each in found if each.id not in known and each.subject.casefold() == wanted[0].casefold()), None
    )


def _may_have_landed(error: RciError) -> bool:
    """Return True if only reading shows what became of a POST; other answers mean that it was not accepted."""
    passing = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.CONFLICT}
    refused = error.status is not None and error.status < HTTPStatus.INTERNAL_SERVER_ERROR
    return error.may_be_done or not refused or error.status in passing


def _reason(error: RciError) -> str:
    return NO_SUCH_USER if error.status == HTTPStatus.NOT_FOUND else str(error)
