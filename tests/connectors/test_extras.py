"""Optional packages: the sentence and the command if one is missing."""

import sys
import tomllib
from pathlib import Path

import pytest

from connectors import extras
from connectors.extras import ExtraMissing

PYPROJECT = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text("utf-8"))
OFFERED = PYPROJECT["project"]["optional-dependencies"]


def test_every_extra_of_the_distribution_is_described() -> None:
    """The names are those of pyproject.toml, beside ``all``, which is the sum of the others."""
    assert set(extras.PACKAGES) == set(OFFERED) - {"all"}
    assert OFFERED["all"] == [f"contactpro-sync[{','.join(sorted(extras.PACKAGES))}]"]


@pytest.mark.parametrize("extra", extras.PACKAGES)
def test_an_installed_extra_is_not_missing(extra: str) -> None:
    """The development environment has all of them."""
    assert extras.missing(extra) == ""
    extras.require(extra, "This")


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names what needs it; a package below a missing one is missing too."""
    monkeypatch.setitem(extras.PACKAGES, "entra", ("no_such_package.identity",))
    with pytest.raises(ExtraMissing) as problem:
        extras.require("entra", 'kind = "azure_ad"')
    assert str(problem.value) == (
        'kind = "azure_ad" needs the extra entra, which is not installed '
        "(the package no_such_package.identity is missing)."
    )
    assert problem.value.advice == 'Install it: pip install "contactpro-sync[entra]"'
    assert "no_such_package" not in sys.modules
