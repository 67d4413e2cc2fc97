"""Directory statistics: every count against numbers written out, and their texts for people.

Run as a program, this file writes the golden page anew: see the last lines.
"""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.cli import terminal
from pipeline.diagnostics.census import attributes, page, table
from pipeline.diagnostics.census.name_patterns import PATTERNS
from pipeline.diagnostics.census.statistics import Attribute, Census, Domain, Spelling, census
from pipeline.kernels import hashing
from pipeline.model.people import People
from pipeline.reports.page import charts

GOLDEN = Path(__file__).with_name("golden") / "census.html"
NO_PATTERNS = dict.fromkeys(PATTERNS, 0)
CONTRACT = {"users", "email", "case_twins", "upn_differs", "guests", "disabled", "domains"}

USERS = [
    # mail, userPrincipalName, givenName, surname, accountEnabled, userType, proxyAddresses
    ("anna.berg@example.com", "anna.berg@example.com", "Anna", "Berg", "true", "Member", "SMTP:anna.berg@example.com"),
    (
        "Ben.Cole@example.com",
        "ben.cole@example.com",
        "Ben",
        "Cole",
        "true",
        "Member",
        "smtp:b@example.com;SMTP:B@x.com",
    ),
    ("cdahl@Example.com", "cleo.dahl@example.com", "Cleo", "Dahl", "false", "Member", "x500:/o=x/cn=c"),
    ("CDAHL@EXAMPLE.COM", "CDAHL@EXAMPLE.COM", "Cora", "Dahl", "", "Member", ""),
    ("dan@contoso-example.com", "", "Dan", "Ek", "true", "", ""),
    ("dan@contoso-example.com", "dan2@example.com", "", "", "true", "Member", "dan2@example.com"),
    ("eve@partner-example.com", "eve_partner-example.com#EXT#@example.com", "Eve", "Fox", "true", "", ""),
    ("gus@partner-example.com", "gus@partner-example.com", "Gus", "Hall", "true", "Guest", ""),
    ("", "room7@example.com", "Room", "Seven", "false", "Member", ""),
    (" ida.jung@example.com", "ida.jung@example.com", "Ida", "Jung", "true", "Member", ""),
]
HEADERS = ("mail", "userPrincipalName", "givenName", "surname", "accountEnabled", "userType", "proxyAddresses")
DOCUMENT = {
    "users": 10,
    "email": {"lower": 6, "mixed": 2, "upper": 1, "empty": 1},
    "habits": {
        "first.last": 2,
        "First.Last": 1,
        "first.last, other case": 0,
        "last.first": 0,
        "flast": 2,
        "first": 3,
        "other": 1,
    },
    "names_known": 8,
    "twins": 2,
    "case_twins": 2,
    "upn_known": True,
    "upn_differs": 5,
    "upn_differs_case_only": 1,
    "guests": 2,
    "disabled": 2,
    "enabled_unknown": 1,
    "unusable": {"EMAIL-SPACE": 1},
    "attributes": [
        {"name": "mail", "filled": 9, "usable": 8, "unique": 4, "twins": 4, "mixed_case": 2},
        {"name": "userPrincipalName", "filled": 9, "usable": 9, "unique": 9, "twins": 0, "mixed_case": 1},
        {"name": "proxyAddresses", "filled": 3, "usable": 3, "unique": 3, "twins": 0, "mixed_case": 1},
    ],
    "suits": "userPrincipalName",
    "why": '"userPrincipalName" gives 9 of 10 users a usable email of their own, "mail" gives it to 4.',
    "domains": [
        {
            "domain": "example.com",
            "users": 5,
            "lower": 2,
            "mixed": 2,
            "upper": 1,
            "upn_differs": 3,
            "upn_differs_case_only": 1,
        },
        {
            "domain": "contoso-example.com",
            "users": 2,
            "lower": 2,
            "mixed": 0,
            "upper": 0,
            "upn_differs": 1,
            "upn_differs_case_only": 0,
        },
        {
            "domain": "partner-example.com",
            "users": 2,
            "lower": 2,
            "mixed": 0,
            "upper": 0,
            "upn_differs": 1,
            "upn_differs_case_only": 0,
        },
    ],
}


