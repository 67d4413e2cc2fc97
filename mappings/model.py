"""Mappings, layouts, regions and applications, read and checked.

Nothing here reads a file or judges a person. ``load`` makes these values from TOML, ``bind`` lays a mapping over the
headers of one source, and the pipeline uses the result.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec
from msgspec.structs import replace

FIELDS: tuple[str, ...] = (
    "external_id",
    "login",
    "email",
    "first_name",
    "last_name",
    "display_name",
    "tenant",
    "region",
    "enabled",
    "user_type",
    "upn",
    "aliases",
    "team",
    "site",
    "wave",
)
"""The canonical fields of a person (design section 8)."""

NEW_USER_FIELDS: tuple[str, ...] = ("extension", "group", "template", "new_user_email")
"""What only a new user is given: to write it to one who is there would change how that person works.

The email of a new user equals the Subject, because one way of signing in reads it too (facts: contact-pro).
"""

LAYOUT_FIELDS: tuple[str, ...] = (*FIELDS, "subject", "issuer", *NEW_USER_FIELDS)
"""What a column of an import file may carry: a canonical field, or one of those that the pipeline computes."""

IDENTITY_FIELDS: tuple[str, ...] = ("email", "upn", "login", "external_id")
"""A row of headers names at least one of these; a list without them cannot be a list of people."""

VALUES: Mapping[str, tuple[str, ...]] = {"enabled": ("true", "false"), "user_type": ("member", "guest")}
"""The canonical words of the two fields that have a closed set of values."""


class FieldRule(msgspec.Struct, frozen=True):
    """The source of one canonical field.

    ``attributes`` are the source's own names, which also match in brackets (``User name [userPrincipalName]``);
    ``aliases`` are headers that people write, and never match in brackets. ``values`` translates a cell, folded by
    ``headers.normalise_header``, to the canonical word. ``separator`` parts several values in one cell. With ``prefer``
    the first name in the order of the file wins if several headers fit; without it that is refused. ``fallback``
    is the field whose column serves if no header of this field is there.
    """

    field: str
    attributes: tuple[str, ...]
    aliases: tuple[str, ...]
    required: bool
    values: Mapping[str, str]
    separator: str | None
    prefer: bool
    fallback: str | None

    @property
    def names(self) -> tuple[str, ...]:
        """Return every name of the field, best first."""
        return self.attributes + self.aliases

    @property
    def examples(self) -> tuple[str, ...]:
        """Return the same names for sentences, those that people write first."""
        return self.aliases + self.attributes


class SourceMapping(msgspec.Struct, frozen=True):
    """The meaning of the columns of one kind of list.

    ``kinds`` are the connectors it applies to. ``signature`` names the headers that must all be there before the
    mapping is considered; one in brackets must be there in brackets. ``other_headers`` are known and left alone: they
    help to recognise the source. A cell that starts with one of ``example_prefixes`` marks a template's example row,
    a cell that is one of ``total_words`` a total. Columns whose header contains one of ``secret_headers`` are never
    stored; one that contains one of ``leaver_headers`` shows who has left, and is not read. Columns with one of
    ``private_headers`` have private addresses, which are never taken for the email. ``saml_attributes`` are the
    names under which the source usually sends the email, ``metadata_hosts`` the hosts that publish its SAML metadata;
    ``*.`` stands for any one label.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    fields: Mapping[str, FieldRule]
    signature: tuple[str, ...]
    other_headers: tuple[str, ...]
    example_prefixes: tuple[str, ...]
    total_words: tuple[str, ...]
    secret_headers: tuple[str, ...]
    leaver_headers: tuple[str, ...]
    private_headers: tuple[str, ...]
    saml_attributes: tuple[str, ...]
    metadata_hosts: tuple[str, ...]
    path: Path

    def attributes(self, email_attribute: str | None = None) -> tuple[str, ...]:
        """Return the attributes to request of a directory: the best of each field, and the one for the email."""
        best = {rule.field: rule.attributes[0] for rule in self.fields.values() if rule.attributes}
        if email_attribute:
            best["email"] = email_attribute
        return tuple(dict.fromkeys(best.values()))


