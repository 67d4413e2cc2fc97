"""How much memory a run may use: what the option takes, and what is decided by it before anything is read."""

import os
from pathlib import Path

import pytest

from pipeline.config import memory, request
from pipeline.model.errors import UsageProblem

GIB = 1 << 30


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        (None, None),
        ("800M", 800 << 20),
        ("1.2G", 1288490188),
        ("2 GiB", 2 * GIB),
        ("512mb", 512 << 20),
        ("1073741824", GIB),
    ],
)
def test_an_amount_is_read_with_its_unit(text: str | None, amount: int | None) -> None:
    """K, M, G and T are powers of 1,024, with B and iB or without."""
    assert memory.amount(text) == amount


@pytest.mark.parametrize("text", ["", "much", "0", "-1G", "1,2G", "1.2X", "1e9", "G"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    """The message shows what was written, the advice how it is written."""
    with pytest.raises(UsageProblem, match="not an amount of memory") as refused:
        memory.amount(text)
    assert refused.value.advice == "Write 800M or 1.2G."


@pytest.mark.parametrize(
    ("limit", "kept"),
    [(None, "in memory"), ("8G", "in memory"), ("4G", "in files"), ("1.6G", "in files"), ("1.5G", "refused")],
)
def test_the_size_of_the_files_decides(limit: str | None, kept: str, tmp_path: Path) -> None:
    """A GiB of text files fits into 8 GiB; into less with columns in files; into too little not at all."""
    sizes = {"agents.csv": GIB // 2, "directory.csv": GIB // 2}
    for name, size in sizes.items():
        with (tmp_path / name).open("wb") as file:
            os.truncate(file.fileno(), size)  # a hole: it takes no space
    options = {"tenant": {"name": "acme", "region": "eu"}, "directory": {"path": tmp_path / "directory.csv"}}
    made = request.from_options("run", tmp_path / "agents.csv", options, tmp_path / "runs", memory=memory.amount(limit))
    if kept == "refused":
        with pytest.raises(UsageProblem) as no:
            memory.spill(made)
        assert str(no.value) == "--memory 1.5G is too little: this run needs about 1.6G."
        assert no.value.advice == "Give --memory 1.6G or more, or divide the list."
        return
    spill = memory.spill(made)
    assert (spill.folder if spill else None) == (tmp_path / "runs" / "agents" if kept == "in files" else None)


def test_a_workbook_shows_its_rows_too_late_for_a_refusal(tmp_path: Path) -> None:
    """Its columns are kept in files under any limit that the program itself fits into."""
    (tmp_path / "agents.xlsx").write_bytes(b"PK")
    options = {"tenant": {"name": "acme", "region": "eu"}}
    made = request.from_options("check", tmp_path / "agents.xlsx", options, tmp_path / "runs", memory=300 << 20)
    assert memory.spill(made) is not None
