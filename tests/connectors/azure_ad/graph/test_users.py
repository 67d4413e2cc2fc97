"""From the bytes of pages to columns of text: laws about splitting, characters and what is not a page."""

from typing import Any

import msgspec
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.azure_ad.spool import Spool
from connectors.base import SourceIncomplete
from connectors.http.retry import TransientError
from tests.connectors.azure_ad.graph_reading import page, text, users

EXTENSION = "extension_0123456789abcdef0123456789abcdef_site"
NAMES = ("mail", "id", "accountEnabled", "proxyAddresses", "extensionAttribute3", EXTENSION, "extensionAttribute15")
USERS = users.UserDecoder(NAMES)

words = st.none() | st.text()
fifteen = st.none() | st.dictionaries(st.sampled_from(["extensionAttribute3", "extensionAttribute15"]), words)
user = st.fixed_dictionaries(
    {"id": st.text(min_size=1)},
    optional={
        "mail": words,
        "accountEnabled": st.none() | st.booleans(),
        "proxyAddresses": st.none() | st.lists(st.text(), max_size=3),
        "onPremisesExtensionAttributes": fifteen,
        EXTENSION: words | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.lists(st.text(), max_size=2),
        "@odata.type": st.just("#microsoft.graph.user"),
        "unheardOf": st.lists(st.integers(), max_size=2),
    },
)


def expected(person: dict[str, Any]) -> list[str]:
    """Return the columns of one user."""
    nested = person.get("onPremisesExtensionAttributes") or {}
    return [text((nested if name.startswith("extensionA") else person).get(name)) for name in NAMES]


def frame(pages: list[bytes]) -> pa.Table:
    """Build a table of pages."""
    with Spool(NAMES) as spool:
        for body in pages:
            spool.add(USERS.columns(USERS.read(body).value))
        return spool.table()


@given(st.lists(st.lists(user, max_size=4), max_size=6))
def test_no_split_into_pages_matters(split: list[list[dict[str, Any]]]) -> None:
    """However users are split into pages, with empty pages anywhere, the frame is the same, character for character."""
    table = frame([page(*people) for people in split])
    everybody = [person for people in split for person in people]
    assert table.column_names == list(NAMES)
    assert [column.null_count for column in table.columns] == [0] * len(NAMES)
    assert [list(row.values()) for row in table.to_pylist()] == [expected(person) for person in everybody]


@given(st.lists(st.none() | st.text()))
def test_columns_are_those_of_arrow(values: list[str | None]) -> None:
    """Texts are laid out exactly as Arrow lays them out itself."""
    column = users.column_of(values)
    column.validate(full=True)
    assert column.equals(pa.array([value or "" for value in values], pa.string()))


@given(user, st.sets(st.sampled_from(["mail", "accountEnabled", "proxyAddresses", EXTENSION])))
def test_a_change_tells_what_it_tells(person: dict[str, Any], silent: set[str]) -> None:
    """In a change null is reported as empty, and absent is left out."""
    told_of = {name: value for name, value in person.items() if name not in silent}
    change = USERS.read_changes(page(told_of)).value[0]
    identity, told = USERS.changed(change)
    nested = told_of.get("onPremisesExtensionAttributes", {})
    places = {
        place
        for place, name in enumerate(NAMES)
        if (nested is None or name in nested if name.startswith("extensionA") else name in told_of)
    }
    assert identity == person["id"]
    assert told == {place: expected(person)[place] for place in places}


@pytest.mark.parametrize("removed", [{"reason": "changed"}, {"reason": "deleted"}, {}])
def test_a_removal_tells_that_somebody_is_gone(removed: dict[str, str]) -> None:
    """Whatever the reason, who is removed is gone; their other values do not count."""
    (change,) = USERS.read_changes(page({"id": "1", "mail": "a@example.com", "@removed": removed})).value
    assert USERS.changed(change) == ("1", None)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b"", "an empty answer"),
        (b"<html>Sign in</html>", "an answer that is not JSON"),
        (b'{"value": [{"id": "1"', "an answer that is not JSON"),
        (b'{"value": [{"id": "\xff"}]}', "an answer that is not JSON"),
        (b'{"value": [{"id": "\\ud800"}]}', "an answer that is not JSON"),
        (b'{"value": [], "deep": ' + b"[" * 100_000, "an answer that is not JSON"),
        (b'"a text"', "an answer that is not a list"),
        (b"[]", "an answer that is not a list"),
        (b"null", "an answer that is not a list"),
        (b"{}", "an answer without a list"),
        (b'{"error": {"code": "UnknownError"}}', "an answer without a list"),
    ],
)
def test_what_is_no_page_may_pass(body: bytes, what: str) -> None:
    """An answer that is not a page at all may be one when it is asked for again."""
    with pytest.raises(TransientError) as caught:
        USERS.read(body)
    assert str(caught.value) == what


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b'{"value": null}', "Expected `array`, got `null` - at `$.value`"),
        (b'{"value": [{"mail": "a@example.com"}]}', "missing required field `id` - at `$.value[0]`"),
        (b'{"value": [{"id": ""}]}', "at `$.value[0].id`"),
        (b'{"value": [{"id": 7}]}', "Expected `str`, got `int` - at `$.value[0].id`"),
        (b'{"value": [{"id": "1"}, {"id": "2", "mail": 7}]}', "got `int` - at `$.value[1].mail`"),
        (b'{"value": [{"id": "1", "accountEnabled": "true"}]}', "at `$.value[0].accountEnabled`"),
        (b'{"value": [{"id": "1", "proxyAddresses": [null]}]}', "at `$.value[0].proxyAddresses[0]`"),
        (b'{"value": [], "@odata.nextLink": 7}', "at `$.@odata.nextLink`"),
    ],
)
def test_a_page_with_other_things_is_not_believed(body: bytes, what: str) -> None:
    """A page that holds something else than Graph describes is refused; its place is named, and nothing of its data."""
    with pytest.raises(SourceIncomplete) as caught:
        USERS.read(body)
    assert what in str(caught.value)
    assert "a@example.com" not in str(caught.value)


def test_links_and_counts_of_a_page() -> None:
    """The links of a page come as they are, null as none."""
    body = msgspec.json.encode(
        {"@odata.nextLink": "https://a/?$skiptoken=%2B", "@odata.deltaLink": None, "@odata.count": 3, "value": []}
    )
    found = USERS.read(body)
    assert (found.next_link, found.delta_link, found.count) == ("https://a/?$skiptoken=%2B", None, 3)
