"""Which column of a list is taken for what, and a mapping made of what the user chose instead."""

import json
from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from connectors.base import ColumnsUnknown
from connectors.settings import SourceSettings
from mappings.bind import bind, choose, recogniser
from mappings.load import load_source_mapping
from mappings.model import Binding, MappingError, SourceMapping
from pipeline.extract.open_source import mappings_for, open_source
from pipeline.web.sessions import Columns

FIELDS = (
    "email",
    "login",
    "external_id",
    "first_name",
    "last_name",
    "display_name",
    "tenant",
    "region",
    "team",
    "site",
    "enabled",
)
"""The fields whose column can be chosen on the page."""

ORDINARY = "spreadsheet"
"""The mapping whose words (yes and no, totals, examples, passwords) a chosen mapping takes over."""

SAMPLES = 3
EXAMPLES_WITHIN = 5
"""A template's example is one of the first rows."""


def read(settings: SourceSettings) -> Columns:
    """Read a list and see which column is taken for what.

    Raises:
        SourceError, ChoiceNeeded: it cannot be read, or has several sheets that fit.
    """
    mappings = mappings_for(settings)
    source = open_source(settings, lambda *_: None)
    try:
        extract = source.read(recogniser(mappings))
    except ColumnsUnknown:
        extract = source.read(_any_header)
    binding = _binding(mappings, extract.frame.column_names)
    frame = _without_examples(extract.frame, binding.mapping.example_prefixes if binding else ())
    chosen = {field: binding.headers[place] for field, place in binding.columns.items()} if binding else {}
    return Columns(
        headers=_usable(extract.frame.column_names),
        samples=_samples(frame, binding.secret_columns if binding else ()),
        chosen={field: chosen.get(field, "") for field in FIELDS},
        filled=frozenset(
            name for name, column in zip(frame.column_names, frame.columns, strict=True) if _filled(column)
        ),
        rows=frame.num_rows,
        sheet=extract.origin.sheet or "",
        mapping=binding.mapping.name if binding else "",
    )


def mapping_toml(chosen: Mapping[str, str], base: str = ORDINARY) -> str:
    """Write a mapping in which each field has exactly the header that was chosen."""
    ordinary = load_source_mapping(base or ORDINARY)
    lines = [f"title = {_text('Columns chosen on the page')}", f"kinds = {_texts(('csv', 'excel'))}"]
    words_of = ("example_prefixes", "total_words", "secret_headers", "private_headers")
    lines += [f"{key} = {_texts(getattr(ordinary, key))}" for key in words_of]
    for field, header in chosen.items():
        if not header:
            continue
        lines += ["", f"[fields.{field}]", f"aliases = {_texts((header,))}"]
        if field == "email":
            lines.append("required = true")
        words = ordinary.fields[field].values if field in ordinary.fields else {}
        if words:
            values = ", ".join(
                f"{value} = {_texts([word for word, other in words.items() if other == value])}"
                for value in dict.fromkeys(words.values())
            )
            lines.append(f"values = {{ {values} }}")
    return "\n".join(lines) + "\n"


def _any_header(cells: Sequence[str]) -> int:
    """Score a row as a header by its texts; a row with an address, or with numbers only, is data."""
    filled = [cell for cell in cells if cell.strip()]
    return 0 if any("@" in cell or cell.strip().isdigit() for cell in filled) else len(filled)


def _binding(mappings: tuple[SourceMapping, ...], headers: Sequence[str]) -> Binding | None:
    try:
        return bind(choose(mappings, headers), headers)
    except MappingError:
        return None


def _usable(headers: Sequence[str]) -> tuple[str, ...]:
    """Return the headers that name one column only."""
    return tuple(header for header in headers if header.strip() and headers.count(header) == 1)


def _without_examples(frame: pa.Table, prefixes: Sequence[str]) -> pa.Table:
    """Return a list without the rows that begin as a template's example does."""
    beginnings = tuple(prefix.casefold() for prefix in prefixes)
    top = frame.slice(0, EXAMPLES_WITHIN)
    rows = zip(*(column.cast(pa.string()).to_pylist() for column in top.columns), strict=True)
    firsts = [next(filter(str.strip, cells), "").strip().casefold() for cells in rows]
    kept = [place for place, first in enumerate(firsts) if not (beginnings and first.startswith(beginnings))]
    return pa.concat_tables([top.take(pa.array(kept, pa.int64())), frame.slice(EXAMPLES_WITHIN)])


def _filled(column: pa.ChunkedArray) -> bool:
    return bool(pc.any(pc.not_equal(pc.utf8_trim_whitespace(column.cast(pa.string())), "")).as_py())


def _samples(frame: pa.Table, secret: Sequence[int]) -> dict[str, list[str]]:
    """Return the first different cells of each column, none of a column that may contain passwords."""
    first = frame.slice(0, 50)
    return {
        name: [cell for cell in dict.fromkeys(column.cast(pa.string()).to_pylist()) if cell.strip()][:SAMPLES]
        for place, (name, column) in enumerate(zip(first.column_names, first.columns, strict=True))
        if place not in secret
    }


def _text(text: str) -> str:
    """Write a TOML string: a JSON string is one, but for the one control character that JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _texts(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"
