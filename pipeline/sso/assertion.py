"""The proof: a captured sign-in, told from top to bottom: what was sent, and does it meet somebody's Subject?

Everything happens offline, nothing is kept, and nothing is believed for access: a signature is seen, not verified.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from mappings.model import MappingError
from pipeline.config import request
from pipeline.model import errors
from pipeline.model.errors import UsageProblem
from pipeline.model.exit_codes import DIFFERS, OK, ExitCode
from pipeline.plan import saved
from pipeline.plan.saved import SavedRun
from pipeline.sso import subjects, verdict
from pipeline.sso.saml import identity_provider, response
from pipeline.sso.saml.attribute_names import standing
from pipeline.sso.saml.capture import captured
from pipeline.sso.saml.response import SignIn
from pipeline.sso.verdict import AssertionVerdict
from pipeline.state import files
from pipeline.validate import saml_attribute

UNLISTED = (
    "The certificate of the signature is not in that metadata: if Sinch was sent this file, send the present one."
)


@dataclass(frozen=True, slots=True)
class AssertionCheck:
    """One sign-in and what was found of it.

    ``issuer_agrees`` says whether it was sent to the tenant and region that the Issuer beside the Subject names;
    ``in_metadata`` whether the certificate of its signature is one of the identity provider's metadata. Both are None
    where that cannot be told.
    """

    sign_in: SignIn
    name: str
    judgement: AssertionVerdict
    notes: tuple[str, ...]
    compared: int
    issuer_agrees: bool | None
    in_metadata: bool | None

    @property
    def end(self) -> ExitCode:
        """Say how the command ends: anything but a match is a difference (design §7)."""
        return OK if self.judgement.verdict == "match" else DIFFERS

    @property
    def message(self) -> str:
        """Give the verdict in sentences."""
        return " ".join([self.judgement.message, *self._contradiction()])

    def document(self) -> dict[str, Any]:
        """Give what ``--json`` prints (design §7)."""
        sent, found = self.sign_in, self.judgement
        stands = standing(self.name, sent.names)
        return {
            "command": "sso assertion",
            "outcome": self.end.name,
            "exit_code": self.end.code,
            "found": sent.place,
            "issuer": sent.issuer,
            "audience": next(iter(sent.audiences), None),
            "audiences": list(sent.audiences),
            "destination": sent.destination,
            "name_id": sent.name_id,
            "name_id_format": sent.name_id_format,
            "valid": {"not_before": sent.not_before, "not_on_or_after": sent.not_on_or_after},
            "attributes": [msgspec.to_builtins(each) for each in sent.attributes],
            "attribute": {"name": self.name, "present": stands.verdict == "exact", "near": list(stands.near)},
            "values": list(sent.values(self.name)),
            "subject": found.subject,
            "verdict": found.verdict,
            "holders": [msgspec.to_builtins(each) for each in found.holders],
            "nearest": found.nearest or None,
            "carriers": list(found.carriers),
            "compared": self.compared,
            "issuer_agrees": self.issuer_agrees,
            "signature": {
                "response": sent.signature.response,
                "assertion": sent.signature.assertion,
                "certificates": list(sent.signature.fingerprints),
                "in_metadata": self.in_metadata,
                "verified": False,
            },
            "notes": list(self.notes),
            "message": self.message,
            "next": self._next(),
        }

    def lines(self) -> Iterator[str]:
        """Tell it to a person; values are shown whole, for this very sign-in was asked for."""
        sent = self.sign_in
        yield sent.place
        yield f"  issuer       {_plain(sent.issuer)}"
        yield f"  audience     {_plain(', '.join(sent.audiences) or None)}"
        yield f"  sent to      {_plain(sent.destination)}"
        yield f"  NameID       {_quoted(sent.name_id)}"
        yield f"  valid        from {_plain(sent.not_before)} to before {_plain(sent.not_on_or_after)}"
        yield f"  signature    {self._signature()}"
        yield ""
        for each in sent.attributes:
            mark = "*" if each.name == self.name else " "
            friendly = f" ({_plain(each.friendly_name)})" if each.friendly_name else ""
            yield f"{mark} {_plain(each.name)}{friendly}"
            yield from (f"               {_quoted(value)}" for value in each.values)
        yield ""
        yield from self.notes
        yield f"{self.judgement.verdict}: {self.message}"
        yield f"\nnext: {self._next()}"
        yield f"end: {self.end.name} (exit code {self.end.code})"

    def _contradiction(self) -> Iterator[str]:
        if self.issuer_agrees is False:
            sent = self.sign_in
            pool = f"a user pool in {sent.cognito_region}" if sent.cognito_region else ""
            places = " for ".join(each for each in (sent.cognito_host, pool) if each)
            issuer = self.judgement.holders[0].issuer
            yield f"But it was sent to {_plain(places)}, and the Issuer beside this Subject is {issuer}."

    def _next(self) -> str:
        if self.issuer_agrees is not False:
            return self.judgement.advice
        place = "Compare tenant and region of the job with the addresses at the identity provider: one is wrong."
        return place if self.judgement.verdict == "match" else f"{self.judgement.advice} {place}"

    def _signature(self) -> str:
        found = self.sign_in.signature
        places = [name for name in ("response", "assertion") if getattr(found, name)]
        if not places:
            return "none"
        prints = ", ".join(found.fingerprints) or "none that can be read"
        listed = {None: "", True: ", listed in the metadata", False: ", NOT listed in the metadata"}[self.in_metadata]
        return f"of the {' and the '.join(places)}, not verified here; certificate SHA-256 {prints}{listed}"


def prove(capture: Path, runs: Path, run: Path | None, named: str | None, metadata: Path | None) -> AssertionCheck:
    """Hold a captured sign-in against the Subjects of a run, or of everything below ``runs``.

    Raises:
        SourceError: the capture or the metadata is missing, unreadable or hostile, or holds no sign-in.
        UsageProblem: ``run`` is no run that made a plan, or ``named`` is no name.
        StateProblem: a job's memory cannot be believed.
    """
    if named is not None and not named.strip():
        raise UsageProblem("--attribute needs a name.", advice="Write it exactly as the identity provider sends it.")
    planned = saved.read(run) if run is not None else None
    one, choice = response.chosen(captured(capture))
    sent = response.read(one)
    listed = None if metadata is None else identity_provider.fingerprints(metadata)
    ours, why = (named, "") if named is not None or planned is None else _of_job(planned)
    asked = verdict.asked(ours, sent.names)
    in_metadata = _is_listed(sent, listed)
    known = subjects.of_all(runs) if planned is None else subjects.of_run(planned)
    where = f"the plans and memories below {runs}" if planned is None else f"the plan and memory of {planned.folder}"
    judgement = verdict.judge(sent, asked.name, known, where)
    return AssertionCheck(
        sent,
        asked.name,
        judgement,
        tuple(note for note in (choice, why, asked.note, UNLISTED if in_metadata is False else "") if note),
        known.count,
        _agrees(sent, judgement),
        in_metadata,
    )


def save(proof: AssertionCheck, path: Path) -> None:
    """Keep the document in a private file (0600), never over one that is there.

    Raises:
        UsageProblem: there is a file of that name, or none can be written there.
    """
    text = msgspec.json.format(msgspec.json.encode(proof.document()), indent=2)
    try:
        files.write_new(path, [text, b"\n"])
    except FileExistsError:
        raise UsageProblem(f"{path}: there is a file already.", advice="Name a new file after --save.") from None
    except OSError as error:
        said = error.strerror or error
        raise UsageProblem(f"{path}: cannot be written ({said}).", advice="Name another place after --save.") from None


def _of_job(run: SavedRun) -> tuple[str | None, str]:
    """Give the attribute that the job of a run names, or None and a sentence where the job cannot be asked any more."""
    source = run.plan.source
    try:
        job = request.again("assertion", Path(source.path), source.options, run.runs).job
    except (errors.Problem, MappingError, OSError) as error:
        return None, f"The job of this run cannot be asked for its saml_attribute: {error}"
    return saml_attribute.named(job), ""


def _agrees(sent: SignIn, judgement: AssertionVerdict) -> bool | None:
    """Say whether host and region that the sign-in was meant for are those of an Issuer beside the Subject."""
    host, region = sent.cognito_host, sent.cognito_region
    if not judgement.holders or (host is None and region is None):
        return None
    return any(
        host in {None, each.issuer} and (region is None or f".auth.{region}." in each.issuer)
        for each in judgement.holders
    )


def _is_listed(sent: SignIn, listed: frozenset[str] | None) -> bool | None:
    if listed is None or not sent.signature.fingerprints:
        return None
    return set(sent.signature.fingerprints) <= listed


def _plain(text: str | None) -> str:
    """Show a text without quotes, unless it holds what a terminal could obey or a person cannot see."""
    if text is None:
        return "(none)"
    return text if text.isprintable() else ascii(text)


def _quoted(text: str | None) -> str:
    return "(nil)" if text is None else repr(text)
