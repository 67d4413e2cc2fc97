"""From the settings of a source to the connector that reads it; each connector is imported when it is asked for."""

from pathlib import Path
from typing import TYPE_CHECKING

from connectors.base import DeltaState, ProgressCallback, Secret, Source
from mappings.headers import nearest
from mappings.load import load_source_mapping, load_source_mappings
from mappings.model import HeadersAmbiguous, SourceMapping
from pipeline.config.secrets import resolve
from pipeline.config.sources import AzureAd, FileSource, Live, SapIdp
from pipeline.model.errors import UsageProblem

if TYPE_CHECKING:
    from connectors.azure_ad.source import AzureAdSource
    from connectors.sap_idp.source import SapIdpSource


def mappings_for(settings: FileSource | Live) -> tuple[SourceMapping, ...]:
    """Give the mappings that may say what the columns of a source mean.

    Raises:
        MappingError: there is no mapping of that name, or its file is wrong.
    """
    if settings.mapping is not None:
        return (load_source_mapping(settings.mapping, Path.cwd()),)
    return load_source_mappings(settings.kind)


def file_connector(settings: FileSource) -> Source:
    """Open a workbook or a text table."""
    if settings.kind == "csv":
        from connectors.csv_file.source import CsvSource

        return CsvSource(settings.path, settings.encoding)
    from connectors.excel.source import ExcelSource

    return ExcelSource(settings.path, settings.sheet)


def live_connector(
    settings: Live, tally: ProgressCallback, memory: DeltaState | None = None
) -> "AzureAdSource | SapIdpSource":
    """Open an identity provider; only the attributes that the mapping names are asked for.

    Raises:
        MappingError: there is no mapping of that name, or its file is wrong.
        UsageProblem: an attribute is not one that the directory knows.
    """
    mapping, *others = mappings_for(settings)
    if others:
        names = ", ".join(repr(each.name) for each in (mapping, *others))
        raise HeadersAmbiguous(f"Several mappings are for {settings.kind!r}: {names}. Name one of them as `mapping`.")
    attributes = mapping.attributes(settings.email_attribute)
    if isinstance(settings, SapIdp):
        return _sap_idp(settings, attributes, tally)
    return _azure_ad(settings, attributes, tally, memory)


def _azure_ad(
    settings: AzureAd, attributes: tuple[str, ...], tally: ProgressCallback, memory: DeltaState | None
) -> "AzureAdSource":
    from connectors.azure_ad.attributes import KNOWN, known
    from connectors.azure_ad.source import Application, AzureAdSource, Everyone, GraphCredential, Group, Service

    for name in attributes:
        if not known(name):
            close = nearest(name, KNOWN)
            hint = f" Did you mean {close!r}?" if close else ""
            raise UsageProblem(
                f"{name!r} is not an attribute of a user in Microsoft Graph.{hint}",
                advice="Write it as Graph spells it, in email_attribute or in the mapping.",
            )
    scope: Everyone | Group | Application = Everyone()
    if settings.group is not None:
        scope = Group(settings.group)
    elif settings.app is not None:
        scope = Application(settings.app)
    credential = GraphCredential(
        kind=settings.signs_in_with,
        tenant_id=settings.tenant_id,
        client_id=settings.client_id,
        secret=_secret(settings.secret),
        certificate=settings.certificate,
        token=_secret(settings.token),
    )
    service = Service.at(settings.endpoint) if settings.endpoint else Service.of_cloud(settings.cloud or "global")
    return AzureAdSource(
        service=service,
        credential=credential,
        scope=scope,
        attributes=attributes,
        filter=settings.filter,
        mode=settings.mode,
        memory=memory,
        full_every=settings.full_every,
        tally=tally,
    )


def _sap_idp(settings: SapIdp, attributes: tuple[str, ...], tally: ProgressCallback) -> "SapIdpSource":
    from connectors.sap_idp.source import SapIdpSource, ScimCredential

    credential = ScimCredential(
        kind=settings.credential,
        client_id=settings.client_id,
        secret=_secret(settings.secret),
        certificate=settings.certificate,
        key=settings.key,
        token_url=settings.token_url,
        token=_secret(settings.token),
    )
    return SapIdpSource(
        url=settings.url,
        credential=credential,
        attributes=attributes,
        group=settings.group,
        filter=settings.filter,
        paging=settings.paging,
        trust=settings.trust,
        tally=tally,
    )


def _secret(reference: str | None) -> Secret | None:
    """Resolve a secret when the connector asks for it, and each time it asks."""
    return None if reference is None else lambda: resolve(reference)
