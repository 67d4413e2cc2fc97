"""What the environment says about a command as a whole, beside the secrets that a job names."""

import os


def wants_json() -> bool:
    """Return True if CONTACTPRO_JSON asks for the document, as ``--json`` does."""
    return os.environ.get("CONTACTPRO_JSON", "").lower() in {"1", "true", "t", "yes", "y", "on"}
