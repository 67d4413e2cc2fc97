"""What every kind of connector promises, tried with each that the registry finds."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from connectors.registry import Connector, registry
from connectors.settings import SECRET as SECRET_TYPE
from connectors.settings import BaselineSettings, FileSettings
from pipeline.config.job_file.sources import mappings_of
from pipeline.config.job_file.typed_keys import is_marked, rebased
from pipeline.config.secrets import secrets_of
from tests.connectors import specimens
from tests.connectors.specimens import ROSTER, SECRET
from tests.end_to_end.command_server import nursery
from tests.job_texts import job_text

CONNECTORS = sorted(registry().connectors.values(), key=lambda each: each.kind)
HAS_SECRETS = [
    each for each in CONNECTORS if any(is_marked(field, SECRET_TYPE) for field in each.settings.model_fields.values())
]
pytestmark = pytest.mark.filterwarnings("ignore:.*deprecated:DeprecationWarning")  # the SDK of Graph, of itself

kinds = pytest.mark.parametrize("connector", CONNECTORS, ids=lambda each: each.kind)
kinds_with_secrets = pytest.mark.parametrize("connector", HAS_SECRETS, ids=lambda each: each.kind)


def run(folder: Path, connector: Connector, state: str, command: str = "run") -> dict[str, Any]:
    """Run a job whose roster, or baseline, is a specimen; return how it ended, and every file that it left as text."""
    specimen = getattr(specimens.of(connector.settings.__module__), state)
    with specimen(folder) as table:
        text = job_text(roster=table)
        if issubclass(connector.settings, BaselineSettings):
            (folder / "agents.csv").write_text(ROSTER, "utf-8")
            text = job_text(f"[baseline]\n{table}")
        (folder / "job.toml").write_text(text, "utf-8")
        done = nursery().run(folder, command, "job.toml", "--json")
    left = {path: path.read_bytes().decode("utf-8", "replace") for path in folder.glob("runs/**/*") if path.is_file()}
    return done | {"left": left}


@kinds
def test_the_module_is_named_as_the_kind(connector: Connector) -> None:
    """The kind is the name of the file or package; a ``_file`` keeps a package apart from a module of Python."""
    package = connector.settings.__module__.split(".")[1]
    assert package in {connector.kind, f"{connector.kind}_file"}


@kinds
def test_the_declaration_is_light(connector: Connector) -> None:
    """What a job file needs of a connector imports no frames, no network and no SDK, and its reader no pandas."""
    heavy = {"pandas", "pandera", "pyarrow", "httpx", "msgraph", "azure.identity", "openpyxl", "tenacity"}
    package = connector.settings.__module__.rpartition(".connector")[0]
    reader = f"if importlib.util.find_spec('{package}.source'): import {package}.source\n" if package else ""
    program = (
        f"import sys, importlib.util, {connector.settings.__module__}\n"
        f"print(sorted({heavy!r} & set(sys.modules)))\n"
        f"{reader}"
        "print(sorted({'pandas', 'pandera'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n") == ["[]", "[]", ""]


@kinds
def test_a_good_source_is_columns_of_text_without_nulls(connector: Connector, tmp_path: Path) -> None:
    """Every column is text, in rows that are numbered or found by a key, with no null, and the reading is complete."""
    with specimens.of(connector.settings.__module__).good(tmp_path) as table:
        settings = rebased(connector.settings.model_validate(tomllib.loads(table)), tmp_path)
        is_file = issubclass(connector.settings, FileSettings | BaselineSettings)
        attributes = () if is_file else mappings_of(connector.kind)[0].attributes(None)
        told: list[tuple[int, int | None]] = []
        extract = connector.open(
            settings,
            secrets=secrets_of(settings),
            attributes=attributes,
            progress=lambda *counts: told.append(counts),
            delta_state=None,
        ).read(lambda cells: sum(bool(re.match("(?i)login|email|.*subject", cell)) for cell in cells))
    frame = extract.frame
    assert frame.num_rows >= 3
    assert {column.type for column in frame.columns} <= {pa.string(), pa.dictionary(pa.int32(), pa.string())}
    assert sum(column.null_count for column in frame.columns) == 0
    assert extract.complete
    if extract.origin.rows is None:
        assert extract.origin.key in frame.column_names
        assert set(attributes) <= set(frame.column_names)
        assert told
        assert told[-1][0] == frame.num_rows
    else:
        assert len(extract.origin.rows) == frame.num_rows


@kinds
@pytest.mark.parametrize("state", ["unreachable", "incomplete"])
def test_a_source_that_fails_ends_with_5(connector: Connector, state: str, tmp_path: Path) -> None:
    """A source that is not there, or breaks off, is exit code 5 with a message, and no import file is written."""
    done = run(tmp_path, connector, state)
    assert (done["code"], "Traceback" in done["stdout"] + done["stderr"]) == (5, False)
    assert '"outcome":"source"' in done["stdout"].replace(" ", "")
    assert not [path for path in done["left"] if "out" in path.parts]


@kinds_with_secrets
@pytest.mark.parametrize("command", ["run", "doctor"])
def test_a_refused_secret_ends_with_5_and_is_never_shown(connector: Connector, command: str, tmp_path: Path) -> None:
    """A secret that is not accepted is exit code 5, and is in no output and in no file of the run."""
    done = run(tmp_path, connector, "refused", command)
    assert done["code"] == 5
    assert SECRET not in done["stdout"] + done["stderr"] + "".join(done["left"].values())


@kinds_with_secrets
def test_a_good_source_runs(connector: Connector, tmp_path: Path) -> None:
    """The specimen that the failures above are made of is good when nothing is wrong with it."""
    done = run(tmp_path, connector, "good", "check")
    assert done["code"] in {0, 3}
