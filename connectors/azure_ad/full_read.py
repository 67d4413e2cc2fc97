"""Read lists of users completely or not at all: pages, counts, duplicates, restarts.

A reading is used only if its pages end by themselves, no user is in it with two sets of data, and no fewer
came than the service counts (facts: microsoft-graph §3, "Truncation detection").
"""

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from connectors.azure_ad.graph.client import GraphClient
from connectors.azure_ad.graph.responses import GraphRequest
from connectors.azure_ad.graph.users import UserDecoder
from connectors.azure_ad.lookup import ResolvedScope, find, pages
from connectors.azure_ad.scope import UserQuery
from connectors.azure_ad.spool import Spool, sieved
from connectors.base import ProgressCallback, SourceEmpty, SourceError, SourceIncomplete, SourceRefused
from connectors.http.restart import RestartRead, read_again_async
from connectors.http.retry import TransientError

SHARE_MISSING = 100
"""One in so many may be missing from a count: its index lags behind (facts: microsoft-graph §3)."""

_COUNT_ATTEMPTS = 2
"""The count only confirms; a reading does not wait for it for long."""


class UserTable(msgspec.Struct, frozen=True):
    """Users, each once: the place they were read from, a table of text with a column ``id``, and the notes on it.

    ``complete`` is False if the service counts more of them than it gave, if only by what a lagging count explains.
    """

    place: ResolvedScope
    table: pa.Table
    notes: tuple[str, ...]
    complete: bool = True


async def pull(graph: GraphClient, query: UserQuery, progress: ProgressCallback) -> UserTable:
    """Read every user of a scope once, or raise.

    Raises:
        SourceEmpty: there are no users.
        SourceIncomplete: fewer came than are counted, or a user came twice with different data.
        SourceRefused: only the ids of the users are shown.
        SourceError, ChoiceNeeded: as ``find`` and ``pages`` do.
    """
    pulled, restarts = await read_again_async("The users", lambda: _pull_once(graph, query, progress))
    return replace(pulled, notes=(*restarts, *pulled.notes))


async def count(graph: GraphClient, request: GraphRequest) -> int | None:
    """Read a count; None if it is not given, because a reading does not depend on it."""
    try:
        return await graph.ask(request, _number, attempts=_COUNT_ATTEMPTS)
    except SourceError:
        return None


def enough(got: int, counted: int) -> bool:
    """Return True if no more are missing than a lagging count explains: one in a hundred, below a hundred none."""
    return got >= counted - counted // SHARE_MISSING


async def _pull_once(graph: GraphClient, query: UserQuery, progress: ProgressCallback) -> UserTable:
    place = await find(graph, query)
    users = UserDecoder(query.names)
    before = await count(graph, place.count) if place.count else None
    counts: list[int | None] = [before]
    read = 0
    with Spool(query.names) as spool:
        for request in place.lists:
            start, expected = read, None
            async for page in pages(graph, request, users.read):
                spool.add(users.columns(page.value))
                read += len(page.value)
                expected = page.count if expected is None else expected
                progress(read, before)
            _compare(place, read - start, expected)
            if len(place.lists) == 1:
                counts.append(expected)
        table = spool.table()
    if place.count and before is not None:
        counts.append(await count(graph, place.count))
    table, doubles = once(table)
    known = [number for number in counts if number is not None]
    _compare(place, table.num_rows, min(known, default=None))
    believe(place, table)
    complete = min(known, default=0) <= table.num_rows
    return UserTable(place, table, (*place.notes, *_notes(place, query, table, doubles, known)), complete)


def once(table: pa.Table) -> tuple[pa.Table, int]:
    """Return every user once, and how many rows were the same user again with the same data.

    Raises:
        RestartRead: a user came twice with different data.
    """
    ids = table.column("id")
    if pc.count_distinct(ids).as_py() == table.num_rows:
        return table, 0
    counted = pc.value_counts(ids)
    several = counted.field("values").filter(pc.greater(counted.field("counts"), 1))
    suspects = pc.is_in(ids, value_set=several).combine_chunks()
    keep = np.ones(table.num_rows, dtype=bool)
    first: dict[str, dict[str, str]] = {}
    places = np.flatnonzero(suspects.to_numpy(zero_copy_only=False))
    for place, row in zip(places, table.filter(suspects).to_pylist(), strict=True):
        if first.setdefault(row["id"], row) is not row:
            keep[place] = False
            if first[row["id"]] != row:
                raise RestartRead("a user came twice with different data", times=1)
    return sieved(table, pa.array(keep)), int(table.num_rows - keep.sum())


def believe(place: ResolvedScope, table: pa.Table) -> None:
    """Refuse a reading without users, or with nothing but ids (facts: microsoft-graph §3, limited information).

    Raises:
        SourceEmpty: there are no rows.
        SourceRefused: there are ids, and every other attribute is empty in every row.
    """
    if not table.num_rows:
        raise SourceEmpty(
            f"{place.name} has no users; check the scope: `group`, `app`, `filter`.",
            advice="Correct `group`, `app` or `filter` in the job file, or have users added there, and run again.",
        )
    others = [name for name in table.column_names if name != "id"]
    if others and not any(_says_something(table.column(name)) for name in others):
        permissions = " and ".join(dict.fromkeys(each for list_ in place.lists for each in list_.permissions))
        raise SourceRefused(
            f"{place.name}: Microsoft Graph shows the ids of {table.num_rows:,} users and nothing else "
            f"({', '.join(others)}). That is how it answers without permission: grant {permissions} to the "
            "application, with admin consent."
        )


def _compare(place: ResolvedScope, got: int, counted: int | None) -> None:
    if counted is not None and not enough(got, counted):
        raise SourceIncomplete(
            f"{place.name}: {got:,} users were read, but Microsoft Graph counts {counted:,}. Nothing of it was used; "
            "run again, and if it stays so, report both numbers to Microsoft."
        )


def _says_something(column: pa.ChunkedArray) -> bool:
    return any(pc.max(pc.binary_length(chunk)).as_py() for chunk in column.chunks)


def _notes(place: ResolvedScope, query: UserQuery, table: pa.Table, doubles: int, known: list[int]) -> list[str]:
    notes = []
    if place.count and not known:
        notes.append(f"{place.name}: Microsoft Graph did not count the users, so nothing confirms that "
                     f"{table.num_rows:,} are all.")  # fmt: skip
    if (counted := min(known, default=0)) > table.num_rows:
        notes.append(
            f"{place.name}: Microsoft Graph counts {counted:,} users and gave {table.num_rows:,}; its count may lag "
            "behind by one in a hundred. Nothing is deleted after this reading."
        )
    if doubles and len(place.lists) == 1:
        notes.append(f"{place.name}: users that came twice with the same data were counted once: {doubles:,}.")
    if place.named and not query.condition:
        found = pc.is_in(table.column("id"), value_set=pa.array(place.named, pa.string()))
        if gone := len(place.named) - (pc.sum(found).as_py() or 0):
            notes.append(f"{place.name}: users that are assigned and no longer exist were left out: {gone:,}.")
    return notes


def _number(body: bytes) -> int:
    try:
        return int(body.decode("utf-8-sig"))
    except ValueError:
        raise TransientError("an answer that is not a number") from None
