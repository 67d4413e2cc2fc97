"""The command that starts the page."""

import shutil
import sys
import webbrowser
from pathlib import Path

from pipeline.cli import options, output


def web(
    port: options.Port = 8484,
    host: options.Host = "127.0.0.1",
    runs: options.KeptRuns = None,
    lang: options.Lang = None,
    no_browser: options.NoBrowser = False,
    shortcut: options.Shortcut = False,
    as_json: options.AsJson = False,
) -> None:
    """Open a page in the browser that checks a list, corrects it and turns it into import files."""
    from connectors import extras
    from pipeline.config import language
    from pipeline.config.job_file import sign_in

    with output.saying_what_is_wrong("web", as_json=as_json):
        chosen = language.chosen(lang)
        if shortcut:
            _write_shortcut(host, port, runs, lang, as_json=as_json)
            return
        extras.require("web", "The page")
        from pipeline.web import serve

        def on_start(address: str) -> None:
            document = {"command": "web", "outcome": "ok", "exit_code": 0, "address": address}
            lines = [f"The page is at {address}", "Stop it with Ctrl-C."]
            output.answer(lambda: document, lambda: lines, as_json=as_json)
            if not no_browser:
                webbrowser.open(address)

        serve.serve(host, port, runs, chosen, sign_in.configured(), on_start)


def _write_shortcut(host: str, port: int, runs: Path | None, lang: str | None, *, as_json: bool) -> None:
    from pipeline.web import shortcut

    program = shutil.which("contactpro-sync") or str(Path(sys.argv[0]).resolve())
    arguments = ["web", "--host", host, "--port", str(port)]
    arguments += ["--runs", str(runs.resolve())] if runs else []
    arguments += ["--lang", lang] if lang else []
    path = shortcut.write(Path.home(), program, arguments)
    document = {"command": "web", "outcome": "ok", "exit_code": 0, "path": str(path)}
    output.answer(lambda: document, lambda: [f"Written: {path}"], as_json=as_json)