def columns(rows: Sequence[Sequence[str]], headers: Sequence[str] = HEADERS) -> dict[str, list[str]]:
    """Turn rows into the columns that ``people`` wants."""
    return dict(zip(headers, map(list, zip(*rows, strict=True)), strict=True))


@pytest.mark.parametrize("coded", [False, True])
def test_a_small_directory_is_counted(people: Callable[..., People], *, coded: bool) -> None:
    """Every number of the document, whether the columns are texts or codes."""
    document = census(people(columns(USERS), "azure_ad", coded=coded)).document()
    assert json.loads(json.dumps(document)) == DOCUMENT
    assert set(document) >= CONTRACT


@pytest.mark.parametrize(
    ("email", "spelled"),
    [
        ("jane@example.com", "lower"),
        ("Jane@example.com", "mixed"),
        ("jane@Example.com", "mixed"),
        ("JANE@EXAMPLE.COM", "upper"),
        ("\u00e9lise@example.com", "lower"),
        ("\u00c9lise@example.com", "mixed"),
        ("\u00c9LISE@EXAMPLE.COM", "upper"),
        ("E\u0301LISE@EXAMPLE.COM", "upper"),
        ("stra\u00dfe@EXAMPLE.COM", "mixed"),
        ("\u7530\u4e2d@\u4f8b\u3048.\u30c6\u30b9\u30c8", "lower"),
        ("12@34.56", "lower"),
        ("no address", "lower"),
        ("", "empty"),
        (" \u00a0", "empty"),
    ],
)
def test_an_email_is_spelled(email: str, spelled: str, people: Callable[..., People]) -> None:
    """By its cased characters, wherever they are; without any it is small, and spaces are not an email."""
    counted = census(people({"mail": [email]}, "azure_ad")).document()["email"]
    assert [case for case, count in counted.items() if count] == [spelled]


@pytest.mark.parametrize(
    ("local", "first", "last", "habit"),
    [
        ("jane.smith", "Jane", "Smith", "first.last"),
        ("Jane.Smith", "JANE", "smith", "First.Last"),
        ("Jane.McDonald", "Jane", "McDonald", "First.Last"),
        ("JANE.SMITH", "Jane", "Smith", "first.last, other case"),
        ("jane.Smith", "Jane", "Smith", "first.last, other case"),
        ("Jane.smith", "Jane", "Smith", "first.last, other case"),
        ("jane.smith2", "Jane", "Smith", "first.last"),
        ("karlheinz.desouza", "Karl\u00a0Heinz", "de Souza", "first.last"),
        ("\u00e9lise.m\u00fcller", "\u00c9lise", "M\u00fcller", "first.last"),
        ("e\u0301lise.mu\u0308ller", "\u00c9lise", "M\u00fcller", "first.last"),
        ("elise.mueller", "\u00c9lise", "M\u00fcller", "first.last"),
        ("Joerg.Strauss", "J\u00f6rg", "Strau\u00df", "First.Last"),
        ("bjork.soerensen", "Bj\u00f6rk", "S\u00f8rensen", "other"),
        ("soerensen.aase", "\u00c5se", "S\u00f8rensen", "last.first"),
        ("lukasz.wisniewski", "\u0141ukasz", "Wi\u015bniewski", "first.last"),
        ("soren.moller", "S\u00f8ren", "M\u00f8ller", "first.last"),
        ("kuehn", "K\u00fchn", "Ny", "first"),
        ("kmueller", "K\u00fchn", "M\u00fcller", "flast"),
        ("elise.muller", "\u00c9lise", "M\u00fcller", "first.last"),
        ("Elise.M\u00fcller", "\u00c9lise", "M\u00fcller", "other"),
        ("sean.o'brien", "Sean", "O'Brien", "first.last"),
        ("anne-marie.roy", "Anne-Marie", "Roy", "first.last"),
        ("smith.jane", "Jane", "Smith", "last.first"),
        ("Smith.Jane", "Jane", "Smith", "last.first"),
        ("jsmith", "Jane", "Smith", "flast"),
        ("JSmith3", "Jane", "Smith", "flast"),
        ("j.smith", "Jane", "Smith", "flast"),
        ("\u00e9m\u00fcller", "\u00c9lise", "M\u00fcller", "flast"),
        ("j.smith", "J", "Smith", "first.last"),
        ("jane", "Jane", "Smith", "first"),
        ("jane7", "Jane7", "Smith", "first"),
        ("janesmith", "Jane", "Smith", "other"),
        ("jane_smith", "Jane", "Smith", "other"),
        ("smith", "Jane", "Smith", "other"),
        ("bob.jones", "Jane", "Smith", "other"),
        ("bob.jones", "", "", "first.last"),
        ("Bob.Jones", "Jane", "", "First.Last"),
        ("b.jones", "", " ", "flast"),
        ("bob", "", "", "other"),
        ("a.b.c", "", "", "other"),
        ("u0042", "", "", "other"),
    ],
)
@pytest.mark.parametrize("coded", [False, True])
def test_the_part_before_the_at_is_made(
    local: str, first: str, last: str, habit: str, people: Callable[..., People], *, coded: bool
) -> None:
    """By the person's own names if both are there, by its shape if not."""
    person = {"mail": [f"{local}@example.com"], "givenName": [first], "surname": [last]}
    found = census(people(person, "azure_ad", coded=coded))
    assert [name for name, count in found.habits.items() if count] == [habit]
    assert found.names_known == bool(first.strip() and last.strip())


