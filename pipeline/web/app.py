"""The application: which address shows which page, and how a request that fails is answered."""

from collections.abc import Collection

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from pipeline.model import texts as catalogue
from pipeline.web import pages, sign_in, upload
from pipeline.web.protection import Protection
from pipeline.web.server import Answer, Server, preferred, with_session
from pipeline.web.views import lists


def application(server: Server, hosts: Collection[str]) -> Starlette:
    """Build the application of a server that is reached as one of ``hosts`` (``127.0.0.1:8080``)."""
    app = Starlette(
        routes=[
            _get("/", upload.start),
            _post("/lists", upload.upload),
            _get("/lists/{key}", lists.settings),
            _post("/lists/{key}/run", lists.run),
            _get("/lists/{key}/result", lists.result),
            _get("/lists/{key}/progress", lists.progress),
            _post("/lists/{key}/corrections", lists.correct),
            _get("/lists/{key}/files/{number:int}", lists.download),
            _get("/lists/{key}/report", lists.report),
            _get("/issuer", lists.issuer),
            _get(sign_in.BEGIN, sign_in.begin),
            _get(sign_in.END, sign_in.end),
            _get("/past/{key}/{number:int}", upload.past_file),
            Route("/page.css", _stylesheet),
            Route("/page.js", _script),
        ],
        middleware=[Middleware(Protection, hosts=hosts, refuse=_refused)],
        exception_handlers={HTTPException: _problem, ClientDisconnect: _gone, Exception: _defect},
    )
    app.state.server = server
    return app


def _get(path: str, answer: Answer) -> Route:
    return Route(path, with_session(answer), methods=["GET"])


def _post(path: str, answer: Answer) -> Route:
    return Route(path, with_session(answer), methods=["POST"])


async def _stylesheet(request: Request) -> Response:
    del request
    return Response(pages.stylesheet(), media_type="text/css")


async def _script(request: Request) -> Response:
    del request
    return Response(pages.script(), media_type="text/javascript")


def _refused(request: Request, sentence: str, status: int) -> Response:
    language = preferred(request)
    return pages.stopped(None, language, catalogue.get(language)[sentence], status=status)


async def _problem(request: Request, error: Exception) -> Response:
    """Answer a request that cannot be done with its sentence; what Starlette refuses has a general one."""
    status = error.status_code if isinstance(error, HTTPException) else 400
    session = getattr(request.state, "session", None)
    language = session.language if session else preferred(request)
    texts = catalogue.get(language)
    key = error.detail if isinstance(error, HTTPException) else ""
    sentence = texts.get(key, texts["web.refused.page" if status == 404 else "web.refused.form"])  # noqa: PLR2004 - HTTP's number
    return pages.stopped(session, language, sentence, status=status)


async def _gone(request: Request, error: Exception) -> Response:
    """Answer an upload whose browser was closed in the middle; nothing of it is kept."""
    del request, error
    return Response(status_code=400)


async def _defect(request: Request, error: Exception) -> Response:
    """Answer a request that met a defect of ours, without the data it met."""
    language = preferred(request)
    return pages.stopped(
        None, language, catalogue.get(language)("web.refused.defect", name=type(error).__name__), status=500
    )
