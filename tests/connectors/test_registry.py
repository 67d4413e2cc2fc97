"""The registry: which modules are connectors, and what becomes of those that other packages offer."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

import connectors
from connectors.registry import GROUP, find, registry

DECLARATION = """
from typing import Literal
from connectors.settings import SourceSettings
class Settings(SourceSettings):
    kind: Literal["{kind}"]
def open(settings, **_): ...
"""


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Return a function that writes a module and offers it."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def offered(name: str, text: str) -> EntryPoint:
        (tmp_path / f"{name}.py").write_text(text)
        monkeypatch.delitem(sys.modules, name, raising=False)
        return EntryPoint(name.rpartition("_")[2], name, GROUP)

    return offered


def test_the_kinds_that_come_with_the_project() -> None:
    """Every module with Settings and open() is a kind; base, settings, registry and http are not."""
    assert {"azure_ad", "contact_pro_export", "csv", "excel", "sap_idp"} <= set(registry().connectors)
    assert {"base", "settings", "registry", "http"}.isdisjoint(registry().connectors)


def test_an_offered_module_is_a_kind(offer: object) -> None:
    """Its kind is that of its settings, whatever the entry point is called."""
    found = find(connectors.__path__, [offer("toy_one", DECLARATION.format(kind="workday"))])
    assert found.connectors["workday"].settings.model_fields.keys() >= {"mapping", "email_attribute"}
    assert (found.connectors["workday"].mapping, dict(found.unusable)) == (None, {})


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x = 1", "toy_bad has no Settings with a kind, and no open()"),
        (
            "from connectors.settings import SourceSettings as Settings\ndef open(s, **_): ...",
            "toy_bad has no Settings",
        ),
        (DECLARATION.format(kind="csv"), "toy_bad declares the kind 'csv', which exists"),
        ("raise RuntimeError('no licence')", "toy_bad cannot be imported (RuntimeError: no licence)"),
    ],
)
def test_an_offer_that_cannot_be_used(text: str, reason: str, offer: object) -> None:
    """It is left out with its reason, and the kinds of the project stay as they are."""
    found = find(connectors.__path__, [offer("toy_bad", text)])
    assert found.unusable["bad"].startswith(reason)
    assert found.connectors.keys() == registry().connectors.keys()
    assert found.connectors["csv"].settings is registry().connectors["csv"].settings


def test_of_two_offers_of_one_kind_the_first_by_name_is_taken(offer: object) -> None:
    """The order in which packages were installed does not decide."""
    text = DECLARATION.format(kind="workday")
    first, second = offer("toy_aa", text), offer("toy_bb", text)
    for offers in ([first, second], [second, first]):
        found = find(connectors.__path__, offers)
        assert found.connectors["workday"].settings.__module__ == "toy_aa"
        assert set(found.unusable) == {"bb"}
