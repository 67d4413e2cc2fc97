"""Kind "azure_ad": the users of Microsoft Entra ID, through Microsoft Graph, whole or not at all.

The story, room by room: ``_graph_find`` learns whose users are meant, ``_graph_requests`` makes the questions with the
SDK's builders, ``_graph_client`` asks them with patience, ``_graph_answer`` judges the answers, ``_graph_page`` makes
columns of them, ``_graph_pull`` sees to it that nobody is missing or double, ``_graph_delta`` does with the changes
alone where that is wished, and ``_graph_examination`` looks whether a reading would succeed. Nothing of the SDK is
imported before one of them is needed.
"""

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from connectors.azure_ad import attributes as graph_attributes
from connectors.azure_ad.cloud import Service
from connectors.azure_ad.credentials import GraphCredential
from connectors.azure_ad.scope import Application, Everyone, Group, Scope, UserQuery
from connectors.base import Check, DeltaState, Extract, HeaderScorer, Origin, ProgressCallback
from connectors.http.retry import RetryPolicy

if TYPE_CHECKING:
    from connectors.azure_ad.client import GraphClient
    from connectors.azure_ad.full_read import UserTable

__all__ = ["Application", "AzureAdSource", "Everyone", "GraphCredential", "Group", "Service"]

EXAMINATION_ATTEMPTS = 3
"""Somebody waits for an examination; it does not bear faults for long."""


def _unheard(_read: int, _of: int | None) -> None:
    """Tell nobody how far the reading is."""


@dataclass(frozen=True, slots=True)
class AzureAdSource:
    """Users of one tenant.

    ``attributes`` are properties of a user as Graph spells them, ``extensionAttribute1`` to ``15``, or directory
    extensions (``extension_<32 hex digits>_name``); only they are asked for. ``filter`` is OData and handed on as it
    is. With ``mode`` "delta" and the ``memory`` of the last reading only the changes are read, and everything each
    ``full_every``-th time.
    """

    service: Service
    credential: GraphCredential
    scope: Scope
    attributes: tuple[str, ...]
    filter: str | None = None
    mode: Literal["full", "delta"] = "full"
    memory: DeltaState | None = None
    full_every: int = 7
    tally: ProgressCallback = field(default=_unheard, repr=False)
    patience: RetryPolicy = field(default_factory=RetryPolicy, repr=False)

    def read(self, recognise: HeaderScorer) -> Extract:  # noqa: ARG002 - every source is asked in the same way
        """Read every user of the scope, one column of text an attribute, ``id`` first where it was not asked for.

        Null and absent are empty; true and false are words; the members of a list are joined by ``;``; nothing else
        changes, no letter of a value and no case.

        Raises:
            SourceMissing: there is no such group or application.
            SourceRefused: the sign-in fails, or a permission is missing; it is named.
            SourceUnreachable: nobody answers, or only with faults, until patience is at its end.
            SourceIncomplete: fewer came than there are, somebody came twice with different data, or a link leads away.
            SourceEmpty: nobody is there.
            SourceUnreadable: there is no room for what was read.
            ChoiceNeeded: several groups have that name.
        """
        return asyncio.run(self._read())

    def examine(self) -> tuple[Check, ...]:
        """Check sign-in, permissions, scope, attributes and clock, with a handful of requests."""
        from connectors.azure_ad.self_check import examine

        brief = replace(self.patience, attempts=min(self.patience.attempts, EXAMINATION_ATTEMPTS))
        return asyncio.run(examine(self._client(brief), self._wish(), delta=self.mode == "delta"))

    def _client(self, patience: RetryPolicy) -> "GraphClient":
        from connectors.azure_ad.client import GraphClient

        return GraphClient(self.service, self.credential, patience)

    def _wish(self) -> UserQuery:
        return UserQuery(self.scope, graph_attributes.columns(self.attributes), self.filter or None)

    async def _read(self) -> Extract:
        from connectors.azure_ad import observations

        async with self._client(self.patience) as graph:
            pulled, memory = await self._pull(graph)
            notes = [*pulled.notes, *observations.notes(pulled.place.name, pulled.table)]
            if graph.faults:
                faults = ", ".join(f"{name}: {times}" for name, times in graph.faults.most_common())
                notes.append(f"Microsoft Graph had to be asked again {graph.faults.total()} times ({faults}).")
        return Extract(
            frame=pulled.table,
            origin=Origin(source=pulled.place.name, sheet=None, rows=None, key="id"),
            complete=True,
            notes=tuple(notes),
            memory=memory,
        )

    async def _pull(self, graph: "GraphClient") -> "tuple[UserTable, DeltaState | None]":
        from connectors.azure_ad.delta_read import read_changes, scope_digest
        from connectors.azure_ad.full_read import pull

        wish = self._wish()
        if self.mode == "full":
            return await pull(graph, wish, self.tally), None
        whose = (self.service.base_url, self.credential.tenant_id or "", *wish.names)
        return await read_changes(graph, wish, scope_digest(whose), self.memory, self.full_every, self.tally)
