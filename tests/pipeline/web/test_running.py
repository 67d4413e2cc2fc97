"""Runs of the page: lists of one name in one folder of runs take turns."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.web.sessions import UploadedList
from pipeline.web.views import running


def test_lists_of_one_name_take_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two people who check a list named agents.csv at once both get a result, one after the other."""
    made: Any = SimpleNamespace(runs=tmp_path, name="agents", named=str)
    lists = [UploadedList(name, tmp_path, tmp_path / "agents.csv", None) for name in ("ada", "bo")]
    both_began, at_work, most = threading.Event(), [0], [0]

    def slow_run(*_: object) -> str:
        at_work[0] += 1
        most[0] = max(most[0], at_work[0])
        both_began.wait(0.2 if lists[1].running else 0)
        at_work[0] -= 1
        return "a result"

    monkeypatch.setattr(running, "run", slow_run)
    monkeypatch.setattr(running.read, "reading", lambda *_: nullcontext())
    with ThreadPoolExecutor(2) as pool:
        for each in lists:
            running.start(each, made, pool)
    assert [(each.result, each.stop) for each in lists] == [("a result", None), ("a result", None)]
    assert most == [1]
