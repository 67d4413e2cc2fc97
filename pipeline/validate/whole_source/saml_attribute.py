"""The name of the SAML attribute that carries the email: case-sensitive, and if it is wrong no user can sign in."""

import numpy as np

from connectors.base import Check
from pipeline.config.job_file.job import Job
from pipeline.config.job_file.sources import every_mapping
from pipeline.model.issues import Finding


def usual_names() -> tuple[str, ...]:
    """Return the names under which the known identity providers send the email by default."""
    return tuple(dict.fromkeys(name for mapping in every_mapping() for name in mapping.saml_attributes))


def named(job: Job) -> str | None:
    """Return the name that the job file has; None if it has none."""
    return (job.directory or job.roster).saml_attribute


def findings(job: Job) -> list[Finding]:
    """Compare the job's ``saml_attribute`` with the names that the known identity providers use.

    Source: Sinch's "Setting up SSO": the name must be exactly as the IdP spells it (facts: contact-pro, step 1).
    """
    written = named(job)
    return [] if written is None else _compared(written)


def usualness(line: str, written: str, better: str) -> Check:
    """Build a line of an examination of a name that is held against no metadata; ``better`` is the option for that."""
    found = _compared(written)
    if not found:
        return Check(line, "ok", f"{written} is a usual name; with {better} it can be compared")
    message, advice = found[0].message(0), found[0].fix(0)
    return Check(line, "failed" if found[0].code == "ATTRIBUTE-CASE" else "warning", message, advice)


def _compared(written: str) -> list[Finding]:
    names = usual_names()
    if written in names:
        return []
    no_rows = np.zeros(0, np.int64)
    for name in names:
        if name.casefold() == written.strip().casefold():
            message = f"saml_attribute is {written!r}; the identity provider's own spelling is {name!r}"
            return [Finding("ATTRIBUTE-CASE", no_rows, None, message, f"Write {name!r}.", values=[written])]
    message = f"saml_attribute is {written!r}, which no known identity provider uses by default"
    return [Finding("ATTRIBUTE-UNKNOWN", no_rows, None, message, values=[written])]
