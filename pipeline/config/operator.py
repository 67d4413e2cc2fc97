"""The user account that runs this process."""

import getpass


def account() -> str | None:
    """Return the name of the account of this process, None if it has none, as that of a container may."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None


def who() -> str:
    """Name the user of this process."""
    return account() or "unknown"
