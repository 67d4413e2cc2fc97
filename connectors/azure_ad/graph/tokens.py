"""Signing in to Microsoft Graph: the credential of the job file becomes one of azure-identity, its faults sentences.

A sentence names the code of Entra ID (``AADSTS…``) and never its text, because that may contain secrets.
"""

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from types import TracebackType
from typing import Any, Protocol, Self

from azure.core.credentials import AccessToken
from azure.core.exceptions import AzureError, HttpResponseError
from azure.identity import CredentialUnavailableError, aio

from connectors.azure_ad.graph.cloud import Service
from connectors.azure_ad.graph.credentials import GraphCredential
from connectors.base import Secret, SourceRefused, SourceUnreachable

CONNECT_SECONDS, READ_SECONDS = 30, 100
"""What the SDK waits for Graph itself; azure-identity alone would wait five minutes."""

RETRIES = 3
"""How often azure-identity asks again by itself; its own ten would take a quarter of an hour."""

UNKNOWN_LIFETIME = 3600
"""A given token has no expiry date; Graph answers 401 when it has expired."""

ADVICE = {
    "AADSTS50034": "the account is not in this tenant; check tenant_id",
    "AADSTS53003": "a Conditional Access policy blocks this sign-in; ask the administrator of the tenant",
    "AADSTS65001": "the application has no consent; grant admin consent to its permissions",
    "AADSTS70021": "no federated credential of the application fits this workload; add one with its issuer and subject",
    "AADSTS700016": "there is no application with this client_id in this tenant; check client_id and tenant_id",
    "AADSTS700024": "the signed assertion is not valid now; check the clock of this machine",
    "AADSTS700027": "the certificate is not one of the application's; upload it there, or name the right file",
    "AADSTS700213": "no federated credential of the application fits this workload; check issuer, subject and audience",
    "AADSTS7000112": "the application is disabled; enable it in Entra ID",
    "AADSTS7000215": "the secret is wrong; take the secret's value, not its id, from Certificates & secrets",
    "AADSTS7000222": "the secret has expired; make a new one under Certificates & secrets",
    "AADSTS900023": "tenant_id is neither the id nor a domain of a tenant; check it",
    "AADSTS90002": "there is no such tenant in this cloud; check tenant_id and cloud",
    "AADSTS900382": "the application lives in another cloud; check cloud",
}
_OTHERWISE = "check tenant_id, client_id and the credential; https://login.microsoftonline.com/error explains the code"
_CODE = re.compile(r"AADSTS\d+")
_NEEDED = {
    "client_secret": "tenant_id, client_id and secret must all be there, tenant_id as an id or a domain",
    "certificate": "tenant_id and client_id must be there, and the file must hold a certificate with its RSA private "
    "key (PEM or PFX); a protected one needs its password as secret",
    "managed_identity": "check client_id, and whether this machine has a managed identity",
    "workload_identity": "tenant_id, client_id and the token file of the workload must be there (the service account "
    "of the pod gives them)",
    "azure_cli": "the Azure CLI must be installed and signed in; run: az login",
    "token": "name where the token is kept, as env:NAME or file:/path",
}


class _Signer(Protocol):
    """A source of tokens: a credential of azure-identity, or a given token."""

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken: ...  # noqa: ANN401 - as in azure-core

    async def close(self) -> None: ...


