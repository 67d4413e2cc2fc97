"""The user account that runs this process."""

import getpass


def account() -> str | None:
    """Return the name of the account of this process, None if it has none, as that of a container may."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # Windows has no file of users to look into
        return None


def who() -> str:
    """Name the user of this process."""
    return account() or "unknown"
