"""Until when metadata holds, looked at on 1 June 2026."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.sso.saml.validity import RENEW, ROLLED, certificates, document
from tests.pipeline.sso.saml.documents import GOOD, NOW, one, service
from tests.servers.authority import signing_certificate


def lasting(begin: int, end: int) -> str:
    """Build a certificate that holds from so many days from now until so many days from now."""
    return signing_certificate(NOW + timedelta(days=begin), NOW + timedelta(days=end))


ENDED, FUTURE, SOON = lasting(-400, -1), lasting(5, 900), lasting(-300, 20)


@pytest.mark.parametrize(
    ("texts", "status", "said"),
    [
        ([GOOD], "ok", "1 for signing in idp.xml: SHA-256 "),
        ([GOOD, GOOD], "ok", "1 for signing"),
        ([GOOD, lasting(-3, 700)], "ok", "2 for signing"),
        (["\n".join(GOOD[at : at + 64] for at in range(0, len(GOOD), 64))], "ok", "1 for signing"),
        ([], "failed", "idp.xml has no certificate for signing"),
        ([ENDED], "failed", "; it has expired"),
        ([ENDED, lasting(-9, -2)], "failed", "; all have expired"),
        ([FUTURE], "failed", "; none is valid today"),
        ([ENDED, FUTURE], "failed", "; none is valid today"),
        ([GOOD, ENDED], "warning", "; one has expired"),
        ([GOOD, FUTURE], "warning", "; one is not valid yet"),
        ([SOON], "warning", "; one expires soon"),
        ([GOOD, SOON, ENDED], "warning", "; one has expired, one expires soon"),
        (["not base64!"], "failed", "certificate 1 of 1 in idp.xml cannot be read"),
        ([""], "failed", "certificate 1 of 1 in idp.xml cannot be read"),
        ([GOOD, GOOD[:-8]], "failed", "certificate 2 of 2 in idp.xml cannot be read"),
        ([base64.b64encode(b"no certificate").decode()], "failed", "certificate 1 of 1"),
        ([GOOD + "\n" * 4096], "warning", "; one has more than 4096 characters"),
    ],
)
def test_signing_certificates(texts: list[str], status: str, said: str) -> None:
    """None, a malformed one, or none that holds is a failure; one among others that does not hold is a warning."""
    found = certificates("idp certificates", texts, "idp.xml", NOW)
    assert found.status == status
    assert said in found.detail
    assert bool(found.next) is (status != "ok")


@pytest.mark.parametrize(("others", "advice"), [([FUTURE], ROLLED), ([ENDED], RENEW), ([FUTURE, SOON], RENEW)])
def test_only_what_ends_is_to_be_renewed(others: list[str], advice: str) -> None:
    """A certificate for later is how a change of certificates begins; there is nothing to renew."""
    assert certificates("c", [GOOD, *others], "idp.xml", NOW).next == advice


@pytest.mark.parametrize(
    ("days", "status"), [(-1, "failed"), (0, "failed"), (1, "warning"), (30, "warning"), (31, "ok")]
)
def test_the_days_before_a_certificate_ends(days: int, status: str) -> None:
    """Thirty days before the end it is a warning, from the last moment on a failure."""
    assert certificates("c", [lasting(-90, days)], "idp.xml", NOW).status == status


@pytest.mark.parametrize(
    ("ends", "status", "said"),
    [
        ((), "ok", "metadata.xml has no expiry date"),
        (("2027-01-01T00:00:00Z",), "ok", "metadata.xml is valid until 2027-01-01"),
        (("2027-01-01T00:00:00.1234567Z",), "ok", "metadata.xml is valid until 2027-01-01"),
        (("2026-06-01T14:00:01+02:00",), "warning", "metadata.xml expires on 2026-06-01"),
        (("2026-06-01T14:00:00+02:00",), "failed", "metadata.xml expired on 2026-06-01"),
        (("2026-06-08T00:00:00",), "warning", "metadata.xml expires on 2026-06-08"),
        (("2019-12-31T23:59:59Z", "2030-01-01T00:00:00Z"), "failed", "metadata.xml expired on 2019-12-31"),
        (("soon",), "warning", "metadata.xml ends at 'soon', which is not a date"),
        (("2026-13-01T00:00:00Z",), "warning", "which is not a date"),
    ],
)
def test_the_end_of_a_document(ends: tuple[str, ...], status: str, said: str) -> None:
    """The first end counts, in any zone; a text that is not a date is reported."""
    found = document("idp validity", replace(one(service()), ends=ends), NOW)
    assert (found.status, bool(found.next)) == (status, status != "ok")
    assert said in found.detail
