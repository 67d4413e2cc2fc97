"""Signing in with Microsoft Entra ID: the authorization code flow of MSAL, and the pages that it needs."""

from typing import Any

import msal
from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.config.job_file.sign_in import SignIn
from pipeline.web.server import Server, see
from pipeline.web.sessions import Session

BEGIN, END = "/sign-in", "/signed-in"


class SignInClient:
    """The application that users sign in to; its endpoints are asked for at the first sign-in."""

    def __init__(self, settings: SignIn) -> None:
        """Keep the settings."""
        self._settings = settings
        self._application: Any = None  # MSAL has no types

    def begin(self) -> dict[str, Any]:
        """Begin a sign-in: state, nonce and code verifier, and the address to send the browser to.

        Raises:
            Exception: the identity provider cannot be reached, in one of the forms of MSAL and requests.
        """
        if self._application is None:
            self._application = msal.ConfidentialClientApplication(
                self._settings.client_id,
                client_credential=self._settings.secret,
                oidc_authority=self._settings.authority,
                enable_pii_log=False,
            )
        flow: dict[str, Any] = self._application.initiate_auth_code_flow(
            scopes=["email"], redirect_uri=f"{self._settings.url}{END}"
        )
        return flow

    def end(self, flow: dict[str, Any], answer: dict[str, str]) -> str:
        """Return the name of the user who has signed in, "" if the answer is not one to this sign-in."""
        try:
            result: dict[str, Any] = self._application.acquire_token_by_auth_code_flow(flow, answer)
        except (ValueError, RuntimeError):  # another state, or a token that is not for this sign-in
            return ""
        claims = result.get("id_token_claims") or {}
        return str(claims.get("preferred_username") or claims.get("oid") or claims.get("sub") or "")


async def begin(request: Request, server: Server, session: Session) -> Response:
    """Send the browser to the identity provider."""
    del request
    client = _client(server)
    try:
        session.sign_in = await to_thread.run_sync(client.begin)
    except Exception as error:
        raise HTTPException(502, "web.refused.identity_provider") from error
    return RedirectResponse(str(session.sign_in["auth_uri"]), 303)


async def end(request: Request, server: Server, session: Session) -> Response:
    """Take the answer of the identity provider; the session gets a new key, which only the signed-in browser knows."""
    flow, session.sign_in = session.sign_in, {}
    user = await to_thread.run_sync(_client(server).end, flow, dict(request.query_params)) if flow else ""
    if not user:
        raise HTTPException(403, "web.refused.sign_in")
    session.user = user
    server.sessions.rekey(session)
    return see("/")


def _client(server: Server) -> SignInClient:
    if not isinstance(server.sign_in, SignInClient):
        raise HTTPException(404, "web.refused.page")
    return server.sign_in
