"""Shared parts of every page, and the session of a request."""

from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from pipeline.model import texts as catalogue
from pipeline.web.sessions import Session, Sessions, UploadedList
from pipeline.web.views.configured import Configured

COOKIE = "contactpro-sync"


@dataclass(frozen=True, slots=True)
class Server:
    """Sessions, threads for runs, job files, and the folder of runs; without one (None) nothing is kept.

    ``sign_in`` is the application that users sign in to (``sign_in.SignInClient``), None on this computer alone.
    """

    sessions: Sessions
    pool: ThreadPoolExecutor
    runs: Path | None
    configured: Configured
    sign_in: object | None = None

    def runs_of(self, each: UploadedList) -> Path:
        """Return the folder that gets the runs of a list."""
        return self.runs or each.folder / "runs"


OPEN = frozenset({"/sign-in", "/signed-in"})
"""Addresses that are answered before a user has signed in."""

Answer = Callable[[Request, Server, Session], Awaitable[Response]]


def with_session(answer: Answer) -> Callable[[Request], Awaitable[Response]]:
    """Call a page with the session of the browser's cookie, or a new one; ``?lang=`` changes its language."""

    async def endpoint(request: Request) -> Response:
        server: Server = request.app.state.server
        session = server.sessions.get(request.cookies.get(COOKIE)) or server.sessions.new(preferred(request))
        if (language := request.query_params.get("lang")) in catalogue.languages():
            session.language = str(language)
        request.state.session = session
        if server.sign_in is None or session.user or request.url.path in OPEN:
            response = await answer(request, server, session)
        elif request.method == "GET":
            response = see("/sign-in")
        else:
            raise HTTPException(401, "web.refused.sign_in")
        # The identity provider sends the browser back here, and a strict cookie would not come along.
        sent: Literal["strict", "lax"] = "strict" if server.sign_in is None else "lax"
        response.set_cookie(COOKIE, session.key, httponly=True, samesite=sent, secure=server.sign_in is not None)
        return response

    return endpoint


def preferred(request: Request) -> str:
    """Return the first language of the browser that has texts, else that of the server."""
    asked = (
        part.partition(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")
    )
    default: str = request.app.state.server.sessions.language if "app" in request.scope else catalogue.DEFAULT
    return next((language for language in asked if language in catalogue.languages()), default)


def list_of(request: Request, session: Session) -> UploadedList:
    """Return the list that an address names; a list of another session does not exist here.

    Raises:
        HTTPException: there is none (404).
    """
    found = session.lists.get(request.path_params["key"])
    if found is None:
        raise HTTPException(404, "web.refused.list")
    return found


def see(path: str) -> RedirectResponse:
    """Send the browser to a page after a form, so that reloading does not send the form again."""
    return RedirectResponse(path, 303)
