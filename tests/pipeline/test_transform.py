"""From a source's own words to canonical columns; from per-row tenants and regions to Issuers."""

from collections.abc import Callable

import pytest

from mappings.load import load_regions
from pipeline import transform
from pipeline.model.people import People

REGIONS = load_regions()
EU, NA = "eu-central-1", "us-west-2"
OK: set[str] = set()
CONFLICT = {"REGION-CONFLICT"}


def issuer(tenant: str, place: str) -> str:
    """Spell an Issuer."""
    return f"cc-{tenant}.auth.{place}.amazoncognito.com"


@pytest.mark.parametrize("coded", [False, True])
def test_texts_stay_as_they_are(people: Callable[..., People], *, coded: bool) -> None:
    """No cell is trimmed, read as a number or as nothing."""
    texts = ["0012", "NA", "null", "TRUE", "1E5", " x ", "", "nan"]
    made = people({"Email": texts, "Employee ID": texts[::-1]}, coded=coded)
    assert made.texts("email").to_pylist() == texts
    assert made.texts("external_id").to_pylist() == texts[::-1]
    assert made.texts("login").to_pylist() == [""] * 8
    assert (made.header("external_id"), made.header("login")) == ("Employee ID", None)
    assert (made.raw("email", 0), made.raw("login", 0), len(made)) == ("0012", "", 8)


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("yes", "true"),
        ("YES", "true"),
        (" Yes ", "true"),
        ("Ja", "true"),
        ("oui", "true"),
        ("Sí", "true"),
        ("kyllä", "true"),
        ("はい", "true"),
        ("WAHR", "true"),
        ("1", "true"),
        ("x", "true"),
        ("no", "false"),
        ("Nein", "false"),
        ("non", "false"),
        ("ei", "false"),
        ("nej", "false"),
        ("não", "false"),
        ("いいえ", "false"),
        ("0", "false"),
        ("Disabled", "false"),
        ("gesperrt", "false"),
        ("", ""),
        ("maybe", ""),
        ("2", ""),
    ],
)
def test_words_for_yes_and_no(word: str, meaning: str, people: Callable[..., People]) -> None:
    """Yes and no are understood in several languages; another word is unknown, never a guess."""
    made = people({"Email": ["a@x.com", "b@x.com"], "Enabled": [word, "yes"]})
    assert made.texts("enabled").to_pylist() == [meaning, "true"]


@pytest.mark.parametrize(
    ("word", "meaning"), [("Yes", "false"), ("Ja", "false"), ("No", "true"), ("Nein", "true"), ("False", "true")]
)
def test_the_bulk_template_asks_the_other_way_round(word: str, meaning: str, people: Callable[..., People]) -> None:
    """The question is "Block sign in?", so yes means not enabled."""
    columns = {
        "User name [userPrincipalName] Required": ["a@x.com"],
        "Block sign in (Yes/No) [accountEnabled] Required": [word],
    }
    made = people(columns, "entra_bulk_template")
    assert made.texts("enabled").to_pylist() == [meaning]
    assert made.texts("email").to_pylist() == ["a@x.com"]


@pytest.mark.parametrize(
    ("tenants", "regions", "issuers"),
    [
        (None, None, [issuer("job", EU)] * 2),
        (["acme", ""], None, [issuer("acme", EU), issuer("job", EU)]),
        (["ACME", "Acme"], None, [issuer("acme", EU)] * 2),
        (["acme", "beta"], ["Oregon", " "], [issuer("acme", NA), issuer("beta", EU)]),
        (None, ["na", "US West (Oregon)"], [issuer("job", NA)] * 2),
        (["-no-", "beta"], ["na", "moon"], ["", ""]),
        (["acme", "beta"], ["eu", "na"], [issuer("acme", EU), issuer("beta", NA)]),
    ],
)
@pytest.mark.parametrize("coded", [False, True])
def test_a_rows_own_cells_come_before_the_jobs(
    tenants: list[str] | None,
    regions: list[str] | None,
    issuers: list[str],
    people: Callable[..., People],
    *,
    coded: bool,
) -> None:
    """Each row has the Issuer of its own tenant and region; blank cells take the job's."""
    columns = {"Email": ["a@x.com", "b@x.com"]}
    columns |= {"Tenant": tenants} if tenants else {}
    columns |= {"Region": regions} if regions else {}
    made = transform.with_issuers(people(columns, coded=coded), "job", "eu", REGIONS)
    assert made.texts("issuer").to_pylist() == issuers


@pytest.mark.parametrize(
    ("rows", "job", "codes"),
    [
        ([("a", "eu"), ("a", "Frankfurt")], ("", ""), [OK, OK]),
        ([("a", "eu"), ("A", "na")], ("", ""), [CONFLICT, CONFLICT]),
        ([("a", "eu"), ("b", "na")], ("", ""), [OK, OK]),
        ([("a", "eu"), ("a", "na"), ("b", "na")], ("", ""), [CONFLICT, CONFLICT, OK]),
        ([("a", ""), ("a", "na")], ("", "eu"), [CONFLICT, CONFLICT]),
        ([("acme", "eu"), ("acme", "na")], ("acme", "eu"), [OK, CONFLICT]),
        ([("", "eu"), ("", "na")], ("acme", "eu"), [OK, CONFLICT]),
        ([("acme", "na"), ("acme", "na")], ("acme", "eu"), [CONFLICT, CONFLICT]),
        ([("b", "na"), ("b", "na")], ("acme", "eu"), [OK, OK]),
        ([("a", "eu"), ("a", "moon")], ("", ""), [OK, {"REGION-UNKNOWN"}]),
        ([("a", "eu"), ("a", "")], ("", ""), [OK, {"REGION-UNKNOWN"}]),
        ([("-", "eu"), ("-", "na")], ("", ""), [{"TENANT-INVALID"}] * 2),
        ([("", "eu"), ("", "na")], ("", ""), [{"TENANT-INVALID"}] * 2),
    ],
)
def test_one_tenant_has_one_region(
    rows: list[tuple[str, str]],
    job: tuple[str, str],
    codes: list[set[str]],
    people: Callable[..., People],
    judged: Callable,
) -> None:
    """A tenant in two regions has none; if the job places it, only the rows that disagree are wrong."""
    columns = {
        "Email": [f"{number}@x.com" for number in range(len(rows))],
        "Tenant": [row[0] for row in rows],
        "Region": [row[1] for row in rows],
    }
    assert judged(people(columns), tenant=job[0], region=job[1]).codes == codes


def test_a_dropped_row_places_no_tenant(people: Callable[..., People], judged: Callable) -> None:
    """A template's example in another region does not put the tenant in two regions."""
    columns = {
        "Display name": ["Example: Ann", "Ben"],
        "Email": ["a@x.com", "b@x.com"],
        "Tenant": ["acme", "acme"],
        "Region": ["na", "eu"],
    }
    assert judged(people(columns)).codes == [{"ROW-EXAMPLE"}, OK]
