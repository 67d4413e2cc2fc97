"""Load mappings, layouts and regions from the TOML files of this package or of the user.

A file is found by its name (its stem), or by a path. Adding a mapping or a layout is adding a file; adding a region is
adding a table to ``regions.toml``. Every key is checked: one that nothing reads is more often a slip than a wish.
"""

import codecs
from itertools import chain, zip_longest
from pathlib import Path

from mappings.headers import header_key, normalise_header
from mappings.model import (
    FIELDS,
    LAYOUT_FIELDS,
    VALUES,
    Certificates,
    FieldRule,
    Form,
    Layout,
    LayoutColumn,
    Learned,
    Region,
    SourceMapping,
    UnknownName,
)
from mappings.toml_table import Table, did_you_mean, read_table

_HOME = Path(__file__).parent
SOURCES = _HOME / "sources"
LAYOUTS = _HOME / "layouts"
REGIONS = _HOME / "regions.toml"

_LISTS = (
    "kinds",
    "signature",
    "other_headers",
    "example_prefixes",
    "total_words",
    *("secret_headers", "leaver_headers", "private_headers"),
    "saml_attributes",
    "metadata_hosts",
)
_RULE = ("attributes", "aliases", "required", "values", "separator", "prefer", "fallback")
_LAYOUT = ("title", "columns", "encoding", "bom", "newline", "delimiter", "quoting", "verified")
_LEARNED = ("certificates", "regions", "learned")
SEPARATORS = ("\n", ";", "|", ",")
"""What may part several certificates of one user in a cell; ``\\n`` stands for a line break of any kind."""


def load_source_mapping(name_or_path: str, base: Path | None = None) -> SourceMapping:
    """Read one source mapping.

    Args:
        name_or_path: The name of a packaged mapping (``spreadsheet``), or a path to a TOML file.
        base: What a relative path is relative to; the working directory if it is None.

    Raises:
        UnknownName: There is no mapping of that name, or no such file.
        MappingError: The file is not sound; the sentence names file and key.
    """
    return _mapping(read_table(_find(name_or_path, base, SOURCES, "mapping")))


def load_source_mappings(kind: str) -> tuple[SourceMapping, ...]:
    """Return every packaged mapping that applies to a kind of connector, by name; none for a kind without a mapping.

    Raises:
        MappingError: One of the packaged files is not sound.
    """
    every = (_mapping(read_table(path)) for path in sorted(SOURCES.glob("*.toml")))
    return tuple(mapping for mapping in every if kind in mapping.kinds)


def load_layout(name_or_path: str, base: Path | None = None) -> Layout:
    """Read one layout of import files; the arguments and errors are those of ``load_source_mapping``."""
    table = read_table(_find(name_or_path, base, LAYOUTS, "layout"))
    table.only((*_LAYOUT, *_LEARNED))
    encoding = table.text("encoding", "utf-8")
    try:
        codecs.lookup(encoding)
    except LookupError as error:
        raise table.error("encoding", f'is "{encoding}", which is not an encoding. Use "utf-8".') from error
    delimiter = table.text("delimiter", "\t")
    if len(delimiter) != 1:
        raise table.error("delimiter", "must be one character.")
    columns = tuple(_layout_column(column) for column in table.tables("columns"))
    return Layout(
        name=table.path.stem,
        title=table.text("title"),
        columns=columns,
        encoding=encoding,
        bom=table.flag("bom", default=True),
        newline=_one_of(table, "newline", "\r\n", ("\r\n", "\n")),
        delimiter=delimiter,
        quoting=_one_of(table, "quoting", "none", ("none", "minimal", "all")),
        verified=table.flag("verified"),
        path=table.path,
        certificates=_certificates(table.table("certificates")),
        regions=table.texts("regions"),
        learned=_learned(table.table("learned")),
    )


def packaged_layouts() -> tuple[Layout, ...]:
    """Return every packaged layout, sorted by name; raises as ``load_layout`` does."""
    return tuple(load_layout(path.stem) for path in sorted(LAYOUTS.glob("*.toml")))


def region_keys() -> str:
    """Return the keys of all regions as they are written in a sentence: ``eu, na, au, af``."""
    return ", ".join(region.key for region in load_regions())


def load_regions() -> tuple[Region, ...]:
    """Return every region, in the order of ``regions.toml``.

    Raises:
        MappingError: The file is not sound, or one name means two regions.
    """
    table = read_table(REGIONS)
    regions = tuple(_region(table.table(key), key) for key in table.values)
    owners: dict[str, str] = {}
    for region in regions:
        for name in (region.key, region.title, region.aws_region, *region.aliases):
            if owners.setdefault(normalise_header(name), region.key) != region.key:
                raise table.error(f"{region.key}.aliases", f'has "{name}", which also means another region.')
    return regions


