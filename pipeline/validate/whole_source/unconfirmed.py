"""Findings about a run: facts behind the import files that are not confirmed yet."""

import numpy as np

from pipeline.config.request import RunRequest
from pipeline.model import fields
from pipeline.model.issues import Finding
from pipeline.model.people import People
from pipeline.validate.whole_source import saml_attribute


def findings(people: People, request: RunRequest) -> list[Finding]:
    """Return the warnings about the SAML attribute, the layout and the regions of a run; each has no rows."""
    return [*saml_attribute.findings(request.job), *_unverified_layout(request), *_unverified_regions(people, request)]


def _unverified_layout(request: RunRequest) -> list[Finding]:
    if not request.plans or request.layout.verified:
        return []
    message = f"the layout {request.layout.name!r} has not been compared with an export of System Configurator yet"
    return [Finding("LAYOUT-UNVERIFIED", np.zeros(0, np.int64), None, message)]


def _unverified_regions(people: People, request: RunRequest) -> list[Finding]:
    used = set(people.texts(fields.REGION).unique().to_pylist()) if people.has(fields.REGION) else set()
    unverified = (
        region
        for region in request.regions
        if region.key in used and not region.verified and region.aws_region not in request.layout.regions
    )
    return [
        Finding(
            "REGION-UNVERIFIED",
            np.zeros(0, np.int64),
            None,
            f"{region.title}: its login host and issuer are inferred and not confirmed",
        )
        for region in unverified
    ]
