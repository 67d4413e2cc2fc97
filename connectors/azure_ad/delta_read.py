"""Reading only what changed: a snapshot of all users, kept from run to run, and the stream of changes since.

The link to the stream is taken before the snapshot, because an overlap is harmless and a gap is not; changes may come
twice, in any order of persons, and are merged so that the last one wins (facts: microsoft-graph §3, "Delta"). Who
belongs to a group, an application or a filter is no part of the stream and is read whole each time, ids only. Now and
then everything is read anew, for nobody promises that a change of case alone is told as a change.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from http import HTTPStatus

import pyarrow as pa
import pyarrow.compute as pc

from connectors.azure_ad import requests
from connectors.azure_ad.client import GraphClient
from connectors.azure_ad.full_read import SHARE_MISSING, UserTable, believe, count, once, pull
from connectors.azure_ad.lookup import ResolvedScope, by_id, pages
from connectors.azure_ad.responses import GraphRequest, QuestionRefused
from connectors.azure_ad.scope import Everyone, UserQuery
from connectors.azure_ad.spool import Spool, sieved
from connectors.azure_ad.users import UserDecoder
from connectors.base import DeltaState, ProgressCallback, SourceIncomplete
from connectors.http.restart import read_again_async

LOST = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
"""How Graph says that it does not know a delta link any more: 410, or 40x with a code such as syncStateNotFound."""

READ_SINGLY = 300
"""So many members may be unknown to the snapshot (they are new) before it is thought to be wrong."""


@dataclass(slots=True)
class Changes:
    """What the stream told: new texts by id and place of the attribute, whose ids are gone, and where to go on."""

    link: str = ""
    told: dict[str, dict[int, str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def add(self, identity: str, values: dict[int, str] | None) -> None:
        """Take one change in: the last wins, attribute by attribute, also of somebody who was gone and came back."""
        if values is None:
            self.gone.add(identity)
        else:
            self.gone.discard(identity)
            self.told.setdefault(identity, {}).update(values)


class _Stale(Exception):
    """The memory is of no use; the message says why, as a clause in the past tense."""


async def read_changes(
    graph: GraphClient,
    wish: UserQuery,
    digest: str,
    memory: DeltaState | None,
    full_every: int,
    tally: ProgressCallback,
) -> tuple[UserTable, DeltaState]:
    """Read the users of a scope by way of a snapshot of all users, and give what to remember for the next time.

    ``digest`` says of whom the snapshot is; with another one the memory is not used.

    Raises:
        SourceError, ChoiceNeeded, StartAgain: as ``pull`` says.
    """
    notes: tuple[str, ...] = ()
    known: tuple[pa.Table, DeltaState] | None = None
    if memory is not None and _usable(memory, wish, digest) and memory.readings + 1 < full_every:
        try:
            known = await _next(graph, wish, memory)
        except _Stale as reason:
            notes = (f"Everything was read anew instead of the changes alone: {reason}.",)
    if isinstance(wish.scope, Everyone) and wish.condition is None:
        if known is None:
            whole, kept = await _whole(graph, wish, digest, tally)
            return replace(whole, notes=(*notes, *whole.notes)), kept
        everyone = ResolvedScope("Entra ID", ())
        believe(everyone, known[0])
        tally(known[0].num_rows, known[0].num_rows)
        return UserTable(everyone, known[0], notes), known[1]
    members = await pull(graph, replace(wish, names=("id",)), tally)
    ids = members.table.column("id").combine_chunks()
    if known is not None and len(_absent(ids, known[0])) > READ_SINGLY:
        notes = ("Everything was read anew instead of the changes alone: many members were not known before.",)
        known = None
    if known is None:
        whole, kept = await _whole(graph, wish, digest, lambda _read, _of: None)
        known = whole.table, kept
    table, nobody = await _of_members(graph, wish, ids, known[0])
    if nobody:
        notes = (*notes, f"{members.place.name}: members whose data nobody could give were left out: {nobody:,}.")
    believe(members.place, table)
    return UserTable(members.place, table, (*notes, *members.notes)), known[1]


def scope_digest(parts: Iterable[str]) -> str:
    """Build the mark of a snapshot of what was asked of whom."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def merged(snapshot: pa.Table, changes: Changes, newcomers: pa.Table | None = None) -> pa.Table:
    """Return the snapshot as it is after the changes; rows that nothing touched are not looked at.

    ``newcomers`` are rows of users whom the snapshot does not have, to be overwritten by what was told of them.
    """
    touched = pa.array([*changes.told, *changes.gone], pa.string())
    if not len(touched):
        return snapshot
    hit = pc.is_in(snapshot.column("id"), value_set=touched).combine_chunks()
    names = snapshot.column_names
    known = [row for table in (snapshot.filter(hit), newcomers) if table is not None for row in table.to_pylist()]
    rows: dict[str, list[str]] = {row["id"]: [row[name] for name in names] for row in known}
    for identity in rows.keys() & changes.gone:
        del rows[identity]
    for identity, values in changes.told.items():
        if identity not in changes.gone and (identity in rows or len(values) > 1):
            row = rows.setdefault(identity, [""] * len(names))
            for place, text in values.items():
                row[place] = text
    more = pa.table(
        [pa.array([row[place] for row in rows.values()], pa.string()) for place in range(len(names))], names
    )
    return sieved(snapshot, pc.invert(hit), more)


