"""The support ticket by which Sinch sets up single sign-on: its text, and a draft that a mail program opens.

It carries three things: the identity provider's metadata, the tenant, and the name of the attribute that carries the
email. Source: Sinch's "Setting up SSO" (facts: contact-pro, step 1).
"""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from connectors.base import Check, SourceRefused
from connectors.http.address import web_address
from mappings.load import load_regions
from pipeline.model.errors import UsageProblem
from pipeline.sso import metadata_hosts
from pipeline.sso.saml import attribute_check
from pipeline.sso.saml.metadata import Entity, entities
from pipeline.sso.saml.xml import content
from pipeline.sso.settings import SsoSettings, Tenant
from pipeline.state import files
from pipeline.validate.saml_attribute import usual_names, usualness

SEND_AGAIN = (
    "A metadata file is a copy of today: after every change of the identity provider's certificates it must be sent "
    "again, or nobody can sign in. An address (--metadata-url) spares that."
)
_FILE_NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket: what is sent, and what the sender should know before. ``attached`` is the metadata file, or None."""

    tenant: Tenant
    attribute: str
    metadata: str
    attached: bytes | None
    warnings: tuple[str, ...]
    eml: Path | None = None

    @property
    def subject(self) -> str:
        """Give the subject line."""
        return f"Single sign-on for Contact Pro tenant {self.tenant.name.upper()} ({self.tenant.region.title})"

    @property
    def body(self) -> str:
        """Give the text; lines that must be copied exactly stand alone."""
        if self.attached is None:
            metadata = f"at this address, where a new certificate\n   will be found, too:\n\n   {self.metadata}"
        else:
            size, digest = len(self.attached), hashlib.sha256(self.attached).hexdigest()
            metadata = f"attached as {self.metadata}\n   ({size:,} bytes, SHA-256\n   {digest}).\n"
            metadata += "   We will send it again after every change of its certificates."
        return f"""Hello,

please set up single sign-on (SAML 2.0) for our Contact Pro tenant.

1. The metadata of our identity provider: {metadata}

