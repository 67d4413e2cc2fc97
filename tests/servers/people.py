"""Invented people for a directory of any size: 1,000 models are made, all others are one of those with a number.

Text of a model may hold ``{block}``, the number of the thousand as six digits, and ``{suffix}``, the same but nothing
in the first thousand. So a page of people is pieces of text with a number between them. No one here exists; their
addresses are under contoso-example.com, fabrikam-example.com and example.com.
"""

import csv
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

MODELS = 1000
"""How many people differ by more than their number."""

GIVEN = (
    "Anna", "Jürgen", "Björn", "Käthe", "Sören", "Élodie", "François", "Chloé", "Jean-Luc", "Zoé", "Aino", "Päivi",
    "Väinö", "Yrjö", "José", "María", "Íñigo", "Lucía", "João", "Inês", "Conceição", "Yuki", "Haruto", "Emi", "Fatima",
    "Omar", "Layla", "Khalid", "Siobhán", "Aoife", "Seán", "Róisín", "Łukasz", "Zofia", "Gülay", "Ďuro", "Ольга",
    "Дмитро", "花子", "太郎",
)  # fmt: skip
FAMILY = (
    "Müller", "Weiß", "Schröder", "Großmann", "Lefèvre", "D'Aubigné", "Dupont-Moreau", "Garçon", "Hämäläinen", "Mäkelä",
    "Åkerblom", "Särkkä", "Muñoz", "Pérez-García", "Ibáñez", "Núñez", "Gonçalves", "Magalhães", "Brandão", "Satō",
    "Ōnishi", "Tanaka", "Nakamura", "Al-Masri", "El-Sayed", "Haddad", "O'Brien", "O'Neill", "MacDonald", "D'Arcy",
    "Wójcik", "Kowalska", "Çelik", "Šimko", "Nováková", "Иваненко", "Шевченко", "山田", "鈴木", "Null", "NA",
)  # fmt: skip
"""40 and 41 names: no two models share both."""

LATIN = {
    "ß": "ss", "Ł": "L", "ł": "l", "Ольга": "Olga", "Дмитро": "Dmytro", "花子": "Hanako", "太郎": "Taro",
    "Иваненко": "Ivanenko", "Шевченко": "Shevchenko", "山田": "Yamada", "鈴木": "Suzuki",
}  # fmt: skip
"""How people write in an address what no accent makes of ASCII."""

GUEST_DOMAIN = "example.com"
DOMAINS = ("contoso-example.com", "contoso-example.com", "contoso-example.com", "fabrikam-example.com", "example.com")
TEAMS = ("Billing", "Orders", "Retention", "Service desk", "Night shift")
SITES = ("Berlin", "Helsinki", "Lisboa", "Lyon", "Málaga")
TWINS = {333: 332, 667: 666, 999: 998}
"""Models whose mail is that of another one in capitals: case duplicates, once in every thousand people."""

Person = dict[str, Any]


class People:
    """The people of a directory: person ``i`` is model ``i % len(models)`` with the number ``i // len(models)``."""

    def __init__(self, models: Sequence[Person], count: int) -> None:
        """Keep the models; ``count`` people are made of them when they are asked for."""
        self.models, self.count = tuple(models), count
        self._by_id = {model["id"]: place for place, model in enumerate(self.models)}

    def __len__(self) -> int:
        """Return how many people there are."""
        return self.count

    def __getitem__(self, index: int) -> Person:
        """Return every property of one person; those that no one set are left out."""
        if not 0 <= index < self.count:
            raise IndexError(index)
        block, place = divmod(index, len(self.models))
        return msgspec.json.decode(numbered(msgspec.json.encode(self.models[place]), block), type=Person)

    def index(self, identity: str) -> int | None:
        """Find a person by object id, upper or lower case; None if there is none."""
        identity = identity.lower()
        place, block = self._by_id.get(identity), 0
        if place is None and identity[-6:].isdecimal():
            place, block = self._by_id.get(identity[:-6] + "{block}"), int(identity[-6:])
        index = None if place is None else block * len(self.models) + place
        return index if index is not None and index < self.count else None


def numbered(text: bytes, block: int) -> bytes:
    """Put the number of a block of people into the text of a model."""
    return digits(block).join(pieces(text)) if block else first(text)


def digits(block: int) -> bytes:
    """Write the number of a block."""
    return b"%06d" % block


def first(text: bytes) -> bytes:
    """Return the text of a model as it is in the first block."""
    return text.replace(b"{block}", digits(0)).replace(b"{suffix}", b"")


def pieces(text: bytes) -> list[bytes]:
    """Cut the text of a model at the number of every later block."""
    return text.replace(b"{suffix}", b"{block}").split(b"{block}")


def invented(count: int) -> People:
    """Invent so many people: 5 % guests, 3 % disabled, 2 % without mail, three pairs of case duplicates a thousand."""
    return People(_models(), count)


