"""The lines of issues.jsonl: their order, in a list and in a directory, and their pieces."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from connectors.base import Origin
from pipeline.reports import issue_lines
from pipeline.result import RunResult

LIST = "Login,Email\nz,bad\nA,\nz,ann@x.com \nb,worse\n"


def _of_directory(run: RunResult) -> RunResult:
    """Return the run as if its rows were accounts of a directory that are found again by their Login."""
    assert run.people is not None
    extract = replace(run.people.extract, origin=Origin("the directory", None, None, "Login"))
    return replace(run, people=dataclasses.replace(run.people, extract=extract))


def test_the_issues_of_a_list_are_in_the_order_of_rows(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """First what concerns the run, then row by row, and in a row by code."""
    found = [(issue.row, issue.key, issue.code) for issue in issue_lines.issues(ran(tmp_path, LIST))]
    assert found == [
        (None, None, "LAYOUT-UNVERIFIED"),
        (None, None, "NO-DIRECTORY"),
        (2, None, "EMAIL-SYNTAX"),
        (2, None, "LOGIN-TWIN"),
        (3, None, "EMAIL-MISSING"),
        (4, None, "EMAIL-SPACE"),
        (4, None, "LOGIN-TWIN"),
        (5, None, "EMAIL-SYNTAX"),
    ]


def test_the_issues_of_a_directory_are_in_the_order_of_keys(ran: Callable[..., RunResult], tmp_path: Path) -> None:
    """Accounts have no numbers: their keys sort them, by code points, and equal keys by code."""
    found = issue_lines.issues(_of_directory(ran(tmp_path, LIST)))
    assert [(issue.row, issue.key, issue.code) for issue in found] == [
        (None, None, "LAYOUT-UNVERIFIED"),
        (None, None, "NO-DIRECTORY"),
        (None, "A", "EMAIL-MISSING"),
        (None, "b", "EMAIL-SYNTAX"),
        (None, "z", "EMAIL-SPACE"),
        (None, "z", "EMAIL-SYNTAX"),
        (None, "z", "LOGIN-TWIN"),
        (None, "z", "LOGIN-TWIN"),
    ]


def test_pieces_have_the_lines_of_the_whole(
    ran: Callable[..., RunResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How many lines are made at a time changes no byte."""
    run = ran(tmp_path, LIST)
    whole = b"".join(issue_lines.issue_lines(run))
    monkeypatch.setattr(issue_lines, "LINES_AT_A_TIME", 3)
    pieces = list(issue_lines.issue_lines(run))
    assert [bytes(piece).count(b"\n") for piece in pieces] == [3, 3, 2]
    assert b"".join(pieces) == whole == (run.folder / "issues.jsonl").read_bytes()
