"""The job file: everything that is wrong with it at once, each with its key and what to write instead (T12)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydantic
import pytest

from pipeline.config.job_file.job import Job
from pipeline.config.job_file.sources import kind_of
from pipeline.config.load import job_from, load_job
from pipeline.model.errors import UsageProblem

MINIMAL = """version = 1
[roster]
kind = "csv"
path = "agents.csv"
"""
WHOLE = """version = 1
[tenant]
name = "ACME"
region = "Frankfurt"
[roster]
kind = "excel"
path = "lists/agents.xlsx"
mapping = "maps/own.toml"
sheet = "Agents"
[directory]
kind = "csv"
path = "../exportUsers.csv"
email_attribute = "mail"
saml_attribute = "email"
encoding = "utf-8"
[baseline]
kind = "none"
[policy]
on_reject = "stop"
on_case_mismatch = "use_directory"
subject_case = "lower"
delete = "never"
[budgets]
create = { percent = 50, min_population = 10, max = 7 }
change = { max = 50, percent = 30.5, min_population = 10 }
delete = { max = 0 }
[guards]
min_rows = 2
max_shrink_percent = 20
[output]
layout = "certificates"
rows_per_file = 100
[notify]
on = "failure"
urls = ["env:CONTACTPRO_NOTIFY"]
"""


@pytest.fixture
def load(tmp_path: Path) -> Callable[[str], Job]:
    """Return a function that writes a job file and loads it."""

    def loaded(text: str) -> Job:
        path = tmp_path / "agents.toml"
        path.write_text(text, "utf-8")
        return load_job(path)

    return loaded


def test_the_smallest_job_has_the_defaults_of_the_design(load: Callable[[str], Job]) -> None:
    """Missing keys have the defaults of the design."""
    job = load(MINIMAL)
    assert (job.tenant, job.directory, job.notify) == (None, None, None)
    assert job.policy.model_dump() == {
        "on_reject": "skip",
        "on_case_mismatch": "reject",
        "subject_case": "exact",
        "delete": "never",
    }
    assert (job.guards.min_rows, job.guards.max_shrink_percent) == (1, 20)
    assert (job.output.layout, job.output.rows_per_file) == ("certificates", 500)
    assert (job.budgets.create.percent, job.budgets.change.max, job.budgets.delete.max) == (50, 50, 0)


def test_a_whole_job(load: Callable[[str], Job], tmp_path: Path) -> None:
    """Every key is read; paths are relative to the job file, wherever the command was started."""
    job = load(WHOLE)
    assert job.tenant is not None
    assert (job.tenant.name, job.tenant.region, job.roster.sheet) == ("ACME", "Frankfurt", "Agents")
    assert job.roster.path == tmp_path / "lists/agents.xlsx"
    assert job.roster.mapping == str(tmp_path / "maps/own.toml")
    assert getattr(job.directory, "path", None) == tmp_path / "../exportUsers.csv"
    assert (job.budgets.create.max, job.budgets.change.percent, job.output.layout) == (7, 30.5, "certificates")


def test_settings_are_frozen(load: Callable[[str], Job]) -> None:
    """A job cannot be changed while it runs."""
    with pytest.raises(pydantic.ValidationError):
        load(MINIMAL).policy.on_reject = "stop"


def test_a_byte_order_mark_and_an_absolute_path_are_fine(tmp_path: Path) -> None:
    """Windows editors write a mark; an absolute path stays."""
    path = tmp_path / "job.toml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.replace("agents.csv", "/data/agents.csv").encode())
    assert load_job(path).roster.path == Path("/data/agents.csv")


@pytest.mark.parametrize(
    ("added", "key", "meant"),
    [
        ('rooster = "x"', "rooster", "roster"),
        ('[tenant]\nname = "A"\nregion = "eu"\nregoin = "eu"', "tenant.regoin", "region"),
        (
            '[directory]\nkind = "csv"\npath = "d.csv"\nemial_attribute = "mail"',
            "directory.emial_attribute",
            "email_attribute",
        ),
        ('[directory]\nkind = "none"\nsaml_atribute = "mail"', "directory.saml_atribute", "saml_attribute"),
        ('[baseline]\nkind = "contact_pro_export"\npath = "u.txt"\npaht = "x"', "baseline.paht", "path"),
        ('[policy]\non_rejects = "skip"', "policy.on_rejects", "on_reject"),
        ("[budgets]\ncreat = { max = 1 }", "budgets.creat", "create"),
        ("[budgets]\ncreate = { percnt = 1 }", "budgets.create.percnt", "percent"),
        ("[guards]\nmin_row = 1", "guards.min_row", "min_rows"),
        ("[output]\nrows_per_files = 1", "output.rows_per_files", "rows_per_file"),
        ("[notify]\nurl = []", "notify.url", "urls"),
    ],
)
def test_an_unknown_key_is_named_with_the_one_that_is_meant(
    added: str, key: str, meant: str, load: Callable[[str], Job]
) -> None:
    """At every level: file, key, did you mean."""
    text = f"version = 1\n{added}\n{MINIMAL[12:]}" if not added.startswith("[") else f"{MINIMAL}{added}\n"
    with pytest.raises(UsageProblem) as problem:
        load(text)
    assert str(problem.value).startswith(f"agents.toml: unknown key `{key}`. Did you mean `{meant}`? Known here: ")
    assert len(str(problem.value).split("\n")) == 1


@pytest.mark.parametrize(
    ("baseline", "sentence"),
    [
        ('kind = "contact_pro_export"', "`baseline.path` is missing."),
        ('path = "u.txt"', "`baseline.path` does not belong to kind 'state', only to 'contact_pro_export'."),
        ('kind = "none"\nsheet = "S"', "`baseline.sheet` does not belong to kind 'none', only to 'contact_pro_export"),
        (
            'kind = "contact_pro_export"\npath = "u.txt"\nsheet = "S"',
            "`baseline`: u.txt: only a workbook has sheets; leave sheet out.",
        ),
        (
            'kind = "contact_pro_export"\npath = "u.xlsx"\nencoding = "cp1252"',
            "`baseline`: u.xlsx: only a text file has an encoding to choose; leave encoding out.",
        ),
        ('kind = "contact_pro_export"\npath = "u.pdf"', "`baseline`: u.pdf: its ending does not show what it is"),
    ],
)
def test_a_baseline_is_a_file_or_none(baseline: str, sentence: str, load: Callable[[str], Job]) -> None:
    """An export needs its path, and a key about a file that is not read is refused."""
    with pytest.raises(UsageProblem) as problem:
        load(f"{MINIMAL}[baseline]\n{baseline}\n")
    assert str(problem.value).startswith(f"agents.toml: {sentence}")


@pytest.mark.parametrize(
    ("table", "key", "value"),
    [
        ("budgets.create", "percent", '"error%"'),
        ("budgets.create", "percent", '"50%"'),
        ("budgets.create", "percent", '"50"'),
        ("budgets.create", "percent", "-1"),
        ("budgets.create", "percent", "101"),
        ("budgets.create", "percent", "nan"),
        ("budgets.create", "percent", "true"),
        ("budgets.create", "percent", '"101%"'),
        ("budgets.case_change", "percent", '"error%"'),
        ("budgets.case_change", "max", "-1"),
        ("budgets", "create", '"101%"'),
        ("budgets", "delete", "5"),
        ("budgets", "case_change", "-1"),
        ("budgets.change", "max", "-1"),
        ("budgets.change", "max", "1.5"),
        ("budgets.change", "max", "true"),
        ("budgets.change", "max", '"5"'),
        ("budgets.delete", "min_population", "-1"),
        ("guards", "min_rows", "-1"),
        ("guards", "max_shrink_percent", "-1"),
        ("guards", "max_shrink_percent", "101"),
        ("guards", "max_shrink_percent", "nan"),
        ("guards", "max_shrink_percent", "true"),
        ("guards", "max_shrink_percent", '"error%"'),
        ("output", "rows_per_file", "0"),
        ("output", "layout", "1"),
        ("policy", "on_reject", '"Skip"'),
        ("policy", "subject_case", '"upper"'),
        ("policy", "delete", '"always"'),
        ("baseline", "kind", '"excel"'),
        ("notify", "on", '"never"'),
    ],
)
def test_a_bad_value_is_refused_with_its_key(table: str, key: str, value: str, load: Callable[[str], Job]) -> None:
    """A limit that is not a limit, or a word that is none of the known ones, stops the job before anything is read."""
    with pytest.raises(UsageProblem, match=rf"^agents\.toml: `{table}\.{key}`"):
        load(f"{MINIMAL}[{table}]\n{key} = {value}\n")


def test_all_errors_come_at_once(load: Callable[[str], Job]) -> None:
    """All mistakes of a job file are reported at once (facts: peers, demand 46)."""
    with pytest.raises(UsageProblem) as problem:
        load('version = 2\nx = 1\n[tenant]\nname = "A"\n[roster]\nkind = "csv"\n[guards]\nmin_rows = -1\n')
    lines = str(problem.value).split("\n")
    assert len(lines) == 5
    for key in ("`version`", "`x`", "`tenant.region` is missing", "`roster.path` is missing", "`guards.min_rows`"):
        assert any(key in line for line in lines), key


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no `version = 1`"),
        ("[roster]\n", "has no `version = 1`"),
        ("version = 1", "`roster` is missing"),
        ("version = 1\nroster = 3", "`roster`"),
        ("version = ", "is not a readable TOML file"),
        ("version = 1\n[roster]\nkind = 'word'\npath = 'a'", "`roster.kind`"),
        (
            "version = 1\n[roster]\nkind = 'csv'\npath = 'a'\nsheet = 'S'",
            "`roster.sheet` does not belong to kind 'csv'",
        ),
        (
            "version = 1\n[roster]\nkind = 'excel'\npath = 'a'\nencoding = 'utf-8'",
            "`roster.encoding` does not belong to",
        ),
        (f"{MINIMAL}[directory]\nkind = 'ldap'", "`directory.kind`"),
        (f"{MINIMAL}[directory]\npath = 'a.csv'", "`directory"),
    ],
)
def test_a_job_file_that_cannot_be_one(text: str, said: str, load: Callable[[str], Job]) -> None:
    """Whatever the text, the sentence names the file and what is wrong."""
    with pytest.raises(UsageProblem) as problem:
        load(text)
    assert "agents.toml" in str(problem.value)
    assert said in str(problem.value)
    assert problem.value.advice


def test_a_job_file_that_is_not_there(tmp_path: Path) -> None:
    """A missing file, a folder and bytes that are not text are distinguished."""
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    for name, said in (
        ("none.toml", "no such job file"),
        ("", "is a folder"),
        ("bytes.toml", "is not UTF-8 .byte 0xFF at offset 0"),
    ):
        with pytest.raises(UsageProblem, match=said):
            load_job(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.csv", "csv"),
        ("a.TSV", "csv"),
        ("a.txt", "csv"),
        ("a.xlsx", "excel"),
        ("a.XLSM", "excel"),
        ("a.xlsb", "excel"),
        ("a.xls", "excel"),
        ("a.ods", "excel"),
        ("a.b.csv", "csv"),
    ],
)
def test_the_ending_says_the_kind(name: str, kind: str) -> None:
    """The reader of a file is chosen by its ending."""
    assert kind_of(Path(name)) == kind


@pytest.mark.parametrize("name", ["a.pdf", "a", "a.csv.gz", ".csv"])
def test_another_ending_is_refused(name: str) -> None:
    """An unknown ending is a mistake of the command line."""
    with pytest.raises(UsageProblem, match="its ending does not show"):
        kind_of(Path(name))


def test_a_command_line_is_checked_like_a_job_file() -> None:
    """The same rules hold for options, and the sentence names the source of the value."""
    table: dict[str, Any] = {"roster": {"kind": "csv", "path": Path("a.csv")}, "policy": {"on_reject": "never"}}
    with pytest.raises(UsageProblem, match=r"^`--on-reject`: "):
        job_from(table)
