"""The properties of a user in Microsoft Graph that a mapping may name, how each is written as text, what each needs.

Nothing heavy is imported here, so that a job file can be judged before anything is asked (facts: microsoft-graph §3;
the names and kinds are those of the v1.0 schema). Left out are properties of the mailbox, which a list of users answers
with 501, and those that are objects of their own.
"""

import re
from collections.abc import Iterable
from typing import Literal

BASIC = frozenset({"displayName", "givenName", "id", "mail", "surname", "userPrincipalName"})
"""What ``User.ReadBasic.All`` shows; everything else needs ``User.Read.All``."""

FLAGS = frozenset({"accountEnabled", "isManagementRestricted", "isResourceAccount", "onPremisesSyncEnabled"})
"""True, false or unknown."""

MANY = frozenset({"businessPhones", "imAddresses", "otherMails", "proxyAddresses"})
"""Lists of texts; they are written with ``;`` between their members."""

_ONE = frozenset({
    "ageGroup", "city", "companyName", "consentProvidedForMinor", "country", "createdDateTime", "creationType",
    "deletedDateTime", "department", "employeeHireDate", "employeeId", "employeeType", "externalUserState",
    "externalUserStateChangeDateTime", "faxNumber", "jobTitle", "lastPasswordChangeDateTime",
    "legalAgeGroupClassification", "mailNickname", "mobilePhone", "officeLocation", "onPremisesDistinguishedName",
    "onPremisesDomainName", "onPremisesImmutableId", "onPremisesLastSyncDateTime", "onPremisesSamAccountName",
    "onPremisesSecurityIdentifier", "onPremisesUserPrincipalName", "passwordPolicies", "postalCode",
    "preferredDataLocation", "preferredLanguage", "securityIdentifier", "signInSessionsValidFromDateTime", "state",
    "streetAddress", "usageLocation", "userType",
})  # fmt: skip

EXTENSIONS = "onPremisesExtensionAttributes"
"""The property of ``extensionAttribute1`` to ``15``."""

_FIFTEEN = frozenset(f"extensionAttribute{number}" for number in range(1, 16))
_DIRECTORY_EXTENSION = re.compile(r"extension_[0-9a-fA-F]{32}_\w+", re.ASCII)

KNOWN = tuple(sorted(BASIC | FLAGS | MANY | _ONE)) + tuple(sorted(_FIFTEEN, key=lambda name: (len(name), name)))
"""Every name that is known beforehand, to suggest the nearest; directory extensions come beside them."""

_WORDS = frozenset(KNOWN)

Kind = Literal["text", "flag", "many", "fifteen", "any"]


def known(name: str) -> bool:
    """Return True if a user can be asked for this: exactly so spelled, because Graph minds the case of a name."""
    return name in _WORDS or _DIRECTORY_EXTENSION.fullmatch(name) is not None


def kind(name: str) -> Kind:
    """Return how its value comes; a directory extension may contain anything."""
    if name in FLAGS:
        return "flag"
    if name in MANY:
        return "many"
    if name in _FIFTEEN:
        return "fifteen"
    return "text" if name in _WORDS else "any"


def selected(attributes: Iterable[str]) -> list[str]:
    """Return the value of ``$select``: ``id`` first, nothing twice, the fifteen by their common property."""
    return list(dict.fromkeys(["id", *(EXTENSIONS if name in _FIFTEEN else name for name in attributes)]))


def columns(attributes: Iterable[str]) -> tuple[str, ...]:
    """Return the columns of the frame: the attributes in their order, ``id`` put first if it is not among them."""
    once = tuple(dict.fromkeys(attributes))
    return once if "id" in once else ("id", *once)


def permission(attributes: Iterable[str]) -> str:
    """Name the least permission of an application with which Graph shows these attributes of every user."""
    return "User.ReadBasic.All" if BASIC.issuperset(attributes) else "User.Read.All"


STRONGER = {
    "User.ReadBasic.All": frozenset({
        "User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All",
    }),
    "User.Read.All": frozenset({
        "User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All",
    }),
    "GroupMember.Read.All": frozenset({
        "GroupMember.Read.All", "GroupMember.ReadWrite.All", "Group.Read.All", "Group.ReadWrite.All",
        "Directory.Read.All", "Directory.ReadWrite.All",
    }),
    "Application.Read.All": frozenset({
        "Application.Read.All", "Application.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All",
    }),
}  # fmt: skip
"""Which permissions include a least one: holding any of them is enough."""
