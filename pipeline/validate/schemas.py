"""The pandera schemas of roster, directory and import file: import them, extend them, export them to YAML.

The columns are canonical fields, as texts (``str``, Arrow-backed in the product, without nulls). ``broken`` runs each
check of pandera once and takes its mask, so no row is lost: pandera's failure cases merge equal values and stop at a
few (facts: peers, demand 47).
"""

import numpy as np
import pandas as pd
import pandera.pandas as pandera

from mappings.model import FIELDS, LAYOUT_FIELDS
from pipeline.kernels.background import by_twos
from pipeline.kernels.columns import Mask
from pipeline.model import fields
from pipeline.validate.checks import EMAIL_CODES, check

NAMES = ("first_name", "last_name")


def _column(*names: str, required: bool = False) -> pandera.Column:
    return pandera.Column(checks=[check(name) for name in names], required=required, nullable=True)


_NUMBERS = ("key_rounded", "key_date")
_TEXT = ("cell_control", "cell_too_long", "cell_value")
_EMAIL = ("cell_value", *(code.lower().replace("-", "_") for code in EMAIL_CODES), "email_control", "cell_too_long")

ROSTER = pandera.DataFrameSchema(
    {
        fields.EMAIL: _column(*_EMAIL, required=True),
        **{name: _column(*_TEXT) for name in FIELDS if name not in {fields.EMAIL, fields.TENANT, fields.REGION}},
        "external_id": _column("key_space", *_NUMBERS, "cell_wrapped", *_TEXT),
        "login": _column("login_characters", *_NUMBERS, *_TEXT),
        fields.TENANT: _column("tenant_invalid"),
        fields.REGION: _column("region_unknown"),
        fields.ISSUER: _column(*_TEXT),
    },
    checks=[check("id_missing", columns=list(fields.IDENTITY))],
    name="roster",
    description="The people who should be able to sign in, one row each.",
)

NEW_USERS = ROSTER.add_columns(
    {
        **{name: _column("name_missing", *_TEXT) for name in NAMES},
        "group": _column("group_missing", *_TEXT),
        "template": _column(*_TEXT),
    }
)
"""A roster from which users are made: names and a group are needed as well."""

DIRECTORY = pandera.DataFrameSchema(
    {fields.EMAIL: _column("cell_control", required=True)},
    name="directory",
    description="The users of the identity provider; an entry that breaks a check is not used.",
)

IMPORT_FILE = pandera.DataFrameSchema(
    {
        **{name: _column("cell_control") for name in LAYOUT_FIELDS},
        fields.SUBJECT: _column("cell_control", "subject_missing", "subject_repeated"),
        fields.ISSUER: _column("cell_control", "issuer_missing"),
    },
    name="import file",
    description="The rows of one tenant, just before they are written.",
)

NEW_USERS_FILE = IMPORT_FILE.add_columns(
    {
        **{name: _column("cell_control", "name_missing") for name in NAMES},
        "extension": _column("cell_control", "extension_missing", "extension_repeated"),
        "group": _column("cell_control", "group_missing"),
        "new_user_email": _column("cell_control", "subject_missing"),
    }
)
"""An import file that makes users."""


def of_roster(written: frozenset[str]) -> pandera.DataFrameSchema:
    """Return the schema of a roster from which a layout writes these fields."""
    return NEW_USERS if "extension" in written else ROSTER


def rules(schema: pandera.DataFrameSchema) -> list[tuple[str, str | None]]:
    """Return the name and the column of each check, in the order of ``broken``."""
    of_columns = [(str(each.name), name) for name, column in schema.columns.items() for each in column.checks]
    return [*of_columns, *((str(each.name), None) for each in schema.checks)]


def broken(schema: pandera.DataFrameSchema, frame: pd.DataFrame) -> list[tuple[str, str | None, Mask]]:
    """Run the checks of a schema on the columns that a frame has.

    ``schema.validate`` would describe every failure for a person, which takes it 0.1 s; only the masks are wanted.

    Returns:
        For each broken check: its name, its column (None for a check of several columns), and the bad rows.
    """
    of_columns = [
        (each, frame[name], name) for name, column in schema.columns.items() if name in frame for each in column.checks
    ]
    checks = [*of_columns, *((each, frame, None) for each in schema.checks)]
    results = by_twos(lambda check: check[0](check[1]), checks)
    return [
        (str(each.name), column, ~result.check_output.to_numpy(np.bool_))
        for (each, _, column), result in zip(checks, results, strict=True)
        if not result.check_passed
    ]