@pytest.mark.parametrize(
    ("emails", "twins", "case_twins"),
    [
        (["a@x.com", "b@x.com"], 0, 0),
        (["a@x.com", "a@x.com"], 2, 0),
        (["a@x.com", "A@x.com"], 0, 2),
        (["a@x.com", "a@X.com", "A@x.com"], 0, 3),
        (["a@x.com", "A@x.com", "a@x.com"], 2, 3),
        (["a@x.com", "a@x.com", "b@x.com", "B@x.com"], 2, 2),
        (["", "", " ", " "], 0, 0),
        (["\u00e9@x.com", "\u00c9@x.com"], 0, 2),
        (["\u00e9@x.com", "e\u0301@x.com"], 0, 2),
    ],
)
@pytest.mark.parametrize("collided", [False, True])
def test_twins_are_counted(
    emails: list[str],
    twins: int,
    case_twins: int,
    people: Callable[..., People],
    monkeypatch: pytest.MonkeyPatch,
    *,
    collided: bool,
) -> None:
    """The same bytes, or other bytes once folded, even if every hash is the same; blank emails do not count."""
    if collided:
        monkeypatch.setattr(hashing, "hash_texts", lambda texts, _=0: np.full(len(texts), 7, np.uint64))
    found = census(people({"mail": emails}, "azure_ad"))
    assert (found.twins, found.case_twins) == (twins, case_twins)


@pytest.mark.parametrize(
    ("mail", "upn", "differs", "case_only"),
    [
        ("a@x.com", "a@x.com", 0, 0),
        ("A@x.com", "a@x.com", 1, 1),
        ("\u00c9@x.com", "\u00e9@x.com", 1, 1),
        ("\u00e9@x.com", "e\u0301@x.com", 1, 0),
        ("a@x.com", "b@x.com", 1, 0),
        ("a@x.com", "a@x.com ", 1, 0),
        ("a@x.com", "", 0, 0),
        ("a@x.com", " ", 0, 0),
        ("", "a@x.com", 0, 0),
        (" ", "", 0, 0),
    ],
)
def test_upn_and_email_differ(mail: str, upn: str, differs: int, case_only: int, people: Callable[..., People]) -> None:
    """In bytes, if both are there; only by case if folding case alone makes them equal."""
    found = census(people({"mail": [mail], "userPrincipalName": [upn]}, "azure_ad"))
    assert (found.upn_differs, found.upn_differs_case_only) == (differs, case_only)


