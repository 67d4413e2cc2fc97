"""What an export says as the baseline of a job: who is listed, and which extension numbers are in use."""

from pathlib import Path

from pipeline import baseline, order

SAMPLE = Path(__file__).parents[2] / "sample_data" / "users-export.txt"
JOB = """version = 1
[tenant]
name = "Acme"
region = "eu"
[roster]
kind = "csv"
path = "agents.csv"
[baseline]
kind = "{kind}"
{path}
"""


def ordered(folder: Path, kind: str) -> order.Order:
    """Make the order of a job with this baseline."""
    path = f'path = "{SAMPLE.as_posix()}"' if kind == "contact_pro_export" else ""
    (folder / "night.toml").write_text(JOB.format(kind=kind, path=path))
    return order.of("plan", folder / "night.toml", {}, folder / "runs")


def test_everybody_in_the_export_is_listed(tmp_path: Path) -> None:
    """Users with a certificate and without, in the export's order; one with two certificates once."""
    users = baseline.listed_users(ordered(tmp_path, "contact_pro_export"))
    assert users.column_names == ["tenant", "external_id", "login", "extension"]
    assert users.slice(0, 2).to_pylist() == [
        {"tenant": "acme", "external_id": "01237", "login": "awalsh", "extension": "2175"},
        {"tenant": "acme", "external_id": "00579", "login": "bbesancon", "extension": "2081"},
    ]
    assert users["login"].to_pylist().count("lkohler") == 1
    assert users["login"].to_pylist().count("thamalainen") == 1
    assert users.num_rows == 13


def test_the_extension_numbers_in_use(tmp_path: Path) -> None:
    """Every number that the export shows is taken; without an export none is known."""
    numbers = {2045, 2175, *range(2080, 2091)}
    taken = baseline.taken_extensions(ordered(tmp_path, "contact_pro_export"))
    assert taken == {str(number) for number in numbers}
    assert baseline.taken_extensions(ordered(tmp_path, "none")) == frozenset()


def test_the_certificates_of_the_export(tmp_path: Path) -> None:
    """Twelve users have a certificate, one of them two; nobody of ours is known to have handed them over."""
    known = baseline.known(ordered(tmp_path, "contact_pro_export"))
    assert (known.num_rows, set(known["since"].to_pylist()), set(known["tenant"].to_pylist())) == (13, {""}, {"acme"})
    assert "lkohler" not in known["login"].to_pylist()
