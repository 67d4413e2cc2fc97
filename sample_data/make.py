"""Makes the sample data: an invented contact centre of some 200 people, with every trap that real lists hold.

Run as ``python sample_data/make.py``. No clock and a fixed seed: the files come out the same, byte for byte. No one in
them exists; their addresses are under example.com and contoso-example.com.
"""

import csv
import io
import os
import random
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

os.environ["OPENPYXL_LXML"] = "False"  # noqa: TID251 - openpyxl reads it when it is imported; with lxml it writes other bytes

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

HERE = Path(__file__).parent
LONG_AGO = (2026, 1, 5, 8, 0, 0)
AGENTS = 200
OTHERS_PER_LANGUAGE = 4

Row = dict[str, str]

NAMES = (
    (
        ("Anna", "Jürgen", "Björn", "Käthe", "Lukas", "Sören", "Heike", "Matthias"),
        ("Müller", "Weiß", "Schröder", "Köhler", "Vogel", "von der Heide", "Jäger", "Großmann"),
    ),
    (
        ("Élodie", "François", "Chloé", "Jean-Luc", "Zoé", "Benoît", "Amélie", "Guillaume"),
        ("Lefèvre", "D'Aubigné", "Béranger", "Dupont-Moreau", "Garçon", "Noël", "Rousseau", "Besançon"),
    ),
    (
        ("Aino", "Päivi", "Väinö", "Yrjö", "Tuula", "Mikko", "Sinikka", "Jyrki"),
        ("Hämäläinen", "Mäkelä", "Jääskeläinen", "Öhman", "Virtanen", "Åkerblom", "Niemi", "Särkkä"),
    ),
    (
        ("José", "María", "Íñigo", "Begoña", "Andrés", "Lucía", "Raúl", "Rocío"),
        ("Muñoz", "Pérez-García", "Ibáñez", "Gutiérrez", "Núñez", "Sáenz", "Castaño", "de la Cruz"),
    ),
    (
        ("João", "Inês", "António", "Conceição", "Tomás", "Beatriz", "Simão", "Luísa"),
        ("Gonçalves", "Simões", "Araújo", "Magalhães", "Brandão", "Leitão", "Sá", "dos Santos"),
    ),
    (
        ("Yuki", "Haruto", "Sakura", "Ken'ichi", "Jun'ya", "Akira", "Emi", "Takeshi"),
        ("Satō", "Itō", "Ōnishi", "Tanaka", "Kobayashi", "Shin'ya", "Yamamoto", "Nakamura"),
    ),
    (
        ("Fatima", "Omar", "Layla", "Khalid", "Nour", "Yusuf", "Abd al-Rahman", "Aisha"),
        ("Al-Masri", "Ben Youssef", "El-Sayed", "Haddad", "Al-Khatib", "Mansour", "Qasim", "Abu Bakr"),
    ),
    (
        ("Siobhán", "Liam", "Aoife", "Seán", "Grace", "Owen", "Róisín", "Mary-Kate"),
        ("O'Brien", "O'Neill", "MacDonald", "Fitz-Gerald", "Byrne", "D'Arcy", "Walsh", "Ní Dhomhnaill"),
    ),
)
"""Given and family names, one pair of lists a language; the Japanese and Arabic ones are romanised."""

SURNAMES_LIKE_VALUES = {30: ("Ji-woo", "NA"), 31: ("Christopher", "Null"), 32: ("Linnéa", "True")}
"""People whose names programs like to take for a missing or a logical value."""

TEAMS = ("Billing", "Orders", "Retention", "Service desk", "Night shift")
SITES = ("Berlin", "Helsinki", "Lisboa", "Lyon", "Málaga")
FIRST_ROW = 4
"""Of people in the workbook: above them are a title, an empty row and the headers."""
TEAM = (("Aoife", "Walsh"), ("Emi", "Shin'ya"), ("Lukas", "Jäger"), ("Lukas", "Köhler"), ("Lucía", "Sáenz"))
HEADER = ("Login", "Employee ID", "First name", "Last name", "Email", "Team", "Site")

EXPORT_COLUMNS = (
    "userPrincipalName", "displayName", "surname", "mail", "givenName", "id", "userType", "jobTitle", "department",
    "accountEnabled", "usageLocation", "streetAddress", "state", "country", "officeLocation", "city", "postalCode",
    "telephoneNumber", "mobilePhone", "alternateEmailAddress", "ageGroup", "consentProvidedForMinor",
    "legalAgeGroupClassification", "companyName", "creationType", "directorySynced", "invitationState",
    "identityIssuer", "createdDateTime",
)  # fmt: skip
"""The columns of "Download users" in the Entra admin center, in its order."""

