"""Running an uploaded list: the same request and the same run as on the command line, in a thread of its own."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

from msgspec.structs import replace

from connectors.base import ChoiceNeeded, SourceError
from connectors.settings import SourceSettings
from mappings.model import MappingError
from pipeline.config import request
from pipeline.config.request import RunRequest
from pipeline.extract import read
from pipeline.model import errors
from pipeline.model.errors import Problem
from pipeline.run import run
from pipeline.state import lock
from pipeline.web.sessions import Session, Stop, UploadedList

EXPECTED = (Problem, MappingError, SourceError, ChoiceNeeded, OSError)
"""What a user can put right; every other error is a defect and is handled by the run itself."""


def stop_of(error: BaseException, made: RunRequest | None) -> Stop:
    """Return the sentence, the next step and the choices of an error."""
    if isinstance(error, OSError):
        return Stop(f"A file could not be written: {error.strerror or error}.", errors.advice_for(error))
    message = made.named(str(error)) if made is not None else str(error)
    return Stop(message, errors.advice_for(error), getattr(error, "choices", ()))


def request_for(
    each: UploadedList, runs: Path, session: Session, directories: Mapping[str, SourceSettings]
) -> RunRequest:
    """Build the request of a list: a check if neither a tenant nor a column of tenants is chosen, else a run.

    The user who has signed in is the one who runs it.

    Raises:
        Problem, MappingError: something that was chosen is impossible.
    """
    options: dict[str, dict[str, Any]] = {
        "tenant": {"name": each.tenant or None, "region": each.region or None},
        "roster": _roster(each),
        "policy": {"on_case_mismatch": each.case_policy},
    }
    if isinstance(each.directory, Path):
        options["directory"] = {"path": each.directory}
    made = request.from_options("run" if each.writes else "check", each.path, options, runs, lang=session.language)
    if isinstance(each.directory, str):
        made = replace(made, job=made.job.model_copy(update={"directory": directories[each.directory]}))
    made = replace(made, corrections=tuple(each.corrections.values()), uploads=each.folder)
    return replace(made, who=session.user) if session.user else made


def list_request(each: UploadedList) -> RunRequest:
    """Build the request by which the list alone is read.

    Raises:
        Problem, MappingError: something that was chosen is impossible.
    """
    made = request.from_options("check", each.path, {"roster": _roster(each)}, each.folder)
    return replace(made, uploads=each.folder)


def _roster(each: UploadedList) -> dict[str, str | None]:
    return {"sheet": each.sheet, "mapping": str(each.mapping) if each.mapping else None}


def start(each: UploadedList, made: RunRequest, pool: ThreadPoolExecutor) -> None:
    """Run a request in the background; the caller has the list's lock and has checked that it is not running."""
    each.running, each.stop, each.step, each.people = True, None, "", 0
    pool.submit(_run, each, made)


_TURNS: dict[Path, Lock] = {}
"""One for each folder of runs: lists of one name that two people check at once share it, and take turns."""


def _turn(folder: Path) -> Lock:
    return _TURNS.setdefault(folder, Lock())


def _run(each: UploadedList, made: RunRequest) -> None:
    def step(words: str) -> None:
        each.step = words

    def tally(_: str, count: int, __: int | None) -> None:
        each.people = count

    try:
        folder = made.runs / made.name
        with _turn(folder), lock.held(folder), read.reading(made, tally) as sources:
            each.result = run(made, sources, step)
    except EXPECTED as error:
        each.result, each.stop = None, stop_of(error, made)
    except BaseException as error:  # noqa: BLE001 - shown on the page, because a thread has no caller
        each.result, each.stop = None, Stop(f"An unexpected failure ({type(error).__name__}).")
    finally:
        each.version += 1
        each.running = False
