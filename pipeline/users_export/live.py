"""The users of Contact Pro as its RCI returns them: what an export contains, without an export."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from connectors.base import ProgressCallback, SourceIncomplete, SourceUnreadable
from connectors.contact_pro_rci import names as property_names
from connectors.contact_pro_rci import reading
from connectors.contact_pro_rci.client import RciClient
from connectors.contact_pro_rci.connection import Connection
from connectors.contact_pro_rci.names import PropertyNames
from connectors.contact_pro_rci.reading import RciUser
from pipeline.config.job_file.sources import RciBaseline
from pipeline.config.option_keys import from_here
from pipeline.config.request import RunRequest
from pipeline.config.secrets import secrets_of
from pipeline.model.command_line import command
from pipeline.model.errors import UsageProblem
from pipeline.model.fields import CERTIFICATE, EXTENSION_COLUMNS
from pipeline.state.rci import reading as rci_reading
from pipeline.state.rci import users_read
from pipeline.users_export.issuers import Issuers, issuers, of_contact_pro

FLOOR = 10
"""Fewer users than this may become fewer without a word, as a roster may."""


@dataclass(frozen=True, slots=True)
class LiveUsers:
    """Every user and every certificate of one tenant, read completely."""

    host: str
    people: list[RciUser]
    rows: pa.Table
    issuers: Issuers

    def certificates(self, tenant: str) -> pa.Table:
        """Return every certificate of single sign-on, as ``Export.certificates`` does."""
        columns = {"tenant": pa.array([tenant] * self.rows.num_rows, pa.string())}
        table = pa.table(columns | {name: self.rows[name] for name in CERTIFICATE if name != "tenant"})
        is_email = pc.match_substring(table["subject"], "@")
        return table.filter(pc.or_(is_email, of_contact_pro(table["issuer"]))).combine_chunks()

    def users(self, tenant: str) -> pa.Table:
        """Return every user who has a key, as ``Export.users`` does; without extension numbers."""
        keyed = [each for each in self.people if each.login or each.external_id]
        rows = [(tenant, each.external_id, each.login, "") for each in keyed]
        return pa.table(
            {name: pa.array([row[at] for row in rows], pa.string()) for at, name in enumerate(EXTENSION_COLUMNS)}
        )


def connection(request: RunRequest) -> Connection:
    """Return the RCI of a job: that of ``[baseline]`` if it names one, else that of ``[deliver]``.

    Raises:
        UsageProblem: it names none, or no file of property names.
    """
    baseline = request.job.baseline
    own = baseline.connection() if isinstance(baseline, RciBaseline) else None
    found = own or request.job.deliver
    if found is None:
        raise UsageProblem(
            f"{request.source} names no RCI.", advice="Write a table [deliver], or give an export with --export FILE."
        )
    if found.names is None:
        raise UsageProblem(
            f"{request.source} has no file of property names.",
            advice=f'Write names = "names.toml", and run: {learning(request, request.source.parent / "names.toml")}',
        )
    if not found.names.is_file():
        raise UsageProblem(
            f"{found.names}: there is no such file of property names.",
            advice=f"Learn it from a user who has a certificate: {learning(request, found.names)}",
        )
    return found


def learning(request: RunRequest, names: Path) -> str:
    """Return the command that learns a file of property names."""
    return command("layout", "learn", "--rci", request.source, "--user", "LOGIN", "-o", from_here(names))


def read(request: RunRequest, progress: ProgressCallback = lambda _found, _all: None) -> LiveUsers:
    """Read every user of a job's RCI and every certificate.

    Raises:
        UsageProblem: as ``connection`` does, or the job leaves the tenant to its rows.
        SourceError: they cannot be read completely, are too few for the guard, or the Issuers name another tenant.
    """
    if not request.tenant:
        raise UsageProblem(
            "The job leaves the tenant to the rows of its list, and an RCI is that of one tenant.",
            advice="Write [tenant] name and region, and give each tenant a job of its own.",
        )
    table = connection(request)
    names = property_names.load(table.names or Path())
    with RciClient(table, secrets_of(table)) as client:
        people = reading.users(client, progress)
        refuse_fewer(request, len(people), client.host)
        found = _certificates(request, client, names, people, progress)
        host = client.host
    rows = [(each.external_id, each.login, subject, own) for each in people for _, subject, own in found[each.key]]
    texts = {
        name: pa.array([row[at] for row in rows], pa.string())
        for at, name in enumerate(("external_id", "login", "subject", "issuer"))
    }
    named_by = issuers(pa.chunked_array([texts["issuer"]]))
    if named_by.tenants and request.tenant not in named_by.tenants:
        named = " and ".join(repr(tenant) for tenant in named_by.tenants)
        raise SourceUnreadable(f"{host}: every Issuer names the tenant {named}, and the job is for {request.tenant!r}.")
    return LiveUsers(host, people, pa.table(texts), named_by)


def _certificates(
    request: RunRequest, client: RciClient, names: PropertyNames, people: list[RciUser], progress: ProgressCallback
) -> Mapping[str, rci_reading.Certificates]:
    """Read the certificates of every user; a reading of the same job that was interrupted within the hour goes on."""
    table, purpose = client.connection, "verify" if request.command == "verify" else "baseline"
    same = (purpose, table.url, table.user, names.id, names.subject, names.issuer)
    with rci_reading.resumed(request.state, same) as (known, keep):
        found = {each.key: known[each.key] for each in people if each.key in known}
        for each, certificates in reading.certificates(client, names, people, known):
            found[each.key] = [(own.id, own.subject, own.issuer) for own in certificates]
            keep(each.key, found[each.key])
            progress(len(found), len(people))
    return found


def refuse_fewer(request: RunRequest, users: int, host: str) -> None:
    """Refuse a reading with fewer users than the last complete one, beyond ``guards.max_shrink_percent`` (design §10).

    Raises:
        SourceIncomplete: a list that ends early, or an API user who sees only a part, looks like that.
    """
    before, allowed = users_read.last(request.state), request.job.guards.max_shrink_percent
    if before is None or before < FLOOR or (before - users) * 100 <= allowed * before:
        return
    raise SourceIncomplete(
        f"{host} lists {users} users, the last complete reading had {before}: {(before - users) * 100 / before:.0f} % "
        f"fewer, and guards.max_shrink_percent allows {allowed:g} %. Nothing of this reading was used.",
        advice="Check which users the API user may see. If the others were removed on purpose, allow it for one run "
        "with guards.max_shrink_percent in the job file.",
    )
