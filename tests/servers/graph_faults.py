"""What can go wrong with Graph itself: answers that arrive complete and still must be refused."""

from collections.abc import Callable
from typing import Any

from tests.servers.graph_filter import Refused
from tests.servers.loopback import Fault

REFUSALS = {
    "page-token-expired": (
        400,
        "Directory_ExpiredPageToken",
        "The specified page token value has expired and can no longer be included in your request.",
    ),
    "page-token-not-found": (
        400,
        "DirectoryPageTokenNotFoundException",
        "The page token of a retried answer cannot be used; go on from the last good link.",
    ),
    "forbidden": (403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
    "resync": (410, "resyncRequired", "Resync required. Please retry the request without a delta token."),
    "sync-state-not-found": (400, "syncStateNotFound", "The sync state of this delta token was not found."),
}
"""Faults that refuse, as Graph does: kind -> status, code, message."""

STATUS_CODES = {
    400: "Request_BadRequest",
    401: "InvalidAuthenticationToken",
    403: "Authorization_RequestDenied",
    404: "Request_ResourceNotFound",
    410: "resyncRequired",
    429: "TooManyRequests",
    500: "InternalServerError",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}

FOREIGN = "https://graph.example.com/v1.0/users?$skiptoken=elsewhere"

Document = dict[str, Any]


def refusal(kind: str, users: str) -> Refused:
    """Build a refusal; the Location of a 410 is the beginning of a full round, ``users`` being the users' address."""
    status, code, message = REFUSALS[kind]
    return Refused(status, code, message, {"Location": f"{users}/delta?$deltatoken="} if status == 410 else {})


def spoil(page: Document, fault: Fault, *, here: str, again: str, earlier: list[Document]) -> Document:
    """Spoil a page: ``here`` is its own address, ``again`` a fresh link to it, ``earlier`` the rows of the page before.

    Raises:
        KeyError: the page is not a list, so that this fault cannot befall it.
    """
    match fault.kind:
        case "no-value":
            return {}
        case "error-in-200":
            return {"error": {"code": "UnknownError", "message": "An error in an answer with status 200."}}
        case "empty-page":
            kept = {name: value for name, value in page.items() if name in {"@odata.context", "@odata.count"}}
            return kept | {"@odata.nextLink": again, "value": page["value"][:0]}
        case "next-repeats":
            return page | {"@odata.nextLink": here}
        case "next-foreign":
            return page | {"@odata.nextLink": fault.link or FOREIGN}
        case "count-off":
            return page | {"@odata.count": page["@odata.count"] + fault.count}
    return page | {"value": ROWS[fault.kind](page["value"], earlier, fault.count)}


def _duplicates(rows: list[Document], earlier: list[Document], count: int) -> list[Document]:
    return rows + earlier[:count]


def _conflicting(rows: list[Document], earlier: list[Document], count: int) -> list[Document]:
    return rows + [_other(row) for row in earlier[:count]]


def _other(row: Document) -> Document:
    """Return the same person another text in every property that is text."""
    return {name: f"other.{value}" if name != "id" and isinstance(value, str) else value for name, value in row.items()}


def _limited(rows: list[Document], _earlier: list[Document], _count: int) -> list[Document]:
    """Hide everything but the id, as null in every second row and by absence in the others."""
    seen = [dict.fromkeys(row) if place % 2 == 0 else {} for place, row in enumerate(rows)]
    return [
        {**hidden, "@odata.type": "#microsoft.graph.user", "id": row["id"]}
        for hidden, row in zip(seen, rows, strict=True)
    ]


def _wrong_types(rows: list[Document], _earlier: list[Document], count: int) -> list[Document]:
    """Return the first rows with a number in place of a text, the id left as it is."""
    wrong = [
        {name: 12345 if name != "id" and isinstance(value, str) else value for name, value in row.items()}
        for row in rows[:count]
    ]
    return wrong + rows[count:]


ROWS: dict[str, Callable[[list[Document], list[Document], int], list[Document]]] = {
    "duplicates": _duplicates,
    "conflicting-duplicates": _conflicting,
    "limited": _limited,
    "wrong-types": _wrong_types,
}
"""Faults of the rows of a page."""

PAGES = frozenset(ROWS) | {"no-value", "error-in-200", "empty-page", "next-repeats", "next-foreign", "count-off"}
"""Faults of a page that was made as it should be first."""
