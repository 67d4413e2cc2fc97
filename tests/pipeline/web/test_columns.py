"""Which column is taken for what, and the mapping that is made of what the user chose."""

from pathlib import Path

import pytest

from mappings.load import load_source_mapping
from pipeline.config import request
from pipeline.web.views import columns

HOSTILE = 'E"mail \\ \x7f]\u2028= "x'


def listed(folder: Path, text: str) -> columns.Columns:
    """Check a list."""
    path = folder / "list.csv"
    path.write_text(text, "utf-8")
    return columns.read(request.from_options("check", path, {}, folder).job.roster)


def test_known_headers_are_recognised(tmp_path: Path) -> None:
    """Each field has its header, with cells to compare; a column of passwords shows none."""
    found = listed(tmp_path, "Login,Email,Password\nada,ada@example.com,secret\nbo,bo@example.com,secret\n")
    assert found.mapping == "spreadsheet"
    assert {field: header for field, header in found.chosen.items() if header} == {"email": "Email", "login": "Login"}
    assert found.samples == {"Login": ["ada", "bo"], "Email": ["ada@example.com", "bo@example.com"]}
    assert found.rows == 2


def test_unknown_headers_can_be_chosen(tmp_path: Path) -> None:
    """The row with the most texts is taken for the headers; headers that are empty or repeat cannot be chosen."""
    found = listed(tmp_path, "Wer,Wohin,,Zahl,Zahl\nada,ada@example.com,x,1,2\n")
    assert found.mapping == ""
    assert found.headers == ("Wer", "Wohin")
    assert set(found.chosen.values()) == {""}


@pytest.mark.parametrize("header", ["Adresse", HOSTILE, "E-Mail (dienstlich)"])
def test_what_was_chosen_is_a_mapping(tmp_path: Path, header: str) -> None:
    """The mapping has exactly the chosen headers, whatever characters they have, and the usual words."""
    path = tmp_path / "columns.toml"
    path.write_text(columns.mapping_toml({"email": header, "login": "", "enabled": "Aktiv"}), "utf-8")
    made, ordinary = load_source_mapping(str(path)), load_source_mapping("spreadsheet")
    assert {field: rule.aliases for field, rule in made.fields.items()} == {"email": (header,), "enabled": ("Aktiv",)}
    assert made.fields["email"].required
    assert made.fields["enabled"].values == ordinary.fields["enabled"].values
    assert made.secret_headers == ordinary.secret_headers
