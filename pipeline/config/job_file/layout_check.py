"""Which layouts can be written, and for which jobs: what System Configurator's import would refuse, or do wrong.

Source: facts: contact-pro, Import files.
"""

from mappings.headers import header_key
from mappings.model import Layout
from pipeline.config.job_file.job import Job
from pipeline.model.errors import UsageProblem


def writable(layout: Layout, job: Job) -> Layout:
    """Return the layout if it can be written, and the job has everything that it needs.

    Raises:
        UsageProblem: it lacks Subject, Issuer or a key, or wants an encoding or quoting that import files do not have;
            it writes an Id, or two columns of one label; or it makes users and the job does not set what they get, or
            the other way round.
    """
    labels = [column.column for column in layout.columns]
    if any(header_key(label) == "id" for label in labels):
        raise UsageProblem(
            f"{layout.path}: it writes a column Id. System Configurator refuses a whole import for one Id that it does "
            "not know.",
            advice="Remove that column; keys of other systems belong to ExternalId.",
        )
    if twice := sorted({label for label in labels if labels.count(label) > 1}):
        raise UsageProblem(
            f"{layout.path}: two columns are called {twice[0]!r}, so an import could not distinguish them.",
            advice="Remove one of them.",
        )
    fields = layout.fields
    if not {"subject", "issuer"} <= fields or fields.isdisjoint({"login", "external_id"}):
        raise UsageProblem(
            f"{layout.path}: an import file needs columns for subject and issuer, and for login or external_id.",
            advice="Add the columns to the layout.",
        )
    if layout.encoding.lower().replace("_", "-") not in {"utf-8", "utf8"} or layout.quoting != "none":
        raise UsageProblem(
            f"{layout.path}: import files are written in UTF-8 without quoting, as System Configurator reads them.",
            advice='Write encoding = "utf-8" and quoting = "none".',
        )
    _supplied(layout, job)
    return layout


def _supplied(layout: Layout, job: Job) -> None:
    """Refuse a layout of new users for a job that does not set what they get, and the other way round.

    Raises:
        UsageProblem: with the table or the columns that are missing.
    """
    if layout.makes_users and not {"extension", "group", "first_name", "last_name"} <= layout.fields:
        raise UsageProblem(
            f"{layout.path}: a layout that makes users needs columns for first_name, last_name, extension and group.",
            advice="Add the columns, or leave extension, group and template out.",
        )
    if layout.makes_users and job.users is None:
        raise UsageProblem(
            f"The layout {layout.name!r} makes new users, and the job does not set what they get.",
            advice='Write a job file with [users] extensions = ["2000-2999"] and group = "…".',
        )
    if job.users is not None and not layout.makes_users:
        raise UsageProblem(
            f"The job has [users], and its layout {layout.name!r} makes no users.",
            advice='Write [output] layout = "users", or leave [users] out.',
        )
