"""The hash key of a run: drawn once, passed to every comparison, and without an effect on the outcome."""

from pathlib import Path

import numpy as np

from pipeline.config import request
from pipeline.extract import read
from pipeline.kernels import hashing
from pipeline.run import run
from tests.job_texts import job_text

TABLES = """[directory]
kind = "csv"
path = "directory.csv"
[baseline]
kind = "state"
[policy]
delete = "user"
[budgets]
delete = { max = 10 }
[guards]
max_shrink_percent = 100
"""
BEFORE = """Login,Employee ID,Email
anna,E1,Anna@example.com
ben,E2,Ben@example.com
gone,E9,Gone@example.com
"""
AFTER = """Login,Employee ID,Email
anna,E1,Anna@example.com
ben,E2,Benjamin@example.com
cleo,E3,Cleo@example.com
cleo,E4,dora@example.com
emil,E5,emil@example.com
emil2,E6,Emil@example.com
fay,E7,fay @example.com
new,E8,Gone@example.com
"""
DIRECTORY = """mail,userPrincipalName,accountEnabled
Anna@example.com,a@example.com,True
Ben@example.com,b@example.com,True
Benjamin@example.com,b@example.com,True
Cleo@example.com,c@example.com,True
Dora@example.com,d@example.com,True
Emil@example.com,e@example.com,True
Gone@example.com,g@example.com,True
"""


def outcome(folder: Path, keys: list[hashing.HashKey]) -> tuple[object, ...]:
    """Run a job over two lists, with a hash key each; return issues, changes, seal, counts and files of the second."""
    folder.mkdir()
    (folder / "job.toml").write_text(job_text(TABLES))
    (folder / "directory.csv").write_text(DIRECTORY)
    for text, key in zip((BEFORE, AFTER), keys, strict=True):
        (folder / "agents.csv").write_text(text)
        given = request.from_options("run", folder / "job.toml", {}, folder / "runs")
        with read.reading(given, hash_key=key) as sources:
            result = run(given, sources, lambda _: None)
    assert result.plan is not None
    assert result.people is not None
    assert result.directory is not None
    assert {result.people.folded.key, result.directory.folded.key} == {key}
    files = {path.name: path.read_bytes() for path in sorted(result.folder.glob("out/**/*.txt"))}
    rejects = {name: (result.folder / name).read_bytes() for name in ("issues.jsonl", "rejects.csv")}
    return result.counts(), result.plan.changes.to_pylist(), result.plan.seal, files, rejects


def test_the_outcome_is_the_same_with_any_key(tmp_path: Path) -> None:
    """Rejects, plan, seal and files are equal with two keys, and if the key differs from one run to the next."""
    small, large = np.uint64(1), np.uint64(0xFFFF_FFFF_FFFF_FFFF)
    first = outcome(tmp_path / "a", [small, small])
    counts, _, _, files, _ = first
    assert isinstance(counts, dict)
    assert (counts["rejected"], counts["create"], counts["change"]) == (4, 2, 1)
    assert list(files) == ["certificates-001.txt", "deletes-001.txt"]
    assert outcome(tmp_path / "b", [large, large]) == outcome(tmp_path / "c", [small, large]) == first
