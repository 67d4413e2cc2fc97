"""Check a captured sign-in: which email was sent, and is it the Subject of a user?

This works offline and keeps nothing. It grants no access, so a signature is verified only to show that the capture was
not edited.
"""

from dataclasses import dataclass
from pathlib import Path

from connectors import extras
from mappings.model import MappingError
from pipeline.model import errors
from pipeline.model.errors import UsageProblem
from pipeline.model.exit_codes import DIFFERS, OK, ExitCode
from pipeline.plan import saved
from pipeline.plan.saved import SavedRun
from pipeline.sso import subjects
from pipeline.sso.saml import identity_provider, response, signature
from pipeline.sso.saml.captures.capture import find_responses
from pipeline.sso.saml.captures.decoding import Captured
from pipeline.sso.saml.response import SignIn
from pipeline.sso.sign_in import attribute_choice, case_advice, destination, notes, verdict
from pipeline.sso.sign_in.verdict import AssertionVerdict
from pipeline.validate.whole_source import saml_attribute

UNLISTED = (
    "The certificate of the signature is not in that metadata: if Sinch was sent this file, send the present one."
)


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """The signature compared with the metadata of the identity provider; None is not compared.

    ``in_metadata``: the certificate is one of the metadata. ``verified``: the signature fits one of its certificates.
    """

    in_metadata: bool | None = None
    verified: bool | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class AssertionCheck:
    """One sign-in and the result of its check.

    ``issuer_agrees`` is True if the sign-in was sent to the tenant and region of the Issuer beside the Subject, None if
    it names neither.
    """

    sign_in: SignIn
    attribute: str
    verdict: AssertionVerdict
    notes: tuple[str, ...]
    compared: int
    issuer_agrees: bool | None
    signature: SignatureCheck

    @property
    def exit_code(self) -> ExitCode:
        """Return how the command ends: anything but a match is a difference (design §7)."""
        return OK if self.verdict.verdict == "match" else DIFFERS


def check(capture: Path, runs: Path, run: Path | None, named: str | None, metadata: Path | None) -> AssertionCheck:
    """Compare a captured sign-in with the Subjects of a run, or of every job in a folder of runs.

    Args:
        capture: the file with the sign-in.
        runs: the folder of runs.
        run: the run to compare with; None for all of them.
        named: the name of the attribute; None for that of the run's job, or a usual one.
        metadata: the metadata of the identity provider, to verify the signature with.

    Raises:
        SourceError: the capture or the metadata is missing, unreadable or hostile, or contains no sign-in.
        UsageProblem: ``run`` is not a run with a plan, ``named`` is not a name, or a package is missing.
        StateProblem: a job's state is damaged.
    """
    if named is not None and not named.strip():
        raise UsageProblem("--attribute needs a name.", advice="Write it exactly as the identity provider sends it.")
    if metadata is not None:
        extras.require("saml", "--metadata, which verifies the signature,")
    plan = saved.read(run) if run is not None else None
    captured, choice_note = response.choose(find_responses(capture))
    sign_in = response.read(captured)
    signature_check = _check_signature(captured, sign_in, metadata)
    job_attribute, job_note = (named, "") if named is not None or plan is None else _attribute_of(plan)
    attribute = attribute_choice.choose_attribute(job_attribute, sign_in.names)
    known = subjects.read_all(runs) if plan is None else subjects.read_run(plan)
    compared = f"the plans and states in {runs}" if plan is None else f"the plan and state of {plan.folder}"
    found = verdict.judge(sign_in, attribute.name, known, compared)
    all_notes = (
        *(choice_note, job_note, attribute.note, signature_check.note),
        *notes.build_notes(sign_in, attribute.name, found.holders),
    )
    return AssertionCheck(
        sign_in,
        attribute.name,
        found,
        tuple(note for note in all_notes if note),
        known.count,
        destination.agrees(sign_in, found.holders),
        signature_check,
    )


def _attribute_of(plan: SavedRun) -> tuple[str | None, str]:
    """Return the attribute that a run's job names, or None and a sentence if the job cannot be loaded any more."""
    try:
        return saml_attribute.named(case_advice.load_job(plan)), ""
    except (errors.Problem, MappingError, OSError) as error:
        return None, f"The job of this run cannot be read for its saml_attribute: {error}"


def _check_signature(captured: Captured, sign_in: SignIn, metadata: Path | None) -> SignatureCheck:
    """Compare the signature with the metadata; without metadata or without a signature there is nothing to compare."""
    if metadata is None:
        return SignatureCheck()
    certificates = identity_provider.signing_certificates(metadata)
    fingerprints = set(sign_in.signature.fingerprints)
    in_metadata = fingerprints <= {each.sha256 for each in certificates} if fingerprints else None
    if not (sign_in.signature.response or sign_in.signature.assertion):
        return SignatureCheck(in_metadata)
    if in_metadata is False:
        return SignatureCheck(in_metadata, None, UNLISTED)
    verified, note = signature.verify(captured, certificates, sign_in.not_before)
    return SignatureCheck(in_metadata, verified, note)
