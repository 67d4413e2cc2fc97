"""Reading only what changed: a snapshot of all users, kept from run to run, and the stream of changes since.

The link to the stream is taken before the snapshot, because an overlap is harmless and a gap is not; changes may come
twice, in any order of persons, and are merged so that the last one wins (facts: microsoft-graph §3, "Delta"). Who
belongs to a group, an application or a filter is not part of the stream and is read in full each time, ids only. Now
and then everything is read in full, because a change of case alone may not be reported as a change.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus

import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import replace

from connectors.azure_ad.full_read import SHARE_MISSING, UserTable, believe, count, once, pull
from connectors.azure_ad.graph import requests
from connectors.azure_ad.graph.client import GraphClient
from connectors.azure_ad.graph.responses import GraphRequest, RequestRefused
from connectors.azure_ad.graph.users import UserDecoder
from connectors.azure_ad.lookup import ResolvedScope, by_id, pages
from connectors.azure_ad.scope import Everyone, UserQuery
from connectors.azure_ad.spool import Spool, sieved
from connectors.base import DeltaState, ProgressCallback, SourceIncomplete
from connectors.http.restart import read_again_async

LOST = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
"""The answers to a delta link that has expired: 410, or 40x with a code such as syncStateNotFound."""

READ_SINGLY = 300
"""So many members may be unknown to the snapshot (they are new) before it is thought to be wrong."""


@dataclass(slots=True)
class Changes:
    """The changes of the stream: new texts by id and place of the attribute, deleted ids, and the next link."""

    link: str = ""
    values: dict[str, dict[int, str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def add(self, identity: str, values: dict[int, str] | None) -> None:
        """Take one change in: the last wins, attribute by attribute, also of a user who was deleted and restored."""
        if values is None:
            self.gone.add(identity)
        else:
            self.gone.discard(identity)
            self.values.setdefault(identity, {}).update(values)


class _Stale(Exception):
    """The delta state cannot be used; the message names why, as a clause in the past tense."""


async def read_changes(
    graph: GraphClient,
    query: UserQuery,
    digest: str,
    delta_state: DeltaState | None,
    full_every: int,
    progress: ProgressCallback,
) -> tuple[UserTable, DeltaState]:
    """Read the users of a scope by way of a snapshot of all users, and return the delta state for the next time.

    ``digest`` identifies the users of the snapshot; a delta state with another one is not used.

    Raises:
        SourceError, ChoiceNeeded, RestartRead: as ``pull`` does.
    """
    notes: tuple[str, ...] = ()
    known: tuple[pa.Table, DeltaState] | None = None
    if delta_state is not None and _usable(delta_state, query, digest) and delta_state.readings + 1 < full_every:
        try:
            known = await _next(graph, query, delta_state)
        except _Stale as reason:
            notes = (f"Everything was read again instead of the changes alone: {reason}.",)
    if isinstance(query.scope, Everyone) and query.condition is None:
        if known is None:
            users, kept = await _snapshot(graph, query, digest, progress)
            return replace(users, notes=(*notes, *users.notes)), kept
        everyone = ResolvedScope("Entra ID", ())
        believe(everyone, known[0])
        progress(known[0].num_rows, known[0].num_rows)
        return UserTable(everyone, known[0], notes), known[1]
    members = await pull(graph, replace(query, names=("id",)), progress)
    ids = members.table.column("id").combine_chunks()
    if known is not None and len(_absent(ids, known[0])) > READ_SINGLY:
        notes = ("Everything was read again instead of the changes alone: many members were not known before.",)
        known = None
    if known is None:
        users, kept = await _snapshot(graph, query, digest, lambda _read, _of: None)
        known = users.table, kept
    table, without_data = await _of_members(graph, query, ids, known[0])
    if without_data:
        notes = (*notes, f"{members.place.name}: members without data were left out: {without_data:,}.")
    believe(members.place, table)
    return replace(members, table=table, notes=(*notes, *members.notes)), known[1]


def scope_digest(parts: Iterable[str]) -> str:
    """Build the mark of a snapshot: what was asked, and about which scope."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def merged(snapshot: pa.Table, changes: Changes, newcomers: pa.Table | None = None) -> pa.Table:
    """Return the snapshot as it is after the changes; rows that nothing touched are not looked at.

    ``newcomers`` are rows of users whom the snapshot does not have, to be overwritten by their changes.
    """
    touched = pa.array([*changes.values, *changes.gone], pa.string())
    if not len(touched):
        return snapshot
    hit = pc.is_in(snapshot.column("id"), value_set=touched).combine_chunks()
    names = snapshot.column_names
    known = [row for table in (snapshot.filter(hit), newcomers) if table is not None for row in table.to_pylist()]
    rows: dict[str, list[str]] = {row["id"]: [row[name] for name in names] for row in known}
    for identity in rows.keys() & changes.gone:
        del rows[identity]
    for identity, values in changes.values.items():
        if identity not in changes.gone and (identity in rows or len(values) > 1):
            row = rows.setdefault(identity, [""] * len(names))
            for place, text in values.items():
                row[place] = text
    more = pa.table(
        [pa.array([row[place] for row in rows.values()], pa.string()) for place in range(len(names))], names
    )
    return sieved(snapshot, pc.invert(hit), more)


