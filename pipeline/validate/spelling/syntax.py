"""Syntax faults of an email address, in words of ours.

email-validator decides whether an address is valid (RFC 5321, 5322, 6531); the reason is looked for here, because its
sentences are made for programmers. Its normalised form is never used (facts: reliability §2.8).
"""

import re
from collections.abc import Iterator

LONGEST_ADDRESS = 254
"""RFC 5321 §4.5.3.1.3 leaves 254 octets for an address between its angle brackets."""

LONGEST_NAME = 64
LONGEST_LABEL = 63
"""RFC 5321 §4.5.3.1.1: the part before the @; RFC 1035 §2.3.4: a label of a domain."""

EXCELS_MARK = "it begins with an apostrophe, by which Excel marks text"

NO_AT = "there is no @ between a name and a domain"

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_FIRST_ATOM = r"[A-Za-z0-9!#$%&*+/=?^_`{|}~-][A-Za-z0-9!#$%&'*+/=?^_`{|}~-]*"
"""An apostrophe at the very beginning is Excel's mark of text."""

ORDINARY = rf"^{_FIRST_ATOM}(?:\.{_ATOM})*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]{{2,}}$"
"""Plain ASCII dot-atom, labels without a double hyphen (that may be punycode), an alphabetic top level."""

_ORDINARY = re.compile(ORDINARY)
_WRITTEN_AT = re.compile(r"\s*(?:[(\[{<](?:at|ät)[)\]}>]|\s(?:at|ät)\s)\s*", re.IGNORECASE)
"""How people hide an @ from programs that collect addresses: anna(at)example.com, anna [at] example.com."""

_NOT_IN_A_NAME = re.compile(r"[\s\"(),:;<>@\[\\\]]")
_NOT_IN_A_DOMAIN = re.compile(r"[\s!\"#$%&'()*+,/:;<=>?@\[\\\]^_`{|}~]")
_RESERVED_TOP_LEVELS = frozenset({"local", "localhost", "internal", "test", "invalid", "onion", "arpa"})
"""Top levels that no public mail server has, but a company's own directory may (facts: reliability §4.1)."""


def is_ordinary(email: str) -> bool:
    """Return True if an address is an ordinary one of allowed length, which needs no further check."""
    if not _ORDINARY.fullmatch(email) or len(email) > LONGEST_ADDRESS:
        return False
    name, _, domain = email.rpartition("@")
    return len(name) <= LONGEST_NAME and all(len(label) <= LONGEST_LABEL for label in domain.split("."))


def problem(email: str) -> str:
    """Return what is wrong with the syntax of an address, "" if nothing is."""
    if is_ordinary(email):
        return ""
    if "@" not in email:
        return NO_AT
    if email.startswith("'"):
        return EXCELS_MARK
    if reason := next(_reasons(email), ""):  # no valid address has one of them, and email-validator takes 25 us
        return reason
    return "" if _is_valid(email) else "it is not an address that a mail server accepts"


def with_at(email: str) -> str:
    """Return the ordinary address of ``anna(at)example.com``, "" if it is none."""
    plain = _WRITTEN_AT.sub("@", email.strip(), count=1)
    return plain if plain != email and is_ordinary(plain) else ""


def _is_valid(email: str) -> bool:
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415 - most runs never need it

    head, dot, top_level = email.rpartition(".")
    if top_level.lower() in _RESERVED_TOP_LEVELS and "@" in head:
        email = f"{head}{dot}com"  # everything before a private top level is checked
    try:
        validate_email(email, check_deliverability=False, strict=True)
    except EmailNotValidError:
        return False
    return True


def _reasons(email: str) -> Iterator[str]:
    """Yield what is wrong, the clearest reason first."""
    name, _, domain = email.rpartition("@")
    if "@" in name:
        yield "there is more than one @"
    if not name:
        yield "there is no name before the @"
    if not domain:
        yield "there is no domain after the @"
    if forbidden := _NOT_IN_A_NAME.search(name) or _NOT_IN_A_DOMAIN.search(domain):
        yield f"it contains {forbidden.group()!r}, which no address may contain"
    if len(name) > LONGEST_NAME:
        yield f"the part before the @ is too long: {LONGEST_NAME} characters are allowed"
    if len(email) > LONGEST_ADDRESS:
        yield f"the address is too long: {LONGEST_ADDRESS} characters are allowed"
    if ".." in email:
        yield "there are two dots in a row"
    if name != name.strip("."):
        yield "the part before the @ begins or ends with a dot"
    yield from _domain_reasons(domain)


def _domain_reasons(domain: str) -> Iterator[str]:
    labels = domain.split(".")
    if domain != domain.strip("."):
        yield "the domain begins or ends with a dot"
    if "." not in domain:
        yield "the domain has no dot"
    if any(label != label.strip("-") for label in labels):
        yield "a part of the domain begins or ends with a hyphen"
    if max(map(len, labels)) > LONGEST_LABEL:
        yield f"a part of the domain is too long: {LONGEST_LABEL} characters are allowed"
    if labels[-1].isdigit():
        yield "the domain ends in a number"
