"""The JSON Schema of the job file, made from the models that read it."""

from typing import Any

from pipeline.config.job_file.job import Job

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def job_schema() -> dict[str, Any]:
    """Return the schema; unknown keys are wrong in it, as they are in a job file."""
    schema = Job.model_json_schema(by_alias=True)
    return {"$schema": DIALECT} | schema | {"title": "Job file of contactpro-sync"}
