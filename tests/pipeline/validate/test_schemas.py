"""The pandera schemas that users may import, extend and export."""

import pandas as pd
import pandera.pandas as pandera
import pytest
from pandera.errors import SchemaErrors
from pandera.io.pandas_io import from_yaml, to_yaml

from pipeline.model.issue_types import CATALOGUE
from pipeline.validate import schemas
from pipeline.validate.checks import check, issue_code

PUBLIC = [schemas.ROSTER, schemas.NEW_USERS, schemas.DIRECTORY, schemas.IMPORT_FILE, schemas.NEW_USERS_FILE]
OF_OUR_OWN_FILES = {"EXTENSION-MISSING", "EXTENSION-TWIN"}
"""Codes that only a defect of ours could cause, so the catalogue of findings does not have them."""


@pytest.fixture
def good() -> pd.DataFrame:
    """Build a roster that breaks no rule."""
    return pd.DataFrame({"email": ["Anna.Berg@example.com", "b@example.com"], "login": ["anna", "b"]}, dtype="str")


def codes(schema: pandera.DataFrameSchema, table: pd.DataFrame) -> set[tuple[str, str | None, tuple[bool, ...]]]:
    """Return what a schema finds."""
    return {(issue_code(rule), column, tuple(bad.tolist())) for rule, column, bad in schemas.broken(schema, table)}


def test_a_good_roster_breaks_nothing(good: pd.DataFrame) -> None:
    """A user may validate a plain frame of texts with pandera itself."""
    assert schemas.ROSTER.validate(good, lazy=True) is good or schemas.ROSTER.validate(good).equals(good)


def test_pandera_raises_for_a_user() -> None:
    """Without our adapter a schema behaves as any other of pandera."""
    with pytest.raises(SchemaErrors):
        schemas.ROSTER.validate(pd.DataFrame({"email": ["no address"], "login": ["a"]}, dtype="str"), lazy=True)


def test_every_broken_row_is_marked() -> None:
    """The mask has every bad row, also of equal values."""
    table = pd.DataFrame({"email": ["a@x.com", "", ""], "login": ["a", "", "c d"]}, dtype="str")
    assert codes(schemas.ROSTER, table) == {
        ("EMAIL-MISSING", "email", (False, True, True)),
        ("ID-MISSING", None, (False, True, False)),
        ("LOGIN-CHARACTERS", "login", (False, False, True)),
    }


@pytest.mark.parametrize("schema", PUBLIC, ids=lambda schema: str(schema.name))
def test_every_check_finds_a_code_of_the_catalogue(schema: pandera.DataFrameSchema) -> None:
    """A check is named after the issue code that it finds."""
    checks = [*schema.checks, *(each for column in schema.columns.values() for each in column.checks)]
    assert {issue_code(str(each.name)) for each in checks} <= {*CATALOGUE, *OF_OUR_OWN_FILES}


@pytest.mark.parametrize("schema", PUBLIC, ids=lambda schema: str(schema.name))
def test_a_schema_is_exported_to_yaml_and_read_again(schema: pandera.DataFrameSchema) -> None:
    """The exported schema has the same columns and checks, and finds the same."""
    again = from_yaml(to_yaml(schema))
    table = pd.DataFrame({"email": ["", "a\u200b@x.com", "é@x.com"], "login": ["", "x y", "z"]}, dtype="str")
    assert list(again.columns) == list(schema.columns)
    assert codes(again, table) == codes(schema, table)


def test_a_schema_may_be_extended(good: pd.DataFrame) -> None:
    """A user adds a column with a check of ours or of their own."""
    badge = pandera.Column(checks=[check("cell_too_long"), pandera.Check.str_startswith("B")])
    own = schemas.ROSTER.add_columns({"badge": badge})
    assert codes(own, good.assign(badge=["B1", "2"])) == {("STR-STARTSWITH", "badge", (False, True))}
