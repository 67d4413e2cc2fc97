"""Makes a sign-in as two programs capture it: the form field that a browser posts, and its recording of the way there.

Run as ``python sample_data/make_sign_in.py``. Aoife Walsh of ``small-team.csv`` signs in to the tenant acme in Europe
through Microsoft Entra ID. The shape follows what Entra sends; all people are invented. Certificate and signature are
real: they were made once for exactly this text, and the key was thrown away, so a change of the text needs new ones.
"""

import base64
import html
import json
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

HERE = Path(__file__).parent / "sso"
EMAIL, FIRST, LAST = "Aoife.Walsh@contoso-example.com", "Aoife", "Walsh"
TENANT_ID = "0b9c0f6a-1111-4222-8333-5d0c2c7a9e01"
OBJECT_ID = "00000000-0000-4000-8000-000000000175"
HOST = "cc-acme.auth.eu-central-1.amazoncognito.com"
SERVICE = f"https://{HOST}/saml2/idpresponse"
POOL = "urn:amazon:cognito:sp:eu-central-1_AbCdEfGhi"
STS = f"https://sts.contoso-example.com/{TENANT_ID}/"
LOGIN = f"https://login.microsoftonline.com/{TENANT_ID}"
RELAY_STATE = "H4sIAAAAAAAAAExhbXBsZS1yZWxheS1zdGF0ZS1vZi1uby11c2U.SAMPLE"
MICROSOFT = "http://schemas.microsoft.com/identity/claims"
CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
METHODS = "http://schemas.microsoft.com/ws/2008/06/identity/authenticationmethod"

ATTRIBUTES = (
    (f"{MICROSOFT}/tenantid", [TENANT_ID]),
    (f"{MICROSOFT}/objectidentifier", [OBJECT_ID]),
    (f"{MICROSOFT}/displayname", [f"{FIRST} {LAST}"]),
    (f"{MICROSOFT}/identityprovider", [STS]),
    (
        "http://schemas.microsoft.com/claims/authnmethodsreferences",
        [f"{METHODS}/password", "http://schemas.microsoft.com/claims/multipleauthn"],
    ),
    (f"{CLAIMS}/givenname", [FIRST]),
    (f"{CLAIMS}/surname", [LAST]),
    (f"{CLAIMS}/emailaddress", [EMAIL]),
    (f"{CLAIMS}/name", [EMAIL.lower()]),
)

CERTIFICATE = (
    "MIIC8DCCAdigAwIBAgIUeIFEOV6NtM40YRfH8tbplIvjUuQwDQYJKoZIhvcNAQELBQAwKTEnMCUGA1UEAwweaW52ZW50ZWQgRW50"
    "cmEgSUQgc2lnbmluZyAyMDI1MB4XDTI1MDMwMTAwMDAwMFoXDTQ2MDEwMTAwMDAwMFowKTEnMCUGA1UEAwweaW52ZW50ZWQgRW50"
    "cmEgSUQgc2lnbmluZyAyMDI1MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAj/OfJbkToSFXLkjRRJfGwT1oFkGYYZER"
    "zdur3A76ZERI0YcglrBhXiVv/mZs7ykf1Bo5Wtwi4LwxnteP3xMK0hsEULvOoIhgfZLLC2o2L56vmOyDq/+j9Axm8+zjXLz+Whul"
    "lt6TVSYkVfJcmadNlO20OTqp42BYlYHBtgnwlP33B6sE3xzA916CC1rMx41sBskCXnGj21skIuwmL6REWifVhdRr5d8w1wvmCsxa"
    "Oi/S3DhfZZ1ARjv3LmZ1SXotb1DXN5XiXVx065C21lwRcIe5VAs3DY/I4muWOIIPcCNFAO+u5J7jBypqwmuTfwJJd+COFQ2OUjuG"
    "Y4LjZnR1/wIDAQABoxAwDjAMBgNVHRMBAf8EAjAAMA0GCSqGSIb3DQEBCwUAA4IBAQAdXQVLpYI0myEQ4GK1AXbCWW6CMTYgVyMY"
    "nNvnzaRN+th00Z9+aCCShDsOKwI05cCAqQrHn0vb5v7US4qMZoIa9Na/vqoCVbiVQfEetgJw3sbZbhCH5th63C246CM+0x8vcHsw"
    "1P3dWgHLxDhBcBspg+RJGUheMVzunEUA4ky3ATkjHcmCXt7PhMplZGdFu4fYNSvKAfTqqU8kPVJ0+quloS64YhxvTlAwOH8qzBLx"
    "QuIVsiSHAAwuYgK5pqUFvSNTxae+WO9ckXI3rPqdU3F9V5aTi2Sn2mX+b7/jqhgKkkidIcmYhlOrXSJfeDYQpGsB8eMlUu9bjDpO"
    "g16+8f+y"
)
"""The same as in ``sso/entra.xml``."""

