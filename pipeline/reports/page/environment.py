"""The Jinja2 environment of every HTML page: autoescaped, strict about names, templates found in two folders."""

import base64
import hashlib
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

SHARED = Path(__file__).parent
"""Folder of what pages share: ``base.css`` and ``charts.html.j2``."""


def environment(folder: Path, thousands: str = ",") -> Environment:
    """Build the environment of the templates in ``folder``, which may include the shared ones.

    Templates write a count as ``number(count)``, with ``thousands`` between its groups of digits, and insert a shared
    file with ``shared(name)|safe``: to read stylesheets as templates, and to look for constants, takes 12 ms.
    """
    made = Environment(
        loader=FileSystemLoader([folder, SHARED]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        optimized=False,
    )
    made.globals["shared"] = lambda name: (SHARED / name).read_text("utf-8")
    made.globals["number"] = lambda count: f"{count:,}".replace(",", thousands)
    return made


def csp_hash(inline: str) -> str:
    """Return the source expression that lets a Content-Security-Policy allow exactly this inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()}'"
