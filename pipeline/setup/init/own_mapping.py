"""A mapping made from a list's own headers and cells, for a list whose headers no mapping knows."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from connectors.base import Extract
from mappings.headers import nearest, visible
from mappings.model import SourceMapping
from mappings.unfit_headers import is_private
from pipeline.model.errors import UsageProblem
from pipeline.model.texts import Texts

LOOKED_AT = 1_000
"""Rows whose cells are looked at."""

MOST = 0.5
"""A column is one of emails if more than this part of its cells has an @."""

CLOSE = 0.8
"""A header is another spelling of a known one from this similarity on (difflib, 0 to 1)."""

GUESSED = (
    "login", "external_id", "first_name", "last_name", "display_name", "tenant", "region", "enabled", "user_type",
    "upn", "team", "site",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OwnMapping:
    """The column (header) of each field that was recognised, and the headers that were not."""

    columns: Mapping[str, str]
    unused: tuple[str, ...]

    @property
    def has_identity(self) -> bool:
        """Return True if a column was taken for the Login or the ExternalId."""
        return "login" in self.columns or "external_id" in self.columns


def looks_like_headers(cells: Sequence[str]) -> int:
    """Score a row as a header row: its texts, if none is an address; numbers are not headers."""
    texts = [cell for cell in cells if cell.strip()]
    if any("@" in cell for cell in texts):
        return 0
    return sum(1 for cell in texts if not cell.strip().replace(".", "").isdigit())


def recognise(extract: Extract, known: SourceMapping) -> OwnMapping:
    """Find the emails by their cells, other fields by headers close to known ones, an identity by its cells.

    Raises:
        UsageProblem: no column has emails.
    """
    headers = extract.frame.column_names
    cells = [column.slice(0, LOOKED_AT).cast(pa.string()).to_pylist() for column in extract.frame.columns]
    columns = {"email": headers[_emails(headers, cells, extract.origin.source, known)]}
    for header in headers:
        if header in columns.values() or not header.strip() or headers.count(header) > 1 or is_private(known, header):
            continue
        field = _field(header, known)
        if field is not None:
            columns.setdefault(field, header)
    if "login" not in columns and "external_id" not in columns:
        columns |= _identity(headers, cells, set(columns.values()))
    unused = tuple(header for header in headers if header.strip() and header not in columns.values())
    return OwnMapping(columns, unused)


def render(mapping: OwnMapping, source: str, known: SourceMapping, label: Texts) -> Iterator[str]:
    """Return the lines of the mapping's TOML file."""
    yield f"# {label('init.mapping.head', list=source)}"
    yield f"title = {json.dumps(source, ensure_ascii=False)}"
    yield 'kinds = ["csv", "excel"]'
    for key in ("example_prefixes", "total_words", "secret_headers", "private_headers"):
        yield f"{key} = {json.dumps(getattr(known, key), ensure_ascii=False)}"
    for field, header in mapping.columns.items():
        yield ""
        yield f"# {label.get(f'init.mapping.{field}', label['init.mapping.other'])}"
        yield f"[fields.{field}]"
        yield f"aliases = [{json.dumps(header, ensure_ascii=False)}]"
        if field == "email":
            yield "required = true"
        if values := known.fields[field].values:
            yield f"[fields.{field}.values]"
            for word in dict.fromkeys(values.values()):
                words = [each for each, meaning in values.items() if meaning == word]
                yield f"{word} = {json.dumps(words, ensure_ascii=False)}"
    if not mapping.has_identity:
        yield ""
        yield f"# {label['init.mapping.no_identity']}"
        yield "# [fields.login]"
        yield '# aliases = ["…"]'
    if mapping.unused:
        yield ""
        yield f"# {label['init.mapping.unused']} {json.dumps(mapping.unused, ensure_ascii=False)}"


def _emails(headers: Sequence[str], cells: Sequence[Sequence[str]], source: str, known: SourceMapping) -> int:
    parts = [sum("@" in text for text in column) / max(sum(bool(text) for text in column), 1) for column in cells]
    found = [place for place, part in enumerate(parts) if part > MOST and headers[place].strip()]
    if not found:
        raise UsageProblem(
            f"{source}: no column has emails under a header, so no mapping can be made.",
            advice="Give the column of emails a header such as Email, and run it again.",
        )
    private = [place for place in found if is_private(known, headers[place])]
    if len(private) == len(found):
        raise UsageProblem(
            f"{source}: the column {visible(headers[private[0]])} was not read: a private address is never the one of "
            "the sign-in.",
            advice="Add a column Email with the addresses of the identity provider.",
        )
    return max(set(found) - set(private), key=lambda place: ("mail" in headers[place].casefold(), parts[place], -place))


def _field(header: str, known: SourceMapping) -> str | None:
    names = {name: field for field in GUESSED if field in known.fields for name in known.fields[field].names}
    close = nearest(header, names, cutoff=CLOSE)
    return names[close] if close is not None else None


def _identity(headers: Sequence[str], cells: Sequence[Sequence[str]], taken: set[str]) -> dict[str, str]:
    """Take the first column of single words that are all there and all different: digits are an ExternalId."""
    for header, column in zip(headers, cells, strict=True):
        is_key = len(set(column)) == len(column) and all(
            text and text.split() == [text] and "@" not in text for text in column
        )
        if is_key and header.strip() and header not in taken and headers.count(header) == 1:
            return {"external_id" if all(any(map(str.isdigit, text)) for text in column) else "login": header}
    return {}
