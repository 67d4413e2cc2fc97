"""The pages of one list: its columns, its run, its result, its corrections and its files."""

from dataclasses import replace
from functools import partial

from anyio import to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response

from mappings.load import load_regions
from pipeline.config import tenant
from pipeline.model import texts as catalogue
from pipeline.model.texts.translation import translated
from pipeline.reports.page import html, sentences
from pipeline.reports.page.environment import csp_hash
from pipeline.reports.page.groups import groups
from pipeline.state import files
from pipeline.web import pages
from pipeline.web.server import Server, list_of, see
from pipeline.web.sessions import Columns, Session, Stop, UploadedList
from pipeline.web.upload import MOST_FIELDS
from pipeline.web.views import columns, running
from pipeline.web.views.past_runs import downloads
from pipeline.web.views.problems import MOST_ROWS, corrections, problem_rows


async def settings(request: Request, server: Server, session: Session) -> Response:
    """Show which column is taken for what, and ask for tenant and region."""
    each = list_of(request, session)
    found, stop = await to_thread.run_sync(_read_columns, each)
    return _columns_page(each, found, stop, server, session)


async def run(request: Request, server: Server, session: Session) -> Response:
    """Take what was chosen for a list, and run it."""
    each = list_of(request, session)
    form = {
        name: value
        for name, value in (await request.form(max_files=0, max_fields=50)).items()
        if isinstance(value, str)
    }
    async with each.lock:
        _refuse_if_busy(each, form)
        if "sheet" in form and form["sheet"] != (each.sheet or ""):
            each.sheet = form["sheet"] or None
            each.mapping, each.columns, each.corrections = None, None, {}
            return see(f"/lists/{each.key}")
        found, _ = await to_thread.run_sync(_read_columns, each)
        filled = found.filled if found is not None else frozenset()
        each.tenant, each.region = form.get("tenant", "").strip(), form.get("region", "")
        each.writes = bool(each.tenant or form.get("column-tenant") in filled)
        if each.writes and not (each.region or form.get("column-region") in filled):
            return _columns_page(each, found, None, server, session, form)
        each.case_policy = "use_directory" if form.get("case_policy") else "reject"
        await to_thread.run_sync(_take_columns, each, form, found)
        _start(each, server, session)
    return see(f"/lists/{each.key}/result")


async def result(request: Request, server: Server, session: Session) -> Response:
    """Show the progress of a run, or its verdict with the rows to correct."""
    each = list_of(request, session)
    if each.running:
        return pages.page("progress.html.j2", session.language, session=session, each=each)
    if each.result is None:
        stop = each.stop or Stop(catalogue.get(session.language)["web.not_run"])
        return pages.page("list_stopped.html.j2", session.language, session=session, each=each, stop=stop)
    made, texts = each.result, catalogue.get(session.language)
    rows = await to_thread.run_sync(problem_rows, made)
    return pages.page(
        "result.html.j2",
        session.language,
        session=session,
        each=each,
        run=made,
        counts=made.counts(),
        headline=sentences.headline(made, texts),
        forecast=sentences.forecast(made, groups(made), texts),
        changes=sentences.changes(made, texts),
        notes=made.notes(),
        rows=rows,
        most=MOST_ROWS,
        files=downloads(made.folder),
        kept=server.runs is not None,
    )


async def progress(request: Request, server: Server, session: Session) -> Response:
    """Return the progress of a run for the script of the progress page."""
    del server
    each = list_of(request, session)
    return JSONResponse(
        {"running": each.running, "step": translated(each.step, session.language), "people": each.people}
    )


async def correct(request: Request, server: Server, session: Session) -> Response:
    """Take the corrections of the grid, and run the list again."""
    each = list_of(request, session)
    form = {
        name: value
        for name, value in (await request.form(max_files=0, max_fields=MOST_FIELDS)).items()
        if isinstance(value, str)
    }
    async with each.lock:
        _refuse_if_busy(each, form)
        if each.result is None:
            return see(f"/lists/{each.key}/result")
        each.corrections = await to_thread.run_sync(corrections, each.result, form, each.corrections)
        _start(each, server, session)
    return see(f"/lists/{each.key}/result")