def _find(name_or_path: str, base: Path | None, home: Path, what: str) -> Path:
    if name_or_path.endswith(".toml") or "/" in name_or_path or "\\" in name_or_path:
        return (base or Path()) / name_or_path
    names = sorted(path.stem for path in home.glob("*.toml"))
    if name_or_path not in names:
        raise UnknownName(
            f'There is no {what} "{name_or_path}".{did_you_mean(name_or_path, names)} Known are: {", ".join(names)}; '
            "or give the path of a .toml file."
        )
    return home / f"{name_or_path}.toml"


def _mapping(table: Table) -> SourceMapping:
    table.only(("title", "fields", *_LISTS))
    lists = {key: table.texts(key) for key in _LISTS}
    if not lists["kinds"]:
        raise table.error("kinds", "must name at least one kind of source.")
    fields = table.table("fields")
    fields.only(FIELDS)
    rules = {field: _rule(fields.table(field), field) for field in FIELDS if field in fields.values}
    owners = {header_key(name): "other_headers" for name in lists["other_headers"]}
    for rule in rules.values():
        if rule.fallback is not None and rule.fallback not in rules:
            raise fields.error(f"{rule.field}.fallback", f'is "{rule.fallback}", a field that this file does not map.')
        for name in rule.names:
            if (owner := owners.setdefault(header_key(name), rule.field)) != rule.field:
                raise fields.error(rule.field, f'and "{owner}" both claim the header "{name}". It can mean one only.')
    return SourceMapping(name=table.path.stem, title=table.text("title"), fields=rules, path=table.path, **lists)


def _rule(table: Table, field: str) -> FieldRule:
    table.only(_RULE)
    fallback = table.text("fallback", "") or None
    if fallback is not None and fallback not in FIELDS:
        raise table.error("fallback", f'is "{fallback}", which is not a field.{did_you_mean(fallback, FIELDS)}')
    rule = FieldRule(
        field=field,
        attributes=table.texts("attributes"),
        aliases=_aliases(table),
        required=table.flag("required", default=False),
        values=_values(table, field),
        separator=table.text("separator", "") or None,
        prefer=table.flag("prefer", default=False),
        fallback=fallback,
    )
    if not rule.names and fallback is None:
        raise table.error("attributes", "and aliases are both empty, so nothing can fill the field.")
    return rule


def _aliases(table: Table) -> tuple[str, ...]:
    """Read a list, or a table of languages, of which the first of each language comes first, for short examples."""
    if not isinstance(table.values.get("aliases"), dict):
        return table.texts("aliases")
    languages = table.table("aliases")
    rounds = zip_longest(*(languages.texts(key) for key in languages.values), fillvalue="")
    return tuple(dict.fromkeys(alias for alias in chain.from_iterable(rounds) if alias))


def _values(table: Table, field: str) -> dict[str, str]:
    words = table.table("values")
    words.only(VALUES.get(field, ()))
    canonical: dict[str, str] = {}
    for value in words.values:
        for word in words.texts(value):
            if canonical.setdefault(normalise_header(word), value) != value:
                raise words.error(value, f'has "{word}", which also means another value.')
    return canonical


def _layout_column(table: Table) -> LayoutColumn:
    table.only(("column", "field", "constant"))
    if ("field" in table.values) == ("constant" in table.values):
        raise table.error("field", "or constant: exactly one of the two must be there.")
    column = table.text("column")
    if "constant" in table.values:
        return LayoutColumn(column, None, table.text("constant", ""))
    return LayoutColumn(column, _one_of(table, "field", None, LAYOUT_FIELDS), None)


def _certificates(table: Table) -> Certificates:
    table.only(("form", "separator", "more"))
    forms: tuple[Form, ...] = ("rows", "columns", "cells", "unknown")
    form = next(each for each in forms if each == _one_of(table, "form", "unknown", forms))
    for key, owner in (("separator", "cells"), ("more", "columns")):
        if (key in table.values) != (form == owner):
            raise table.error(key, f'goes with form = "{owner}", and only with it.')
    separator = _one_of(table, "separator", None, SEPARATORS) if form == "cells" else None
    return Certificates(
        form, separator, tuple(_pair(pair) for pair in table.tables("more")) if form == "columns" else ()
    )


def _pair(table: Table) -> tuple[str, str]:
    table.only(("subject", "issuer"))
    return table.text("subject"), table.text("issuer")


def _learned(table: Table) -> Learned | None:
    table.only(("export", "sha256"))
    return Learned(table.text("export"), table.text("sha256")) if table.values else None


def _region(table: Table, key: str) -> Region:
    table.only(("title", "login_host", "aws_region", "aliases", "verified"))
    return Region(
        key=key,
        title=table.text("title"),
        login_host=table.text("login_host"),
        aws_region=table.text("aws_region"),
        aliases=table.texts("aliases"),
        verified=table.flag("verified"),
    )


def _one_of(table: Table, key: str, default: str | None, known: tuple[str, ...]) -> str:
    value = table.text(key, default)
    if value not in known:
        choices = ", ".join(repr(choice) for choice in known)
        raise table.error(key, f"is {value!r}.{did_you_mean(value, known)} It must be one of: {choices}.")
    return value
