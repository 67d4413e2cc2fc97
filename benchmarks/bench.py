"""Compares the product with a plain script: whole processes, by turns, same work, same result.

Run as ``python benchmarks/bench.py [--rows-csv 1000000] [--rows-xlsx 100000] [--repeat 3]``; it prints Markdown tables.
Seconds belong to the machine; the ratios at the end travel. No time is asserted; that both write the same is.

Peak memory is the largest of the processes of one way; the product parses a workbook in a process of its own. A new
process begins with the peak of the one that starts it (Linux), so whatever needs memory here is done in a child too.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median
from typing import NamedTuple, TypeVar

import people

HERE = Path(__file__).resolve().parent
WORK = people.DATA / "work"
PRODUCT = Path(sys.executable).with_name("contactpro-sync")
Made = TypeVar("Made")
ENDS = {0, 3}
SMALL = 1000
KIB_PER_MIB = 1024

JOB = """version = 1
[tenant]
name = "bench"
region = "eu"
[roster]
kind = "{kind}"
path = '{roster}'
[directory]
kind = "csv"
path = '{directory}'
[output]
rows_per_file = 100_000_000
"""


class Cost(NamedTuple):
    """What one whole process cost."""

    seconds: float
    processor_seconds: float
    peak_mib: float


class Outcome(NamedTuple):
    """What a way made of the sources: how many rows it rejected, what it found, and its import lines."""

    rejected: int
    issues: dict[str, int]
    lines: frozenset[bytes]


class Work(NamedTuple):
    """One comparison: a title, the rows of the roster, and the ways to run by turns."""

    title: str
    rows: int
    ways: dict[str, Callable[[], Cost]]


def main() -> None:
    """Measure everything and print the tables."""
    parser = argparse.ArgumentParser(description="Compare contactpro-sync with a plain script.")
    parser.add_argument("--rows-csv", type=int, default=1_000_000)
    parser.add_argument("--rows-xlsx", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()

    small = _apart(people.csv_sources, SMALL)
    works = [
        _comparison("CSV and CSV directory", given.rows_csv, _apart(people.csv_sources, given.rows_csv)),
        _comparison("XLSX and CSV directory", given.rows_xlsx, _apart(people.xlsx_sources, given.rows_xlsx)),
        Work(
            "a small list",
            SMALL,
            {
                "product": lambda: _product("small", small),
                "import pandas, pandera": lambda: _cost(
                    [sys.executable, "-c", "import pandas, pandera.pandas"], WORK / "imports.txt", {0}
                ),
            },
        ),
    ]
    _print_tables([(work, _by_turns(work, given.repeat)) for work in works])


def _comparison(title: str, rows: int, sources: people.Sources) -> Work:
    name = sources.roster.name.replace(".", "-")
    script_folder = WORK / f"script-{name}"

    def product() -> Cost:
        return _product(name, sources)

    def script() -> Cost:
        return _script(script_folder, sources)

    product()  # what is compared is not timed, and both have then met the same warm disk cache
    script()
    _apart(_assert_same, title, name, script_folder)
    return Work(title, rows, {"product": product, "script": script})


def _assert_same(title: str, name: str, script_folder: Path) -> None:
    ours, theirs = _product_outcome(name), _script_outcome(script_folder)
    assert ours.rejected == theirs.rejected, f"{title}: rejected {ours.rejected} and {theirs.rejected}"
    assert ours.issues == theirs.issues, f"{title}: found {ours.issues} and {theirs.issues}"
    assert ours.lines == theirs.lines, f"{title}: {len(ours.lines ^ theirs.lines)} import lines differ"


def _apart(do: Callable[..., Made], *given: object) -> Made:
    """Do something in a process of its own, so that this one stays small."""
    with ProcessPoolExecutor(max_workers=1) as process:
        return process.submit(do, *given).result()


def _by_turns(work: Work, repeat: int) -> dict[str, Cost]:
    """Run the ways A B A B ..., so that a busy minute of the machine hits all of them; give the medians."""
    costs: defaultdict[str, list[Cost]] = defaultdict(list)
    for _ in range(repeat):
        for way, run in work.ways.items():
            costs[way].append(run())
    return {way: Cost(*map(median, zip(*of_way, strict=True))) for way, of_way in costs.items()}


def _product(name: str, sources: people.Sources) -> Cost:
    folder = _emptied(WORK / f"product-{name}")
    job = folder / "bench.toml"
    kind = "excel" if sources.roster.suffix == ".xlsx" else "csv"
    job.write_text(JOB.format(kind=kind, roster=sources.roster, directory=sources.directory), "utf-8")
    command = [str(PRODUCT), "run", str(job), "--runs", str(folder / "runs"), "--json"]
    return _cost(command, folder / "stdout.json", ENDS)


def _script(folder: Path, sources: people.Sources) -> Cost:
    _emptied(folder)
    script = [sys.executable, str(HERE / "plain_script.py")]
    return _cost([*script, str(sources.roster), str(sources.directory), str(folder)], folder / "stdout.json", {0})


def _cost(command: list[str], stdout: Path, ends: set[int]) -> Cost:
    """Run a command to its end and ask the system what it cost, its own children included."""
    with stdout.open("wb") as out:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=out)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)  # so that subprocess does not wait for it again
    if process.returncode not in ends:
        raise SystemExit(f"{' '.join(command)} ended with exit code {process.returncode}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / KIB_PER_MIB)


def _product_outcome(name: str) -> Outcome:
    told = json.loads((WORK / f"product-{name}" / "stdout.json").read_bytes())
    about_rows = {code: count for code, count in told["issues"].items() if code != "LAYOUT-UNVERIFIED"}
    (file,) = told["files"]
    return Outcome(told["counts"]["rejected"], about_rows, _lines(Path(told["run"]) / file["path"]))


def _script_outcome(folder: Path) -> Outcome:
    told = json.loads((folder / "stdout.json").read_bytes())
    return Outcome(told["rejected"], told["issues"], _lines(folder / "certificates.txt"))


def _lines(path: Path) -> frozenset[bytes]:
    lines = path.read_bytes().split(b"\r\n")
    different = frozenset(lines)
    assert len(different) == len(lines), f"{path} has a line twice"
    return different


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def _print_tables(measured: list[tuple[Work, dict[str, Cost]]]) -> None:
    print("| Work | Way | Seconds (median) | Processor seconds | Rows/s | Peak MiB |")
    print("|---|---|--:|--:|--:|--:|")
    for work, costs in measured:
        for way, cost in costs.items():
            speed = f"{work.rows / cost.seconds:,.0f}" if way != "import pandas, pandera" else "-"
            numbers = f"{cost.seconds:.2f} | {cost.processor_seconds:.2f} | {speed} | {cost.peak_mib:,.0f}"
            print(f"| {work.title}, {work.rows:,} rows | {way} | {numbers} |")
    print("\n| Ratio, in this run | |")
    print("|---|--:|")
    for work, costs in measured:
        product = costs["product"].seconds
        for way, cost in costs.items():
            if way == "script":
                print(f"| {work.title}, {work.rows:,} rows: script / product | {cost.seconds / product:.1f} |")
            elif way != "product":
                print(f"| {work.title}, {work.rows:,} rows: product / {way} | {product / cost.seconds:.2f} |")


if __name__ == "__main__":
    main()
