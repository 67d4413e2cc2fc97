"""The seal of a plan, and the file that carries it.

The seal is a digest of what would be done to whom, of who is gone, and of the layout and policy it would be done with;
never of the clock or the order of the source. Same people, same seal (design §6). Who is gone belongs to it although
nothing is done to them: or every list that only lost people would carry the seal of nothing, and whoever approved one
of them would have approved all.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from mappings.model import Layout
from pipeline.config.job import Policy
from pipeline.kernels.columns import flat, rows_with_other_bytes
from pipeline.kernels.prefetch import ahead
from pipeline.model.fields import CERTIFICATE

FORMAT = 1
LINES_AT_A_TIME = 1 << 16
CONTROL = r"[\x00-\x1f]"
PLAIN = bytes(set(range(0x20, 0x100)) - set(b'"\\'))
"""Bytes that JSON writes as they are."""


def of(changes: pa.Table, gone: pa.Table, policy: Policy, layout: Layout) -> str:
    """Seal changes and gone people (columns of texts, or dictionaries of one word); 64 hexadecimal digits."""
    return _sealed(changes, gone, shape(layout), policy.model_dump())


def shape(layout: Layout) -> list[Any]:
    """Give what the seal covers of a layout: its columns, and how its files are written; never its name."""
    columns = [[column.column, column.field, column.constant] for column in layout.columns]
    return [columns, layout.encoding, layout.bom, layout.newline, layout.delimiter]


def is_whole(plan: Mapping[str, Any]) -> bool:
    """Say whether a plan.json still carries its own seal: one that was edited does not (facts: reliability, T07)."""
    try:
        changes, gone = _texts(plan["changes"], plan["columns"]), _texts(plan["gone"], CERTIFICATE)
        odd = any(len(row) != len(plan["columns"]) for row in plan["changes"])
        return not odd and _sealed(changes, gone, plan["layout_shape"], plan["policy"]) == plan["sha256"]
    except (KeyError, TypeError, ValueError):
        return False


def _texts(rows: Iterable[Mapping[str, str]], names: Iterable[str]) -> pa.Table:
    return pa.table({name: pa.array([row[name] for row in rows], pa.string()) for name in names})


def _sealed(changes: pa.Table, gone: pa.Table, layout: list[Any], policy: Mapping[str, Any]) -> str:
    head = {"format": FORMAT, "layout": layout, "policy": policy, "columns": changes.column_names}
    digest = hashlib.sha256(msgspec.json.encode(head, order="sorted"))
    for lines in ahead(_lines(changes, "\n")):
        digest.update(lines)
    for line in sorted(b"".join(_lines(gone.select(CERTIFICATE), "\n")).split(b"\n")):
        digest.update(line)
    return digest.hexdigest()


def digest_of(table: pa.Table) -> str:
    """Give the digest of a table of texts; the order of its rows matters."""
    digest = hashlib.sha256()
    for lines in ahead(_lines(table, "\n")):
        digest.update(lines)
    return digest.hexdigest()


def document(changes: pa.Table, header: Mapping[str, object]) -> Iterator[bytes | memoryview]:
    """Write plan.json in pieces: the header's keys, then every change as an object on a line of its own."""
    head = msgspec.json.encode({"format": FORMAT, **header, "columns": changes.column_names})
    head = msgspec.json.format(head, indent=2)
    yield head.removesuffix(b"\n}") + b',\n  "changes": ['
    if changes.num_rows:
        yield b"\n    "
        yield from ahead(_lines(changes.slice(0, changes.num_rows - 1), ",\n    "))
        yield from _lines(changes.slice(changes.num_rows - 1), "\n  ")
    yield b"]\n}\n"


def read(data: bytes) -> dict[str, object]:
    """Read plan.json back.

    Raises:
        ValueError: it is no plan of a format that this version knows.
    """
    try:
        found = msgspec.json.decode(data, type=dict[str, object])
    except msgspec.DecodeError as error:
        raise ValueError(f"it is no plan: {error}") from None
    if found.get("format") != FORMAT or not isinstance(found.get("changes"), list):
        raise ValueError("it is no plan, or one of another version")
    return found


def _lines(changes: pa.Table, end: str) -> Iterator[memoryview]:
    """Write each change as one JSON object, by kernels; ``end`` follows each of them."""
    for first in range(0, changes.num_rows, LINES_AT_A_TIME):
        some = changes.slice(first, LINES_AT_A_TIME)
        pieces: list[pa.Array | pa.Scalar | str] = []
        joint = "{"
        for name in some.column_names:
            pieces += [f'{joint}"{name}": "', _escaped(some[name])]
            joint = '", '
        joined = flat(pc.binary_join_element_wise(*pieces, f'"}}{end}', ""))
        yield memoryview(joined.buffers()[2])[: pc.sum(pc.binary_length(joined)).as_py()]


def _escaped(column: pa.ChunkedArray) -> pa.StringArray | pa.Scalar:
    """Escape a column for JSON; one that says the same on every row as one word."""
    chunk = column.chunk(0) if column.num_chunks else pa.array([], pa.string())
    if pa.types.is_dictionary(chunk.type) and len(chunk.dictionary) == 1:
        return _escaped(pa.chunked_array([chunk.dictionary]))[0]
    texts = flat(column)
    if not len(rows_with_other_bytes(texts, PLAIN)):  # one scan over all bytes, and most columns are plain
        return texts
    if pc.any(pc.match_substring_regex(texts, CONTROL)).as_py():  # only an export of another system can hold some
        plain = (msgspec.json.encode(text).decode()[1:-1] for text in texts.to_pylist())
        return pa.array(plain, pa.string())
    return pc.replace_substring(pc.replace_substring(texts, "\\", "\\\\"), '"', '\\"')
