"""Laws of a whole run, held against invented lists: characters stay, rows are conserved, rejects are the rest."""

import csv
import io
import re
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.config import request
from pipeline.extract import read
from pipeline.result import RunResult
from pipeline.run import run

HEADER = ["Login", "External ID", "Email", "Last name"]
LETTERS = st.sampled_from("aAbBzZ09.-_+'\u00e9\u0430\u200b\u00a0 ")
EMAILS = st.one_of(
    st.builds("{}@{}.example.com".format, st.text(LETTERS, min_size=1, max_size=6), st.sampled_from(["a", "B", "c-d"])),
    st.sampled_from(["", "x", "a@example.com", "A@example.com", "a@EXAMPLE.com", "null", "NA", "a@b@example.com"]),
)
WORDS = st.sampled_from(["", "0012", "12", "1E5", "NA", "null", "TRUE", "a b", "x", "y", "z", "=1+1", "Total", 'q"q'])
ROWS = st.lists(st.tuples(WORDS, WORDS, EMAILS, WORDS).map(list), min_size=1, max_size=12)
GUARDED = re.compile(r"'+[=+\-@]")
"""One apostrophe was put before what a spreadsheet would calculate; taking it away again loses nothing."""

LAW = settings(max_examples=25)


def done(folder: Path, rows: list[list[str]]) -> RunResult:
    """Run a list in this process."""
    path = folder / "agents.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerows([HEADER, *rows])
    given_order = request.from_options("run", path, {"tenant": {"name": "acme", "region": "eu"}}, folder / "runs")
    with read.reading(given_order) as reading:
        return run(given_order, reading, lambda _: None)


def accepted(result: RunResult, rows: list[list[str]]) -> list[list[str]]:
    """Pick the rows that were accepted."""
    return [row for row, good in zip(rows, result.accepted.tolist(), strict=True) if good] if result.people else []


def written(result: RunResult) -> list[list[str]]:
    """Read Login, ExternalId and Subject of every import file."""
    texts = [(result.folder / file.path).read_bytes().decode("utf-8-sig") for file in result.written]
    return [line.split("\t")[:3] for text in texts for line in text.split("\r\n")[1:-1]]


def rejected(result: RunResult) -> list[list[str]]:
    """Read the rows of rejects.csv without code and reason; an apostrophe before a formula goes again."""
    path = result.folder / "rejects.csv"
    if not path.exists():
        return []
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""), strict=True))[1:]
    return [[cell[1:] if GUARDED.match(cell) else cell for cell in row[1:5]] for row in rows]


@LAW
@given(ROWS)
def test_rows_are_conserved_and_letters_stay(rows: list[list[str]]) -> None:
    """Read = accepted + rejected + dropped; what is written is what was accepted, character by character.

    The rejects file holds each rejected row exactly once, and every row that is neither accepted nor dropped.
    """
    with tempfile.TemporaryDirectory() as folder:
        result = done(Path(folder), rows)
        counts = result.counts()
        assert result.end.name in {"ok", "rejected", "source"}, result.message
        assert counts["read"] == counts["accepted"] + counts["rejected"] + counts["dropped"]
        if result.end.name != "source":
            assert counts["read"] == len(rows)
            assert sorted(written(result)) == sorted(row[:3] for row in accepted(result, rows))
            assert counts["create"] == counts["accepted"]
        if result.people is not None:
            wanted = [row for row, bad in zip(rows, result.rejected.tolist(), strict=True) if bad]
            assert Counter(map(tuple, rejected(result))) == Counter(map(tuple, wanted))


@LAW
@given(ROWS)
def test_accepted_rows_alone_are_accepted_again(rows: list[list[str]]) -> None:
    """A list of only the accepted rows is accepted completely, and gives the same import file."""
    with tempfile.TemporaryDirectory() as folder:
        first = done(Path(folder), rows)
        if not (good := accepted(first, rows)):
            return
        second = done(Path(folder), good)
        assert second.end.name == "ok", second.findings
        assert [file.sha256 for file in second.written] == [file.sha256 for file in first.written]
