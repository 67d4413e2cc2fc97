"""Declaration of a connector's table in a job file: its keys, and which of them are secrets, paths or files.

The pipeline finds secrets and paths by the types below, so a connector names a key once, in its ``Settings``.
"""

from pathlib import Path
from typing import Annotated, ClassVar, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
"""Hosts of this computer: the only ones that are asked without TLS."""

SECRET_KINDS = ("env:", "file:", "keyring:", "azure-keyvault:")


class Settings(BaseModel):
    """One table of the job file: frozen, and without unknown keys."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        defer_build=True,  # a validator of its own is wanted of the whole job only: 20 ms of a run
    )


def _is_reference(text: str) -> str:
    if not any(text.startswith(kind) and len(text) > len(kind) for kind in SECRET_KINDS):
        raise ValueError(
            "a secret is given by reference only, as env:NAME, file:/path, keyring:service/name or "
            "azure-keyvault:vault/name"
        )
    return text


def _is_safe(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ValueError("is not a web address") from None
    if not host or parts.scheme not in {"https", "http"} or (parts.scheme == "http" and host not in LOOPBACK):
        raise ValueError("must begin with https:// (http:// is for a test server on this computer only)")
    if "@" in parts.netloc:
        raise ValueError("has a user or password in it: name them by reference, with keys of their own")
    return url


SECRET: Final = AfterValidator(_is_reference)
FILE_OR_NAME: Final = "a file if it ends in .toml, else a name"

SecretReference = Annotated[str, SECRET]
"""The place of a secret: ``env:NAME``, ``file:/path``, ``keyring:service/name`` or ``azure-keyvault:vault/name``."""

HttpsUrl = Annotated[str, AfterValidator(_is_safe)]
"""A web address that a secret may be sent to: https, or http on this computer."""

FilePath = Annotated[Path, Field(strict=False)]
"""A file; a relative path is resolved against the folder of the job file."""

NameOrFile = Annotated[str, FILE_OR_NAME]
"""The name of a packaged mapping or layout, or a TOML file."""


class SourceSettings(Settings):
    """A table ``[roster]`` or ``[directory]``; a connector adds ``kind: Literal["…"]`` and its own keys.

    ``saml_attribute`` is the name under which the identity provider sends the email; ``saml_metadata`` is a file with
    the identity provider's metadata, in which ``doctor`` looks for that name.
    """

    kind: str
    mapping: NameOrFile | None = None
    email_attribute: str | None = None
    saml_attribute: str | None = None
    saml_metadata: FilePath | None = None

    is_identity_provider: ClassVar[bool] = True
    """Its spelling of an email is right by definition, so a roster of this kind needs no directory."""

    @property
    def title(self) -> str:
        """Return the name of the source for messages."""
        return self.kind

    @property
    def wants_delta_state(self) -> bool:
        """Return True if the next reading needs what this one kept."""
        return False


class FileSettings(SourceSettings):
    """A table of people in a file: read through its headers, whereas a directory is asked for attributes."""

    path: FilePath

    is_identity_provider: ClassVar[bool] = False
    suffixes: ClassVar[tuple[str, ...]] = ()
    """Endings of file names, in lower case, by which a file without a job file gets this kind."""
    reads_into_store: ClassVar[bool] = False
    """Its ``open`` takes ``store``: the rows are read into a ``ColumnStore``, not into memory."""

    @property
    def title(self) -> str:
        """Return the name of the file."""
        return self.path.name


class BaselineSettings(Settings):
    """A table ``[baseline]``: what Contact Pro has today; a connector adds ``kind`` and its own keys."""

    kind: str


def one_scope(scopes: dict[str, object]) -> None:
    """Check that exactly one of several keys chooses whose users are read.

    Raises:
        ValueError: none does, or more than one.
    """
    given = [key for key, value in scopes.items() if value]
    if len(given) != 1:
        keys = ", ".join(f"{key} = {'true' if key == 'all' else chr(34) + '…' + chr(34)}" for key in scopes)
        found = f"there are {' and '.join(given)}" if given else "there is none"
        raise ValueError(f"one scope is needed, of {keys}; {found}")


def complete(table: Settings, credential: str, keys: tuple[str, ...]) -> None:
    """Check that a credential has its parts.

    Raises:
        ValueError: with the keys that are missing.
    """
    missing = [key for key in keys if getattr(table, key) is None]
    if missing:
        raise ValueError(f'credential "{credential}" needs {" and ".join(missing)} as well')
