"""The stream of changes: ``/users/delta``, from the first round to the changes since a token.

The rules are those of facts: microsoft-graph §3 (Delta). A token holds the selection, so no later request names it. A
change has the id and the selected properties that changed, null if one was cleared; a person who changed twice
comes twice. What touches no selected property leaves a page shorter, or empty.
"""

from bisect import bisect_left
from typing import Any

import msgspec

from tests.servers.graph_faults import refusal
from tests.servers.graph_filter import bad, read_delta_ids
from tests.servers.graph_pages import Page, Renderer, envelope
from tests.servers.graph_query import USER_DEFAULTS, USER_PROPERTIES, options_of, read_select, seal, unseal
from tests.servers.graph_world import Change, World
from tests.servers.loopback_wire import JSON, Request

PAGE = 200
"""Users on a page; no one can ask for another size."""

State = dict[str, Any]


def delta(world: World, renderer: Renderer, request: Request, users: str, nonce: int) -> Page:
    """Serve one page of the stream; ``users`` is the address of the users, ``nonce`` makes its links new.

    Raises:
        Refused: a query that delta does not know, a token that is not ours (400), or one that is too old (410).
    """
    state = _state(world, request, users)
    if state["age"] != world.generation:
        raise refusal("resync", users)
    rows, following = _everybody(world, renderer, state) if "at" in state else _changed(world, state)
    unfinished = "at" in following or following["since"] < len(world.changes)
    name, token = ("nextLink", "$skiptoken") if unfinished else ("deltaLink", "$deltatoken")
    link = f"{users}/delta?{token}={seal(following | {'n': nonce})}"
    context = f"{users.removesuffix('/users')}/$metadata#users"
    body = envelope(rows, **{"context": context, name: link})
    again = f"{users}/delta?$skiptoken={seal(state | {'n': -nonce})}"
    return Page(200, body, JSON, again)


def _state(world: World, request: Request, users: str) -> State:
    """Read the position of the request in the stream: from its token, or the beginning."""
    options = options_of(request, "$select", "$filter", "$deltatoken", "$skiptoken")
    token = options.get("$skiptoken") or options.get("$deltatoken")
    if token and token != "latest":  # noqa: S105 - the word that Graph has for "from now on"
        if len(options) > 1:
            raise bad("A token holds the whole query of the first request; nothing may stand beside it.")
        state = unseal(token)
        if state is None or not {"select", "since", "age"} <= set(state):
            raise refusal("sync-state-not-found", users)
        return state
    select = read_select(options.get("$select"), USER_PROPERTIES, USER_DEFAULTS)
    ids = read_delta_ids(options.get("$filter"))
    state = {
        "select": ["id", *(name for name in select if name != "id")],
        "ids": None if ids is None else sorted(ids),
        "since": len(world.changes),
        "age": world.generation,
    }
    return state if token else state | {"at": 0}


def _everybody(world: World, renderer: Renderer, state: State) -> tuple[list[bytes], State]:
    """Return a page of the first round; what changes meanwhile comes again later, so that nothing falls between."""
    places = world.everybody()
    if state["ids"] is not None:
        places = sorted(place for place in map(world.find, state["ids"]) if place is not None)
    begin = bisect_left(places, state["at"])
    rows = renderer.rows(places[begin : begin + PAGE], tuple(state["select"]), sparse=True)
    if begin + PAGE < len(places):
        return rows, state | {"at": places[begin + PAGE]}
    return rows, {name: value for name, value in state.items() if name != "at"}


def _changed(world: World, state: State) -> tuple[list[bytes], State]:
    """Return a page of changes."""
    end = min(state["since"] + PAGE, len(world.changes))
    changes = world.changes[state["since"] : end]
    rows = [
        _row(change, state["select"]) for change in changes if state["ids"] is None or change.id.lower() in state["ids"]
    ]
    return [msgspec.json.encode(row) for row in rows if row], state | {"since": end}


def _row(change: Change, select: list[str]) -> dict[str, Any]:
    """Return one change; empty if it touches nothing that was selected."""
    if change.removed:
        return {"id": change.id, "@removed": {"reason": change.removed}}
    values = {name: change.values[name] for name in select if name in change.values and name != "id"}
    return {"id": change.id, **values} if values else {}
