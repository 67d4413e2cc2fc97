"""Read a SAML 2.0 response: the identity provider's statement about one user at one sign-in.

No text is trimmed, and a comment inside a value does not end it: values are compared as a service receives them. The
certificates of signatures are read here; ``signature`` verifies them. Source: SAML 2.0 Core §2 and §3.3.3.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from pipeline.sso.saml.captures.decoding import Captured
from pipeline.sso.saml.errors import NOT_ENCRYPTED, CaptureUnusable
from pipeline.sso.saml.x509 import read_certificate
from pipeline.sso.saml.xml import ASSERTION, METADATA, PROTOCOL, SIGNATURE

NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
SAML_1 = "urn:oasis:names:tc:SAML:1.0:"
TRUST = ("RequestSecurityTokenResponse", "RequestSecurityTokenResponseCollection")
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"

POOL, COGNITO = "urn:amazon:cognito:sp:", ".amazoncognito.com"
"""The names of Amazon Cognito, which signs users in to Contact Pro, in a response (facts: contact-pro, step 1)."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute with its name and all its values as sent; None is a value that is declared nil."""

    name: str
    friendly_name: str | None
    values: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Signature:
    """The signed parts, and the SHA-256 fingerprints (hex) of the certificates in their signatures."""

    response: bool
    assertion: bool
    fingerprints: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignIn:
    """One captured sign-in; times are texts as the identity provider wrote them (UTC).

    ``reformatted`` is True if the XML was indented after the capture.
    """

    place: str
    issuer: str | None
    audiences: tuple[str, ...]
    destination: str | None
    name_id: str | None
    name_id_format: str | None
    not_before: str | None
    not_on_or_after: str | None
    attributes: tuple[Attribute, ...]
    signature: Signature
    reformatted: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the attributes."""
        return tuple(attribute.name for attribute in self.attributes)

    def values(self, name: str) -> tuple[str | None, ...]:
        """Return the values of the attribute with exactly that name."""
        return next((each.values for each in self.attributes if each.name == name), ())

    @property
    def cognito_host(self) -> str | None:
        """Return the Cognito host that it was sent to; None if it was sent to another host."""
        host = _host(self.destination)
        return host if host.endswith(COGNITO) else None

    @property
    def cognito_region(self) -> str | None:
        """Return the AWS region of the user pool in its audience; None if its audience is not a user pool."""
        pools = (each.removeprefix(POOL) for each in self.audiences if each.startswith(POOL))
        return next((pool.partition("_")[0] for pool in pools), None)


def choose(captures: Sequence[Captured]) -> tuple[Captured, str]:
    """Choose the last response for Cognito, else the last one; return it with a note if there are several."""
    ours = [each for each in captures if _is_for_cognito(each.root)]
    one = (ours or captures)[-1]
    if len(captures) == 1:
        return one, ""
    why = "the last of them" if len(ours) != 1 else "the one for Amazon Cognito, as Contact Pro needs it"
    why = "the last of those for Amazon Cognito" if len(ours) > 1 else why
    return one, f"There are {len(captures)} different SAML responses in it; this is {why} ({one.place})."


def read(capture: Captured) -> SignIn:
    """Read a response, or an assertion alone.

    Raises:
        CaptureUnusable: it is another kind of document, the identity provider refused the sign-in, or it has no
            assertion, an encrypted one or several.
    """
    root, place = capture.root, capture.place
    if root.tag not in {f"{PROTOCOL}Response", f"{ASSERTION}Assertion", f"{ASSERTION}EncryptedAssertion"}:
        raise CaptureUnusable(f"{place}: {_other_kind(root)}.")
    if root.tag == f"{PROTOCOL}Response":
        _refuse_failure(root, place)
    assertion = _only_assertion(root, place)
    conditions = assertion.find(f"{ASSERTION}Conditions")
    name_id = assertion.find(f"{ASSERTION}Subject/{ASSERTION}NameID")
    issuer = assertion.find(f"{ASSERTION}Issuer")
    return SignIn(
        place,
        None if issuer is None else _text(issuer).strip(),
        _audiences(assertion),
        root.get("Destination") or _recipient(assertion),
        None if name_id is None else _text(name_id),
        None if name_id is None else name_id.get("Format"),
        None if conditions is None else conditions.get("NotBefore"),
        None if conditions is None else conditions.get("NotOnOrAfter"),
        tuple(_attributes(assertion)),
        _signature(root, assertion),
        reformatted=not capture.encoded and _is_indented(assertion),
    )


def _other_kind(root: Element) -> str:
    namespace, _, name = root.tag.rpartition("}")
    if namespace.removeprefix("{").startswith(SAML_1):
        return f"is a document of SAML 1.1 ({name}); Contact Pro needs SAML 2.0"
    if name in TRUST:
        return f"is a WS-Federation response ({name}), which carries SAML 1.1; Contact Pro needs SAML 2.0"
    if root.tag == f"{PROTOCOL}AuthnRequest":
        return "is the request for a sign-in (AuthnRequest), not the answer to it"
    if namespace + "}" == METADATA:
        return f"is SAML metadata ({name}), not a sign-in"
    return f"is XML, but not a SAML response (it begins with {root.tag[:200]!a})"


def _refuse_failure(root: Element, place: str) -> None:
    """Refuse the response to a failed sign-in, with the status of the identity provider."""
    codes = [code.get("Value") or "" for code in root.iterfind(f"{PROTOCOL}Status//{PROTOCOL}StatusCode")]
    if not codes or codes[0] == SUCCESS:
        return
    message = root.find(f"{PROTOCOL}Status/{PROTOCOL}StatusMessage")
    details = "" if message is None else f", with the message {_text(message)[:500]!r}"
    named = ", ".join(repr(code.rpartition(":")[2])[1:-1] for code in codes)
    raise CaptureUnusable(
        f"{place}: the identity provider did not sign this user in: status {named}{details}.",
        advice="Correct at the identity provider what the status names (is this user assigned to the application?), "
        "sign in and capture again.",
    )


def _only_assertion(root: Element, place: str) -> Element:
    """Find the assertion; refuse a second one anywhere, which could pretend to be covered by the same signature."""
    plain = list(root.iter(f"{ASSERTION}Assertion"))
    for tag, what in {"EncryptedAssertion": "assertion", "EncryptedAttribute": "attributes"}.items():
        if next(root.iter(f"{ASSERTION}{tag}"), None) is None:
            continue
        raise CaptureUnusable(f"{place}: its {what} cannot be read: encrypted for Contact Pro.", advice=NOT_ENCRYPTED)
    if len(plain) > 1:
        raise CaptureUnusable(
            f"{place}: contains {len(plain)} assertions, and one sign-in has one; it was not checked."
        )
    if not plain or (plain[0] is not root and plain[0] not in list(root)):
        raise CaptureUnusable(f"{place}: contains no assertion, so it names no user.")
    return plain[0]


def _attributes(assertion: Element) -> Iterator[Attribute]:
    """Read the attributes in their order; the values of a repeated name are joined."""
    found: dict[str, Attribute] = {}
    for element in assertion.iterfind(f"{ASSERTION}AttributeStatement/{ASSERTION}Attribute"):
        name = element.get("Name") or ""
        earlier = found.get(name, Attribute(name, element.get("FriendlyName"), ()))
        values = (_value(each) for each in element.iterfind(f"{ASSERTION}AttributeValue"))
        found[name] = Attribute(name, earlier.friendly_name, (*earlier.values, *values))
    yield from found.values()


def _is_indented(assertion: Element) -> bool:
    """Return True if each element of the assertion begins on a line of its own."""
    texts = [assertion.text, *(child.tail for child in assertion)]
    return len(texts) > 1 and all("\n" in (text or "") for text in texts)


def _value(element: Element) -> str | None:
    return None if element.get(NIL) in {"true", "1"} else _text(element)


def _text(element: Element) -> str:
    return "".join(element.itertext())


def _audiences(root: Element) -> tuple[str, ...]:
    return tuple(_text(each).strip() for each in root.iter(f"{ASSERTION}Audience"))


def _recipient(root: Element) -> str | None:
    return next(
        (to for each in root.iter(f"{ASSERTION}SubjectConfirmationData") if (to := each.get("Recipient"))), None
    )


def _is_for_cognito(root: Element) -> bool:
    hosts = (_host(root.get("Destination")), _host(_recipient(root)))
    return any(host.endswith(COGNITO) for host in hosts) or any(each.startswith(POOL) for each in _audiences(root))


def _host(url: str | None) -> str:
    try:
        return urlsplit(url or "").hostname or ""
    except ValueError:
        return ""


def _signature(root: Element, assertion: Element) -> Signature:
    signed = [each for each in dict.fromkeys((root, assertion)) if each.find(f"{SIGNATURE}Signature") is not None]
    found = (
        read_certificate(_text(text))
        for each in signed
        for text in each.iterfind(f"{SIGNATURE}Signature//{SIGNATURE}X509Certificate")
    )
    prints = dict.fromkeys(each.sha256 for each in found if each is not None)
    return Signature(root in signed and root is not assertion, assertion in signed, tuple(prints))