class Binding(msgspec.Struct, frozen=True):
    """A mapping laid over the headers of one source: which column (counted from 0) carries which field."""

    mapping: SourceMapping
    columns: Mapping[str, int]
    headers: tuple[str, ...]
    ignored: tuple[str, ...]
    secret_columns: tuple[int, ...]


class LayoutColumn(msgspec.Struct, frozen=True):
    """One column of an import file. Exactly one of ``field`` and ``constant`` is set."""

    column: str
    field: str | None
    constant: str | None


Form = Literal["rows", "columns", "cells", "unknown"]
"""How several certificates of one user look: a row for each, a pair of columns for each, or all in one cell."""


class Certificates(msgspec.Struct, frozen=True):
    """How an export shows several certificates of one user; ``unknown`` until an export has a user with two.

    ``separator`` is between them in a cell (form ``cells`` only); ``more`` are the labels of the further pairs of
    columns, Subject and Issuer (form ``columns`` only). If the export repeats its labels, so do the pairs.
    """

    form: Form = "unknown"
    separator: str | None = None
    more: tuple[tuple[str, str], ...] = ()


class Learned(msgspec.Struct, frozen=True):
    """The export from which a layout was learned: its file name and the SHA-256 digest of its bytes."""

    export: str
    sha256: str


class Layout(msgspec.Struct, frozen=True):
    """The shape of an import file. ``verified`` is False until it was compared with what System Configurator writes.

    ``regions`` are the AWS regions in which the export from which the layout was ``learned`` shows its tenant to be.
    """

    name: str
    title: str
    columns: tuple[LayoutColumn, ...]
    encoding: str
    bom: bool
    newline: str
    delimiter: str
    quoting: str
    verified: bool
    path: Path
    certificates: Certificates = Certificates()
    regions: tuple[str, ...] = ()
    learned: Learned | None = None

    @property
    def fields(self) -> frozenset[str]:
        """Return what its columns carry."""
        return frozenset(column.field for column in self.columns if column.field)

    @property
    def makes_users(self) -> bool:
        """Return True if it makes new users, and not only certificates of users who are there."""
        return not self.fields.isdisjoint(NEW_USER_FIELDS)

    def of_certificates(self) -> "Layout":
        """Return the part of it that may be written to users who are there: what finds them, and their certificate."""
        if not self.makes_users:
            return self
        kept = ("login", "external_id", "subject", "issuer")
        return replace(
            self, name="certificates", columns=tuple(column for column in self.columns if column.field in kept)
        )


class Region(msgspec.Struct, frozen=True):
    """A location of Contact Pro. ``verified`` is False if its hosts are inferred rather than documented."""

    key: str
    title: str
    login_host: str
    aws_region: str
    aliases: tuple[str, ...]
    verified: bool


class Application(msgspec.Struct, frozen=True):
    """A product of Contact Pro. ``url`` has ``<tenant>`` in it, and is None if there is no single sign-on."""

    name: str
    sso: bool
    url: str | None


class MappingError(Exception):
    """A mapping, layout or region file is wrong, or it does not fit. The message names what, where and what to do."""


class UnknownKey(MappingError):
    """A file has a key that nothing reads."""


class UnknownName(MappingError):
    """There is no mapping, layout, region or kind of that name."""


class HeadersAmbiguous(MappingError):
    """Two headers fit one field, or two mappings fit equally: only the user can choose."""


class HeadersUnknown(MappingError):
    """The headers do not give what is needed."""

    def __init__(self, message: str, *, advice: str = "") -> None:
        """Keep the message and the next step apart; without advice the usual one is shown."""
        super().__init__(message)
        self.advice = advice
