"""The credentials for Microsoft Graph, as a job file gives them; ``tokens`` signs in with them."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from connectors.base import Secret

Kind = Literal["client_secret", "certificate", "managed_identity", "workload_identity", "azure_cli", "token"]


@dataclass(frozen=True, slots=True)
class GraphCredential:
    """One way to sign in, and what it needs.

    ``secret`` is the client secret, or the password of the file ``certificate`` (PEM or PFX). What its kind does not
    need is None; what it needs and does not have is refused when the first token is asked for.
    """

    kind: Kind
    tenant_id: str | None = None
    client_id: str | None = None
    secret: Secret | None = field(default=None, repr=False)
    certificate: Path | None = None
    token: Secret | None = field(default=None, repr=False)
