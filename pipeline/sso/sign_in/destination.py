"""Compare the place that a sign-in was sent to with Contact Pro and with the Issuer of a certificate."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from pipeline.sso.saml.response import SignIn
from pipeline.sso.saml.service_provider import CONTACT_PRO_HOSTS
from pipeline.sso.subjects import SubjectRecord
from pipeline.sso.wording import plain


def other_application(sign_in: SignIn) -> str | None:
    """Return the host or audience of another application that a sign-in was sent to, None if it may be Contact Pro.

    An audience that is a user pool of Amazon Cognito is enough for Contact Pro: a pool may have a host of its own.
    """
    if sign_in.cognito_region is not None:
        return None
    host = _host(sign_in.destination)
    if host:
        return None if host.endswith(CONTACT_PRO_HOSTS) else host
    audience = sign_in.audiences[0] if sign_in.audiences else None
    return None if _host(audience).endswith(CONTACT_PRO_HOSTS) else audience


def agrees(sign_in: SignIn, holders: Sequence[SubjectRecord]) -> bool | None:
    """Return whether the host and region of a sign-in are those of an Issuer; None if the sign-in names neither."""
    if not holders or (sign_in.cognito_host is None and sign_in.cognito_region is None):
        return None
    return any(_fits(sign_in, holder.issuer) for holder in holders)


def for_sign_in(sign_in: SignIn, holders: tuple[SubjectRecord, ...]) -> tuple[SubjectRecord, ...]:
    """Return the holders whose Issuer is that of the sign-in, or all of them if there are none."""
    return tuple(each for each in holders if _fits(sign_in, each.issuer)) or holders


def disagreement(sign_in: SignIn, issuer: str) -> str:
    """Build the sentence about a sign-in to another tenant or region than the Issuer names."""
    pool = f"a user pool in {sign_in.cognito_region}" if sign_in.cognito_region else ""
    places = " for ".join(each for each in (sign_in.cognito_host, pool) if each)
    return f"But it was sent to {plain(places)}, and the Issuer beside this Subject is {issuer}."


def _fits(sign_in: SignIn, issuer: str) -> bool:
    host, region = sign_in.cognito_host, sign_in.cognito_region
    return host in {None, issuer} and (region is None or f".auth.{region}." in issuer)


def _host(url: str | None) -> str:
    try:
        return urlsplit(url or "").hostname or ""
    except ValueError:
        return ""
