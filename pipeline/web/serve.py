"""Starting the page: one address on this computer, until the command is stopped."""

import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn

from pipeline.config.job_file.sign_in import NEEDED, SignIn
from pipeline.model.errors import UsageProblem
from pipeline.web import sessions
from pipeline.web.app import application
from pipeline.web.server import Server
from pipeline.web.sign_in import SignInClient
from pipeline.web.views.configured import configured

AT_ONCE = 2
"""Lists that are run at the same time; further ones wait."""


def is_loopback(host: str) -> bool:
    """Return True if only this computer can reach the address."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def serve(
    host: str, port: int, runs: Path | None, language: str, sign_in: SignIn | None, on_start: Callable[[str], None]
) -> None:
    """Serve the page until a signal ends it; ``on_start`` gets its address.

    Raises:
        UsageProblem: another computer could reach it without signing in, or another program has the port.
    """
    if sign_in is None and not is_loopback(host):
        raise UsageProblem(
            f"--host {host}: other computers could reach the page, and no sign-in is configured.",
            advice=f"Leave --host out, or configure the sign-in with Microsoft Entra ID: {', '.join(NEEDED)}.",
        )
    with closing(_bound(host.strip("[]"), port)) as listener, sessions.temporary(language) as (found, _):
        port = listener.getsockname()[1]
        with ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="run") as pool:
            client = SignInClient(sign_in) if sign_in else None
            server = Server(found, pool, runs, configured(Path.cwd()), client)
            shown = f"[{host.strip('[]')}]" if ":" in host else host
            names = {f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]", shown)}
            if sign_in:
                names.add(urlsplit(sign_in.url).netloc)
            app = application(server, names)
            settings = uvicorn.Config(app, log_config=None, access_log=False, server_header=False, lifespan="off")
            address = f"{sign_in.url}/" if sign_in else f"http://{shown}:{port}/"
            with suppress(SystemExit, KeyboardInterrupt):  # a signal is how the page ends, and nothing was cut short
                _Page(settings, lambda: on_start(address)).run(sockets=[listener])


class _Page(uvicorn.Server):
    """The server; its address is shown only when a signal ends it well: in the middle of its start one would not."""

    def __init__(self, settings: uvicorn.Config, on_start: Callable[[], None]) -> None:
        super().__init__(settings)
        self._on_start = on_start

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then show the address."""
        await super().startup(sockets)
        self._on_start()


def _bound(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise UsageProblem(
            f"The page cannot be started on {host} port {port}: {error.strerror or error}.",
            advice="Choose another port with --port, or --port 0 for any that is free.",
        ) from None
