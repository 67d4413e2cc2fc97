"""What Graph lets one ask: the query of a request, read as strictly as the real service reads it.

The rules are those of facts: microsoft-graph §3. A sloppy client is refused here with the status and the code that it
would get there.
"""

import base64
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

import msgspec

from tests.servers.graph_filter import Filter, Refused, bad, read_filter, unsupported
from tests.servers.loopback import Request

USER_DEFAULTS = (
    "businessPhones", "displayName", "givenName", "jobTitle", "mail", "mobilePhone", "officeLocation",
    "preferredLanguage", "surname", "userPrincipalName", "id",
)  # fmt: skip
USER_PROPERTIES = frozenset(USER_DEFAULTS) | {
    "accountEnabled", "ageGroup", "assignedLicenses", "assignedPlans", "authorizationInfo", "city", "companyName",
    "consentProvidedForMinor", "country", "createdDateTime", "creationType", "deletedDateTime", "department",
    "employeeHireDate", "employeeId", "employeeOrgData", "employeeType", "externalUserState",
    "externalUserStateChangeDateTime", "faxNumber", "identities", "imAddresses", "isResourceAccount",
    "lastPasswordChangeDateTime", "legalAgeGroupClassification", "licenseAssignmentStates", "mailNickname",
    "onPremisesDistinguishedName", "onPremisesDomainName", "onPremisesExtensionAttributes", "onPremisesImmutableId",
    "onPremisesLastSyncDateTime", "onPremisesProvisioningErrors", "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier", "onPremisesSyncEnabled", "onPremisesUserPrincipalName", "otherMails",
    "passwordPolicies", "passwordProfile", "postalCode", "preferredDataLocation", "provisionedPlans", "proxyAddresses",
    "securityIdentifier", "serviceProvisioningErrors", "showInAddressList", "signInSessionsValidFromDateTime", "state",
    "streetAddress", "usageLocation", "userType",
}  # fmt: skip
MAILBOX_PROPERTIES = frozenset({
    "aboutMe", "birthday", "hireDate", "interests", "mySite", "pastProjects", "preferredName", "responsibilities",
    "schools", "skills", "mailboxSettings",
})  # fmt: skip
"""Those that live elsewhere: a list of users with one of them is refused with 501."""

LARGEST_PAGE = 999


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked of a list: ``start`` is the first place of the page, ``options`` what every link carries."""

    path: str
    options: dict[str, str]
    select: tuple[str, ...]
    top: int
    start: int
    counted: bool
    filter: Filter | None

    def link(self, origin: str, start: int, nonce: int) -> str:
        """Build a link to the page that begins at ``start``; the token fits this query only."""
        token = seal({"at": start, "of": _mark(self.path, self.options), "n": nonce})
        options = "".join(f"{name}={quote(value, safe='')}&" for name, value in self.options.items())
        path = quote(self.path, safe="/$()'=")
        return f"{origin}{path}?{options}$skiptoken={token}"


def options_of(request: Request, *allowed: str) -> dict[str, str]:
    """Return the query options of a request, each of them once and all of them known.

    Raises:
        Refused: an option that is not served here, or one that was sent twice.
    """
    names = [name for name, _ in parse_qsl(request.target.partition("?")[2], keep_blank_values=True)]
    for name in names:
        if name not in allowed:
            raise bad(f"Query option '{name}' is not supported here.")
        if names.count(name) > 1:
            raise bad(f"Query option '{name}' was specified more than once, but it must be specified at most once.")
    return dict(request.query)


def read_query(
    request: Request,
    properties: frozenset[str] = USER_PROPERTIES,
    defaults: tuple[str, ...] = USER_DEFAULTS,
    filters: Callable[[str], Filter] = read_filter,
) -> Query:
    """Read the query of a list: of users, or of anything that has these properties and is filtered so.

    Raises:
        Refused: as the real service refuses it.
    """
    path = unquote(request.path)
    options = options_of(request, "$select", "$top", "$filter", "$count", "$skiptoken")
    token = options.pop("$skiptoken", None)
    condition = filters(options["$filter"]) if "$filter" in options else None
    counted = read_count(options) or path.endswith("/$count")
    advanced = request.headers.get("consistencylevel", "").lower() == "eventual"
    if counted and not advanced:
        raise unsupported("$count is not supported without the header ConsistencyLevel: eventual.")
    if condition and condition.advanced and not (counted and advanced):
        raise unsupported("Operator 'endsWith' needs ConsistencyLevel: eventual and $count=true.")
    start = 0
    if token is not None:
        state = unseal(token)
        if state is None or state.get("of") != _mark(path, options):
            raise bad("The specified page token value is invalid for this query.")
        start = state["at"]
    select = read_select(options.get("$select"), properties, defaults)
    return Query(path, options, select, read_top(options), start, counted and token is None, condition)


def read_top(options: Mapping[str, str]) -> int:
    """Read the size of a page, 100 by default."""
    text = options.get("$top", "100")
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_PAGE:
        raise bad(f"Invalid page size specified: '{text}'. Must be between 1 and {LARGEST_PAGE} inclusive.")
    return int(text)


def read_count(options: Mapping[str, str]) -> bool:
    """Read ``$count``."""
    if (text := options.get("$count", "false")) not in {"true", "false"}:
        raise bad(f"'{text}' is no value for $count; it is true or false.")
    return text == "true"


def read_select(text: str | None, properties: frozenset[str], defaults: tuple[str, ...]) -> tuple[str, ...]:
    """Read ``$select``: names that exist, character for character."""
    if text is None:
        return defaults
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name in MAILBOX_PROPERTIES and properties is USER_PROPERTIES:
            raise Refused(501, "NotImplemented", f"'{name}' cannot be selected for a list of users.")
        if name not in properties:
            raise bad(f"Parsing OData Select and Expand failed: Could not find a property named '{name}'.")
    return names


def seal(state: Mapping[str, object]) -> str:
    """Build an opaque token."""
    return base64.urlsafe_b64encode(msgspec.json.encode(state)).decode().rstrip("=")


def unseal(token: str) -> dict[str, Any] | None:
    """Read a token of ours; None for any other text."""
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)), type=dict[str, Any])
    except ValueError:
        return None


def _mark(path: str, options: Mapping[str, str]) -> int:
    return zlib.crc32(msgspec.json.encode([path, *sorted(options.items())]))