async def _whole(
    graph: GraphClient, wish: UserQuery, digest: str, tally: ProgressCallback
) -> tuple[UserTable, DeltaState]:
    """Take the link first, then the snapshot: what changes meanwhile comes twice, and nothing falls between.

    What the stream tells on the way to its link is older than the snapshot, which therefore wins.
    """
    changes, _ = await read_again_async(
        "The users", lambda: _follow(graph, requests.changes_from_now(graph, wish.names), wish)
    )
    whole = await pull(graph, UserQuery(Everyone(), wish.names), tally)
    return whole, DeltaState(token=changes.link, frame=whole.table, scope=digest, readings=0)


async def _next(graph: GraphClient, wish: UserQuery, memory: DeltaState) -> tuple[pa.Table, DeltaState]:
    """Merge what changed since the last reading into its snapshot."""
    try:
        changes, _ = await read_again_async("The users", lambda: _follow(graph, requests.changes(memory.token), wish))
    except QuestionRefused as refusal:
        if refusal.status in LOST:
            raise _Stale(f"its place in the stream of changes was too old ({refusal.code or refusal.status})") from None
        raise
    # A user who is new, or was restored, may be told in part only; asked for by id, the rest is there.
    ids = pa.array(changes.told.keys() - changes.gone, pa.string())
    table = merged(memory.frame, changes, await _singly(graph, wish, _absent(ids, memory.frame)))
    counted = await count(graph, requests.number_of_users(graph, None))
    if counted is not None and abs(table.num_rows - counted) > counted // SHARE_MISSING:
        raise _Stale(f"the changes led to {table.num_rows:,} users, and Microsoft Graph counts {counted:,}")
    return table, DeltaState(token=changes.link, frame=table, scope=memory.scope, readings=memory.readings + 1)


async def _follow(graph: GraphClient, question: GraphRequest, wish: UserQuery) -> Changes:
    """Read the stream of changes to its end.

    Raises:
        SourceIncomplete: its last page has no link to what will come.
        SourceError, StartAgain: as ``pages`` says.
    """
    users, changes = UserDecoder(wish.names), Changes()
    async for page in pages(graph, question, users.read_changes):
        for change in page.value:
            changes.add(*users.told(change))
        changes.link = page.delta_link or ""
    if not changes.link:
        raise SourceIncomplete(
            "The changes of users ended without a link to the next ones. Nothing of them was used; run again later."
        )
    return changes


async def _of_members(graph: GraphClient, wish: UserQuery, ids: pa.Array, snapshot: pa.Table) -> tuple[pa.Table, int]:
    """Return the rows of the users with these ids, and how many of them nobody knows."""
    absent = _absent(ids, snapshot)
    more = await _singly(graph, wish, absent)
    belongs = pc.is_in(snapshot.column("id"), value_set=ids).combine_chunks()
    return sieved(snapshot, belongs, more), len(absent) - more.num_rows


async def _singly(graph: GraphClient, wish: UserQuery, ids: pa.Array) -> pa.Table:
    """Read users by their ids; those who are not there are not in the table."""
    users, plain = UserDecoder(wish.names), UserQuery(Everyone(), wish.names)
    with Spool(wish.names) as spool:
        for question in by_id(graph, plain, tuple(ids.to_pylist())):
            async for page in pages(graph, question, users.read):
                spool.add(users.columns(page.value))
        return once(spool.table())[0]


def _absent(ids: pa.Array, snapshot: pa.Table) -> pa.Array:
    """Return those ids that the snapshot does not have; the hash table is of the few, not of the snapshot."""
    column = snapshot.column("id")
    known = column.filter(pc.is_in(column, value_set=ids)).combine_chunks()
    return ids.filter(pc.invert(pc.is_in(ids, value_set=known)))


def _usable(memory: DeltaState, wish: UserQuery, digest: str) -> bool:
    frame = memory.frame
    return (
        memory.scope == digest
        and tuple(frame.column_names) == wish.names
        and all(column.type == pa.string() and not column.null_count for column in frame.columns)
    )
