"""Advice on a Subject that differs from the value of a sign-in only by case.

A Subject is spelled as the directory spells the email, so a correction in the list is rejected (EMAIL-CASE) as long as
the directory disagrees. Each advice here was tried: a test follows it and gets a match.
"""

from pathlib import Path

from mappings.model import MappingError
from pipeline.config import request
from pipeline.config.job_file.job import Job
from pipeline.config.request import JOB_FILE
from pipeline.model import errors
from pipeline.plan.saved import SavedRun
from pipeline.sso.subjects import SubjectRecord

AGAIN = "run again and import the new file"
OLD = "Then delete the old certificate in System Configurator: a new row does not remove it."
AT_PROVIDER = "correct the claim at the identity provider"


def load_job(plan: SavedRun) -> Job:
    """Load the job of a saved plan.

    Raises:
        Problem, MappingError, OSError: the job file or the list cannot be read any more.
    """
    source = plan.plan.source
    return request.replay("assertion", Path(source.path), source.options, plan.runs).job


def advise(holder: SubjectRecord, sent: str, plan: SavedRun | None) -> str:
    """Return the next step for a user whose Subject has another case than the value that was sent."""
    if holder.subject_case == "lower":
        return (
            'The job writes Subjects in lower case (subject_case = "lower"). Let this user sign in; if that fails, set '
            f'subject_case = "exact" under [policy], {AGAIN}.'
        )
    source, job = _load(plan)
    if job is None:
        return f"Make the Subject {sent!r} in the list and in the directory, {AGAIN}; or {AT_PROVIDER}. {OLD}"
    own_file = source.suffix == JOB_FILE
    roster_file: Path | None = getattr(job.roster, "path", None)  # None: the roster is the directory itself
    has_directory = roster_file is None or (job.directory is not None and job.directory.kind != "none")
    if sent == sent.lower():
        return _lower(source.name, sent, own_file=own_file, has_directory=has_directory)
    if roster_file is not None and not has_directory:
        return f"Write {sent!r} in {roster_file.name}, {AGAIN}; or {AT_PROVIDER}. {OLD}"
    has_list = roster_file is not None
    return f"{_attribute(source.name, holder.subject, sent, own_file=own_file, has_list=has_list)} {OLD}"


def _load(plan: SavedRun | None) -> tuple[Path, Job | None]:
    if plan is None:
        return Path(), None
    try:
        return Path(plan.plan.source.path), load_job(plan)
    except (errors.Problem, MappingError, OSError):
        return Path(), None


def _lower(file: str, sent: str, *, own_file: bool, has_directory: bool) -> str:
    claim = "or take the transformation to lower case out of the claim at the identity provider"
    if own_file:
        return f'Set subject_case = "lower" under [policy] in {file}, {AGAIN}; {claim}. {OLD}'
    job = f'write a job file for {file} with subject_case = "lower" under [policy], {AGAIN}'
    if has_directory:
        return f"{job[0].upper()}{job[1:]} (the directory spells it otherwise, so the list cannot change it); {claim}."
    return f"Write {sent!r} in {file}, {AGAIN}; for everyone at once, {job}; {claim}. {OLD}"


def _attribute(file: str, subject: str, sent: str, *, own_file: bool, has_list: bool) -> str:
    """Return the advice to read the attribute of the claim; a list also needs the directory's spelling."""
    if own_file:
        settings = f"set email_attribute to the one that spells it {sent!r}"
        settings += ' and on_case_mismatch = "use_directory"' if has_list else ""
        where = f" in {file}"
    else:
        settings, where = f"give --email-attribute with the one that spells it {sent!r}", ""
        settings += " and --on-case-mismatch use_directory"
    return (
        f"The directory spells it {subject!r}, so the claim is filled from another attribute: {settings}{where}, "
        f"{AGAIN}; or {AT_PROVIDER}."
    )