DIGEST = "w8EiZUQNpw3gh7rn7GuG3BsR4Lc/CqA8BuyNtWwW9xI="
SIGNATURE = (
    "eq0D8TkKoVT1AkehqsQMmocNL4SXAMviWVIwB0Mrs1W3NvasztdiN9mFAJ4eAjYIseZ3pPW/Zm/pkdsOFRMRM01RAzSpjre5kDkf"
    "TOsc7UR03Wcx8SQr4If7ceaHpmbaJcAhJmfzH/nvh5lMhUmI6ghjNkZOWPAsoGk5b9iksODDtVviS2cLfqHm8PejqDRw11OjVsvS"
    "dpx4gJKZYiGY4EAjabVK9wWo9mdRUjYJPzQfwN4vdcjskpmtUYbmyq89ce42fLkV07ySID3fUutEomAeymP+CmwM/ITYIPge/X9U"
    "bG7CHWB+0f/FpzSgN0RnTwYo7ZgdqrwQ3rbqM4Z63A=="
)


def main() -> None:
    """Write the samples."""
    HERE.mkdir(exist_ok=True)
    for name, text in samples().items():
        (HERE / name).write_text(text, "utf-8", newline="")


def samples() -> dict[str, str]:
    """Return every sample by the name of its file."""
    encoded = base64.b64encode(response().encode()).decode()
    return {"saml-response.txt": f"{encoded}\n", "sign-in.har": json.dumps(recording(encoded), indent=2) + "\n"}


def response() -> str:
    """Write the response as Entra does: one line, the assertion signed."""
    attributes = "".join(
        f'<Attribute Name="{name}">'
        + "".join(f"<AttributeValue>{value}</AttributeValue>" for value in values)
        + "</Attribute>"
        for name, values in ATTRIBUTES
    )
    return (
        '<samlp:Response ID="_7c2f1a8e-5b0d-4c3e-9f6a-2d1b0e4c8a71" Version="2.0" '
        f'IssueInstant="2026-01-30T07:12:31.405Z" Destination="{SERVICE}" '
        'InResponseTo="_1f0e6c52-3f5a-4b1e-8a55-6b7f2d9c0e13" xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">'
        "<!-- A sample: all people in it are invented. Certificate and signature were made for it, and the key was "
        "thrown away. -->"
        f'<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">{STS}</Issuer>'
        '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'
        '<Assertion ID="_0b9d4f63-8f1c-4c5a-b6de-51f3a7c20d00" IssueInstant="2026-01-30T07:12:31.389Z" Version="2.0" '
        f'xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><Issuer>{STS}</Issuer>'
        '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo>'
        '<CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
        '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>'
        '<Reference URI="#_0b9d4f63-8f1c-4c5a-b6de-51f3a7c20d00"><Transforms>'
        '<Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
        '<Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></Transforms>'
        '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<DigestValue>{DIGEST}</DigestValue></Reference></SignedInfo><SignatureValue>{SIGNATURE}</SignatureValue>"
        f"<KeyInfo><X509Data><X509Certificate>{CERTIFICATE}</X509Certificate></X509Data></KeyInfo></Signature>"
        f'<Subject><NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">{EMAIL}</NameID>'
        '<SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
        '<SubjectConfirmationData InResponseTo="_1f0e6c52-3f5a-4b1e-8a55-6b7f2d9c0e13" '
        f'NotOnOrAfter="2026-01-30T08:12:31.249Z" Recipient="{SERVICE}"/></SubjectConfirmation></Subject>'
        '<Conditions NotBefore="2026-01-30T07:07:31.249Z" NotOnOrAfter="2026-01-30T08:12:31.249Z">'
        f"<AudienceRestriction><Audience>{POOL}</Audience></AudienceRestriction></Conditions>"
        f"<AttributeStatement>{attributes}</AttributeStatement>"
        '<AuthnStatement AuthnInstant="2026-01-30T07:12:27.118Z" '
        'SessionIndex="_0b9d4f63-8f1c-4c5a-b6de-51f3a7c20d00"><AuthnContext><AuthnContextClassRef>'
        "urn:oasis:names:tc:SAML:2.0:ac:classes:Password</AuthnContextClassRef></AuthnContext></AuthnStatement>"
        "</Assertion></samlp:Response>"
    )


