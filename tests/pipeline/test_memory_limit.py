"""A run under a memory limit keeps its columns in files, and delivers the same bytes."""

import re
from pathlib import Path

import pytest
from msgspec.structs import replace

from pipeline.config import request
from pipeline.extract import read
from pipeline.kernels import spill
from pipeline.kernels.spill import Spill
from pipeline.result import RunResult
from pipeline.run import run
from pipeline.state import records

NAMES = ("Ann Berg", "Zoë Dahl", "Bo Lind", "Jörg Müller", "Kim Ek")
FAULTS = {3: "{} ", 11: "", 17: "{}@", 23: "x{}", 31: "\u200b{}"}
OWN_TIME = re.compile(rb"20\d\d-?\d\d-?\d\d[T ]\d\d:?\d\d:?\d\d(?:\+00:00|Z| UTC)?(?:-[0-9a-f]{4})?")


def write_sources(folder: Path, night: int) -> None:
    """Write a list with faults, two tenants and a Login of two people, and its directory; each night emails change."""
    rows, entries = ["Name;Login;External ID;Email;Tenant;Region;Team"], ["Email,External ID,Enabled,Display name"]
    for number in range(60):
        name = NAMES[number % len(NAMES)]
        email = f"{'A' if number % 4 else 'a'}gent{number + (100 * night if number % 9 == 0 else 0)}@example.com"
        written = FAULTS.get(number, "{}").format(email.swapcase() if number == 40 else email)
        again = 41 if number == 43 else number
        tenant, region = ("acme", "eu") if number % 3 else ("beta", "us")
        rows.append(f'"{name}";u{again};{1000 + number};"{written}";{tenant};{region};"Team, {number % 2}"')
        entries.append(f"{email},{1000 + number},{'no' if number == 50 else 'yes'},{name}")
    (folder / "agents.csv").write_text("\n".join([*rows, ";" * 6, "Total;;;;;;"]) + "\n", "utf-8")
    (folder / "directory.csv").write_text("\n".join([entries[0], *reversed(entries[1:])]) + "\n", "utf-8")


def nights(folder: Path, *, in_files: bool) -> tuple[list[RunResult], dict[str, bytes]]:
    """Run two nights and return their results, and what they wrote, without the names and times of the runs."""
    results = []
    for night in range(2):
        write_sources(folder, night)
        options = {"directory": {"path": folder / "directory.csv"}, "baseline": {"kind": "state"}}
        options["budgets"] = {"create": {}, "change": {}}
        made = request.from_options("run", folder / "agents.csv", options, folder / "runs")
        if in_files:
            (folder / "runs" / made.name).mkdir(parents=True, exist_ok=True)
            made = replace(made, spill=Spill(folder / "runs" / made.name))
        with read.reading(made) as sources:
            results.append(run(made, sources, lambda _: None))
    kept = ("out/*/*", "undo/*/*", "rejects.csv", "issues.jsonl")
    return results, {
        f"{night}/{path.relative_to(result.folder)}": OWN_TIME.sub(b"", path.read_bytes())
        for night, result in enumerate(results)
        for pattern in kept
        for path in result.folder.glob(pattern)
    }


def test_columns_in_files_change_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two nights, the second with changed emails: import files, rejects, issues, seals and state are equal."""
    monkeypatch.setattr(spill, "SLICE", 25)
    (tmp_path / "sources").mkdir()
    usual, files = nights(tmp_path / "sources", in_files=False)
    state = records.delivered(usual[0].request.state)
    (tmp_path / "sources" / "runs").rename(tmp_path / "usual")
    limited, files_of_limited = nights(tmp_path / "sources", in_files=True)

    assert files == files_of_limited
    assert {"0/rejects.csv", "1/issues.jsonl", "1/out/beta/certificates-001.txt"} <= files.keys()
    for one, other in zip(usual, limited, strict=True):
        assert one.plan is not None
        assert other.plan is not None
        assert (one.plan.seal, one.counts(), one.notes()) == (other.plan.seal, other.counts(), other.notes())
    assert limited[1].counts()["change"] > 0
    certificates = state.drop_columns(["since"]).to_pylist()
    assert records.delivered(limited[0].request.state).drop_columns(["since"]).to_pylist() == certificates

    people = limited[1].people
    assert people is not None
    assert people.extract.frame.column(0).chunk(0).buffers()[1].address in spill._MAPPED
    assert usual[1].people is not None
    assert usual[1].people.spill.folder is None
