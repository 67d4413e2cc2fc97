"""Optional packages: which extra of the distribution installs them, and the error if they are missing.

An extra keeps a small installation small: the SDK of Microsoft Graph alone is larger than everything else together.
This module imports none of them.
"""

from collections.abc import Iterator
from importlib.util import find_spec

from connectors.base import ChoiceNeeded

PACKAGES = {
    "entra": ("msgraph", "azure.identity"),
    "keyring": ("keyring",),
    "keyvault": ("azure.keyvault.secrets", "azure.identity"),
    "notify": ("apprise",),
    "passwords": ("msoffcrypto",),
    "saml": ("signxml",),
    "web": ("anyio", "msal", "python_multipart", "starlette", "uvicorn"),
}
"""The extras of pyproject.toml, and the import names that show that one is installed."""


class ExtraMissing(ChoiceNeeded):
    """An optional package is not installed; the advice is the command that installs it."""


def missing(extra: str) -> str:
    """Return the first package of an extra that is not installed, "" if all are."""
    return next(_missing(PACKAGES[extra]), "")


def require(extra: str, purpose: str) -> None:
    """Check that an extra is installed; ``purpose`` is the subject of the sentence, such as ``kind = "azure_ad"``.

    Raises:
        ExtraMissing: a package of it is missing.
    """
    if package := missing(extra):
        raise ExtraMissing(
            f"{purpose} needs the extra {extra}, which is not installed (the package {package} is missing).",
            advice=f'Install it: pip install "contactpro-sync[{extra}]"',
        )


def _missing(packages: tuple[str, ...]) -> Iterator[str]:
    for name in packages:
        try:
            found = find_spec(name)
        except ModuleNotFoundError:  # the package above it is missing
            found = None
        if found is None:
            yield name
