"""rejects.csv in pieces."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.reports import rejects
from pipeline.result import RunResult

LIST = (
    "Login,External ID,Email,Name\n"
    "u1,#N/A,ann@x.com,Ann\n"
    "u2,2,bad,Bo\n"
    "u3,3,mia@x.com,Lang,Mia\n"
    "u4,4,dan@x.com,Dan\n"
    "u5,#N/A,,=1+1\n"
    "u5,6,eve@x.com,Eve\n"
)
WHOLE = (
    '"row","Login","External ID","Email","Name","code","reason","fix"\n'
    '"2","u1","#N/A","ann@x.com","Ann","CELL-FORMULA-ERROR",'
)


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_pieces_have_the_rows_of_the_whole(
    rows: int, ran: Callable[..., RunResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How many rows are written at a time changes no byte."""
    run = ran(tmp_path, LIST)
    whole = b"".join(rejects.rejects(run))
    assert whole.decode("utf-8-sig").startswith(WHOLE)
    monkeypatch.setattr(rejects, "ROWS_AT_A_TIME", rows)
    mark, *pieces = rejects.rejects(run)
    assert len(pieces) == -(-5 // rows)
    assert b"".join([mark, *pieces]) == whole == (run.folder / "rejects.csv").read_bytes()