async def download(request: Request, server: Server, session: Session) -> Response:
    """Send a file of the last run, found by its number."""
    del server
    each, number = list_of(request, session), request.path_params["number"]
    available = downloads(each.result.folder) if each.result is not None and not each.running else []
    if number >= len(available):
        raise HTTPException(404, "web.refused.list")
    return FileResponse(available[number], filename=available[number].name)


async def report(request: Request, server: Server, session: Session) -> Response:
    """Show the report of the last run; it has a policy of its own, because it is a page of its own."""
    del server
    each = list_of(request, session)
    if each.result is None or each.running:
        raise HTTPException(404, "web.refused.list")
    made = await to_thread.run_sync(partial(html.report, each.result, language=session.language))
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src {csp_hash(html.script())}; sandbox allow-scripts"
    )
    return HTMLResponse(made, headers={"content-security-policy": policy})


async def issuer(request: Request, server: Server, session: Session) -> Response:
    """Return the Issuer of a tenant and a region, "" if one of them is not chosen or cannot be."""
    del server, session
    asked = request.query_params
    return JSONResponse({"issuer": _issuer(asked.get("tenant", ""), asked.get("region", ""))})


def _columns_page(
    each: UploadedList,
    found: Columns | None,
    stop: Stop | None,
    server: Server,
    session: Session,
    refused: dict[str, str] | None = None,
) -> Response:
    """Return the page of the columns; a form without a region is ``refused`` and shown again as it was."""
    if refused is not None and found is not None:
        found = replace(found, chosen={field: refused.get(f"column-{field}", "") for field in columns.FIELDS})
    return pages.page(
        "columns.html.j2",
        session.language,
        status=200 if refused is None else 400,
        session=session,
        each=each,
        found=found,
        stop=stop,
        no_region=refused is not None,
        fields=columns.FIELDS,
        regions=load_regions(),
        tenants=server.configured.tenants,
        issuer=_issuer(each.tenant, each.region),
    )


def _issuer(name: str, region: str) -> str:
    found = tenant.region_named(region, load_regions())
    spelled = tenant.tenant_name(name)
    return tenant.issuer(spelled, found) if found and spelled else ""


def _read_columns(each: UploadedList) -> tuple[Columns | None, Stop | None]:
    """Read the columns of a list, once: a large one takes a while."""
    if each.columns is None:
        made = None
        try:
            made = running.list_request(each)
            each.columns = columns.read(made.job.roster)
        except running.EXPECTED as error:
            return None, running.stop_of(error, made)
    return each.columns, None


def _take_columns(each: UploadedList, form: dict[str, str], found: Columns | None) -> None:
    """Write a mapping if another column was chosen for a field than the one that was recognised."""
    chosen = {field: form.get(f"column-{field}", "") for field in columns.FIELDS}
    if found is None or chosen == found.chosen or not any(chosen.values()):
        return
    path = each.folder / "columns.toml"
    files.write(path, [columns.mapping_toml(chosen).encode()])
    if each.mapping is None:
        each.corrections = {}
    each.mapping, each.columns = path, None


def _start(each: UploadedList, server: Server, session: Session) -> None:
    try:
        made = running.request_for(each, server.runs_of(each), session, server.configured.directories)
    except running.EXPECTED as error:
        each.result, each.stop = None, running.stop_of(error, None)
        return
    running.start(each, made, server.pool)


def _refuse_if_busy(each: UploadedList, form: dict[str, str]) -> None:
    """Refuse a form while the list is run, or one that another tab has made out of date.

    Raises:
        HTTPException: 409.
    """
    if each.running:
        raise HTTPException(409, "web.refused.running")
    if form.get("version") != str(each.version):
        raise HTTPException(409, "web.refused.version")
