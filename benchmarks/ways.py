"""Run the ways that are compared: nights of the product, the plain script, polars, and a floor of pyarrow alone."""

import json
import shutil
import sys
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

import cost
from cost import Cost
from world_files import DATA, Sources

HERE = Path(__file__).resolve().parent
WORK = DATA / "work"
PRODUCT = Path(sys.executable).with_name("contactpro-sync")
ENDS = {0, 3}
DIGEST = 16

JOB = """version = 1
[roster]
kind = "{kind}"
path = '{roster}'
[directory]
kind = "csv"
path = '{directory}'
[baseline]
kind = "state"
[budgets]
create = {{}}
change = {{}}
[output]
rows_per_file = 100_000_000
"""


class Outcome(NamedTuple):
    """What a way made of the sources: rejected rows, faults by code, and its import lines: how many, and their digest.

    The digest is the sum of each line's own, so the order of lines and files does not matter.
    """

    rejected: int
    issues: dict[str, int]
    lines: int
    digest: int


def night(name: str, sources: Sources, before: Path | None = None) -> Cost:
    """Let the product run, from an empty state or from a copy of the runs of an earlier night."""
    folder = emptied(WORK / f"product-{name}")
    if before is not None:
        shutil.copytree(before / "runs", folder / "runs")
    kind = "excel" if sources.roster.suffix == ".xlsx" else "csv"
    job = folder / "bench.toml"
    job.write_text(JOB.format(kind=kind, roster=sources.roster, directory=sources.directory), "utf-8")
    command = [str(PRODUCT), "run", str(job), "--runs", str(folder / "runs"), "--json"]
    return cost.of(command, folder / "stdout.json", ENDS)


def script(file: str, sources: Sources) -> Cost:
    """Let a script of this folder read the same sources."""
    folder = emptied(WORK / file)
    command = [sys.executable, str(HERE / file), str(sources.roster), str(sources.directory), str(folder)]
    return cost.of(command, folder / "stdout.json", {0})


def imports() -> Cost:
    """Import what every run needs, and nothing else."""
    WORK.mkdir(parents=True, exist_ok=True)
    return cost.of([sys.executable, "-c", "import pandas, pandera.pandas"], WORK / "imports.txt", {0})


def product_outcome(name: str) -> Outcome:
    """Read what the product made in its last night of that name; what no script looks for is left out."""
    summary = json.loads((WORK / f"product-{name}" / "stdout.json").read_bytes())
    its_own = {"LAYOUT-UNVERIFIED", "REGION-UNVERIFIED", "NAME-DIFFERS"}
    issues = {code: count for code, count in summary["issues"].items() if code not in its_own}
    files = [Path(summary["run"]) / file["path"] for file in summary["files"] if "certificates" in file["path"]]
    return Outcome(summary["counts"]["rejected"], issues, *_lines(files))


def product_counts(name: str) -> dict[str, int]:
    """Return the counts of the summary of the product's last night of that name."""
    counts: dict[str, int] = json.loads((WORK / f"product-{name}" / "stdout.json").read_bytes())["counts"]
    return counts


def script_outcome(file: str) -> Outcome:
    """Read what a script made in its last run."""
    folder = WORK / file
    summary = json.loads((folder / "stdout.json").read_bytes())
    return Outcome(summary["rejected"], summary["issues"], *_lines(folder.glob("certificates-*.txt")))


def emptied(folder: Path) -> Path:
    """Return the folder, empty."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _lines(paths: Iterable[Path]) -> tuple[int, int]:
    number, total = 0, 0
    for path in paths:
        with path.open("rb") as file:
            next(file)  # the header
            for line in file:
                number += 1
                total += int.from_bytes(blake2b(line, digest_size=DIGEST).digest(), "big")
    return number, total % (1 << 8 * DIGEST)
