"""Compare the product with what one would write instead: whole processes, by turns, same work, same result.

Run as ``python benchmarks/bench.py`` (small, under three minutes) or with ``--full``; it prints one Markdown table a
work. Every ratio is that of one run: to the first line of its table. Seconds belong to the machine; ratios travel. No
time is asserted; that all ways reject the same rows for the same reasons and write the same lines is, before anything
is timed.
"""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import ways
from cost import Cost, apart, by_turns
from world import World
from world_files import Sources, csv_sources, xlsx_sources

SMALL, ENOUGH = 1000, 100_000
PRODUCT = "product"
Ways = dict[str, Callable[[], Cost]]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large the works are, and how often each is measured."""

    csv: tuple[int, ...]
    xlsx: int
    nights: int
    repeat: int


BRIEF = Sizes(csv=(100_000,), xlsx=10_000, nights=100_000, repeat=1)
FULL = Sizes(csv=(100_000, 1_000_000, 10_000_000), xlsx=100_000, nights=1_000_000, repeat=3)


def main() -> None:
    """Measure everything and print the tables."""
    parser = argparse.ArgumentParser(description="Compare contactpro-sync with scripts that do the same.")
    parser.add_argument("--full", action="store_true", help="every size, three times each")
    parser.add_argument("--csv", type=int, nargs="*", help="rows of the lists in CSV")
    parser.add_argument("--xlsx", type=int, help="rows of the workbook; 0 leaves it out")
    parser.add_argument("--nights", type=int, help="rows of the list of the nights; 0 leaves them out")
    parser.add_argument("--repeat", type=int)
    parser.add_argument("--seed", type=int, default=1)
    given = vars(parser.parse_args())
    chosen = {name: given[name] for name in ("csv", "xlsx", "nights", "repeat") if given[name] is not None}
    sizes = replace(FULL if given["full"] else BRIEF, **chosen)

    small = World(SMALL, given["seed"])
    for rows in sizes.csv:
        world = World(rows, given["seed"])
        compared(f"CSV against a CSV directory, {rows:,} rows", world, apart(csv_sources, world), sizes.repeat)
    if sizes.xlsx:
        world = World(sizes.xlsx, given["seed"])
        compared(f"XLSX against a CSV directory, {sizes.xlsx:,} rows", world, apart(xlsx_sources, world), sizes.repeat)
    if sizes.nights:
        nights(World(sizes.nights, given["seed"]), sizes.repeat)
    imports: Ways = {
        "import pandas, pandera": ways.imports,
        PRODUCT: partial(ways.night, "small", apart(csv_sources, small)),
    }
    measured(f"a small list, {SMALL:,} rows", SMALL, imports, sizes.repeat)


def compared(title: str, world: World, sources: Sources, repeat: int) -> None:
    """Compare the ways on one list, first by what they make."""
    name, is_csv = "compared", sources.roster.suffix == ".csv"
    files = ["plain_script.py", *(["polars_script.py"] if is_csv else [])]
    run: Ways = {PRODUCT: partial(ways.night, name, sources)}
    run |= {file: partial(ways.script, file, sources) for file in files}
    for way in run.values():
        way()  # what is compared is not timed, and all have then met the same warm disk cache
    ours = apart(ways.product_outcome, name)
    for file in files:
        theirs = apart(ways.script_outcome, file)
        assert ours == theirs, f"{title}: {PRODUCT} made {ours}, {file} made {theirs}"
    if is_csv:
        run["arrow_floor.py"] = partial(ways.script, "arrow_floor.py", sources)
    measured(title, world.rows, run, repeat)


def nights(world: World, repeat: int) -> None:
    """Compare the nights of the product with its first one."""
    sources, changed = apart(csv_sources, world), apart(csv_sources, replace(world, changed=0.01))
    some, all_faulty = (apart(csv_sources, replace(world, faulty=share)) for share in (0.3, 1.0))
    ways.night("earlier", sources)
    earlier = ways.WORK / "product-earlier"
    run: Ways = {
        "first night": partial(ways.night, "first", sources),
        "night without a change": partial(ways.night, "quiet", sources, earlier),
        "night with 1 % changed": partial(ways.night, "changed", changed, earlier),
        "first night, 30 % faulty": partial(ways.night, "some", some),
        "first night, 100 % faulty": partial(ways.night, "all", all_faulty),
    }
    measured(f"nights of the product, CSV, {world.rows:,} rows", world.rows, run, repeat)
    quiet = ways.product_counts("quiet")
    assert quiet["unchanged"] == quiet["accepted"], quiet
    assert ways.product_counts("changed")["change"] > 0


def measured(title: str, rows: int, run: Ways, repeat: int) -> None:
    """Run the ways by turns, and print their medians beside those of the first."""
    costs = by_turns(run, repeat)
    first = next(iter(costs.values()))
    print(f"\n{title[0].upper()}{title[1:]}\n")
    print("| Way | Seconds | Ratio | Processor seconds | Ratio | Rows/s | Peak MiB | Bytes a row |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|")
    for way, cost in costs.items():
        seconds = f"{cost.seconds:.2f} | {cost.seconds / first.seconds:.2f}"
        processor = f"{cost.processor_seconds:.2f} | {cost.processor_seconds / first.processor_seconds:.2f}"
        a_row = f"{cost.peak_mib * 1024**2 / rows:,.0f}" if rows >= ENOUGH else "-"
        memory = f"{cost.peak_mib:,.0f} | {a_row}"
        print(f"| {way} | {seconds} | {processor} | {rows / cost.seconds:,.0f} | {memory} |", flush=True)


if __name__ == "__main__":
    main()