@pytest.mark.parametrize(
    ("emails", "domains"),
    [
        (["a@x.com", "b@y.com", "c@y.com"], ["y.com 2", "x.com 1"]),
        (["a@y.com", "b@x.com"], ["x.com 1", "y.com 1"]),
        (["a@X.com", "b@x.COM "], ["x.com 2"]),
        (["a@b@x.com"], ["x.com 1"]),
        (["a@M\u00dcNCHEN.example", "b@mu\u0308nchen.example"], ["m\u00fcnchen.example 2"]),
        (["a@\u4f8b\u3048.\u30c6\u30b9\u30c8"], ["\u4f8b\u3048.\u30c6\u30b9\u30c8 1"]),
        (["", " ", "nobody", "a@"], []),
        (["a@x.com (Jane Smith)", "a@x.com;jane.smith", "a@<script>"], []),
    ],
)
def test_domains_are_listed(emails: list[str], domains: list[str], people: Callable[..., People]) -> None:
    """Folded, the largest first and then by name; what is behind an @ and is not a name of a host is not shown."""
    found = census(people({"mail": emails}, "azure_ad"))
    assert [f"{each.domain} {each.users}" for each in found.domains] == domains


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("SMTP:Jane@x.com", "Jane@x.com"),
        ("smtp:j@x.com;SMTP: Jane@x.com;SMTP:other@x.com", "Jane@x.com"),
        ("x500:/o=x/cn=j; smtp:j@x.com;k@x.com", "j@x.com"),
        ("k@x.com;smtp:j@x.com", "k@x.com"),
        ("X500:/o=x/cn=j;SIP:j@x.com", ""),
        (" ; ", ""),
        ("", ""),
    ],
)
@pytest.mark.parametrize("coded", [False, True])
def test_one_of_several_addresses_could_be_the_email(
    cell: str, address: str, people: Callable[..., People], *, coded: bool
) -> None:
    """The primary one, else the first that is an email."""
    rows = {"mail": ["a@x.com"] * 3, "proxyAddresses": ["", cell, "SMTP:last@x.com"]}
    aliases = attributes.examinations(people(rows, "azure_ad", coded=coded))["aliases"]()
    assert (aliases.name, aliases.texts.to_pylist()) == ("proxyAddresses", ["", address, "last@x.com"])


def test_many_cells_are_parted_as_few_are(people: Callable[..., People], monkeypatch: pytest.MonkeyPatch) -> None:
    """The border between two blocks of cells makes no difference."""
    monkeypatch.setattr(attributes, "_BLOCK_ROWS", 2)
    cells = [f"smtp:x@x.com;SMTP:u{number}@x.com" for number in range(5)]
    aliases = attributes.examinations(people({"mail": [""] * 5, "proxyAddresses": cells}, "azure_ad"))["aliases"]()
    assert aliases.texts.to_pylist() == ["u0@x.com", "u1@x.com", "u2@x.com", "u3@x.com", "u4@x.com"]


OWN = "a usable email of their own"


