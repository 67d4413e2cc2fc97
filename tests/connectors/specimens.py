"""What a kind of connector shows the contract suite: its table of a job file beside a source that is good, or is not.

Each kind has ``tests/connectors/<package>/specimen.py`` with four functions of a folder to work in. Each is a context
manager, open while the source is read, and yields the keys of the table: ``good`` (three people at the least),
``unreachable`` (nothing is there), ``refused`` (the secret ``SECRET`` is wrong; only for kinds with secrets), and
``incomplete`` (the source breaks off or contradicts itself).
"""

import importlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType

SECRET = "an-invented-secret-that-no-server-knows"  # noqa: S105 - invented
ROSTER = "Login,Email\nanna,Anna.Berg@example.com\nbo,bo.ek@example.com\nzoë,zoe@example.com\n"
CLOSED_PORT = 1
"""Needs root to listen on; on the machines of the tests nothing does."""

Specimen = Callable[[Path], AbstractContextManager[str]]


def of(module: str) -> ModuleType:
    """Import the specimen of a connector by the name of its module, ``connectors.<package>[.connector]``."""
    return importlib.import_module(f"tests.connectors.{module.split('.')[1]}.specimen")