2. Tenant: {self.tenant.name.upper()}, in {self.tenant.region.title}
   (https://cc-{self.tenant.name}.cc.sinch.com)

3. The SAML attribute that carries the email address. Its name is
   case-sensitive; please enter it exactly as it stands here:

   {self.attribute}

The certificates of our users will carry the email address as Subject,
and this Issuer:

   {self.tenant.issuer}

Please tell us when it is done.
"""

    @property
    def next(self) -> str:
        """Say what to do with it."""
        if self.eml is not None:
            return f"Open {self.eml} in your mail program, look it over, and send it to Sinch support."
        return "Send this text to Sinch support" + (
            "." if self.attached is None else f", with {self.metadata} attached."
        )

    def document(self) -> dict[str, Any]:
        """Give what ``--json`` prints."""
        return {
            "command": "sso ticket",
            "outcome": "ok",
            "exit_code": 0,
            "subject": self.subject,
            "body": self.body,
            "attribute": self.attribute,
            "tenant": self.tenant.name,
            "metadata": self.metadata,
            "eml": str(self.eml) if self.eml else None,
            "warnings": list(self.warnings),
            "next": self.next,
        }

    def lines(self) -> Iterator[str]:
        """Show it as it will be read."""
        yield from (f"Subject: {self.subject}", "", self.body)
        yield f"next: {self.next}"

    def message(self, to: str | None) -> bytes:
        """Write it as a draft (RFC 5322, ``X-Unsent``); the same ticket gives the same bytes.

        Raises:
            UsageProblem: ``to`` is no address.
        """
        draft = EmailMessage(SMTP)
        draft["X-Unsent"] = "1"
        draft["Subject"] = self.subject
        if to is not None:
            draft["To"] = _address(to)
        draft.set_content(self.body, cte="quoted-printable")
        if self.attached is not None:
            draft.add_attachment(self.attached, maintype="application", subtype="xml", filename=self.metadata)
            # A boundary at random would make other bytes of the same ticket; one of its digest stands in no part.
            digest = hashlib.sha256(self.body.encode() + self.attached).hexdigest()
            draft.set_boundary(f"contactpro-sync-{digest[:32]}")
        return draft.as_bytes()


def ticket(parties: SsoSettings, url: str | None, path: Path | None) -> Ticket:
    """Write the ticket, with the metadata's address or its file; neither is fetched nor changed.

    Raises:
        UsageProblem: tenant, region or attribute is not known, or not exactly one metadata is named, or a wrong one.
        SourceError: the file cannot be read, or is no metadata.
    """
    tenant = parties.known_tenant("ticket")
    if parties.attribute is None:
        raise UsageProblem(
            "sso ticket needs the name of the SAML attribute that carries the email.",
            advice="Give --attribute NAME, exactly as the identity provider spells it.",
        )
    path = path or (parties.metadata if url is None else None)
    if (url is None) == (path is None):
        raise UsageProblem(
            "A ticket carries the identity provider's metadata, by address or as a file, and not both.",
            advice="Give --metadata-url URL (better: it never grows old), or --metadata-file FILE.",
        )
    if path is None:
        told = [usualness("attribute", parties.attribute, "sso metadata --idp")]
        made = Ticket(tenant, parties.attribute, _public(url or ""), None, ())
    else:
        data = content(path)
        listed = [each for each in entities(data, path.name) if each.is_provider]
        if not listed:
            raise UsageProblem(
                f"{path} is metadata of a service, not of an identity provider.",
                advice="Download the metadata of the identity provider; that of Contact Pro, Sinch has already.",
            )
        told = [_named(parties.attribute, each) for each in listed]
        name = _FILE_NAME.sub("_", path.name)
        made = Ticket(tenant, parties.attribute, name, data, (SEND_AGAIN,))
    doubts = [f"{check.detail}. {check.next}" for check in told if check.status != "ok"]
    if path is None and (doubt := metadata_hosts.doubt(made.metadata)):
        doubts.append(f"{doubt[0].upper()}{doubt[1:]}.")
    if parties.attribute != parties.attribute.strip():
        doubts.append(f"The attribute's name begins or ends with a space: {parties.attribute!r}.")
    if not tenant.region.verified:
        where = f"{tenant.region.key} ({tenant.region.title})"
        doubts.append(f"Region {where} is not verified: compare the Issuer with what Sinch gave you.")
    return replace(made, warnings=(*made.warnings, *dict.fromkeys(doubts)))


def saved(made: Ticket, path: Path | None, to: str | None) -> Ticket:
    """Write the draft to a new private file where one is wanted, and give the ticket that knows of it.

    Raises:
        UsageProblem: there is something at ``path``, it cannot be written there, or ``to`` is no address.
    """
    if path is None:
        if to is not None:
            raise UsageProblem("--to is for a draft, and there is none.", advice="Name its file with -o.")
        return made
    if os.path.lexists(path):
        raise UsageProblem(f"{path} exists already and was not changed.", advice="Name another file with -o.")
    message = made.message(to)
    try:
        files.write(path, [message])
    except OSError as error:
        raise UsageProblem(
            f"{path} cannot be written: {error.strerror}.", advice="Name another file with -o."
        ) from None
    return replace(made, eml=path)


def _named(attribute: str, provider: Entity) -> Check:
    usual = usual_names()
    return attribute_check.check(
        "attribute", attribute, provider.offered, provider.source, usual=usual, claims=provider.claims
    )


def _public(url: str) -> str:
    """Refuse what is no https address, or is the tenant's own metadata, which Sinch has.

    Raises:
        UsageProblem: it is.
    """
    try:
        address = web_address(url)
    except SourceRefused as error:
        raise UsageProblem(
            str(error).replace("is not fetched", "is no address of metadata"),
            advice="Copy the address of the identity provider's federation metadata.",
        ) from None
    if address.host in {region.login_host for region in load_regions()}:
        raise UsageProblem(
            f"{url} is the metadata of Contact Pro itself.", advice="Give the address of the identity provider's."
        )
    return url


def _address(text: str) -> Address:
    try:
        return Address(addr_spec=text)
    except (MessageError, ValueError, IndexError):
        raise UsageProblem(f"--to {text!r}: is no email address.", advice="Correct the option and run again.") from None
