"""The child that writes annotated workbooks, as its parent sees it."""

import subprocess

import pytest

from connectors.excel import child
from connectors.excel.annotate import Annotator


def test_a_child_that_was_not_needed_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that is stopped before its report leaves no process behind, and begins one child at most."""
    started: list[subprocess.Popen[bytes]] = []
    start = child.start
    monkeypatch.setattr(child, "start", lambda program: started.append(start(program)) or started[-1])
    with Annotator() as annotator:
        annotator.begin()
        annotator.begin()
        assert [each.poll() for each in started] == [None]
    assert started[0].poll() is not None