TEMPLATE_COLUMNS = (
    "Name [displayName] Required", "User name [userPrincipalName] Required",
    "Initial password [passwordProfile] Required", "Block sign in (Yes/No) [accountEnabled] Required",
    "First name [givenName]", "Last name [surname]", "Job title [jobTitle]", "Department [department]",
    "Usage location [usageLocation]", "Street address [streetAddress]", "State or province [state]",
    "Country or region [country]", "Office [physicalDeliveryOfficeName]", "City [city]",
    "ZIP or postal code [postalCode]", "Office phone [telephoneNumber]", "Mobile phone [mobile]",
)  # fmt: skip
"""The columns of Entra's bulk create template, in its order."""

CONTACT_PRO_COLUMNS = (
    "Id", "Login", "ExternalId", "FirstName", "LastName", "Email", "ExtensionNumber", "UserGroup", "SettingsTemplate",
    "Language", "TimeZone", "PresenceProfile", "CertificateSubject", "CertificateIssuer", "LastChanged",
)  # fmt: skip
"""The columns of a users export of System Configurator, as they may be: no one has published them."""

ISSUER = "cc-acme.auth.eu-central-1.amazoncognito.com"
IN_CONTACT_PRO = (80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90)
"""Agents who are users of the tenant acme, beside the first two of ``TEAM``."""

TWO_CERTIFICATES, OTHER_CASE, OTHER_REGION, NO_CERTIFICATE = 82, 84, 86, 88

# Below: who meets which trap. The numbers are places in the list of people, counted from 0.
ACCENTED, UNKNOWN = 14, 25
LETTER_TRAPS: dict[int, Callable[[str], str]] = {
    10: lambda email: f"{email} ",
    11: lambda email: f"{email}\N{NO-BREAK SPACE}",
    12: lambda email: email.replace("@", "\N{ZERO WIDTH SPACE}@"),
    13: lambda email: email.replace("a", "\N{CYRILLIC SMALL LETTER A}", 1),
    ACCENTED: lambda email: unicodedata.normalize("NFD", email),
    15: lambda email: f"Support <{email}>",
    16: lambda email: f"{email}; second.address@example.com",
    17: lambda email: email.replace("@", " at "),
    18: lambda _: "",
    19: str.upper,
    20: str.title,
    21: lambda email: email.replace("@contoso", "@Contoso").replace("@example", "@Example"),
    22: lambda email: email[0].upper() + email[1:],
    23: lambda email: f"{email[:4]}{email[5:]}",
    24: lambda email: email.replace(".com", ".co"),
    UNKNOWN: lambda _: "qqzx-77@example.com",
}
"""What happens to an email between the directory and the list."""

