"""Kind "azure_ad": the users of Microsoft Entra ID, read through Microsoft Graph, completely or not at all.

Nothing of the SDK is imported before a reading or a check begins.
"""

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from connectors.azure_ad.graph import attributes as graph_attributes
from connectors.azure_ad.graph.cloud import Service
from connectors.azure_ad.graph.credentials import GraphCredential
from connectors.azure_ad.scope import Application, Everyone, Group, Scope, UserQuery
from connectors.base import Check, DeltaState, Extract, HeaderScorer, Origin, ProgressCallback
from connectors.http.retry import RetryPolicy

if TYPE_CHECKING:
    from connectors.azure_ad.full_read import UserTable
    from connectors.azure_ad.graph.client import GraphClient

__all__ = ["Application", "AzureAdSource", "Everyone", "GraphCredential", "Group", "Service"]

EXAMINATION_ATTEMPTS = 3
"""A person waits for the checks, so they do not retry for long."""


def _ignore(_read: int, _of: int | None) -> None:
    """Ignore the progress."""


@dataclass(frozen=True, slots=True)
class AzureAdSource:
    """Users of one tenant.

    ``attributes`` are properties of a user as Graph spells them, ``extensionAttribute1`` to ``15``, or directory
    extensions (``extension_<32 hex digits>_name``); only they are asked for. ``filter`` is OData and handed on as it
    is. With ``mode`` "delta" and the ``delta_state`` of the last reading only the changes are read, and everything each
    ``full_every``-th time.
    """

    service: Service
    credential: GraphCredential
    scope: Scope
    attributes: tuple[str, ...]
    filter: str | None = None
    mode: Literal["full", "delta"] = "full"
    delta_state: DeltaState | None = None
    full_every: int = 7
    progress: ProgressCallback = field(default=_ignore, repr=False)
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy, repr=False)

    def read(self, recognise: HeaderScorer) -> Extract:  # noqa: ARG002 - every source is asked in the same way
        """Read every user of the scope, one column of text an attribute, ``id`` first if it was not requested.

        Null and absent are empty; true and false are words; the members of a list are joined by ``;``; nothing else
        changes, neither characters nor case.

        Raises:
            SourceMissing: there is no such group or application.
            SourceRefused: the sign-in fails, or a permission is missing; it is named.
            SourceUnreachable: the server is unreachable, or retries were exhausted.
            SourceIncomplete: fewer came than there are, a user came twice with different data, or a link leads away.
            SourceEmpty: there are no users.
            SourceUnreadable: there is no space for what was read.
            ChoiceNeeded: several groups have that name.
        """
        return asyncio.run(self._read())

    def examine(self) -> tuple[Check, ...]:
        """Check sign-in, permissions, scope, attributes and clock, with a handful of requests."""
        from connectors.azure_ad.self_check import examine

        brief = replace(self.retry_policy, attempts=min(self.retry_policy.attempts, EXAMINATION_ATTEMPTS))
        return asyncio.run(examine(self._client(brief), self._query(), delta=self.mode == "delta"))

    def _client(self, retry_policy: RetryPolicy) -> "GraphClient":
        from connectors.azure_ad.graph.client import GraphClient

        return GraphClient(self.service, self.credential, retry_policy)

    def _query(self) -> UserQuery:
        return UserQuery(self.scope, graph_attributes.columns(self.attributes), self.filter or None)

    async def _read(self) -> Extract:
        from connectors.azure_ad import observations

        async with self._client(self.retry_policy) as graph:
            pulled, delta_state = await self._pull(graph)
            notes = [*pulled.notes, *observations.notes(pulled.place.name, pulled.table)]
            if graph.faults:
                faults = ", ".join(f"{name}: {times}" for name, times in graph.faults.most_common())
                number = graph.faults.total()
                retried = "request to Microsoft Graph was" if number == 1 else "requests to Microsoft Graph were"
                notes.append(f"{number} {retried} retried ({faults}).")
        return Extract(
            frame=pulled.table,
            origin=Origin(source=pulled.place.name, sheet=None, rows=None, key="id"),
            complete=pulled.complete,
            notes=tuple(notes),
            delta_state=delta_state,
        )

    async def _pull(self, graph: "GraphClient") -> "tuple[UserTable, DeltaState | None]":
        from connectors.azure_ad.delta_read import read_changes, scope_digest
        from connectors.azure_ad.full_read import pull

        query = self._query()
        if self.mode == "full":
            return await pull(graph, query, self.progress), None
        whose = (self.service.base_url, self.credential.tenant_id or "", *query.names)
        return await read_changes(graph, query, scope_digest(whose), self.delta_state, self.full_every, self.progress)
