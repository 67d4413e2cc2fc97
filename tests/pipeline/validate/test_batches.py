"""Rules on rows judge a batch as they judge the whole roster: findings, messages and fixes are the same, by row id."""

from collections.abc import Callable, Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connectors.base import ReaderIssue
from mappings.load import load_regions
from pipeline import transform
from pipeline.config.job_file.job import Policy
from pipeline.config.job_file.new_users import NewUsers
from pipeline.match import directory as match
from pipeline.match.index import DirectoryIndex
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.validate import roster

CELLS = {
    "Email": st.sampled_from(
        [
            *(
                "a@x.com",
                "A@x.com",
                "b@x.com ",
                "",
                "  ",
                "d",
                "e@x.com\t",
                "ann@",
                "p\u0430@x.com",
                "Email",
                "upn@x.com",
            )
        ]
    ),
    "Login": st.sampled_from(["", "u1", "bad login", "u3\u2028", "a@x.com", "1E+12", "Login", "Total"]),
    "External ID": st.sampled_from(["", "1", "=T(1)", "\t", "#REF!", "x" * 256, "External ID"]),
    "First name": st.sampled_from(["", "Ann", "Zo\u200be"]),
    "Last name": st.sampled_from(["", "Berg", "Sorg"]),
    "Tenant": st.sampled_from(["", "acme", "beta", "-bad-"]),
    "Region": st.sampled_from(["", "eu", "Sydney", "moon"]),
    "Enabled": st.sampled_from(["", "yes", "no", "perhaps"]),
    "Team": st.sampled_from(["", "Sales", "Service"]),
}
ROWS = st.lists(
    st.one_of(st.fixed_dictionaries(CELLS), st.just(dict.fromkeys(CELLS, "")), st.just({name: name for name in CELLS})),
    min_size=1,
    max_size=10,
)
WRITTEN = frozenset({"login", "external_id", "issuer", "first_name", "last_name", "group", "extension"})


def by_row(findings: Sequence[Finding]) -> list[tuple[object, ...]]:
    """Return every finding on every row as one entry, in the order of the findings."""
    return [
        (
            found.code,
            found.field,
            row,
            found.message(at),
            found.fix(at),
            found.proposal(at),
            (found.values or {at: ""})[at],
        )
        for found in findings
        for at, (row, value) in enumerate(zip(found.rows.tolist(), found.values or [""] * len(found.rows), strict=True))
    ]


def listed(people: Callable[..., People], rows: list[dict[str, str]], ragged: int) -> People:
    """Build a roster of new users whose reader found a row with too many cells, and a cell without its text."""
    place = ragged % len(rows)
    remarks = [
        ReaderIssue("ROW-RAGGED", place, None, "a,b,c", "the row has 3 cells"),
        ReaderIssue("CELL-NUMBER", len(rows) - 1, 2, "7", "the number may have had zeros in front"),
        ReaderIssue("CELL-FORMULA-ERROR", len(rows) // 2, 0, "", "the formula has no value"),
    ]
    made = people({name: [row[name] for row in rows] for name in CELLS}, remarks=remarks)
    made = transform.with_issuers(made, "", "eu", load_regions())
    return transform.with_groups(made, NewUsers(group="", groups={"Sales": "G1"}, template="T", extensions=("1-9",)))


@settings(max_examples=8)
@given(rows=ROWS, size=st.integers(2, 6), ragged=st.integers(0, 20))
def test_a_roster_in_batches_has_the_findings_of_the_whole(
    rows: list[dict[str, str]], size: int, ragged: int, people: Callable[..., People]
) -> None:
    """However many rows are judged at a time, every finding is there, on the same row, in the same order."""
    made = listed(people, rows, ragged)
    whole, parts = (roster.check(made, WRITTEN, ("", "eu"), batch_rows=each) for each in (None, size))
    assert by_row(parts.findings) == by_row(whole.findings)
    assert [each.code for each in parts.findings] == [each.code for each in whole.findings]
    assert by_row(parts.accounts) == by_row(whole.accounts)
    assert parts.complete.tolist() == whole.complete.tolist()
    assert parts.readable.tolist() == whole.readable.tolist()


@settings(max_examples=8)
@given(rows=ROWS, size=st.integers(2, 6))
def test_rows_are_matched_in_batches_as_in_the_whole(
    rows: list[dict[str, str]], size: int, people: Callable[..., People]
) -> None:
    """Matching is a join: each batch meets the same entries of the directory, with the same words about its rows."""
    index = DirectoryIndex.from_people(
        people(
            {
                "Email": ["a@x.com", "b@x.com", "B@x.com", "d1@x.com", "other@x.com"],
                "User principal name": ["", "", "", "", "upn@x.com"],
                "External ID": ["5", "6", "7", "8", "1"],
                "Display name": ["Cy Dahl", "", "", "", "Ann Berg"],
                "Enabled": ["yes", "no", "yes", "yes", "no"],
            }
        )
    )
    whole = roster.check(people({name: [row[name] for row in rows] for name in CELLS}), WRITTEN, None)
    alone = replace(whole, findings=[], accounts=[])
    at_once = match.against(index, alone, Policy(), is_reference=False)
    found: list[Finding] = []
    for batch in whole.people.batches(size):
        own = slice(batch.first, batch.first + len(batch))
        part = replace(alone, people=batch, complete=whole.complete[own], readable=whole.readable[own])
        matched = match.against(index, part, Policy(), is_reference=False)
        assert matched.subject.to_pylist() == at_once.subject.to_pylist()[own]
        assert np.array_equal(matched.exact, at_once.exact[own])
        found += matched.findings
    assert sorted(by_row(found)) == sorted(by_row(at_once.findings))