TWIN, TWIN_SETTLED, TWIN_UNSETTLED = 40, 41, 42
SAME_LOGIN, SAME_ID, NO_KEYS, SPACED_LOGIN, CONTROL_IN_ID, LONG_ID = (43, 44), (45, 46), 47, 48, 49, 50
SITE_WITH_COMMA, RAGGED = 51, 52
HIDDEN, FORMULA, NOT_AVAILABLE, PADDED_NUMBER, DATE_AS_ID, BLANK_BEFORE = 60, 61, 62, 63, 64, 100
NO_MAIL, DISABLED, GUESTS, SIGN_IN_NAMES, AMBIGUOUS = 70, (71, 72), (73, 74), (75, 76), 77


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person; ``email`` is spelled as the directory has it."""

    number: int
    login: str
    first: str
    last: str
    email: str
    team: str
    site: str

    @property
    def sign_in_name(self) -> str:
        """Return the UPN: for most people the email in lower case, for some another name altogether."""
        domain = self.email.partition("@")[2].lower()
        return f"{self.login}@{domain}" if self.number in {NO_MAIL, *SIGN_IN_NAMES} else self.email.lower()


def main() -> None:
    """Write every sample file beside this one."""
    everybody = invent()
    agents = everybody[:AGENTS]
    rows = listed(agents)
    (HERE / "agents.xlsx").write_bytes(workbook(rows))
    _write("agents.csv", plain_list(rows))
    _write("exportUsers.csv", directory(everybody))
    _write("bulk-template.csv", bulk_template(agents[:3]))
    _write("two-tenants.csv", two_tenants(agents[100:112]))
    _write("small-team.csv", small_team(agents))
    _write("users-export.txt", contact_pro_export(in_contact_pro(agents)))
    _write("go-live.csv", go_live(in_contact_pro(agents)))


def invent() -> list[Person]:
    """Invent the agents, and behind them the people who are in the directory only."""
    chance = random.Random(2026)  # noqa: S311 - invents people, guards nothing
    per_language = AGENTS // len(NAMES) + OTHERS_PER_LANGUAGE
    drawn = [
        chance.sample([(first, last) for first in given for last in family], per_language) for given, family in NAMES
    ]
    names = [pair for round_ in zip(*drawn, strict=True) for pair in round_]
    taken: set[str] = set()
    people = []
    for number, pair in enumerate(names):
        first, last = SURNAMES_LIKE_VALUES.get(number, pair)
        login = _login(first, last, taken)
        domain = "example.com" if number % 10 == 9 else "contoso-example.com"
        email = f"josé.{_plain(last)}@{domain}" if number == ACCENTED else _mail(first, last, domain, chance)
        people.append(Person(number, login, first, last, email, chance.choice(TEAMS), chance.choice(SITES)))
    return people


def listed(agents: Sequence[Person]) -> list[Row]:
    """Return the agents as a team lead would, mistakes included."""
    rows = [_row(agent) for agent in agents]
    for number, change in LETTER_TRAPS.items():
        rows[number]["Email"] = change(rows[number]["Email"])
    for number in (NO_MAIL, *SIGN_IN_NAMES):
        rows[number]["Email"] = agents[number].sign_in_name
    rows[AMBIGUOUS]["Email"] = agents[AMBIGUOUS].email.upper()
    rows[SAME_LOGIN[1]]["Login"] = rows[SAME_LOGIN[0]]["Login"]
    rows[SAME_ID[1]]["Employee ID"] = rows[SAME_ID[0]]["Employee ID"]
    rows[NO_KEYS] |= {"Login": "", "Employee ID": ""}
    rows[SPACED_LOGIN]["Login"] = rows[SPACED_LOGIN]["Login"][:1] + " " + rows[SPACED_LOGIN]["Login"][1:]
    rows[CONTROL_IN_ID]["Employee ID"] += "\t"
    rows[LONG_ID]["Employee ID"] = "ask HR for the number, " * 12
    rows[SITE_WITH_COMMA]["Site"] = "Lisboa, Parque das Nações"
    rows[TWIN_UNSETTLED]["Email"] = rows[TWIN_UNSETTLED]["Email"].title()
    again = {TWIN: str, TWIN_SETTLED: str.upper, TWIN_UNSETTLED: str.swapcase}
    for number, spell in again.items():
        new_keys = {"Login": f"{rows[number]['Login']}2", "Employee ID": f"0{900 + number}"}
        rows.append(rows[number] | new_keys | {"Email": spell(rows[number]["Email"])})
    return rows


def plain_list(rows: Sequence[Row]) -> str:
    """Write the list as CSV; one row has a comma that no one put in quotes."""
    cells = [list(row.values()) for row in rows]
    cells[RAGGED][-1:] = ["Berlin", " 2nd floor"]
    return _csv([HEADER, *cells])


def workbook(rows: Sequence[Row]) -> bytes:
    """Write the list as a workbook that has been in use: a title, a hidden row, a leavers' sheet, formulas, a total."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Agents"
    sheet.append(["Agents for single sign-on, as of January"])
    sheet.merge_cells("A1:G1")
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append([])
    sheet.append(HEADER)
    for number, row in enumerate(rows):
        if number == BLANK_BEFORE:
            sheet.append([None])
        sheet.append([value or None for value in row.values()])
    _age(sheet)
    sheet.append(["Total", len(rows)])
    _add_leavers(book.create_sheet("Leavers 2025"), rows[:3])
    return _timeless(book)


def directory(everybody: Sequence[Person]) -> str:
    """Write the directory as "Download users" of the Entra admin center does."""
    entries = [_entry(person) for person in everybody if person.number != UNKNOWN]
    twice = next(person for person in everybody if person.number == AMBIGUOUS)
    entries.append(
        _entry(twice)
        | {"id": _object_id(900), "mail": twice.email.title(), "userPrincipalName": f"2{twice.sign_in_name}"}
    )
    entries.sort(key=lambda entry: entry["displayName"])
    return _csv([EXPORT_COLUMNS, *([entry.get(column, "") for column in EXPORT_COLUMNS] for entry in entries)])


