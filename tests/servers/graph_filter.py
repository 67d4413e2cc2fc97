"""``$filter`` as Graph reads it: a few operators, each with the conditions under which it is served.

Text is compared without regard to case, as Entra does it: a filter must never be the proof of an address.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.servers.people import Person

TEXT_FILTERS = frozenset({
    "displayName", "givenName", "surname", "mail", "userPrincipalName", "userType", "department", "jobTitle",
    "companyName", "officeLocation", "employeeId", "usageLocation", "country", "city", "mailNickname", "creationType",
})  # fmt: skip
LONGEST_IN, LONGEST_DELTA_FILTER = 15, 50

CLAUSE = re.compile(
    r"""\s*(?:
        (?P<call>startswith|endswith)\(\s*(?P<of>\w+)\s*,\s*'(?P<start>(?:[^']|'')*)'\s*\)
      | (?P<name>\w+)\s+eq\s+(?:'(?P<text>(?:[^']|'')*)'|(?P<word>true|false))
      | (?P<key>\w+)\s+in\s*\((?P<list>\s*'(?:[^']|'')*'(?:\s*,\s*'(?:[^']|'')*')*\s*)\)
    )\s*""",
    re.VERBOSE,
)
AND = re.compile(r"and(?=\s)")
ONE_ID = re.compile(r"\s*id\s+eq\s+'([^']*)'\s*")


class Refused(Exception):
    """The request is answered with an error of Graph."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        """Keep the body of the answer."""
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, dict(headers or {})


def bad(message: str) -> Refused:
    """Build the 400 of a query that cannot be served."""
    return Refused(400, "Request_BadRequest", message)


def unsupported(message: str) -> Refused:
    """Build the 400 of a query that needs more than was sent with it."""
    return Refused(400, "Request_UnsupportedQuery", message)


@dataclass(frozen=True, slots=True)
class Filter:
    """A ``$filter`` of clauses that must all hold; ``ids`` are those of an ``id in``, None if it has none."""

    tests: tuple[Callable[[Person], bool], ...] = ()
    ids: frozenset[str] | None = None
    advanced: bool = False

    def __call__(self, person: Person) -> bool:
        """Return True if a person passes."""
        return (self.ids is None or person["id"] in self.ids) and all(test(person) for test in self.tests)


def read_filter(text: str) -> Filter:
    """Read a ``$filter`` on users: ``eq``, ``in``, ``startswith`` and ``endswith``, joined by ``and``."""
    tests: list[Callable[[Person], bool]] = []
    ids: frozenset[str] | None = None
    advanced, place = False, 0
    while True:
        found = CLAUSE.match(text, place)
        if found is None:
            raise bad(f"Invalid filter clause: {text[place:]!r}.")
        if found["key"]:
            ids = _read_ids(found["key"], found["list"])
        else:
            tests.append(_read_test(found))
            advanced = advanced or found["call"] == "endswith"
        if found.end() == len(text):
            return Filter(tuple(tests), ids, advanced)
        joint = AND.match(text, found.end())
        if joint is None or text[found.end() - 1] not in " )":
            raise bad(f"Invalid filter clause: {text[found.end() :]!r}.")
        place = joint.end()


def name_filter(name: str) -> Callable[[str], Filter]:
    """Build the reader of ``<name> eq '<text>'``, the only filter that groups and applications have here."""

    def read(text: str) -> Filter:
        found = CLAUSE.fullmatch(text)
        if found is None or found["name"] != name or found["text"] is None:
            raise bad(f"Invalid filter clause: {text!r}.")
        whole = _bare(found["text"]).lower()
        return Filter((lambda thing: thing[name].lower() == whole,))

    return read


def read_delta_ids(text: str | None) -> frozenset[str] | None:
    """Read the filter of a delta query: ``id eq`` for at most 50 ids, joined by ``or``; None for all users."""
    if text is None:
        return None
    found = [ONE_ID.fullmatch(part) for part in re.split(r"\bor\b", text)]
    if not all(found):
        raise bad("Only id eq is supported by $filter in a delta query.")
    if len(found) > LONGEST_DELTA_FILTER:
        raise bad(f"A delta query filters at most {LONGEST_DELTA_FILTER} objects.")
    return frozenset(each[1].lower() for each in found if each)


def _read_ids(key: str, text: str) -> frozenset[str]:
    ids = [_bare(each) for each in re.findall(r"'((?:[^']|'')*)'", text)]
    if key != "id":
        raise unsupported(f"'in' is served for id only, not for '{key}'.")
    if len(ids) > LONGEST_IN:
        raise unsupported(
            f"Too many child clauses specified in search filter expression containing 'OR' operators: {len(ids)}. "
            f"Max allowed: {LONGEST_IN}."
        )
    return frozenset(each.lower() for each in ids)


def _read_test(found: re.Match[str]) -> Callable[[Person], bool]:
    name = found["of"] or found["name"]
    if found["word"]:
        if name not in {"accountEnabled", "onPremisesSyncEnabled"}:
            raise bad(f"A binary operator with incompatible types was detected: '{name}' is no Edm.Boolean.")
        wanted = found["word"] == "true"
        return lambda person: person.get(name) is wanted
    if name not in TEXT_FILTERS or (found["call"] == "endswith" and name not in {"mail", "userPrincipalName"}):
        raise unsupported(f"Unsupported or invalid query filter clause specified for property '{name}'.")
    if found["call"]:
        piece = _bare(found["start"]).lower()
        part = str.startswith if found["call"] == "startswith" else str.endswith
        return lambda person: part(str(person.get(name, "")).lower(), piece)
    whole = _bare(found["text"]).lower()
    return lambda person: str(person.get(name, "")).lower() == whole


def _bare(text: str) -> str:
    return text.replace("''", "'")