@pytest.mark.parametrize(
    ("mail", "upn", "suits", "why"),
    [
        (
            ["a@x.com", "b@x.com"],
            ["a@x.com", "b@x.com"],
            "mail",
            '"mail" gives 2 of 2 users a usable email of their own, and no other attribute gives it to more.',
        ),
        (
            ["a@x.com", "", "c@x.com"],
            ["a@x.com", "b@x.com", "c"],
            "mail",
            '"mail" gives 2 of 3 users a usable email of their own, and no other attribute gives it to more.',
        ),
        (
            ["a@x.com", "", ""],
            ["a@x.com", "b@x.com", ""],
            "mail",
            f'"mail" gives 1 of 3 users {OWN}; "userPrincipalName" gives it to 1 more, too few to decide.',
        ),
        (
            ["a@x.com", "", ""],
            ["a@x.com", "b@x.com", "c@x.com"],
            "userPrincipalName",
            '"userPrincipalName" gives 3 of 3 users a usable email of their own, "mail" gives it to 1.',
        ),
        (
            ["a@x.com", "b@x.com", "b@x.com"],
            ["a@x.com", "", ""],
            "mail",
            '"mail" gives 1 of 3 users a usable email of their own, and no other attribute gives it to more.',
        ),
        (
            ["b@x.com", "B@x.com", "c@x.com", "c@x.com"],
            ["b@x.com", "d@x.com", "", ""],
            "userPrincipalName",
            '"userPrincipalName" gives 2 of 4 users a usable email of their own, "mail" gives it to 0.',
        ),
        (
            [*(f"u{number}@x.com" for number in range(40)), "", "", ""],
            [f"u{number}@x.com" for number in range(43)],
            "mail",
            f'"mail" gives 40 of 43 users {OWN}; "userPrincipalName" gives it to 3 more, too few to decide.',
        ),
        (["", "b@x.com", "b@x.com"], ["a", "", ""], None, "No attribute gives any user a usable email of their own."),
    ],
)
def test_an_attribute_suits(
    mail: list[str], upn: list[str], suits: str | None, why: str, people: Callable[..., People]
) -> None:
    """The mapped attribute suits, unless another one serves notably more users: a few missing emails do not decide."""
    found = census(people({"mail": mail, "userPrincipalName": upn}, "azure_ad"))
    assert (found.suits, found.why) == (suits, why)


def test_a_source_of_one_attribute_has_no_choice(people: Callable[..., People]) -> None:
    """Without a UPN nothing differs, and that it is not known is reported; unknown is not disabled."""
    found = census(people({"emails[primary].value": ["a@x.com", "B@x.com"], "id": ["1", "2"]}, "sap_idp"))
    assert (found.upn_known, found.upn_differs, found.enabled_unknown, found.disabled, found.guests) == (
        False,
        0,
        2,
        0,
        0,
    )
    assert [each.name for each in found.attributes] == ["emails[primary].value"]
    assert found.why == '"emails[primary].value" gives 2 of 2 users a usable email of their own.'


def test_one_column_for_two_fields_is_one_attribute(people: Callable[..., People]) -> None:
    """If the UPN replaces an email that is not listed, it is examined once."""
    rows = {"User principal name": ["a@x.com", "A@x.com"], "Block credential": ["False", "True"]}
    found = census(people(rows, "m365_export"))
    assert [each.name for each in found.attributes] == ["User principal name"]
    assert (found.upn_known, found.upn_differs, found.disabled) == (True, 0, 1)


def test_every_fault_of_an_email_is_counted(people: Callable[..., People]) -> None:
    """One email may have several faults, and is unusable once; one that is not there has none."""
    emails = ["a@x.com ", "a\u200b b@x.com", "nobody", "", " ", "a@x.com"]
    found = census(people({"mail": emails}, "azure_ad"))
    assert found.unusable == {"EMAIL-INVISIBLE": 1, "EMAIL-SPACE": 2, "EMAIL-SYNTAX": 1}
    assert (found.attributes[0].filled, found.attributes[0].usable) == (4, 1)


WORDS = st.sampled_from(
    ["", " ", "a", "A", "\u00e9", "\u00c9", "e\u0301", "Ann", "ann", "Lee", "ANN.LEE", "ann.lee", "alee"]
)
ADDRESSES = st.one_of(
    st.builds("{}@{}".format, WORDS, st.sampled_from(["x.com", "X.com", "y.com", "", "z z", "x.com "])), WORDS
)


