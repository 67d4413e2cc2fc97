"""What a careful colleague would write in an afternoon: csv or openpyxl, a few regular expressions, dictionaries.

The same rules, the same import lines and the same counts of rejected rows as the product; ``bench.py`` compares both.
Run as ``python benchmarks/plain_script.py ROSTER DIRECTORY OUT``; it writes one import file a tenant and
``rejects.csv`` into OUT and prints its counts as JSON.
"""

import csv
import json
import re
import sys
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

REGIONS = {"eu": "eu-central-1", "na": "us-west-2", "au": "ap-southeast-2", "af": "af-south-1"}
HEADER = ["Login", "ExternalId", "CertificateSubject", "CertificateIssuer"]
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
EMAIL = re.compile(rf"{ATOM}(?:\.{ATOM})*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]{{2,}}")
LOGIN = re.compile(r"[\w.-]+")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\u200b]")
INVISIBLE = re.compile(r"[\ufeff\u200b-\u200d\u2060]")
SPACE = re.compile(r"[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
LONGEST_EMAIL, LONGEST_LOCAL, LONGEST_CELL = 254, 64, 255


class Entry(NamedTuple):
    """The directory entry of one person."""

    mail: str
    enabled: bool
    guest: bool


def main() -> None:
    """Read both files, judge every row, write what is accepted and what is not."""
    roster, directory, out = map(Path, sys.argv[1:4])
    header, rows = read_roster(roster)
    columns = {name: header.index(name) for name in ("Login", "Employee ID", "Email", "Tenant", "Region")}
    entries = read_directory(directory)

    codes: list[list[str]] = []
    guests = 0
    exact = []
    for row in rows:
        login, external_id, email = row[columns["Login"]], row[columns["Employee ID"]], row[columns["Email"]]
        found = row_faults(login, external_id)
        if row[columns["Region"]] not in REGIONS:
            found.append("REGION-UNKNOWN")
        entry, fault = email_fault(email, entries)
        if fault:
            found.append(fault)
        if entry and not entry.enabled:
            found.append("ACCOUNT-DISABLED")
        guests += bool(entry and entry.guest)
        exact.append(bool(entry and entry.mail == email))
        codes.append(found)
    add_twins(rows, columns, codes, exact)

    accepted = write_import_files(out, rows, columns, codes)
    write_rejects(out / "rejects.csv", header, rows, codes)
    counts = Counter(code for found in codes for code in set(found))
    counts += Counter({"ACCOUNT-GUEST": guests})
    result = {"read": len(rows), "accepted": accepted, "rejected": len(rows) - accepted, "issues": dict(counts)}
    sys.stdout.write(json.dumps(result) + "\n")


def read_roster(path: Path) -> tuple[list[str], list[list[str]]]:
    """Read the header and the rows of a CSV file or of the first sheet of a workbook; every cell is text."""
    rows = workbook_rows(path) if path.suffix == ".xlsx" else csv_rows(path)
    header = next(rows)
    return header, list(rows)


def csv_rows(path: Path) -> Iterator[list[str]]:
    """Read a CSV file; a row of another width than the header stops everything."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = next(reader)
        yield header
        for row in reader:
            if len(row) != len(header):
                raise SystemExit(f"{path}: line {reader.line_num} has {len(row)} cells, the header has {len(header)}")
            yield row


def workbook_rows(path: Path) -> Iterator[list[str]]:
    """Read the first sheet of a workbook."""
    from openpyxl import load_workbook  # noqa: PLC0415 - a CSV file needs none of it

    book = load_workbook(path, read_only=True, data_only=True)
    for row in book.worksheets[0].iter_rows(values_only=True):
        yield ["" if value is None else str(value) for value in row]
    book.close()


def read_directory(path: Path) -> dict[str, list[Entry]]:
    """Read the directory's entries by their folded email."""
    entries: dict[str, list[Entry]] = {}
    rows = csv_rows(path)
    header = next(rows)
    mail, kind, enabled, upn = map(header.index, ("mail", "userType", "accountEnabled", "userPrincipalName"))
    for row in rows:
        if row[mail]:
            guest = row[kind] == "Guest" or "#EXT#" in row[upn]
            entries.setdefault(fold(row[mail]), []).append(Entry(row[mail], row[enabled] != "False", guest))
    return entries


def fold(email: str) -> str:
    """Fold an email to find whom it may mean; never to write it."""
    return email.lower() if email.isascii() else unicodedata.normalize("NFC", email).lower()


def row_faults(login: str, external_id: str) -> list[str]:
    """Find what is wrong with the keys of a row."""
    found = []
    if not login.strip() and not external_id.strip():
        found.append("ID-MISSING")
    if login and not LOGIN.fullmatch(login):
        found.append("LOGIN-CHARACTERS")
    if CONTROL.search(external_id):
        found.append("CELL-CONTROL")
    if len(login) > LONGEST_CELL or len(external_id) > LONGEST_CELL:
        found.append("CELL-TOO-LONG")
    return found


def email_fault(email: str, entries: dict[str, list[Entry]]) -> tuple[Entry | None, str]:
    """Find the directory's entry for an email, and the one thing that is wrong with the email; "" for nothing."""
    if not email.strip():
        return None, "EMAIL-MISSING"
    if SPACE.search(email):
        return None, "EMAIL-SPACE"
    if INVISIBLE.search(email):
        return None, "EMAIL-INVISIBLE"
    if not EMAIL.fullmatch(email) or len(email) > LONGEST_EMAIL or email.index("@") > LONGEST_LOCAL:
        return None, "EMAIL-SYNTAX"
    alike = entries.get(fold(email))
    if alike is None:
        return None, "EMAIL-UNKNOWN"
    for entry in alike:
        if entry.mail == email:
            return entry, ""
    if len(alike) > 1:
        return None, "EMAIL-AMBIGUOUS"
    return alike[0], "EMAIL-CASE"


def add_twins(rows: list[list[str]], columns: dict[str, int], codes: list[list[str]], exact: list[bool]) -> None:
    """Find repeated emails, logins and ids within a tenant."""
    tenant = columns["Tenant"]
    for group in repeated((row[tenant].lower(), fold(row[columns["Email"]])) for row in rows):
        first_of: dict[str, int] = {}
        for row in group:
            if first_of.setdefault(rows[row][columns["Email"]], row) != row:
                codes[row].append("EMAIL-TWIN")
        if len(first_of) > 1:
            known = [row for row in first_of.values() if exact[row]]
            stands = known[0] if len(known) == 1 else None
            for row in group:
                if row != stands and "EMAIL-TWIN" not in codes[row]:
                    codes[row].append("EMAIL-CASE-TWIN")
    for column, code in (("Login", "LOGIN-TWIN"), ("Employee ID", "ID-TWIN")):
        at = columns[column]
        for group in repeated((row[tenant].lower(), fold(row[at]) if column == "Login" else row[at]) for row in rows):
            several = [row for row in group if not {"EMAIL-TWIN", "EMAIL-CASE-TWIN"} & set(codes[row])]
            for row in several if len(several) > 1 else ():
                codes[row].append(code)


def repeated(keys: Iterable[tuple[str, str]]) -> list[list[int]]:
    """Group the places of repeated keys (tenant and text); empty texts are not duplicates."""
    first: dict[tuple[str, str], int] = {}
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        if key[1]:
            earlier = first.setdefault(key, place)
            if earlier != place:
                groups[earlier].append(place)
    return [[earlier, *later] for earlier, later in groups.items()]


def write_import_files(out: Path, rows: list[list[str]], columns: dict[str, int], codes: list[list[str]]) -> int:
    """Write the accepted rows as System Configurator wants them: UTF-8 with BOM, tabs, CRLF; give how many."""
    login, external_id, email, tenant, region = columns.values()
    by_tenant: defaultdict[str, list[str]] = defaultdict(list)
    for row, found in zip(rows, codes, strict=True):
        if not found:
            name = row[tenant].lower()
            issuer = f"cc-{name}.auth.{REGIONS[row[region]]}.amazoncognito.com"
            by_tenant[name].append(f"{row[login]}\t{row[external_id]}\t{row[email]}\t{issuer}\r\n")
    for name, lines in by_tenant.items():
        with (out / f"certificates-{name}.txt").open("w", encoding="utf-8-sig", newline="") as file:
            file.write("\t".join(HEADER) + "\r\n")
            file.writelines(lines)
    return sum(map(len, by_tenant.values()))


def write_rejects(path: Path, header: list[str], rows: list[list[str]], codes: list[list[str]]) -> None:
    """Write the rejected rows with their codes."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*header, "code"])
        writer.writerows([*row, " ".join(found)] for row, found in zip(rows, codes, strict=True) if found)


if __name__ == "__main__":
    main()
