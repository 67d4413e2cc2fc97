"""What is wrong with the syntax of an email address, in words of ours.

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

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
ORDINARY = rf"^{_ATOM}(?:\.{_ATOM})*@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+[A-Za-z]{{2,}}$"
"""Plain ASCII dot-atom, labels without a double hyphen (that may be punycode), an alphabetic top level."""

_ORDINARY = re.compile(ORDINARY)
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
        return "there is no @ between a name and a domain"
    if _is_valid(email):
        return ""
    return next(_reasons(email), "it is not an address that a mail server accepts")


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
    """Yield what is wrong, the most telling reason first."""
    name, _, domain = email.rpartition("@")
    labels = domain.split(".")
    longest = max(map(len, labels))
    forbidden = _NOT_IN_A_NAME.search(name) or _NOT_IN_A_DOMAIN.search(domain)
    reasons = {
        "there is more than one @": "@" in name,
        "there is no name before the @": not name,
        "there is no domain after the @": not domain,
        f"it contains {forbidden.group()!r}, which no address may contain" if forbidden else "": forbidden is not None,
        f"the part before the @ is too long: {LONGEST_NAME} characters are allowed": len(name) > LONGEST_NAME,
        f"the address is too long: {LONGEST_ADDRESS} characters are allowed": len(email) > LONGEST_ADDRESS,
        "there are two dots in a row": ".." in email,
        "the part before the @ begins or ends with a dot": name != name.strip("."),
        "the domain begins or ends with a dot": domain != domain.strip("."),
        "the domain has no dot": "." not in domain,
        "a part of the domain begins or ends with a hyphen": any(label != label.strip("-") for label in labels),
        f"a part of the domain is too long: {LONGEST_LABEL} characters are allowed": longest > LONGEST_LABEL,
        "the domain ends in a number": labels[-1].isdigit(),
    }
    yield from (reason for reason, true in reasons.items() if true)
