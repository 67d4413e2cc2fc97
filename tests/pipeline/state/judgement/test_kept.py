"""The kept judgement: the same input is not judged again, and any other input is."""

import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from msgspec.structs import replace

from pipeline import run as steps
from pipeline.config import request
from pipeline.extract import read
from pipeline.result import RunResult
from pipeline.state.judgement import file, kept
from tests.job_texts import job_text

TABLES = """[directory]
kind = "csv"
path = "directory.csv"
mapping = "own.toml"
[baseline]
kind = "state"
[policy]
on_case_mismatch = "use_directory"
subject_case = "{case}"
"""
LIST = """Login,Email,Team
anna,Anna@example.com,A
ben,BEN@example.com,A
cleo,cleo@example.com,B
dora,dora@example,B
emil,Emil@example.com,B
fay,Fay@example.com,\u00c3\u00a4
"""
DIRECTORY = """mail,userPrincipalName,accountEnabled
Anna@example.com,a@example.com,True
Ben@example.com,b@example.com,True
Emil@example.com,e@example.com,False
Fay@example.com,f@example.com,True
"""
MAPPING = """title = "Our directory"
kinds = ["csv"]
[fields.email]
attributes = ["mail"]
required = true
[fields.enabled]
attributes = ["accountEnabled"]
values = { "true" = ["true"], "false" = ["false"] }
"""
TIMES = re.compile(rb"20\d{6}T\d{6}Z-[0-9a-f]{4}")


class JudgedAgainError(Exception):
    """A list was judged although its judgement was kept."""


