"""The templates of schedule files."""

from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from pipeline.schedule import quoting


def render(template: str, values: Mapping[str, object], **more: object) -> str:
    """Return a template with its values; each target has a filter that quotes a name as it is read there."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=select_autoescape(["xml.j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "systemd": quoting.systemd,
        "systemd_argument": quoting.systemd_argument,
        "systemd_program": quoting.systemd_program,
        "yaml": quoting.yaml,
        "kubernetes": quoting.kubernetes,
        "python": repr,
    }
    return environment.get_template(template).render({**values, **more})
