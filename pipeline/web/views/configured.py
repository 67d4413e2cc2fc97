"""Directories and tenants that job files in the working folder name, to be chosen on the page by the job's name."""

from dataclasses import dataclass
from pathlib import Path

from connectors.settings import SourceSettings
from pipeline.config.load import load_job
from pipeline.model.errors import UsageProblem


@dataclass(frozen=True, slots=True)
class Configured:
    """Live directories by the name of the job that has them, and the tenants of all jobs."""

    directories: dict[str, SourceSettings]
    tenants: tuple[str, ...]


def configured(folder: Path) -> Configured:
    """Read the job files of a folder; one that cannot be read offers nothing."""
    directories: dict[str, SourceSettings] = {}
    tenants: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            job = load_job(path)
        except UsageProblem:
            continue
        parts = [part for part in (job.directory, job.roster) if isinstance(part, SourceSettings)]
        live = next((part for part in parts if part.is_identity_provider), None)
        if live is not None:
            directories[path.stem] = live
        if job.tenant and job.tenant.name:
            tenants.append(job.tenant.name)
    return Configured(directories, tuple(dict.fromkeys(tenants)))