@settings(max_examples=60)
@given(
    rows=st.lists(st.tuples(ADDRESSES, ADDRESSES, WORDS, WORDS), min_size=1, max_size=12),
    random=st.randoms(use_true_random=False),
)
def test_the_sums_are_right(rows: list[tuple[str, ...]], random: Random, people: Callable[..., People]) -> None:
    """Whatever the directory: parts add up to the total, and the order of rows does not matter."""
    headers = ("mail", "userPrincipalName", "givenName", "surname")
    found = census(people(columns(rows, headers), "azure_ad"))
    filled = found.users - found.email.empty
    assert found.users == len(rows)
    assert found.email.lower + found.email.mixed + found.email.upper == filled
    assert sum(found.habits.values()) == filled >= found.names_known
    for domain in found.domains:
        assert domain.lower + domain.mixed + domain.upper == domain.users > 0
        assert domain.upn_differs_case_only <= domain.upn_differs <= domain.users
    assert sum(domain.users for domain in found.domains) <= filled
    assert sum(domain.upn_differs for domain in found.domains) <= found.upn_differs
    for attribute in found.attributes:
        assert attribute.unique <= attribute.usable <= attribute.filled <= found.users
    mapped = found.attributes[0]
    assert (mapped.filled, mapped.mixed_case) == (filled, found.email.mixed)
    assert max(found.twins, found.case_twins) <= mapped.twins <= found.twins + found.case_twins
    times = Counter(row[0] for row in rows if row[0].strip())
    assert found.twins == sum(count for count in times.values() if count > 1)
    shuffled = rows.copy()
    random.shuffle(shuffled)
    assert census(people(columns(shuffled, headers), "azure_ad", coded=True)).document() == found.document()


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 10, "0 %"),
        (1, 3, "33.3 %"),
        (1, 1000, "0.1 %"),
        (1, 1001, "<0.1 %"),
        (1, 2_000_000, "<0.1 %"),
        (999, 1000, "99.9 %"),
        (9999, 10000, ">99.9 %"),
        (10, 10, "100 %"),
        (0, 0, "0 %"),
    ],
)
def test_shares_do_not_round_anybody_away(part: int, whole: int, shown: str) -> None:
    """Only none is 0 % and only all are 100 %."""
    assert charts.share(part, whole) == shown


@pytest.mark.parametrize(
    ("email", "headline"),
    [
        (Spelling(9, 0, 0, 1), "No email has a capital letter, so a list in small letters is right."),
        (Spelling(9, 1, 0, 0), "1 email has capital letters (10.0 %): a list in small letters locks them out."),
        (Spelling(0, 2, 3, 5), "5 emails have capital letters (100 %): a list in small letters locks them out."),
        (Spelling(0, 0, 0, 10), "No user has an email here: another attribute may carry it."),
    ],
)
def test_the_headline(email: Spelling, headline: str) -> None:
    """How emails must be spelled in a list is reported first."""
    assert table.headline(replace(shown_census(), users=10, email=email)) == headline


def shown_census() -> Census:
    """Build a census of a large directory of invented counts, for the page and the table."""
    names = [f"{place}.example" for place in ("north", "south", "east", "west", *"abcdefghijklm")]
    domains = [Domain("contoso-example.com", 89_000, 79_000, 9_990, 10, 2_400, 1_000)]
    domains += [
        Domain(name, 2_000 - at, 1_990 - at, 10, 0, 1_600 - 100 * at, 1_200 - 75 * at) for at, name in enumerate(names)
    ]
    return Census(
        users=125_000,
        email=Spelling(112_870, 10_160, 10, 1_960),
        habits=dict(zip(PATTERNS, [100_040, 9_500, 0, 0, 12_000, 500, 1_000], strict=True)),
        names_known=120_000,
        twins=24,
        case_twins=2,
        upn_known=True,
        upn_differs=16_000,
        upn_differs_case_only=11_200,
        guests=310,
        disabled=4_120,
        enabled_unknown=7,
        unusable={"EMAIL-SPACE": 31, "EMAIL-SYNTAX": 2},
        attributes=(
            Attribute("mail", 123_040, 123_007, 122_981, 26, 10_160),
            Attribute("userPrincipalName", 125_000, 124_998, 124_998, 0, 310),
            Attribute("proxyAddresses", 123_000, 122_990, 122_964, 26, 10_150),
        ),
        domains=tuple(domains),
    )


def golden_page() -> bytes:
    """Draw the page of the golden files."""
    return page.page(shown_census(), "Census of Microsoft Entra ID", "contoso-example.com, 23 November 2026")


def test_the_page_is_the_golden_one() -> None:
    """The same census gives the same bytes."""
    assert golden_page() == GOLDEN.read_bytes()