def bulk_template(people: Sequence[Person]) -> str:
    """Fill in Entra's bulk create template, its version line and example row left in place as most people do."""
    example = ("Example: Chris Green", "chris@contoso-example.com", "not-a-real-password", "No", "Chris", "Green")
    filled = [
        (f"{each.first} {each.last}", each.sign_in_name, "not-a-real-password", "No", each.first, each.last)
        for each in people
    ]
    rows = [[*row, *[""] * (len(TEMPLATE_COLUMNS) - len(row))] for row in (example, *filled)]
    return _csv([["version:v1.0", *[""] * (len(TEMPLATE_COLUMNS) - 1)], TEMPLATE_COLUMNS, *rows])


def two_tenants(people: Sequence[Person]) -> str:
    """Write a list whose rows have their own tenant and region, four of them wrongly."""
    places = [("Contoso-East", "Europe")] * 5 + [("contoso-west", "us-west-2")] * 3
    places += [
        ("contoso-east", "Frankfrut"),
        ("contoso_east", "eu"),
        ("contoso-south", "Sydney"),
        ("contoso-south", "eu"),
    ]
    rows = [
        (tenant, region, each.login, each.first, each.last, each.email)
        for (tenant, region), each in zip(places, people, strict=True)
    ]
    return _csv([("Tenant", "Region", "Login", "First name", "Last name", "Email"), *rows])


def small_team(agents: Sequence[Person]) -> str:
    """Write the five people of the README: two are right, one is disabled, one in the wrong case, one misspelled."""
    by_name = {(agent.first, agent.last): agent for agent in agents}
    team = [by_name[name] for name in TEAM]
    emails = [agent.email for agent in team[:3]]
    emails += [team[3].email.lower(), team[4].email.replace("enz@", "ens@")]
    rows = [
        (agent.login, _employee_id(agent), agent.first, agent.last, email)
        for agent, email in zip(team, emails, strict=True)
    ]
    return _csv([HEADER[:5], *rows])


def in_contact_pro(agents: Sequence[Person]) -> list[Person]:
    """Choose the users of the tenant acme, by login."""
    by_name = {(agent.first, agent.last): agent for agent in agents}
    users = [by_name[name] for name in TEAM[:2]] + [agents[number] for number in IN_CONTACT_PRO]
    return sorted(users, key=lambda user: user.login)


def go_live(users: Sequence[Person]) -> str:
    """Write the same users as the list of a go-live; one of them in characters that the directory does not have."""
    rows = [(user.login, _employee_id(user), user.first, user.last, user.email) for user in users]
    *others, last = rows
    return _csv([HEADER[:5], *others, (*last[:4], last[4].title())])


def contact_pro_export(users: Sequence[Person]) -> str:
    """Write users as System Configurator may export them: tabs, a byte order mark, CRLF.

    Most have the right certificate. One has a former one too, one is in the wrong case, one names another region, one
    has none yet.
    """
    lines = [CONTACT_PRO_COLUMNS]
    for user in users:
        lines += [tuple(row[column] for column in CONTACT_PRO_COLUMNS) for row in _user(user)]
    return "\ufeff" + "".join("\t".join(line) + "\r\n" for line in lines)


def _user(person: Person) -> list[Row]:
    """Return the rows of one user: as many as there are certificates, one at least."""
    certificates = [(person.email, ISSUER)]
    if person.number == TWO_CERTIFICATES:
        certificates.append((f"{person.login}@former.contoso-example.com", ISSUER))
    if person.number == OTHER_CASE:
        certificates = [(person.email.swapcase(), ISSUER)]
    if person.number == OTHER_REGION:
        certificates = [(person.email, ISSUER.replace("eu-central-1", "us-west-2"))]
    if person.number == NO_CERTIFICATE:
        certificates = [("", "")]
    own = {
        "Id": f"{person.number:032X}",
        "Login": person.login,
        "ExternalId": _employee_id(person),
        "FirstName": person.first,
        "LastName": person.last,
        "Email": person.email,
        "ExtensionNumber": str(2000 + person.number),
        "UserGroup": person.team,
        "SettingsTemplate": "Agents",
        "Language": "en",
        "TimeZone": "Europe/Berlin",
        "PresenceProfile": "Default",
        "LastChanged": f"2025-{person.number % 12 + 1:02d}-{person.number % 28 + 1:02d}",
    }
    return [own | {"CertificateSubject": subject, "CertificateIssuer": issuer} for subject, issuer in certificates]


