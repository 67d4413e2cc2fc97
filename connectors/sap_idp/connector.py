"""Kind "sap_idp": the keys of SAP Cloud Identity Services in a job file, read over SCIM."""

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, model_validator

from connectors.base import ProgressCallback, Secret, Source
from connectors.settings import FilePath, HttpsUrl, SecretReference, SourceSettings, complete, one_scope

Kind = Literal["basic", "certificate", "client_credentials", "token"]

NEEDS: dict[Kind, tuple[str, ...]] = {
    "basic": ("client_id", "secret"),
    "certificate": ("certificate",),
    "client_credentials": ("client_id", "secret", "token_url"),
    "token": ("token",),
}


class Settings(SourceSettings):
    """Every user, or the members of a group."""

    kind: Literal["sap_idp"]
    url: HttpsUrl
    everyone: bool = Field(default=False, alias="all")
    group: str | None = Field(default=None, min_length=1)
    filter: str | None = Field(default=None, min_length=1)
    paging: Literal["cursor", "index"] = "cursor"
    credential: Kind = "basic"
    client_id: str | None = None
    secret: SecretReference | None = None
    certificate: FilePath | None = None
    key: FilePath | None = None
    token_url: HttpsUrl | None = None
    token: SecretReference | None = None
    trust: FilePath | None = None

    @property
    def title(self) -> str:
        """Return the name of the source for messages."""
        return f"SAP IdP {self.group or ''}".rstrip()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        one_scope({"all": self.everyone, "group": self.group})
        complete(self, self.credential, NEEDS[self.credential])
        return self


def open(
    settings: Settings,
    *,
    secrets: Mapping[str, Secret],
    attributes: tuple[str, ...],
    progress: ProgressCallback,
    **_: object,
) -> Source:
    """Return the reader of the users.

    Raises:
        ChoiceNeeded: a variable of the environment is unusable.
    """
    from connectors.http import environment
    from connectors.sap_idp.source import SapIdpSource, ScimCredential

    for url in filter(None, (settings.url, settings.token_url)):
        environment.check(url)
    credential = ScimCredential(
        kind=settings.credential,
        client_id=settings.client_id,
        secret=secrets.get("secret"),
        certificate=settings.certificate,
        key=settings.key,
        token_url=settings.token_url,
        token=secrets.get("token"),
    )
    return SapIdpSource(
        url=settings.url,
        credential=credential,
        attributes=attributes,
        group=settings.group,
        filter=settings.filter,
        paging=settings.paging,
        trust=settings.trust,
        progress=progress,
    )