async def _snapshot(
    graph: GraphClient, query: UserQuery, digest: str, progress: ProgressCallback
) -> tuple[UserTable, DeltaState]:
    """Take the link first, then the snapshot: what changes meanwhile comes twice, and nothing falls between.

    The delta link is taken before the snapshot: changes may repeat but cannot be missed, and the snapshot wins.
    """
    changes, _ = await read_again_async(
        "The users", lambda: _follow(graph, requests.changes_from_now(graph, query.names), query)
    )
    users = await pull(graph, UserQuery(Everyone(), query.names), progress)
    return users, DeltaState(token=changes.link, frame=users.table, scope=digest, readings=0)


async def _next(graph: GraphClient, query: UserQuery, delta_state: DeltaState) -> tuple[pa.Table, DeltaState]:
    """Merge what changed since the last reading into its snapshot."""
    try:
        changes, _ = await read_again_async(
            "The users", lambda: _follow(graph, requests.changes(delta_state.token), query)
        )
    except RequestRefused as refusal:
        if refusal.status in LOST:
            raise _Stale(f"its place in the stream of changes was too old ({refusal.code or refusal.status})") from None
        raise
    # A user who is new, or was restored, may be reported in part only; a request by id returns the rest.
    ids = pa.array(changes.values.keys() - changes.gone, pa.string())
    table = merged(delta_state.frame, changes, await _singly(graph, query, _absent(ids, delta_state.frame)))
    counted = await count(graph, requests.number_of_users(graph, None))
    if counted is not None and not counted <= table.num_rows <= counted + counted // SHARE_MISSING:
        raise _Stale(f"the changes led to {table.num_rows:,} users, and Microsoft Graph counts {counted:,}")
    return table, DeltaState(
        token=changes.link, frame=table, scope=delta_state.scope, readings=delta_state.readings + 1
    )


async def _follow(graph: GraphClient, request: GraphRequest, query: UserQuery) -> Changes:
    """Read the stream of changes to its end.

    Raises:
        SourceIncomplete: its last page has no link to what will come.
        SourceError, RestartRead: as ``pages`` does.
    """
    users, changes = UserDecoder(query.names), Changes()
    async for page in pages(graph, request, users.read_changes):
        for change in page.value:
            changes.add(*users.changed(change))
        changes.link = page.delta_link or ""
    if not changes.link:
        raise SourceIncomplete(
            "The changes of users ended without a link to the next ones. Nothing of them was used; run again later."
        )
    return changes


async def _of_members(graph: GraphClient, query: UserQuery, ids: pa.Array, snapshot: pa.Table) -> tuple[pa.Table, int]:
    """Return the rows of the users with these ids, and how many of them are unknown."""
    absent = _absent(ids, snapshot)
    more = await _singly(graph, query, absent)
    belongs = pc.is_in(snapshot.column("id"), value_set=ids).combine_chunks()
    return sieved(snapshot, belongs, more), len(absent) - more.num_rows


async def _singly(graph: GraphClient, query: UserQuery, ids: pa.Array) -> pa.Table:
    """Read users by their ids; those who are not there are not in the table."""
    users, plain = UserDecoder(query.names), UserQuery(Everyone(), query.names)
    with Spool(query.names) as spool:
        for request in by_id(graph, plain, tuple(ids.to_pylist())):
            async for page in pages(graph, request, users.read):
                spool.add(users.columns(page.value))
        return once(spool.table())[0]


def _absent(ids: pa.Array, snapshot: pa.Table) -> pa.Array:
    """Return those ids that the snapshot does not have; the hash table is of the few, not of the snapshot."""
    column = snapshot.column("id")
    known = column.filter(pc.is_in(column, value_set=ids)).combine_chunks()
    return ids.filter(pc.invert(pc.is_in(ids, value_set=known)))


def _usable(delta_state: DeltaState, query: UserQuery, digest: str) -> bool:
    frame = delta_state.frame
    return (
        delta_state.scope == digest
        and tuple(frame.column_names) == query.names
        and all(column.type == pa.string() and not column.null_count for column in frame.columns)
    )
