"""Secrets by reference: ``env:NAME``, ``file:/path``, ``keyring:service/name``, ``azure-keyvault:vault/name``.

A job file never contains a secret, and nothing here keeps one: a reference is resolved each time it is needed,
so a token that was renewed meanwhile is the new one. No message shows the value of a reference.
"""

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from connectors import extras
from connectors.base import Secret
from connectors.extras import ExtraMissing
from connectors.settings import SECRET, Settings
from pipeline.config.job_file.typed_keys import marked
from pipeline.model.errors import UsageProblem


def references(table: Settings | None) -> dict[str, str]:
    """Return the references to secrets in a table of the job file, by their keys."""
    return {} if table is None else {key: value for key, value in marked(table, SECRET) if isinstance(value, str)}


def secrets_of(table: Settings) -> Mapping[str, Secret]:
    """Return a function for each secret of a table, which resolves it again at each call."""
    return {key: partial(resolve, reference) for key, reference in references(table).items()}


def resolve(reference: str) -> str:
    """Return the value of a reference.

    Raises:
        UsageProblem: there is nothing at that place, or it is empty.
    """
    kind, _, name = reference.partition(":")
    try:
        found = _READERS[kind](name, reference)
    except ExtraMissing as missing:
        raise UsageProblem(str(missing), advice=missing.advice) from None
    if not found:
        raise UsageProblem(f"{reference} is empty.", advice="Put the secret there and run again.")
    return found


def _from_environment(name: str, reference: str) -> str:
    try:
        return os.environ[name]
    except KeyError:
        raise UsageProblem(
            f"{reference}: there is no environment variable {name}.", advice=f"Set {name} and run again."
        ) from None


def _from_file(name: str, reference: str) -> str:
    try:
        return Path(name).read_text("utf-8-sig").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageProblem(f"{reference} cannot be read: {reason}.", advice="Check the path and its access.") from None


def _from_key_vault(name: str, reference: str) -> str:
    """Read the newest version of a secret from Azure Key Vault; ``name`` is ``vault/secret`` or ``host/secret``."""
    extras.require("keyvault", reference)
    from azure.core.exceptions import AzureError, HttpResponseError
    from azure.identity import DefaultAzureCredential
    from azure.keyvault.secrets import SecretClient

    vault, _, secret = name.partition("/")
    host = vault if "." in vault else f"{vault}.vault.azure.net"
    try:
        with DefaultAzureCredential() as credential, SecretClient(f"https://{host}", credential) as client:
            return client.get_secret(secret).value or ""
    except HttpResponseError as error:
        raise UsageProblem(
            f"{reference}: the key vault {host} refused it (status {error.status_code}).",
            advice="Check the name of the secret, and give this account the role Key Vault Secrets User.",
        ) from None
    except (AzureError, ValueError) as error:
        raise UsageProblem(
            f"{reference}: the key vault {host} cannot be asked ({type(error).__name__}).",
            advice="Check the name of the vault, the network, and the sign-in of this account (az login).",
        ) from None


def _from_keyring(name: str, reference: str) -> str:
    extras.require("keyring", reference)
    import keyring
    from keyring.errors import KeyringError

    service, _, user = name.rpartition("/")
    try:
        found = keyring.get_password(service, user)
    except KeyringError as error:
        raise UsageProblem(
            f"{reference}: the keyring of this computer cannot be asked ({type(error).__name__}).",
            advice="Unlock it, or use env:NAME or file:/path instead.",
        ) from None
    if found is None:
        raise UsageProblem(
            f"{reference}: the keyring has no such entry.",
            advice=f"Store it with: keyring set {service or 'SERVICE'} {user or 'NAME'}",
        )
    return found


_READERS = {
    "azure-keyvault": _from_key_vault,
    "env": _from_environment,
    "file": _from_file,
    "keyring": _from_keyring,
}
