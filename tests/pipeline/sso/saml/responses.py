"""Invented SAML responses, and the shapes in which browsers and people write them down."""

import base64
import json
import zlib
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote_plus
from xml.sax.saxutils import escape, quoteattr

EMAIL = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
ANNA = "Anna.Berg@contoso-example.com"
HOST = "cc-acme.auth.eu-central-1.amazoncognito.com"
SERVICE = f"https://{HOST}/saml2/idpresponse"
POOL = "urn:amazon:cognito:sp:eu-central-1_AbCdEfGhi"
RELAY_STATE = "relay-state-0c5e1d"
SIGNATURE_VALUE = "c2lnbmF0dXJlLXZhbHVl"

NAMES = 'xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns="urn:oasis:names:tc:SAML:2.0:assertion"'
SUCCESS = '<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>'


def attribute(name: str, *values: str, friendly: str | None = None) -> str:
    """Write one attribute; the values are markup."""
    friendly_name = f" FriendlyName={quoteattr(friendly)}" if friendly else ""
    cells = "".join(f"<AttributeValue>{value}</AttributeValue>" for value in values)
    return f"<Attribute Name={quoteattr(name)}{friendly_name}>{cells}</Attribute>"


def assertion(
    email: str = ANNA,
    *,
    attributes: str | None = None,
    name_id: str = ANNA,
    audience: str = POOL,
    recipient: str = SERVICE,
    signature: str = "",
) -> str:
    """Write an assertion; ``attributes`` and ``signature`` are markup."""
    statement = attribute(EMAIL, escape(email)) if attributes is None else attributes
    return (
        f'<Assertion ID="_a" Version="2.0" {NAMES}><Issuer>https://idp.example.com/</Issuer>{signature}'
        f"<Subject><NameID>{escape(name_id)}</NameID><SubjectConfirmation>"
        f"<SubjectConfirmationData Recipient={quoteattr(recipient)}/></SubjectConfirmation></Subject>"
        '<Conditions NotBefore="2026-01-30T07:00:00Z" NotOnOrAfter="2026-01-30T08:00:00Z">'
        f"<AudienceRestriction><Audience>{escape(audience)}</Audience></AudienceRestriction></Conditions>"
        f"<AttributeStatement>{statement}</AttributeStatement></Assertion>"
    )


def response(inside: str | None = None, *, status: str = SUCCESS, destination: str = SERVICE) -> bytes:
    """Write a response around an assertion, or around any other markup."""
    content = assertion() if inside is None else inside
    head = f'<samlp:Response ID="_r" Destination={quoteattr(destination)} {NAMES}>'
    return f"{head}{status}{content}</samlp:Response>".encode()


def signature(certificate: str) -> str:
    """Write a signature of filler, with a certificate."""
    return (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignatureValue>'
        f"{SIGNATURE_VALUE}</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
    )


def encoded(xml: bytes) -> str:
    """Encode as the form field holds it."""
    return base64.b64encode(xml).decode()


def deflated(xml: bytes) -> str:
    """Encode as an address holds it, before it is escaped."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return base64.b64encode(packer.compress(xml) + packer.flush()).decode()


def form(xml: bytes) -> str:
    """Write the body of the form post, another field before and one behind."""
    return f"lang=en&SAMLResponse={quote_plus(encoded(xml))}&RelayState={RELAY_STATE}"


def multipart(xml: bytes) -> str:
    """Write the form post as multipart."""
    part = '--x7\r\nContent-Disposition: form-data; name="{}"\r\nContent-Type: text/plain\r\n\r\n{}\r\n'
    fields = {"lang": "en", "SAMLResponse": encoded(xml), "RelayState": RELAY_STATE}
    return "".join(part.format(*each) for each in fields.items()) + "--x7--\r\n"


def page(xml: bytes) -> str:
    """Write the page that posts itself; another response in a comment and escaped characters of base64 are in it."""
    value = encoded(xml).replace("+", "&#43;").replace("/", "&#x2F;").replace("=", "&#61;")
    return (
        "<!-- saved from url=(0040)https://idp.example.com/sso -->\n<!DOCTYPE html><html><body>"
        f'<!-- <input name="SAMLResponse" value="{encoded(response(assertion("not.this@example.com")))}"> -->'
        f"<form action='{SERVICE}' method=post><input type=hidden name='RelayState' value='{RELAY_STATE}'>"
        f'<INPUT type="hidden" value="{value}" name="SAMLResponse" /></form></body></html>'
    )


def har(*entries: dict[str, Any]) -> str:
    """Write a browser's recording."""
    return json.dumps({"log": {"version": "1.2", "creator": {"name": "test"}, "entries": list(entries)}})


def sent(url: str = SERVICE, **post: object) -> dict[str, Any]:
    """Record one post."""
    return {"request": {"method": "POST", "url": url, "headers": [], "postData": post}, "response": {"status": 302}}


def shown(text: str, **content: object) -> dict[str, Any]:
    """Record one page."""
    answer = {"status": 200, "content": {"mimeType": "text/html", "text": text, **content}}
    return {"request": {"method": "GET", "url": "https://idp.example.com/sso"}, "response": answer}


def params(xml: bytes) -> Sequence[dict[str, str]]:
    """Return the fields of a post as browsers do."""
    return [{"name": "RelayState", "value": RELAY_STATE}, {"name": "SAMLResponse", "value": encoded(xml)}]
