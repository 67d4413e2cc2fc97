"""The text of a job file, built in one place, so that a test shows only the keys that it is about."""

NO_DIRECTORY = '[directory]\nkind = "none"\n'


def job_text(
    *tables: str,
    tenant: str | None = "Acme",
    region: str = "eu",
    roster: str | None = None,
    kind: str = "csv",
    path: str = "agents.csv",
    more: str = "",
) -> str:
    """Build the text of a job file: tenant and region (None: the rows name them), the roster, then other ``tables``.

    ``roster`` has the keys of a roster that is not a file; a file has ``kind``, ``path`` and ``more`` keys. Each text
    ends with a line break of its own.
    """
    place = "" if tenant is None else f'[tenant]\nname = "{tenant}"\nregion = "{region}"\n'
    keys = f'kind = "{kind}"\npath = "{path}"\n' if roster is None else roster
    return f"version = 1\n{place}[roster]\n{keys}{more}" + "".join(tables)
