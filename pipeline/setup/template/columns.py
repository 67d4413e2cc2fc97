"""Which columns a template has: the fields that a layout needs from a list, and what is known of their values."""

from collections.abc import Sequence
from dataclasses import dataclass

from mappings.languages import header
from mappings.model import Layout, Region
from pipeline.model.texts import Texts

FIELDS = ("login", "external_id", "first_name", "last_name", "email", "team", "tenant", "region")
"""The columns from left to right; the example row is recognised by its first cell."""

EXAMPLES = {
    "login": "anna.berg",
    "external_id": "00123",
    "first_name": "Anna",
    "last_name": "Berg",
    "email": "anna.berg@example.com",
    "team": "Billing",
}
WIDTHS = {"email": 36, "login": 30}
USUAL_WIDTH = 20


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its field and header, a hint, the example's text, the values to choose from, its width.

    ``required`` is True if every row needs it; ``closed`` is True if no other value than those is right.
    """

    field: str
    header: str
    hint: str
    example: str
    values: tuple[str, ...]
    required: bool
    closed: bool
    width: int


def columns(
    layout: Layout,
    language: str,
    label: Texts,
    tenants: Sequence[str],
    regions: Sequence[Region],
    teams: Sequence[str],
) -> tuple[Column, ...]:
    """Return the columns of a template.

    Args:
        layout: what the list is for; a layout that makes users needs names.
        language: of the headers.
        label: the texts, of which the hints are used.
        tenants: the tenants to choose from, if they are known.
        regions: the regions to choose from.
        teams: the teams to choose from, if they are known.
    """
    choices = {"tenant": tuple(tenants), "region": tuple(region.title for region in regions), "team": tuple(teams)}
    needed = {"login", "email"} | ({"first_name", "last_name"} if layout.makes_users else set())
    return tuple(
        Column(
            field=field,
            header=header(field, language),
            hint=label[f"template.hint.{field}"],
            example=(choices.get(field) or (EXAMPLES.get(field, "acme"),))[0],
            values=choices.get(field, ()),
            required=field in needed,
            closed=field != "team",
            width=WIDTHS.get(field, USUAL_WIDTH),
        )
        for field in FIELDS
    )