class Tokens:
    """What the SDK asks for a token before each request; azure-identity keeps a token until it nears its end.

    A token that it ``asks_for_itself`` has an expiry date; a given one has none.
    """

    def __init__(self, credential: GraphCredential, service: Service) -> None:
        """Keep the settings; nothing is resolved or requested yet."""
        self._credential = credential
        self._service = service
        self._signer: _Signer | None = None
        self.asks_for_itself = credential.kind != "token"

    async def __aenter__(self) -> Self:
        """Return this; the sign-in is opened when it is needed."""
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Close what was opened."""
        await self.close()

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:  # noqa: ANN401 - as in azure-core
        """Return a token for the scopes.

        Raises:
            SourceRefused: the credential is incomplete, unreadable, or not accepted.
            SourceUnreachable: the sign-in service is unreachable.
        """
        with _plainly(self._credential, self._service):
            if self._signer is None:
                # Files and secret stores may be slow, and some of them wait for an event loop of their own.
                self._signer = await asyncio.to_thread(_signer, self._credential, self._service)
            return await self._signer.get_token(*scopes, **options)

    async def close(self) -> None:
        """Close the connections to the sign-in service and drop the tokens: the next one is requested from it again."""
        signer, self._signer = self._signer, None
        if signer is not None:
            await signer.close()


class _Given:
    """A given token, used as it is."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def get_token(self, *_scopes: str, **_options: object) -> AccessToken:
        return AccessToken(self._token, int(time.time()) + UNKNOWN_LIFETIME)

    async def close(self) -> None:
        """Close nothing: a token that was given is not a connection."""


def _signer(credential: GraphCredential, service: Service) -> _Signer:
    """Build what gives tokens; what is missing is a ``ValueError``, as it is to azure-identity."""
    tenant, client = credential.tenant_id or "", credential.client_id or ""
    asked: dict[str, Any] = {
        "authority": service.authority,
        "connection_timeout": CONNECT_SECONDS,
        "read_timeout": READ_SECONDS,
        "retry_total": RETRIES,
    }
    match credential.kind:
        case "client_secret":
            return aio.ClientSecretCredential(tenant, client, _word(credential.secret, "secret"), **asked)
        case "certificate":
            if not (client and credential.certificate):
                raise ValueError
            password = _word(credential.secret, "password") if credential.secret else None
            return aio.CertificateCredential(tenant, client, str(credential.certificate), password=password, **asked)
        case "managed_identity":
            return aio.ManagedIdentityCredential(client_id=credential.client_id)
        case "workload_identity":
            return aio.WorkloadIdentityCredential(tenant_id=tenant or None, client_id=client or None, **asked)
        case "azure_cli":
            return aio.AzureCliCredential(tenant_id=tenant)
        case "token":
            return _Given(_word(credential.token, "token"))


def _word(secret: Secret | None, name: str) -> str:
    """Resolve a secret; the line break at the end of a file is not part of it."""
    word = secret().rstrip("\r\n") if secret else ""
    if not word:
        raise SourceRefused(f"The credential has no {name}; name where it is kept, as env:NAME or file:/path.")
    if name == "token" and not (word.isascii() and word.isprintable() and " " not in word):
        raise SourceRefused(
            "The token of the credential is none: it has characters that no token has; look where it is kept."
        )
    return word


@contextmanager
def _plainly(credential: GraphCredential, service: Service) -> Iterator[None]:
    """Convert the errors of azure-identity into sentences; of its own text only the code is used."""
    kind = credential.kind
    try:
        yield
    except CredentialUnavailableError:
        raise SourceRefused(f"Sign-in to Entra ID is not possible here ({kind}): {_NEEDED[kind]}.") from None
    except HttpResponseError as error:
        status = error.status_code or 0
        code = found.group() if (found := _CODE.search(error.message)) else ""
        if not code and (status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS):
            raise _silence(service, f"status {status}") from None
        advice = ADVICE.get(code, _OTHERWISE if code else _NEEDED[kind])
        raise SourceRefused(
            f"Entra ID refuses the sign-in ({', '.join(filter(None, (kind, code)))}): {advice}."
        ) from None
    except AzureError as error:
        raise _silence(service, type(error).__name__) from None
    except OSError as error:
        what = f"The certificate {credential.certificate}" if kind == "certificate" else f"What {kind} needs"
        raise SourceRefused(f"{what} cannot be read ({error.strerror}); check the path and its permissions.") from None
    except (ValueError, TypeError):
        raise SourceRefused(f"The credential cannot be used ({kind}): {_NEEDED[kind]}.") from None


def _silence(service: Service, what: str) -> SourceUnreachable:
    return SourceUnreachable(
        f"{service.authority} gives no token ({what}).",
        advice="Check the network and any proxy, and run again later.",
    )
