"""What a person reads about one cell of a key: the character by its name, and the text that was meant."""

from collections.abc import Callable

import numpy as np
import pytest

from pipeline.model.people import People
from pipeline.validate import roster
from pipeline.validate.keys import cell_faults, decimals, logins


@pytest.mark.parametrize(
    ("text", "detail", "proposal"),
    [
        ("81\u200b5", "contains U+200B ZERO WIDTH SPACE at character 3", "815"),
        ("\ufeff815", "contains U+FEFF ZERO WIDTH NO-BREAK SPACE at character 1", "815"),
        ("\u202a815\u202c", "contains U+202A LEFT-TO-RIGHT EMBEDDING at character 1", "815"),
        ("81\t5", "contains U+0009 TAB at character 3", ""),
        ("81\u200b\n5", "contains U+200B ZERO WIDTH SPACE at character 3", ""),
        ("81\x1b5", "contains U+001B control character at character 3", ""),
        ("815\u00a0", "contains U+00A0 NO-BREAK SPACE at its end", "815"),
    ],
)
def test_a_character_that_is_not_seen_is_named(text: str, detail: str, proposal: str) -> None:
    """Format characters are left out of the proposal; what may have parted two values has none."""
    fault = cell_faults.describe("CELL-CONTROL", text)
    assert (fault.detail, fault.proposal) == (detail, proposal)


@pytest.mark.parametrize(
    ("text", "detail", "fix"),
    [
        ('=TEXT(815,"0000")', "the cell holds a formula and not its result", "Paste it as a value."),
        ("#BEZUG!", "the formula of the cell gave the error '#BEZUG!'", ""),
        ('="0815"', "the cell has Excel's wrapper for text around '0815'", "Write '0815'."),
    ],
)
def test_a_cell_without_a_value_has_its_cause(text: str, detail: str, fix: str) -> None:
    """A formula, an error and Excel's wrapper are three causes with three ways out."""
    fault = cell_faults.describe("CELL-FORMULA-ERROR", text)
    assert (fault.detail, fault.fix) == (detail, fix)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["17.0", "4.0", ""], [("17.0", "'17' is meant", "17"), ("4.0", "'4' is meant", "4")]),
        (["17.0", "A4"], []),
        (["1.10", "1.20"], []),
        (["2026-01-31 00:00:00", "815"], [("2026-01-31 00:00:00", "a program took the key for a date", "")]),
        (["2026-01-31", "2026-01-31 08:00:00"], []),
        (["4.91701E+12", "815"], [("4.91701E+12", "digits of it are lost", "")]),
    ],
)
def test_a_key_that_a_program_took_for_a_number_or_a_date(
    keys: list[str], expected: list[tuple[str, str, str]], people: Callable[..., People]
) -> None:
    """Decimals count only if every key has them; midnight never is part of one; a version number is a key."""
    listed = people({"ExternalId": keys, "Email": [f"u{at}@x.com" for at in range(len(keys))]})
    checked = roster.check(listed, frozenset({"external_id"}), None)
    found = [finding for finding in checked.findings if finding.code == "CELL-NUMBER"]
    told = [
        (keys[row], finding.message(at), finding.proposals[at])
        for finding in found
        for at, row in enumerate(finding.rows.tolist())
    ]
    assert [(key, proposal) for key, _, proposal in told] == [(key, proposal) for key, _, proposal in expected]
    assert all(words in message for (_, words, _), (_, message, _) in zip(expected, told, strict=True))


@pytest.mark.parametrize(
    ("keys", "rows"),
    [
        ([*(f"{number:06}" for number in range(4701, 4712)), "4712"], "row 13 has"),
        (["17", *(f"{number:04}" for number in range(1, 30)), "9", "Total"], "rows 2, 32 have"),
        ([*(f"{number:06}" for number in range(4701, 4708)), "4712"], ""),
        ([*(str(number) for number in range(1000, 1030)), "17"], ""),
        ([*(f"{number:06}" for number in range(4701, 4730)), "0017"], ""),
        ([*(f"{number:06}" for number in range(4701, 4730)), "17", "12345678"], ""),
        ([*(f"a{number:06}" for number in range(4701, 4730)), "17"], ""),
    ],
)
def test_a_key_without_the_zeros_of_the_others(keys: list[str], rows: str, people: Callable[..., People]) -> None:
    """A few shorter keys among many of one length are a note; keys of several lengths show no rule."""
    listed = people({"ExternalId": keys, "Email": [f"u{at}@x.com" for at in range(len(keys))]})
    found = list(decimals.notes(listed))
    assert [f"list.csv: {rows} fewer digits under 'ExternalId'" in note for note in found] == ([True] if rows else [])


def test_the_character_that_a_login_may_not_have_is_named(people: Callable[..., People]) -> None:
    """A no-break space cannot be seen, so it is named by its number; an email address is named as one."""
    four = people({"Login": ["ida\u00a0ro", "o/to", "max mai", "eva@example.com"], "Email": ["a@x.com"] * 4})
    rest = "a Login may hold letters, digits, dot, dash and underscore only"
    assert [fault.detail for fault in logins.faults(four, np.arange(4))] == [
        f"contains U+00A0 NO-BREAK SPACE: {rest}",
        f"contains '/': {rest}",
        f"contains U+0020 SPACE: {rest}",
        f"{rest}, so it is never an email",
    ]
