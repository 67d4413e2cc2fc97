"""Kind "azure_ad": the keys of Microsoft Entra ID in a job file, read through Microsoft Graph."""

import difflib
from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from connectors import extras
from connectors.azure_ad.graph.attributes import KNOWN, MANY, known
from connectors.azure_ad.graph.credentials import GraphCredential, Kind
from connectors.azure_ad.scope import Application, Everyone, Group, Scope
from connectors.base import ChoiceNeeded, DeltaState, ProgressCallback, Secret, Source
from connectors.settings import FilePath, HttpsUrl, SecretReference, SourceSettings, complete, one_scope

_PARTS: dict[Kind, tuple[str, ...]] = {
    "client_secret": ("tenant_id", "client_id", "secret"),
    "certificate": ("tenant_id", "client_id", "certificate"),
    "token": ("token",),
}


class Settings(SourceSettings):
    """Every user, the members of a group, or the users of an enterprise application."""

    kind: Literal["azure_ad"]
    everyone: bool = Field(default=False, alias="all")
    group: str | None = Field(default=None, min_length=1)
    app: str | None = Field(default=None, min_length=1)
    filter: str | None = Field(default=None, min_length=1)
    mode: Literal["full", "delta"] = "full"
    full_every: int = Field(default=7, ge=1)
    cloud: Literal["global", "gcc_high", "dod", "china"] | None = None
    endpoint: HttpsUrl | None = None
    credential: Kind | None = None
    tenant_id: str | None = None
    client_id: str | None = None
    secret: SecretReference | None = None
    certificate: FilePath | None = None
    token: SecretReference | None = None

    @property
    def title(self) -> str:
        """Return the name of the source for messages."""
        return f"Entra ID {self.group or self.app or ''}".rstrip()

    @property
    def wants_delta_state(self) -> bool:
        """Return True if only changes are to be read."""
        return self.mode == "delta"

    @property
    def signs_in_with(self) -> Kind:
        """Return the credential; one that is given by its only key need not be named as well."""
        if self.credential is not None:
            return self.credential
        if self.token is not None:
            return "token"
        return "client_secret" if self.certificate is None else "certificate"

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        one_scope({"all": self.everyone, "group": self.group, "app": self.app})
        if self.cloud is not None and self.endpoint is not None:
            raise ValueError("cloud and endpoint: give one of the two")
        complete(self, self.signs_in_with, _PARTS.get(self.signs_in_with, ()))
        return self

    @field_validator("email_attribute")
    @classmethod
    def _holds_one_email(cls, name: str | None) -> str | None:
        if name in MANY - {"otherMails"}:
            raise ValueError(
                f"{name} holds several values, and a sign-in sends one; write mail, userPrincipalName or another "
                "attribute with a single address"
            )
        return name


def open(
    settings: Settings,
    *,
    secrets: Mapping[str, Secret],
    attributes: tuple[str, ...],
    progress: ProgressCallback,
    delta_state: DeltaState | None,
) -> Source:
    """Return the reader of the users.

    Raises:
        ExtraMissing: the SDK is not installed.
        ChoiceNeeded: an attribute is not one that Microsoft Graph knows, or a variable of the environment is unusable.
    """
    extras.require("entra", 'kind = "azure_ad"')
    from connectors.azure_ad.graph.cloud import Service
    from connectors.azure_ad.source import AzureAdSource
    from connectors.http import environment

    for name in attributes:
        if not known(name):
            close = difflib.get_close_matches(name, KNOWN, n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            raise ChoiceNeeded(
                f"{name!r} is not an attribute of a user in Microsoft Graph.{hint}",
                advice="Write it as Graph spells it, in email_attribute or in the mapping.",
            )
    credential = GraphCredential(
        kind=settings.signs_in_with,
        tenant_id=settings.tenant_id,
        client_id=settings.client_id,
        secret=secrets.get("secret"),
        certificate=settings.certificate,
        token=secrets.get("token"),
    )
    service = Service.at(settings.endpoint) if settings.endpoint else Service.of_cloud(settings.cloud or "global")
    environment.check(service.base_url)
    return AzureAdSource(
        service=service,
        credential=credential,
        scope=_scope(settings),
        attributes=attributes,
        filter=settings.filter,
        mode=settings.mode,
        delta_state=delta_state,
        full_every=settings.full_every,
        progress=progress,
    )


def _scope(settings: Settings) -> Scope:
    if settings.group is not None:
        return Group(settings.group)
    return Everyone() if settings.app is None else Application(settings.app)