def _row(person: Person) -> Row:
    cells = (person.login, _employee_id(person), person.first, person.last, person.email, person.team, person.site)
    return dict(zip(HEADER, cells, strict=True))


def _entry(person: Person) -> Row:
    guest = person.number in GUESTS
    outside = person.email.lower().replace("@", "_")
    return {
        "userPrincipalName": f"{outside}#EXT#@contoso-example.com" if guest else person.sign_in_name,
        "displayName": f"{person.first} {person.last}",
        "surname": person.last,
        "mail": "" if person.number == NO_MAIL else person.email,
        "givenName": person.first,
        "id": _object_id(person.number),
        "userType": "Guest" if guest else "Member",
        "department": person.team,
        "accountEnabled": str(person.number not in DISABLED),
        "officeLocation": person.site,
        "companyName": "Contoso Example",
        "creationType": "Invitation" if guest else "",
        "directorySynced": str(not guest),
        "invitationState": "Accepted" if guest else "",
        "identityIssuer": "contoso-example.com",
        "createdDateTime": f"2025-{person.number % 12 + 1:02d}-{person.number % 28 + 1:02d}T08:00:00Z",
    }


def _age(sheet: Worksheet) -> None:
    """Do to some cells of a fresh sheet what years of use do."""

    def cell(number: int, header: str) -> Cell:
        row = FIRST_ROW + number + (number >= BLANK_BEFORE)
        return sheet.cell(row, HEADER.index(header) + 1)

    sheet.row_dimensions[cell(HIDDEN, "Login").row].hidden = True
    first, last = (cell(FORMULA, name).coordinate for name in ("First name", "Last name"))
    cell(FORMULA, "Email").value = f'=LOWER({first}&"."&{last}&"@contoso-example.com")'
    cell(NOT_AVAILABLE, "Email").value = "#N/A"
    padded = cell(PADDED_NUMBER, "Employee ID")
    padded.value, padded.number_format = int(padded.value), "00000"
    dated = cell(DATE_AS_ID, "Employee ID")
    dated.value, dated.number_format = date(2026, 3, 4), "d-mmm"


def _add_leavers(sheet: Worksheet, rows: Iterable[Row]) -> None:
    sheet.append(HEADER)
    for row in rows:
        sheet.append([f"former-{value}" if name == "Login" else value for name, value in row.items()])
    sheet.sheet_state = "hidden"


def _timeless(book: Workbook) -> bytes:
    """Save a workbook without the time of saving, which openpyxl writes into its parts and into the archive."""
    saved, told = io.BytesIO(), io.BytesIO()
    book.save(saved)
    moment = datetime(*LONG_AGO, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(told, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            data = old.read(part)
            if part == "docProps/core.xml":
                data = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment, data)
            info = zipfile.ZipInfo(part, LONG_AGO)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, data)
    return told.getvalue()


def _mail(first: str, last: str, domain: str, chance: random.Random) -> str:
    """Spell an address as directories do: mostly in lower case, some as First.Last, some in a way of their own."""
    name = f"{_plain(first)}.{_plain(last)}"
    habit = chance.choices(("lower", "First.Last", "First.last", "FIRST.LAST"), (82, 12, 4, 2))[0]
    if habit == "First.Last":
        name = f"{_plain(first).capitalize()}.{_plain(last).capitalize()}"
    elif habit == "First.last":
        name = name.capitalize()
    elif habit == "FIRST.LAST":
        name = name.upper()
    return f"{name}@{domain}"


def _login(first: str, last: str, taken: set[str]) -> str:
    letters = re.sub(r"[^a-z]", "", _plain(first)[:1] + _plain(last))
    login = next(name for name in (letters, *(f"{letters}{n}" for n in range(2, 99))) if name not in taken)
    taken.add(login)
    return login


def _plain(name: str) -> str:
    """Write a name in the characters of an address: lower case, ASCII, no spaces."""
    german = name.lower().replace("ß", "ss")
    bare = unicodedata.normalize("NFKD", german)
    return "".join(letter for letter in bare if letter.isascii() and letter != " ")


def _employee_id(person: Person) -> str:
    return f"{person.number * 7 + 12:05d}"


def _object_id(number: int) -> str:
    """Return an object id that is visibly invented."""
    return f"00000000-0000-4000-8000-{number:012d}"


def _csv(rows: Iterable[Iterable[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _write(name: str, text: str) -> None:
    (HERE / name).write_text(text, "utf-8", newline="")


if __name__ == "__main__":
    main()
