"""The products of Contact Pro: which of them know single sign-on, and their addresses."""

from pathlib import Path

from mappings.model import Application
from mappings.toml_table import Table, read_table

APPLICATIONS = Path(__file__).with_name("applications.toml")
TENANT = "<tenant>"
"""Placeholder for the tenant in an address, in lower case."""


def load_applications(path: Path = APPLICATIONS) -> tuple[Application, ...]:
    """Return every product, in the order of the file.

    Raises:
        MappingError: The file is not sound; the sentence names file and key.
    """
    table = read_table(path)
    table.only(("applications",))
    applications = tuple(_application(each) for each in table.tables("applications"))
    names = [application.name for application in applications]
    for number, name in enumerate(names, 1):
        if name in names[: number - 1]:
            raise table.error(f"applications.{number}.name", f'is "{name}", which is there twice.')
    return applications


def _application(table: Table) -> Application:
    table.only(("name", "sso", "url"))
    sso = table.flag("sso")
    if sso != ("url" in table.values):
        raise table.error("url", "must be there where sso is true, and only there.")
    url = table.text("url") if sso else None
    if url is not None and (not url.startswith("https://") or url.count(TENANT) != 1):
        raise table.error("url", f"must begin with https:// and name {TENANT} once.")
    return Application(table.text("name"), sso, url)
