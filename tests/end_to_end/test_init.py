"""``init`` writes a job file that loads; ``schema`` describes it."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mappings.load import load_source_mapping
from pipeline.config.job_file.job import Job
from pipeline.config.load import load_job
from pipeline.model.errors import UsageProblem
from pipeline.setup.init import command

Sync = Callable[..., Any]

KNOWN = "Login,Email,Team\nzoe,zoe.ray@example.com,Sales\n"
ODD = "Kürzel;Kontaktadr.;Vornam;Wohnort\n0007;zoe.ray@example.com;Zoe;Kiel\n0008;abe.fox@example.com;Abe;Ulm\n"
FLAGS = ("--tenant", "ACME", "--region", "Frankfurt")


def test_a_known_list_gets_a_job_that_runs(sync: Sync, tmp_path: Path) -> None:
    """The job file loads, names mapping, list and directory, and the next command works as it is printed."""
    (tmp_path / "data").mkdir()
    (tmp_path / "jobs").mkdir()
    (tmp_path / "data/people.csv").write_text(KNOWN)
    (tmp_path / "export.csv").write_text("mail\nzoe.ray@example.com\n")
    options = (*FLAGS, "--directory", "export.csv", "-o", "jobs", "--json")
    done = sync(tmp_path, "init", "data/people.csv", *options)
    assert done.code == 0
    assert done.document["files"] == ["jobs/people.toml", "jobs/contactpro-sync.schema.json"]
    assert done.document["next"] == "contactpro-sync check jobs/people.toml"
    table = tomllib.loads((tmp_path / "jobs/people.toml").read_text())
    assert table["tenant"] == {"name": "ACME", "region": "Frankfurt"}
    assert table["roster"] == {"kind": "csv", "path": "../data/people.csv", "mapping": "spreadsheet"}
    assert table["directory"] == {"kind": "csv", "path": "../export.csv"}
    checked = sync(tmp_path, *done.document["next"].split()[1:], "--json")
    assert (checked.code, checked.document["counts"]["accepted"]) == (0, 1)


def test_every_default_that_is_shown_is_one(sync: Sync, tmp_path: Path) -> None:
    """The file without its comment marks still loads, and means the same as a file without these keys."""
    (tmp_path / "people.csv").write_text(KNOWN)
    sync(tmp_path, "init", "people.csv", *FLAGS)
    shown = [line[2:] for line in (tmp_path / "people.toml").read_text().splitlines() if line.startswith("# ")]
    policy = tomllib.loads("\n".join(line for line in shown if "  # " in line))
    budgets = tomllib.loads("\n".join(line for line in shown if " = {" in line))
    least = Job.model_validate({"version": 1, "roster": {"kind": "csv", "path": "a.csv"}})
    assert policy == least.policy.model_dump()
    defaults = least.budgets.model_dump()
    assert budgets == {
        "create": {key: defaults["create"][key] for key in ("percent", "min_population")},
        "change": {key: defaults["change"][key] for key in ("max", "percent", "min_population")},
        "delete": {"max": defaults["delete"]["max"]},
    }


def test_an_odd_list_gets_a_mapping_of_its_own(sync: Sync, tmp_path: Path) -> None:
    """No mapping knows the headers: one is made of headers and cells, it loads, and the list is read with it."""
    (tmp_path / "odd.csv").write_text(ODD)
    done = sync(tmp_path, "init", "odd.csv", *FLAGS, "--json")
    assert [Path(path).name for path in done.document["files"]] == [
        "odd.toml", "odd-mapping.toml", "contactpro-sync.schema.json",
    ]  # fmt: skip
    mapping = load_source_mapping("odd-mapping.toml", tmp_path)
    assert {field: rule.aliases for field, rule in mapping.fields.items()} == {
        "email": ("Kontaktadr.",), "first_name": ("Vornam",), "external_id": ("Kürzel",),
    }  # fmt: skip
    ran = sync(tmp_path, "run", "odd.toml", "--json")
    assert ran.document["counts"]["accepted"] == 2
    assert ran.folder.subjects == ["zoe.ray@example.com", "abe.fox@example.com"]


def test_private_addresses_are_not_taken_for_the_email(tmp_path: Path) -> None:
    """The column of another name is taken; if there is none, no mapping is made."""
    path, empty = tmp_path / "odd.csv", {"tenant": {}, "roster": {}, "directory": {}}
    path.write_text("Kontaktadr.,E-Mail privat,Login\nzoe.ray@example.com,zoe@home.example,zoe\n")
    command.write(path, tmp_path, empty, "en", None)
    assert load_source_mapping("odd-mapping.toml", tmp_path).fields["email"].aliases == ("Kontaktadr.",)
    path = path.with_name("private.csv")
    path.write_text("E-Mail privat,Login\nzoe@home.example,zoe\n")
    with pytest.raises(UsageProblem, match=r'the column "E-Mail privat" was not read'):
        command.write(path, tmp_path, empty, "en", None)


def test_nothing_is_ever_replaced(sync: Sync, tmp_path: Path) -> None:
    """A job file that exists stays, and nothing else is written."""
    (tmp_path / "people.csv").write_text(KNOWN)
    (tmp_path / "people.toml").write_text("# hers\n")
    done = sync(tmp_path, "init", "people.csv", *FLAGS)
    assert done.code == 2
    assert "exists already" in done.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["people.csv", "people.toml"]


def test_a_folder_that_is_not_there_is_made(sync: Sync, tmp_path: Path) -> None:
    """The paths in the job file are right from there."""
    (tmp_path / "people.csv").write_text(KNOWN)
    done = sync(tmp_path, "init", "people.csv", *FLAGS, "-o", "jobs/acme")
    assert done.code == 0
    assert sorted(path.name for path in (tmp_path / "jobs/acme").iterdir()) == [
        "contactpro-sync.schema.json",
        "people.toml",
    ]
    assert sync(tmp_path, "check", "jobs/acme/people.toml").code in {0, 3}


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ([], 2, "No list of people is named."),
        (["people.csv", "--region", "atlantis", "--tenant", "ACME"], 2, "atlantis"),
        (["people.csv", "--directory", "no.csv"], 2, "there is no such file"),
        (["none.csv"], 5, "none.csv"),
        (["nobody.csv"], 2, "no column has emails"),
        (["people.csv", "-o", "nobody.csv"], 2, "nobody.csv/people.toml: cannot be written (Not a directory)."),
    ],
)
def test_a_wrong_beginning_leaves_no_file(sync: Sync, tmp_path: Path, words: list[str], code: int, said: str) -> None:
    """What cannot be begun is reported in a sentence, and no file is left."""
    (tmp_path / "people.csv").write_text(KNOWN)
    (tmp_path / "nobody.csv").write_text("a,b\n1,x\n2,y\n")
    done = sync(tmp_path, "init", *words)
    assert (done.code, said in done.stderr) == (code, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["nobody.csv", "people.csv"]


def test_at_most_five_questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal list, tenant, region and directory are asked; what was given is not."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text(KNOWN)
    asked: list[str] = []
    answers = iter(["people.csv", "acme", "eu", ""])

    def ask(question: str) -> str:
        asked.append(question)
        return next(answers)

    empty: dict[str, dict[str, Any]] = {"tenant": {}, "roster": {}, "directory": {}}
    begun = command.write(None, Path(), empty, "en", ask)
    assert len(asked) == 4
    assert begun.next == "contactpro-sync check people.toml"
    assert load_job(tmp_path / "people.toml").tenant is not None


def test_without_a_tenant_the_job_still_loads(sync: Sync, tmp_path: Path) -> None:
    """Without a terminal the tenant is a comment, a check works, and the next step names what is missing."""
    (tmp_path / "people.csv").write_text(KNOWN)
    done = sync(tmp_path, "init", "people.csv", "--json")
    assert done.document["next"].startswith("Fill in tenant and region in people.toml")
    assert load_job(tmp_path / "people.toml").tenant is None
    assert sync(tmp_path, "check", "people.toml").code == 0


def test_the_schema_is_that_of_the_job_file(sync: Sync, tmp_path: Path) -> None:
    """``schema`` prints one JSON document; ``init`` keeps the same beside the job, as ``#:schema`` names it."""
    printed = sync(tmp_path, "schema")
    assert printed.code == 0
    schema = json.loads(printed.stdout)
    assert set(schema["properties"]) == set(Job.model_fields)
    assert schema["additionalProperties"] is False
    assert any("all" in each["properties"] for each in schema["$defs"].values())
    (tmp_path / "people.csv").write_text(KNOWN)
    sync(tmp_path, "init", "people.csv", *FLAGS)
    assert (tmp_path / "people.toml").read_text().splitlines()[0] == "#:schema contactpro-sync.schema.json"
    assert json.loads((tmp_path / "contactpro-sync.schema.json").read_text()) == schema
