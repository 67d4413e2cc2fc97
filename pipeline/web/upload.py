"""The first page: a list, a directory to compare with, and the runs so far."""

from collections.abc import Iterator

from anyio import to_thread
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from pipeline.model.errors import Problem
from pipeline.web import pages
from pipeline.web.protection import UPLOAD_LIMIT
from pipeline.web.server import Server, see
from pipeline.web.sessions import Session, keep
from pipeline.web.views.past_runs import PastRun, downloads, past_runs

PIECE = 1 << 20
MOST_FIELDS = 2_000


async def start(request: Request, server: Server, session: Session) -> Response:
    """Show the first page."""
    del request
    past = past_runs(server.runs) if server.runs else []
    return pages.page(
        "start.html.j2",
        session.language,
        session=session,
        configured=server.configured,
        kept=server.runs is not None,
        past=[(each, downloads(each.folder)) for each in past],
        limit=UPLOAD_LIMIT,
    )


async def upload(request: Request, server: Server, session: Session) -> Response:
    """Keep an uploaded list, and the directory beside it."""
    async with request.form(max_files=2, max_fields=20) as form:
        people, directory = form.get("list"), form.get("directory")
        chosen = form.get("configured")
        if not isinstance(people, UploadFile) or not people.filename:
            raise HTTPException(400, "web.refused.no_list")
        try:
            each = await to_thread.run_sync(server.sessions.add, session, people.filename, _pieces(people))
            if isinstance(directory, UploadFile) and directory.filename:
                each.directory = await to_thread.run_sync(
                    keep, each.folder / "directory", directory.filename, _pieces(directory)
                )
            elif isinstance(chosen, str) and chosen in server.configured.directories:
                each.directory = chosen
        except Problem as problem:
            return pages.stopped(session, session.language, str(problem), problem.advice)
    return see(f"/lists/{each.key}")


async def past_file(request: Request, server: Server, session: Session) -> Response:
    """Send a file of an earlier run; run and file are found by key and number, never by a path."""
    del session
    key, number = request.path_params["key"], request.path_params["number"]
    found: PastRun | None = (
        next((each for each in past_runs(server.runs) if each.key == key), None) if server.runs else None
    )
    available = downloads(found.folder) if found else []
    if number >= len(available):
        raise HTTPException(404, "web.refused.list")
    return FileResponse(available[number], filename=available[number].name)


def _pieces(file: UploadFile) -> Iterator[bytes]:
    while piece := file.file.read(PIECE):
        yield piece
