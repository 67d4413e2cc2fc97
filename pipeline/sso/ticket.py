"""Write the support ticket for Sinch to set up single sign-on, as text and as a draft for a mail program.

It contains the identity provider's metadata, the tenant, and the name of the attribute that carries the email. Source:
Sinch's "Setting up SSO" (facts: contact-pro, step 1).
"""

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from connectors.base import SourceRefused
from connectors.http.address import web_address
from mappings.load import load_regions
from pipeline.model.errors import UsageProblem
from pipeline.model.printed import FileText
from pipeline.sso import ticket_warnings
from pipeline.sso.saml.metadata import entities
from pipeline.sso.saml.xml import content
from pipeline.sso.settings import SsoSettings, Tenant
from pipeline.state import files

_FILE_NAME = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket: the text, the metadata file (``attached``; None for an address), and warnings for the sender."""

    tenant: Tenant
    attribute: str
    metadata: str
    attached: bytes | None
    warnings: tuple[str, ...]
    eml: Path | None = None

    @property
    def subject(self) -> str:
        """Return the subject line."""
        return f"Single sign-on for Contact Pro tenant {self.tenant.name.upper()} ({self.tenant.region.title})"

    @property
    def body(self) -> str:
        """Return the text; values that must be copied exactly are on lines of their own."""
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
        """Return the next step."""
        if self.eml is not None:
            return f"Open {self.eml} in your mail program, check it, and send it to Sinch support."
        return "Send this text to Sinch support" + (
            "." if self.attached is None else f", with {self.metadata} attached."
        )

    def document(self) -> dict[str, Any]:
        """Build the JSON document."""
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
        """Build the lines for a person."""
        yield from map(FileText, (f"Subject: {self.subject}", "", self.body))
        yield f"next: {self.next}"

    def message(self, to: str | None) -> bytes:
        """Build a draft (RFC 5322, ``X-Unsent``); the same ticket gives the same bytes.

        Raises:
            UsageProblem: ``to`` is not an address.
        """
        draft = EmailMessage(SMTP)
        draft["X-Unsent"] = "1"
        draft["Subject"] = self.subject
        if to is not None:
            draft["To"] = _address(to)
        draft.set_content(self.body, cte="quoted-printable")
        if self.attached is not None:
            draft.add_attachment(self.attached, maintype="application", subtype="xml", filename=self.metadata)
            # A random boundary would change the bytes; one of the digest is deterministic and occurs in no part.
            digest = hashlib.sha256(self.body.encode() + self.attached).hexdigest()
            draft.set_boundary(f"contactpro-sync-{digest[:32]}")
        return draft.as_bytes()


def build_ticket(settings: SsoSettings, url: str | None, path: Path | None, now: datetime) -> Ticket:
    """Build the ticket with the metadata's address or its file; the address is not fetched.

    Raises:
        UsageProblem: tenant, region or attribute is missing, not exactly one metadata is given, or a wrong one.
        SourceError: the file cannot be read, or is not metadata.
    """
    tenant = settings.known_tenant("ticket")
    attribute = settings.attribute
    if attribute is None:
        raise UsageProblem(
            "sso ticket needs the name of the SAML attribute that carries the email.",
            advice="Give --attribute NAME, exactly as the identity provider spells it.",
        )
    path = path or (settings.metadata if url is None else None)
    if (url is None) == (path is None):
        raise UsageProblem(
            "A ticket needs the identity provider's metadata, either its address or its file.",
            advice="Give --metadata-url URL (better: it stays up to date), or --metadata-file FILE.",
        )
    if path is None:
        made = Ticket(tenant, attribute, _public(url or ""), None, ())
        warnings = [*ticket_warnings.of_address(made.metadata, attribute)]
    else:
        data = content(path)
        providers = [each for each in entities(data, path.name) if each.is_provider]
        if not providers:
            raise UsageProblem(
                f"{path} is metadata of a service, not of an identity provider.",
                advice="Download the metadata of the identity provider; Sinch has that of Contact Pro already.",
            )
        made = Ticket(tenant, attribute, _FILE_NAME.sub("_", path.name), data, ())
        warnings = [*ticket_warnings.of_file(providers, attribute, now)]
    warnings += ticket_warnings.of_settings(tenant, attribute)
    return replace(made, warnings=tuple(dict.fromkeys(warnings)))


def save(made: Ticket, path: Path | None, to: str | None) -> Ticket:
    """Write the draft to a new private file if a path is given; return the ticket with that path.

    Raises:
        UsageProblem: ``path`` exists already, it cannot be written, or ``to`` is not an address.
    """
    if path is None:
        if to is not None:
            raise UsageProblem(
                "--to is for a draft, and no draft is written.", advice="Give the file of the draft with -o."
            )
        return made
    if os.path.lexists(path):
        raise UsageProblem(f"{path} exists already and was not changed.", advice="Give another file with -o.")
    message = made.message(to)
    try:
        files.write(path, [message])
    except OSError as error:
        raise UsageProblem(
            f"{path} cannot be written: {error.strerror}.", advice="Give another file with -o."
        ) from None
    return replace(made, eml=path)


def _public(url: str) -> str:
    """Check that an address is https, and not the tenant's own metadata, which Sinch has.

    Raises:
        UsageProblem: it is wrong.
    """
    try:
        address = web_address(url)
    except SourceRefused as error:
        raise UsageProblem(
            str(error).replace("is not fetched", "is not an address of metadata"),
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
        raise UsageProblem(
            f"--to {text!r}: is not an email address.", advice="Correct the option and run again."
        ) from None
