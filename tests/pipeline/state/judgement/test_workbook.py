"""The kept workbook: written from the same texts it is not written again, and from any other it is."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from connectors.excel.annotation.annotator import Annotated, Annotation, Verdict
from pipeline.config import request
from pipeline.config.request import RunRequest
from pipeline.state.judgement import file, workbook
from tests.job_texts import job_text

VERDICT = Verdict(
    sheet="Report", sentence="1 of 2.", counts=[("read", 2)], help=[], headings=[], problems=[], lost="Lost", losses={}
)
ORDER = Annotation(
    sheet="List", header_row=1, last_row=3, titles=["Status"], default="Ready", rows=[], marks=[], verdict=VERDICT
)
MADE = Annotated(b"PK a workbook", ("macros",))


@pytest.fixture
def job(tmp_path: Path) -> RunRequest:
    """Return the request of a job with a state."""
    (tmp_path / "agents.csv").write_text("Login,Email\nanna,anna@example.com\n", "utf-8")
    (tmp_path / "job.toml").write_text(job_text('[baseline]\nkind = "state"\n'), "utf-8")
    made = request.from_options("run", tmp_path / "job.toml", {}, tmp_path / "runs")
    made.state.parent.mkdir(parents=True)
    return made


def night(job: RunRequest, order: Annotation = ORDER, *, rows: int = file.LEAST) -> tuple[Annotated | None, int]:
    """Return the workbook of a run, and how often one was written."""
    written: list[Annotation] = []

    def write(given: Annotation) -> Annotated:
        written.append(given)
        return MADE

    return workbook.annotated(job, rows, order, write), len(written)


def test_the_same_order_is_written_once(job: RunRequest) -> None:
    """The second night has the workbook of the first, with what was lost in it."""
    assert [night(job), night(job)] == [(MADE, 1), (MADE, 0)]


def test_one_other_letter_writes_it_again(job: RunRequest) -> None:
    """The sentence of the outcome is on its first sheet."""
    night(job)
    other = replace(ORDER, verdict=replace(VERDICT, sentence="2 of 2."))
    assert [night(job, other), night(job, other), night(job)] == [(MADE, 1), (MADE, 0), (MADE, 1)]


def test_another_version_of_the_program_writes_it_again(job: RunRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another library may write another workbook from the same texts."""
    night(job)
    monkeypatch.setattr(file, "installed", list)
    assert night(job) == (MADE, 1)


@pytest.mark.parametrize("cut", [0, 20, -1])
def test_a_damaged_file_is_none(job: RunRequest, cut: int) -> None:
    """A workbook that is not what was kept is written again."""
    night(job)
    path = job.state.with_name(workbook.NAME)
    path.write_bytes(path.read_bytes()[:cut] + b"X" * (cut != 0))
    assert night(job) == (MADE, 1)


def test_the_workbook_of_a_small_list_is_not_kept(job: RunRequest) -> None:
    """It is written in the time that the digests take."""
    assert [night(job, rows=file.LEAST - 1), night(job, rows=file.LEAST - 1)] == [(MADE, 1), (MADE, 1)]
    assert not job.state.with_name(workbook.NAME).exists()


def test_a_workbook_that_could_not_be_written_is_not_kept(job: RunRequest) -> None:
    """The next night tries again."""
    assert workbook.annotated(job, file.LEAST, ORDER, lambda _: None) is None
    assert night(job) == (MADE, 1)
