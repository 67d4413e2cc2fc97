"""Small metadata of both sides, for the tests that change one thing in it."""

from datetime import UTC, datetime, timedelta

from pipeline.sso.saml.metadata import Entity, entities
from tests.servers.authority import signing_certificate

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
HOST = "cc-acme.auth.eu-central-1.amazoncognito.com"
SAML2 = "urn:oasis:names:tc:SAML:2.0"
NAMESPACES = (
    f'xmlns="{SAML2}:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:saml="{SAML2}:assertion" '
    'xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706" '
    'xmlns:auth="http://docs.oasis-open.org/wsfed/authorization/200706"'
)
GOOD = signing_certificate(NOW - timedelta(days=100), NOW + timedelta(days=1000))


def key(certificate: str, use: str = ' use="signing"') -> str:
    """Write a key."""
    data = f"<ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>"
    return f"<KeyDescriptor{use}><ds:KeyInfo>{data}</ds:KeyInfo></KeyDescriptor>"


def place(kind: str, binding: str, location: str) -> str:
    """Write an endpoint."""
    return f'<{kind} Binding="{SAML2}:bindings:{binding}" Location="{location}"/>'


def service(
    consumer: str = f"https://{HOST}/saml2/idpresponse",
    entity: str = "urn:amazon:cognito:sp:eu-central-1_AbCdEfGhi",
    more: str = "",
    ends: str = "",
    binding: str = "HTTP-POST",
) -> str:
    """Write the metadata of a tenant."""
    return (
        f'<EntityDescriptor {NAMESPACES} entityID="{entity}"{ends}><SPSSODescriptor '
        f'protocolSupportEnumeration="{SAML2}:protocol">{more}'
        f"{place('AssertionConsumerService', binding, consumer)}</SPSSODescriptor></EntityDescriptor>"
    )


def provider(
    keys: str = key(GOOD),
    places: str = place("SingleSignOnService", "HTTP-Redirect", "https://idp.example.com/sso"),
    entity: str = "https://idp.example.com/",
    names: str = "",
    ends: str = "",
    protocol: str = f"{SAML2}:protocol",
) -> str:
    """Write the metadata of an identity provider."""
    return (
        f'<EntityDescriptor {NAMESPACES} entityID="{entity}"{ends}><IDPSSODescriptor '
        f'protocolSupportEnumeration="{protocol}">{keys}{places}{names}</IDPSSODescriptor></EntityDescriptor>'
    )


def one(text: str) -> Entity:
    """Read a document that describes one party."""
    (entity,) = entities(text.encode(), "metadata.xml")
    return entity