def test_the_table_is_for_a_terminal() -> None:
    """Counts are right aligned, each table has a title, and the largest domains have their own rows."""
    told = list(terminal.fitted(table.lines(shown_census(), "Microsoft Entra ID")))
    assert told[:6] == [
        "Microsoft Entra ID: 125,000 users",
        "  10,170 emails have capital letters (8.3 %): a list in small letters locks them out.",
        "\nemails by their letters",
        "    112,870  90.3 %  small letters only",
        "     10,160   8.1 %  small and capital letters",
        "         10  <0.1 %  capital letters only",
    ]
    assert "    31  EMAIL-SPACE  a space in the email" in told
    domains = told.index("\ndomains")
    assert told[domains + 1 : domains + 3] == [
        "     users   small  mixed  capital  UPN differs  by case only",
        "    89,000  79,000  9,990       10        2,400         1,000  contoso-example.com",
    ]
    assert told[domains + 17] == "     5,955   5,925     30        0          300           225  3 other domains"
    assert "    123,040  123,007  122,981     26      10,160  mail" in told
    assert told[-1].endswith(table.CLAIM)


@pytest.mark.parametrize(
    ("count", "last"),
    [(0, None), (1, "d01"), (15, "d15"), (16, "d16"), (17, "2 other domains"), (1015, "1,000 other domains")],
)
def test_only_several_domains_are_summed(count: int, last: str | None) -> None:
    """Fifteen have their own rows, and a sixteenth too: a sum of one would only hide its name; the sum is complete."""
    domains = tuple(Domain(f"d{place:02}", 2, 1, 1, 0, 1, 1) for place in range(1, count + 1))
    shown = table.shown(domains)
    assert [each.domain for each in shown][-1:] == ([] if last is None else [last])
    assert (len(shown), sum(each.users for each in shown)) == (min(count, 16), 2 * count)


def test_the_table_says_nothing_of_a_upn_that_is_not_known() -> None:
    """Without a UPN there is no column of zeros to be misread."""
    told = "\n".join(terminal.fitted(table.lines(replace(shown_census(), upn_known=False), "SAP")))
    assert "UPN" not in told
    assert "     users   small  mixed  capital\n" in told