def exported(path: Path) -> People:
    """Read the people of a file that "Download users" of the Entra admin center wrote; an empty cell was never set."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = [{name: text for name, text in row.items() if text} for row in csv.DictReader(file)]
    return People([_of_export(row) for row in rows], len(rows))


@cache
def _models() -> tuple[Person, ...]:
    """Build the models, once a process: no one writes into them."""
    taken: set[str] = set()
    models = tuple(_invent(number, taken) for number in range(MODELS))
    for number, other in TWINS.items():
        models[number]["mail"] = models[other]["mail"].upper().replace("{SUFFIX}", "{suffix}")
    return models


def _of_export(row: Mapping[str, str]) -> Person:
    """Return an exported user the types of Graph; the export calls two properties by other names."""
    person: Person = dict(row)
    person["accountEnabled"] = row.get("accountEnabled", "").lower() == "true"
    person["onPremisesSyncEnabled"] = True if person.pop("directorySynced", "").lower() == "true" else None
    person["externalUserState"] = person.pop("invitationState", None)
    person["businessPhones"] = [phone] if (phone := person.pop("telephoneNumber", "")) else []
    person["otherMails"] = [other] if (other := person.pop("alternateEmailAddress", "")) else []
    person["proxyAddresses"] = [f"SMTP:{row['mail']}"] if "mail" in row else []
    person.pop("identityIssuer", None)
    return {name: value for name, value in person.items() if value is not None}


def _invent(number: int, taken: set[str]) -> Person:
    given, family = GIVEN[number % len(GIVEN)], FAMILY[number % len(FAMILY)]
    guest = number % 20 == 19
    domain = GUEST_DOMAIN if guest else DOMAINS[number % len(DOMAINS)]
    first, last = _address(given), _address(family)
    mail = f"{_habit(number, first, last)}{{suffix}}@{domain}"
    if mail.lower() in taken:
        mail = f"{first}.{last}{{suffix}}@{domain}"
    taken.add(mail.lower())
    sam = f"{first[0]}{last}"[:14].lower() + f"{number:03d}"
    person: Person = {
        "id": f"{number * 2654435761 % 2**32:08x}-5a17-4c0d-8{number:03d}-000000{{block}}",
        "displayName": f"{given} {family}",
        "givenName": given,
        "surname": family,
        "mail": mail,
        "userPrincipalName": f"{sam}{{suffix}}@contoso-example.com" if number % 7 == 0 else mail.lower(),
        "accountEnabled": number % 33 != 32,
        "userType": "Member",
        "mailNickname": sam,
        "proxyAddresses": [f"SMTP:{mail}", f"smtp:{sam}{{suffix}}@{domain}"],
        "otherMails": [],
        "department": TEAMS[number % len(TEAMS)],
        "officeLocation": SITES[number // 5 % len(SITES)],
        "companyName": "Contoso Example",
        "jobTitle": "Agent",
        "employeeId": f"{{block}}{number:03d}",
        "usageLocation": "DE",
        "preferredLanguage": "de-DE",
        "mobilePhone": f"+49 30 {{block}}{number:03d}",
        "businessPhones": [],
        "createdDateTime": f"2025-{number % 12 + 1:02d}-{number % 28 + 1:02d}T08:00:00Z",
    }
    if guest:
        return _as_guest(person)
    if number % 3 != 2:
        person |= _synced(number, sam)
    if number % 50 == 14:
        del person["mail"]
        person["proxyAddresses"] = []
    return person


def _as_guest(person: Person) -> Person:
    """Build a guest of a member: the address is that of another company, and the sign-in name shows it."""
    upn = f"{person['mail'].replace('@', '_')}#EXT#@contoso-example.com"
    state = {"userType": "Guest", "creationType": "Invitation", "externalUserState": "Accepted"}
    return person | state | {"userPrincipalName": upn, "proxyAddresses": [f"SMTP:{person['mail']}"]}


def _synced(number: int, sam: str) -> Person:
    """Return what only an account has that comes from a domain of the company's own."""
    return {
        "onPremisesSyncEnabled": True,
        "onPremisesSamAccountName": f"{sam}{{suffix}}",
        "onPremisesUserPrincipalName": f"{sam}{{suffix}}@corp.contoso-example.com",
        "onPremisesDomainName": "corp.contoso-example.com",
        "onPremisesExtensionAttributes": {"extensionAttribute1": f"CC-{number:03d}", "extensionAttribute2": "DE"},
    }


def _habit(number: int, first: str, last: str) -> str:
    """Spell the local part as one of four generations of administrators did."""
    match number % 16:
        case 3 | 9:
            return f"{first.title()}.{last.title()}"
        case 5:
            return f"{first[0]}{last}"
        case 11:
            return f"{first}.{last}".upper()
        case _:
            return f"{first}.{last}"


def _address(name: str) -> str:
    """Write a name in the characters of an address."""
    for letters, latin in LATIN.items():
        name = name.replace(letters, latin)
    bare = unicodedata.normalize("NFKD", name)
    return "".join(letter for letter in bare if letter.isascii() and (letter.isalnum() or letter == "-")).lower()
