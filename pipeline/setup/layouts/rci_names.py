"""Learn how a tenant's RCI names the properties of a certificate, from a user who has one; nothing is written there."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors.contact_pro_rci import reading
from connectors.contact_pro_rci.client import RciClient
from connectors.contact_pro_rci.names import TABLE, PropertyNames
from connectors.contact_pro_rci.reading import RciUser, plain
from pipeline.config import request
from pipeline.config.job_file.job import Deliver
from pipeline.config.secrets import secrets_of
from pipeline.model.command_line import command
from pipeline.model.errors import UsageProblem
from pipeline.model.printed import FileText
from pipeline.state import files

_ISSUER = re.compile(r"cc-(?P<tenant>[a-z0-9-]+)\.auth\.[a-z0-9-]+\.amazoncognito\.com")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class LearnedNames:
    """What was recognised, at which user, and the file that keeps it; ``target`` is None if it was only printed.

    ``named`` is the file of names that the job has in [deliver], None without one.
    """

    names: PropertyNames
    host: str
    login: str
    certificates: int
    when: str
    job: Path
    target: Path | None
    named: Path | None

    def document(self) -> dict[str, Any]:
        """Return what ``--json`` prints."""
        found = {"id": self.names.id, "subject": self.names.subject, "issuer": self.names.issuer}
        head = {"command": "layout", "outcome": "ok", "exit_code": 0, "names": found, "verified": True}
        file = str(self.target) if self.target else None
        return head | {"certificates": self.certificates, "file": file, "next": self.following}

    def lines(self) -> list[str]:
        """Return the lines for a person: the file itself if it was not written."""
        if self.target is None:
            return [*map(FileText, self.toml().splitlines())]
        return [f"Written: {self.target}", f"next: {self.following}"]

    @property
    def following(self) -> str:
        """Return the next step: check the job if it names the file already, else name it there."""
        if self.target is None:
            again = command("layout", "learn", "--rci", self.job, "--user", self.login, "-o", "names.toml")
            return f"Write it into a file: {again}"
        if self.named is not None and self.named.resolve() == self.target.resolve():
            return f"Check the job: {command('doctor', self.job)}"
        try:
            path = Path(os.path.relpath(self.target, self.job.parent)).as_posix()
        except ValueError:  # on another drive
            path = self.target.absolute().as_posix()
        return f"Write into [deliver] of {self.job}: names = {_quoted(path)}"

    def toml(self) -> str:
        """Return the file."""
        number = "1 certificate" if self.certificates == 1 else f"{self.certificates} certificates"
        seen = f"{number} of one user at {self.host}, {self.when}"
        rows = [f"# How this RCI names the properties of a certificate; seen in {seen}.", f"[{TABLE}]"]
        rows += [f"{key} = {_quoted(getattr(self.names, key))}" for key in ("id", "subject", "issuer")]
        return "\n".join([*rows, "verified = true", f'learned = "{self.when}"', ""])


def learned(job: Path, login: str, target: Path | None) -> LearnedNames:
    """Read one user's certificates and recognise their properties by their values.

    Raises:
        UsageProblem: the job has no ``[deliver]``, there is no such user, they have no certificate of this tenant, or
            several properties fit.
        SourceError: the RCI cannot be read.
    """
    asked = request.from_options("layout", job, {}, Path("runs"))
    table: Deliver | None = asked.job.deliver
    if table is None:
        raise UsageProblem(f"{job} has no table [deliver].", advice="Write it with kind, url, user, password, api_key.")
    with RciClient(table, secrets_of(table)) as client:
        users = [each for each in reading.users(client) if each.login == login]
        if len(users) != 1:
            raise UsageProblem(
                f"{len(users)} users have the login {login!r}.",
                advice="Name the login of a user who has a certificate.",
            )
        rows = client.raw_certificates(users[0].id)
        names = recognised([each for each in rows if isinstance(each, dict)], users[0], asked.tenant)
        now = datetime.now(UTC).date().isoformat()
        lesson = LearnedNames(names, client.host, login, len(rows), now, job, target, table.names)
    if target is not None:
        files.write(target, [lesson.toml().encode()])
    return lesson


def recognised(rows: Sequence[Mapping[str, object]], user: RciUser, tenant: str) -> PropertyNames:
    """Recognise id, Subject and Issuer by their values, in the certificates of this tenant.

    Raises:
        UsageProblem: there is no certificate of this tenant, or a property cannot be distinguished from others.
    """

    def is_issuer(text: str) -> bool:
        host = _ISSUER.fullmatch(text.strip().lower())
        return host is not None and (not tenant or host["tenant"] == tenant)

    own = [each for each in rows if any(isinstance(text, str) and is_issuer(text) for text in each.values())]
    if not own:
        raise UsageProblem(
            f"{user.login} has no certificate with an Issuer of this tenant, so no property can be recognised.",
            advice="Name a user who has one; add one to a single user by hand in System Configurator if no user has.",
        )
    return PropertyNames(
        _only("id", own, lambda text: bool(_ID.fullmatch(plain(text))) and plain(text) != user.key),
        _only("subject", own, lambda text: bool(_ADDRESS.fullmatch(text))),
        _only("issuer", own, is_issuer),
    )


def _only(what: str, rows: Sequence[Mapping[str, object]], fits: Callable[[str], bool]) -> str:
    """Return the one property whose value fits in every certificate."""
    shared = [name for name in rows[0] if all(name in each for each in rows)]
    found = [name for name in shared if all(isinstance(each[name], str) and fits(str(each[name])) for each in rows)]
    if len(found) == 1:
        return found[0]
    shown = ", ".join(f"{name} = {rows[0][name]!r}" for name in (found or rows[0]))
    many = f"{len(found)} properties could be" if found else "no property is recognised as"
    raise UsageProblem(
        f"In the certificates {many} the {what}: {shown}.",
        advice=f"Write [{TABLE}] with id, subject and issuer by hand.",
    )


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