@pytest.fixture(autouse=True)
def _of_any_size(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the judgement of a list of any size, with any number of findings."""
    monkeypatch.setattr(file, "LEAST", 1)
    monkeypatch.setattr(kept, "FEW", 0)


@pytest.fixture
def job(tmp_path: Path) -> Path:
    """Write a job with a list, a directory and an own mapping of the directory."""
    (tmp_path / "agents.csv").write_text(LIST, "utf-8")
    (tmp_path / "directory.csv").write_text(DIRECTORY, "utf-8")
    (tmp_path / "own.toml").write_text(MAPPING, "utf-8")
    (tmp_path / "job.toml").write_text(job_text(TABLES.format(case="exact")), "utf-8")
    return tmp_path / "job.toml"


def night(job: Path, command: str = "run", *, corrected: bool = False) -> RunResult:
    """Run the job once."""
    made = request.from_options(command, job, {}, job.parent / "runs")
    if corrected:
        made = replace(made, corrections=(request.Correction(3, 1, "dora@example", "dora@example.com"),))
    with read.reading(made) as sources:
        return steps.run(made, sources, lambda _: None)


def outcome(result: RunResult) -> tuple[object, ...]:
    """Return everything that a run found and wrote, without its name."""
    files = [result.folder / name for name in ("issues.jsonl", "rejects.csv")]
    assert result.subject is not None
    return (
        result.subject.to_pylist(),
        result.counts(),
        result.issue_counts(),
        result.notes(),
        result.size,
        [(path.name, TIMES.sub(b"", path.read_bytes())) for path in files],
    )


def judged_again(job: Path, monkeypatch: pytest.MonkeyPatch, command: str = "run", *, corrected: bool = False) -> bool:
    """Run the job once more, and return True if its list is judged."""
    asked: list[bool] = []

    def judged(*_: object) -> kept.Judgement:
        asked.append(True)
        raise JudgedAgainError

    monkeypatch.setattr(steps, "_judged", judged)
    night(job, command, corrected=corrected)
    return bool(asked)


@pytest.mark.parametrize("case", ["exact", "lower"])
def test_a_kept_judgement_has_the_outcome_of_a_new_one(job: Path, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Subjects, findings, notes and files of a quiet night are those of the same night judged again."""
    job.write_text(job_text(TABLES.format(case=case)), "utf-8")
    first = night(job)
    earlier = first.request.state.with_name(file.NAME)
    earlier.unlink()
    again = outcome(night(job))
    monkeypatch.setattr(steps, "_judged", None)  # it would fail if it were called
    recalled = night(job)

    assert outcome(recalled) == again
    assert recalled.counts()["unchanged"] == first.counts()["create"] == 3
    assert recalled.subject is not None
    assert recalled.subject.to_pylist()[1] == {"exact": "Ben@example.com", "lower": "ben@example.com"}[case]
    assert recalled.issue_counts() == first.issue_counts()


def edit(name: str, old: str, new: str) -> Callable[[Path], None]:
    """Return a change of one text in a file of the job."""

    def change(folder: Path) -> None:
        path = folder / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    return change


@pytest.mark.parametrize(
    ("change", "again"),
    [
        (lambda _: None, False),
        (edit("agents.csv", "fay,Fay", "fay,fay"), True),
        (edit("agents.csv", "anna,Anna", "anna, Anna"), True),
        (edit("directory.csv", "b@example.com,True", "b@example.com,False"), True),
        (edit("job.toml", 'on_case_mismatch = "use_directory"', 'on_case_mismatch = "reject"'), True),
        (edit("own.toml", '"false" = ["false"]', '"false" = ["no"]'), True),
    ],
)
def test_another_input_is_judged(
    job: Path, change: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch, *, again: bool
) -> None:
    """One letter of the list, the directory, the job file or a mapping is enough."""
    night(job)
    change(job.parent)
    assert judged_again(job, monkeypatch) is again


@pytest.mark.parametrize("damage", [b"", b"\x00" * 40, b"half"])
def test_a_damaged_file_is_none(job: Path, damage: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """A judgement that cannot be read is made again."""
    earlier = night(job).request.state.with_name(file.NAME)
    earlier.write_bytes(earlier.read_bytes()[:50] if damage == b"half" else damage)
    assert judged_again(job, monkeypatch)


@pytest.mark.parametrize("name", ["contactpro_sync", "pyarrow"])
def test_another_version_of_the_program_judges_again(job: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules of another version may find something else, and another library may read the same bytes otherwise."""
    night(job)
    others = [each for each in file.installed() if not each.startswith(f"{name}-")]
    assert len(others) < len(file.installed())
    monkeypatch.setattr(file, "installed", lambda: [*others, f"{name}-0.0.dist-info"])
    assert judged_again(job, monkeypatch)


def test_another_file_of_the_program_judges_again(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy that is being worked on keeps its version."""
    night(job)
    own = file.own_files()
    assert {"run.py", "source.py", "applications.toml"} <= {name for name, _, _ in own}
    monkeypatch.setattr(file, "own_files", lambda: [*own, ("rule.py", 1, 1)])
    assert judged_again(job, monkeypatch)


def test_a_plan_and_its_run_judge_once(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a plan found is what the run of the same input finds."""
    night(job, "plan")
    assert not judged_again(job, monkeypatch)


def test_a_cell_corrected_by_hand_is_judged(job: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A correction is not part of any file."""
    night(job)
    assert judged_again(job, monkeypatch, corrected=True)


@pytest.mark.parametrize(("least", "few", "is_kept"), [(6, 0, True), (7, 0, False), (1, 5, False), (1, 1, True)])
def test_only_a_large_list_with_few_findings_is_kept(
    job: Path, least: int, few: int, monkeypatch: pytest.MonkeyPatch, *, is_kept: bool
) -> None:
    """Of 6 rows 5 have findings: fewer rows than the least, or more findings than one in so many, keep nothing."""
    monkeypatch.setattr(file, "LEAST", least)
    monkeypatch.setattr(kept, "FEW", few)
    assert night(job).request.state.with_name(file.NAME).exists() is is_kept


def test_a_live_directory_is_known_by_its_cells(job: Path) -> None:
    """Without a file, every cell counts: the same people have the same digest, and one letter changes it."""
    directory = night(job).directory
    assert directory is not None
    extract = replace(directory.extract, sha256=None)
    table = extract.frame
    other = table.set_column(0, table.column_names[0], [["anna@example.com", *table.column(0).to_pylist()[1:]]])
    moved = table.set_column(0, table.column_names[0], [["", "Anna@example.comBen@example.com", "Emil", ""]])

    def digest(frame: pa.Table) -> str:
        return file.digest(replace(extract, frame=frame), directory.binding)

    assert digest(table) == digest(table.slice(0))
    assert len({digest(table), digest(other), digest(moved), digest(table.slice(1))}) == 4
