"""contactpro-sync for Python programs: check, plan and run a ``Job``, and get frames and issues back.

In an installed distribution the packages ``pipeline``, ``connectors`` and ``mappings`` are folders of this one, so that
the distribution owns one name in site-packages. They import each other by their short names; therefore this folder
comes first on the import path. In the source tree they are at the top, and nothing has to be done.

Raises:
    ImportError: another package was imported under one of the short names before.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from contactpro_sync.api import Job, Result, SyncError, check, plan, run

__all__ = ["Job", "Result", "SyncError", "__version__", "check", "main", "plan", "run"]

__version__: str

_HOME = Path(__file__).resolve().parent
_OWN = ("pipeline", "connectors", "mappings")


def _put_first(home: Path) -> None:
    """Put the folder of our packages first on the import path, unless another package has one of their names."""
    for name in _OWN:
        loaded = getattr(sys.modules.get(name), "__path__", None)
        if loaded is not None and home / name not in map(Path, loaded):
            raise ImportError(
                f"contactpro_sync has a package {name!r} of its own, and {next(iter(loaded))} was imported under that "
                "name before. Rename that folder, or start the command contactpro-sync in a process of its own."
            )
    if str(home) in sys.path:
        sys.path.remove(str(home))
    sys.path.insert(0, str(home))


if (_HOME / "pipeline").is_dir():
    _put_first(_HOME)


def main() -> None:
    """Start the command line."""
    from pipeline.cli import main as start

    start()


def __getattr__(name: str) -> Any:  # noqa: ANN401 - as Python calls it
    """Import the API at its first use: the command line starts without pandas."""
    if name == "__version__":
        from importlib.metadata import version

        return version("contactpro-sync")
    if name in __all__:
        from contactpro_sync import api

        return getattr(api, name)
    raise AttributeError(f"module 'contactpro_sync' has no attribute {name!r}")