class Page(HTMLParser):
    """What a browser would see: the tags with their attributes, and the text of each."""

    def __init__(self, data: bytes) -> None:
        """Read a page."""
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self._open: list[str] = []
        self.feed(data.decode())
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag, and that it is open."""
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "br"}:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that closes itself."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last, and no other."""
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note a text with the tag that it is in."""
        if data.strip():
            self.texts.append((self._open[-1], data.strip()))


@pytest.mark.parametrize(
    "changed",
    [
        shown_census(),
        replace(shown_census(), upn_known=False, upn_differs=0, upn_differs_case_only=0),
        replace(shown_census(), domains=(), unusable={}, email=Spelling(0, 0, 0, 125_000), habits=NO_PATTERNS),
        replace(shown_census(), domains=(), users=0, email=Spelling(0, 0, 0, 0), habits=NO_PATTERNS),
    ],
)
def test_the_page_stands_alone_and_can_be_read_aloud(changed: Census) -> None:
    """Nothing is fetched or run, every chart is named, and every table has a caption."""
    data = page.page(changed, "Census")
    drawn = Page(data)
    names = [tag for tag, _ in drawn.tags]
    assert {"script", "link", "img", "iframe", "base", "object", "form"}.isdisjoint(names)
    assert {"src", "href", "srcset", "style", "xlink:href"}.isdisjoint(key for _, attrs in drawn.tags for key in attrs)
    assert not [key for _, attrs in drawn.tags for key in attrs if key.startswith("on")]
    assert b"url(" not in data
    assert b"@import" not in data
    ids = [attrs["id"] for _, attrs in drawn.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    charts = [attrs for tag, attrs in drawn.tags if tag == "svg" and attrs.get("role") == "img"]
    assert charts
    assert {attrs["aria-labelledby"] for attrs in charts} <= set(ids)
    assert names.count("caption") == names.count("table")
    assert all(attrs.get("scope") in {"row", "col"} for tag, attrs in drawn.tags if tag == "th")


def test_every_number_of_a_chart_is_in_a_table() -> None:
    """Who cannot see the chart reads the same."""
    drawn = Page(golden_page())
    cells = {text for tag, text in drawn.texts if tag in {"td", "th"}}
    titles = [text for tag, text in drawn.texts if tag == "title"][1:]
    assert len(titles) == 3
    parts = [part for title in titles for part in title.partition(": ")[2].split("; ")]
    assert len(parts) == 4 + 5 + 16
    for part in parts:
        words, _, number = part.removesuffix(" %").rpartition(" ")
        assert {words, f"{number} %" if part.endswith("%") else number} <= cells


@pytest.mark.parametrize("counts", [[1, 0, 0, 999_999], [1, 1, 1, 1], [0, 0, 0, 7], [5, 1, 1_000_000, 1]])
def test_every_part_of_a_bar_can_be_seen(counts: list[int]) -> None:
    """Parts lie end to end within the bar, and none with a person is thinner than a line."""
    drawn = charts.parts(dict(zip("abcd", counts, strict=True)), sum(counts))
    widths = [float(part.width.removesuffix("%")) for part in drawn]
    starts = [float(part.start.removesuffix("%")) for part in drawn]
    assert sum(widths) == pytest.approx(100, abs=0.05)
    assert starts == pytest.approx([sum(widths[:place]) for place in range(4)], abs=0.05)
    assert [width > 0.7 for width in widths] == [count > 0 for count in counts]


HOSTILE = '<script>alert("x")</script>'


def test_hostile_names_are_text() -> None:
    """A domain, an attribute and a title that would be markup are shown as they are, and run nothing."""
    names = (Domain(HOSTILE, 3, 3, 0, 0, 1, 0), Domain("'onload='x", 2, 2, 0, 0, 1, 1))
    hostile = replace(shown_census(), domains=names, attributes=(Attribute(f"{HOSTILE}\x1b[31m", 1, 1, 1, 0, 0),))
    data = page.page(hostile, HOSTILE, HOSTILE)
    drawn = Page(data)
    assert "script" not in {tag for tag, _ in drawn.tags}
    assert b"<script" not in data
    assert ("th", HOSTILE) in drawn.texts
    assert ("h1", HOSTILE) in drawn.texts
    assert "\x1b" not in "\n".join(terminal.fitted(table.lines(hostile, "x")))


def test_a_long_domain_is_shortened_in_the_chart_alone() -> None:
    """The label fits beside its number; the table has every character."""
    long = f"{'a' * 60}.example"
    data = page.page(replace(shown_census(), domains=(Domain(long, 1, 1, 0, 0, 1, 0),)), "Census")
    texts = Page(data).texts
    assert ("text", f"{'a' * 43}…") in texts
    assert ("th", long) in texts


def test_nobody_is_named(people: Callable[..., People]) -> None:
    """Counts, domains and attributes leave the census; addresses and names of people do not."""
    rows = [
        (
            "planted.one@example.com",
            "planted.two@example.com",
            "Planted",
            "Three",
            "true",
            "Guest",
            "SMTP:Planted@x.com",
        ),
        ("planted.four@example.com planted", "planted five", "Planted", "Six", "false", "", "x500:planted"),
        ("PLANTED@x.com Planted Seven", "planted@planted eight", "Planted", "Nine", "", "", "planted"),
        ("planted", "Planted#EXT#@x.com", "", "", "", "Planted", ""),
    ]
    found = census(people(columns(rows), "azure_ad"))
    told = [
        json.dumps(found.document()),
        "\n".join(terminal.fitted(table.lines(found, "Entra"))),
        page.page(found, "Entra").decode(),
        repr(found),
    ]
    assert found.users == 4
    assert ["planted" in text.lower() for text in told] == [False] * 4


if __name__ == "__main__":
    GOLDEN.write_bytes(golden_page())