def recording(encoded: str) -> dict[str, Any]:
    """Record the way from the launchpad to the service, as a browser does that was asked to keep its log."""
    request = _deflated(
        '<samlp:AuthnRequest ID="_1f0e6c52-3f5a-4b1e-8a55-6b7f2d9c0e13" Version="2.0" '
        f'IssueInstant="2026-01-30T07:12:05.660Z" Destination="{LOGIN}/saml2" AssertionConsumerServiceURL="{SERVICE}" '
        'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol">'
        f'<Issuer xmlns="urn:oasis:names:tc:SAML:2.0:assertion">{POOL}</Issuer></samlp:AuthnRequest>'
    )
    asked = f"{LOGIN}/saml2?{urlencode({'SAMLRequest': request, 'RelayState': RELAY_STATE}, quote_via=quote)}"
    page = (
        '<html><head><title>Working...</title></head><body><form method="POST" name="hiddenform" '
        f'action="{SERVICE}"><input type="hidden" name="SAMLResponse" value="{html.escape(encoded)}" />'
        f'<input type="hidden" name="RelayState" value="{RELAY_STATE}" /><noscript><p>Script is disabled. Click Submit '
        'to continue.</p><input type="submit" value="Submit" /></noscript></form>'
        '<script language="javascript">document.forms[0].submit();</script></body></html>'
    )
    form = {"SAMLResponse": encoded, "RelayState": RELAY_STATE}
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "WebInspector", "version": "537.36"},
            "pages": [],
            "entries": [
                _entry("07:12:05.102", "GET", "https://cc-acme.cc.sinch.com/launchpad", 302),
                _entry("07:12:05.660", "GET", asked, 200, page="<html><body>Sign in to your account</body></html>"),
                _entry("07:12:31.010", "POST", f"{LOGIN}/login", 200, page=page),
                _entry("07:12:31.902", "POST", SERVICE, 302, form=form),
                _entry("07:12:32.377", "GET", "https://cc-acme.cc.sinch.com/launchpad", 200, page="<html></html>"),
            ],
        }
    }


def _entry(
    at: str, method: str, url: str, status: int, *, page: str = "", form: dict[str, str] | None = None
) -> dict[str, Any]:
    request: dict[str, Any] = {
        "method": method,
        "url": url,
        "httpVersion": "http/2.0",
        "headers": [],
        "queryString": [],
        "cookies": [],
    }
    if form is not None:
        request["postData"] = {
            "mimeType": "application/x-www-form-urlencoded",
            "text": urlencode(form),
            "params": [{"name": name, "value": quote(value, safe="")} for name, value in form.items()],
        }
    content = {"size": len(page), "mimeType": "text/html", "text": page}
    answer = {"status": status, "httpVersion": "http/2.0", "headers": [], "cookies": [], "content": content}
    return {"startedDateTime": f"2026-01-30T{at}Z", "time": 120.5, "request": request, "response": answer}


def _deflated(text: str) -> str:
    """Encode as an address carries it; stored, not compressed, so that every zlib gives the same bytes."""
    packer = zlib.compressobj(0, zlib.DEFLATED, -zlib.MAX_WBITS)
    return base64.b64encode(packer.compress(text.encode()) + packer.flush()).decode()


if __name__ == "__main__":
    main()
