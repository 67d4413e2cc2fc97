"""Send notices to the services of ``[notify]``, and the heartbeat ping.

The addresses are secrets (most of them contain a token): no sentence, log or warning repeats one.
"""

import logging
import warnings
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from threading import Lock, Thread
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from connectors import extras
from connectors.base import EnvironmentUnusable
from connectors.settings import LOOPBACK
from pipeline.notify.notice import Notice

if TYPE_CHECKING:
    from connectors.http import httpx_parts as httpx

PATIENCE = 20.0
"""Seconds for all the targets of a notice together: a job does not wait longer for those who only hear of it."""

ONE_ANSWER = 15.0
"""Seconds for one answer of a web server."""

LONGEST_TRAIL = 3
"""Redirects that are followed, all of them within one host."""


NOT_INSTALLED = 'it needs the extra notify, which is not installed: pip install "contactpro-sync[notify]".'


def send(urls: Sequence[str], notice: Notice) -> list[str]:
    """Send a notice to every address; give one sentence for each that could not be reached. Raises nothing.

    An address is one of apprise (``mailtos://``, ``slack://``, ``jsons://``), or a webhook (``https://``) that gets
    ``{"title", "message"}`` as JSON. A sentence names an address by its place in the list and its kind of service.
    """
    failures = _in_time([partial(_deliver, url, notice) for url in urls])
    return [f"Notice {place} of {len(urls)}: {why}" for place, why in enumerate(failures, start=1) if why]


def ping(url: str) -> str | None:
    """Send the heartbeat ping: one GET; return a sentence if it failed. Raises nothing.

    The sentence names the host, and nothing else of the address, whose path is the secret.
    """
    host = _host(url)
    if host is None:
        return "The signal of life was not given: its address must begin with https:// and name a host."
    (why,) = _in_time([lambda: _ask("GET", url)])
    return f"The signal of life to {host} was not given: {why}" if why else None


def _deliver(url: str, notice: Notice) -> str | None:
    if extras.missing("notify"):
        return _post(url, notice) if _host(url) is not None else NOT_INSTALLED
    import apprise  # noqa: PLC0415 - a third of a second, only for a run with a notice

    asset = apprise.AppriseAsset(app_id="contactpro-sync", http_redirects=False)
    service = apprise.Apprise.instantiate(url, asset=asset)
    if service is not None:
        kind = apprise.NotifyType(notice.grave)
        done = service.notify(notice.body, notice.title, notify_type=kind, body_format=apprise.NotifyFormat.TEXT)
        return None if done else f"{service.schema} refused it, or could not be reached."
    if _host(url) is None:
        return "apprise knows no such service, or misses something in the address."
    return _post(url, notice)


def _post(url: str, notice: Notice) -> str | None:
    """Post a notice to a webhook; return the reason as a clause if it fails."""
    why = _ask("POST", url, {"title": notice.title, "message": notice.body})
    return f"the webhook did not take it: {why}" if why else None


def _ask(method: str, url: str, document: Mapping[str, str] | None = None) -> str | None:
    """Build one request, and follow it within its host; return the reason as a clause if it fails."""
    from connectors.http import environment  # noqa: PLC0415 - as above
    from connectors.http import httpx_parts as httpx  # noqa: PLC0415 - as above

    try:
        proxy = environment.proxy_for(url)
        trusted = environment.tls_context() if url.startswith("https:") else False
    except EnvironmentUnusable as unusable:
        return str(unusable)
    with httpx.Client(timeout=ONE_ANSWER, trust_env=False, proxy=proxy, verify=trusted) as client:
        request = client.build_request(method, url, json=document)
        for _ in range(LONGEST_TRAIL + 1):
            try:
                answer = client.send(request, stream=True)  # its body is not read
            except httpx.HTTPError as error:
                return f"it could not be reached ({type(error).__name__})."
            there = answer.next_request
            if there is None:
                return None if answer.is_success else f"it answered {answer.status_code}."
            if _origin(there.url) != _origin(request.url) or there.method != method:
                return "it leads elsewhere, where nothing was sent."
            request = there
    return "it leads in a circle."


def _origin(url: "httpx.URL") -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _host(url: str) -> str | None:
    """Name the host of a web address that may be asked: https, or http to this machine."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return parts.hostname if safe else None


class _Silence:
    """Inside the block nothing is logged and no warning is shown: libraries log the addresses that they ask."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside = 0

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._level = logging.root.manager.disable
                self._warnings = warnings.catch_warnings()
                logging.disable()
                self._warnings.__enter__()
                warnings.simplefilter("ignore")

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._warnings.__exit__(None, None, None)
                logging.disable(self._level)


_SILENCE = _Silence()


def _in_time(tasks: Sequence[Callable[[], str | None]]) -> list[str | None]:
    """Run all tasks at once, and wait no longer than ``PATIENCE``; warnings stay off until the last one has ended."""
    failures: list[str | None] = [f"no answer within {PATIENCE:g} seconds."] * len(tasks)

    def work(place: int) -> None:
        try:
            failures[place] = tasks[place]()
        except BaseException:  # noqa: BLE001 - an error's text may contain the address, and no notice stops a job
            failures[place] = "something is wrong with the address, or with the service."

    def conduct() -> None:
        with _SILENCE:
            workers = [Thread(target=work, args=(place,), daemon=True) for place in range(len(tasks))]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()

    conductor = Thread(target=conduct, name="notices", daemon=True)
    conductor.start()
    conductor.join(PATIENCE)
    return list(failures)
