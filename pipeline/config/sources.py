"""Where people are listed, as a job file says it: one table for each kind of connector."""

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipeline.config.secrets import Reference

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Settings(BaseModel):
    """One table of the job file: frozen, and without keys that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class _Listed(Settings):
    """What every list and every directory may say.

    ``saml_attribute`` is the name under which the identity provider sends the email; ``saml_metadata`` is a file with
    the identity provider's metadata, in which ``doctor`` looks for that name.
    """

    mapping: str | None = None
    email_attribute: str | None = None
    saml_attribute: str | None = None
    saml_metadata: Path | None = Field(default=None, strict=False)


class FileSource(_Listed):
    """A workbook or a text table."""

    kind: Literal["csv", "excel"]
    path: Path = Field(strict=False)
    sheet: str | None = None
    encoding: str | None = None

    @property
    def title(self) -> str:
        """Name the source in messages."""
        return self.path.name

    @model_validator(mode="after")
    def _keys_fit_the_kind(self) -> "FileSource":
        if self.kind == "csv" and self.sheet is not None:
            raise ValueError('sheet: only a workbook (kind = "excel") has sheets')
        if self.kind == "excel" and self.encoding is not None:
            raise ValueError('encoding: only a text file (kind = "csv") has one to choose')
        return self


GraphSignIn = Literal["client_secret", "certificate", "managed_identity", "workload_identity", "azure_cli", "token"]


class AzureAd(_Listed):
    """Microsoft Entra ID through Microsoft Graph: everybody, the members of a group, or the users of an application."""

    kind: Literal["azure_ad"]
    everyone: bool = Field(default=False, alias="all")
    group: str | None = Field(default=None, min_length=1)
    app: str | None = Field(default=None, min_length=1)
    filter: str | None = Field(default=None, min_length=1)
    mode: Literal["full", "delta"] = "full"
    full_every: int = Field(default=7, ge=1)
    cloud: Literal["global", "gcc_high", "dod", "china"] | None = None
    endpoint: str | None = None
    credential: GraphSignIn | None = None
    tenant_id: str | None = None
    client_id: str | None = None
    secret: Reference | None = None
    certificate: Path | None = Field(default=None, strict=False)
    token: Reference | None = None

    @property
    def title(self) -> str:
        """Name the source in messages."""
        return f"Entra ID {self.group or self.app or ''}".rstrip()

    @property
    def signs_in_with(self) -> GraphSignIn:
        """Name the credential; one that is given by its only key need not be named as well."""
        if self.credential is not None:
            return self.credential
        if self.token is not None:
            return "token"
        return "client_secret" if self.certificate is None else "certificate"

    @model_validator(mode="after")
    def _fits_together(self) -> "AzureAd":
        _one_scope({"all": self.everyone, "group": self.group, "app": self.app})
        if self.cloud is not None and self.endpoint is not None:
            raise ValueError("cloud and endpoint: give one of the two")
        if self.endpoint is not None:
            _safe_address("endpoint", self.endpoint)
        needed: dict[str, tuple[str, ...]] = {
            "client_secret": ("tenant_id", "client_id", "secret"),
            "certificate": ("tenant_id", "client_id", "certificate"),
            "token": ("token",),
        }
        _complete(self, self.signs_in_with, needed.get(self.signs_in_with, ()))
        return self


class SapIdp(_Listed):
    """SAP Cloud Identity Services over SCIM: everybody, or the members of a group."""

    kind: Literal["sap_idp"]
    url: str
    everyone: bool = Field(default=False, alias="all")
    group: str | None = Field(default=None, min_length=1)
    filter: str | None = Field(default=None, min_length=1)
    paging: Literal["cursor", "index"] = "cursor"
    credential: Literal["basic", "certificate", "client_credentials", "token"] = "basic"
    client_id: str | None = None
    secret: Reference | None = None
    certificate: Path | None = Field(default=None, strict=False)
    key: Path | None = Field(default=None, strict=False)
    token_url: str | None = None
    token: Reference | None = None
    trust: Path | None = Field(default=None, strict=False)

    @property
    def title(self) -> str:
        """Name the source in messages."""
        return f"SAP IdP {self.group or ''}".rstrip()

    @model_validator(mode="after")
    def _fits_together(self) -> "SapIdp":
        _one_scope({"all": self.everyone, "group": self.group})
        _safe_address("url", self.url)
        if self.token_url is not None:
            _safe_address("token_url", self.token_url)
        needed = {
            "basic": ("client_id", "secret"),
            "certificate": ("certificate",),
            "client_credentials": ("client_id", "secret", "token_url"),
            "token": ("token",),
        }
        _complete(self, self.credential, needed[self.credential])
        return self


class NoSource(Settings):
    """No directory at all: letters cannot be proved, and the report says so."""

    kind: Literal["none"]
    saml_attribute: str | None = None
    saml_metadata: Path | None = Field(default=None, strict=False)


Live = AzureAd | SapIdp
"""An identity provider that is asked itself: what it says of an email is true by definition."""

Roster = Annotated[FileSource | AzureAd | SapIdp, Field(discriminator="kind")]
Directory = Annotated[FileSource | AzureAd | SapIdp | NoSource, Field(discriminator="kind")]

BY_KIND: dict[str, type[Settings]] = {
    "csv": FileSource,
    "excel": FileSource,
    "azure_ad": AzureAd,
    "sap_idp": SapIdp,
    "none": NoSource,
}


def references(part: Settings) -> dict[str, str]:
    """List the secrets that a table refers to, by their keys."""
    given = {key: getattr(part, key, None) for key in ("secret", "token")}
    return {key: reference for key, reference in given.items() if reference is not None}


def _one_scope(scopes: dict[str, object]) -> None:
    given = [key for key, value in scopes.items() if value]
    if len(given) != 1:
        keys = ", ".join(f"{key} = {'true' if key == 'all' else chr(34) + '…' + chr(34)}" for key in scopes)
        found = f"there are {' and '.join(given)}" if given else "there is none"
        raise ValueError(f"one scope is needed, of {keys}; {found}")


def _safe_address(key: str, address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        raise ValueError(f"{key}: must begin with https:// (http:// is for a test server on this computer only)")


def _complete(part: Settings, credential: str, keys: tuple[str, ...]) -> None:
    missing = [key for key in keys if getattr(part, key) is None]
    if missing:
        raise ValueError(f'credential "{credential}" needs {" and ".join(missing)} as well')
