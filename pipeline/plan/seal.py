"""The seal of a plan.

It is a digest of what would be done to whom, of who is gone, and of the layout and policy it would be done with;
never of the clock or the order of the source. Same people, same seal (design §6). Who is gone belongs to it although
nothing is done to them: or every list that only lost people would carry the seal of nothing, and an approval of one
of them would be one of all.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from mappings.model import Layout
from pipeline.config.job_file.job import Policy
from pipeline.kernels.columns import bytes_of, unchunked
from pipeline.kernels.prefetch import prefetched
from pipeline.model.fields import CERTIFICATE

FORMAT = 1
LINES_AT_A_TIME = 1 << 16
CONTROL = r"[\x00-\x1f]"
FIRST_PRINTABLE, QUOTE, BACKSLASH = b' "\\'
"""JSON writes every byte as it is but for quotes, backslashes, and those before the space."""


def compute(changes: pa.Table, gone: pa.Table, policy: Policy, layout: Layout) -> str:
    """Return the seal of changes and gone people (columns of texts, or of one repeated word): 64 hex digits."""
    return sealed(changes, gone, shape(layout), policy.model_dump())


def shape(layout: Layout) -> list[Any]:
    """Return what the seal covers of a layout: its columns, and how its files are written; never its name."""
    columns = [[column.column, column.field, column.constant] for column in layout.columns]
    return [columns, layout.encoding, layout.bom, layout.newline, layout.delimiter]


def sealed(changes: pa.Table, gone: pa.Table, layout: list[Any], policy: Mapping[str, Any]) -> str:
    """Return the seal of changes and gone people, with the layout as ``shape`` and the policy as plan.json have it."""
    head = {"format": FORMAT, "layout": layout, "policy": policy, "columns": changes.column_names}
    digest = hashlib.sha256(msgspec.json.encode(head, order="sorted"))
    for some in prefetched(lines(changes, "\n")):
        digest.update(some)
    for line in sorted(b"".join(lines(gone.select(CERTIFICATE), "\n")).split(b"\n")):
        digest.update(line)
    return digest.hexdigest()


def digest_of(table: pa.Table) -> str:
    """Return the digest of a table of texts; the order of its rows matters."""
    digest = hashlib.sha256()
    for some in prefetched(lines(table, "\n")):
        digest.update(some)
    return digest.hexdigest()


def lines(changes: pa.Table, end: str) -> Iterator[memoryview]:
    """Write each change as one JSON object, by kernels; ``end`` follows each of them."""
    for first in range(0, changes.num_rows, LINES_AT_A_TIME):
        some = changes.slice(first, LINES_AT_A_TIME)
        pieces: list[pa.StringArray | str] = []
        between = "{"
        for name in some.column_names:
            cells = _escaped(some[name])
            between += f'"{name}": "'
            if isinstance(cells, pa.StringScalar):
                between += f'{cells.as_py()}", '
            else:
                pieces += [between, cells]
                between = '", '
        joined = pc.binary_join_element_wise(*pieces, f"{between.removesuffix(', ')}}}{end}", "")
        yield bytes_of(joined).data


def _escaped(column: pa.ChunkedArray) -> pa.StringArray | pa.Scalar:
    """Escape a column for JSON; one with the same text on every row as one word."""
    chunk = column.chunk(0) if column.num_chunks else pa.array([], pa.string())
    if pa.types.is_dictionary(chunk.type) and len(chunk.dictionary) == 1:
        return _escaped(pa.chunked_array([chunk.dictionary]))[0]
    texts = unchunked(column)
    data = bytes_of(texts)
    if not ((data < FIRST_PRINTABLE) | (data == QUOTE) | (data == BACKSLASH)).any():  # and most columns have none
        return texts
    if pc.any(pc.match_substring_regex(texts, CONTROL)).as_py():  # only an export of another system can have some
        plain = (msgspec.json.encode(text).decode()[1:-1] for text in texts.to_pylist())
        return pa.array(plain, pa.string())
    return pc.replace_substring(pc.replace_substring(texts, "\\", "\\\\"), '"', '\\"')
