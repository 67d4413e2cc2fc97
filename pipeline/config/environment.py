"""Settings of a command from the environment, beside the secrets that a job names."""

import os


def wants_json() -> bool:
    """Return True if CONTACTPRO_JSON asks for the document, as ``--json`` does."""
    return os.environ.get("CONTACTPRO_JSON", "").lower() in {"1", "true", "t", "yes", "y", "on"}


def wants_colour(*, watched: bool) -> bool:
    """Return True if a screen is coloured: NO_COLOR forbids it, FORCE_COLOR wants it, else a terminal has it.

    Source: no-color.org and force-color.org; an empty value counts as not set.
    """
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (watched and os.environ.get("TERM") != "dumb")
