"""The samples are what their makers make: none was edited by hand."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"
BY_HAND = {".toml", ".xml", ".py"}
"""Jobs are written by hand; the keys behind the certificates in the metadata were thrown away."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build every sample in another folder."""
    folder = tmp_path_factory.mktemp("samples")
    (folder / "sso").mkdir()
    for maker in ("make.py", "make_sign_in.py"):
        shutil.copy(SAMPLES / maker, folder / maker)
        subprocess.run([sys.executable, folder / maker], cwd=folder, check=True)
    return folder


def names(folder: Path) -> set[str]:
    """Return the files that a maker may have made."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder).as_posix() for path in files if path.suffix not in BY_HAND}


def test_every_sample_is_made(made: Path) -> None:
    """What lies in sample_data comes out of a maker; the token of the test server is a word, not a sample."""
    assert names(made) == names(SAMPLES) - {"test-server-token"}


@pytest.mark.parametrize("name", sorted(names(SAMPLES) - {"test-server-token"}))
def test_a_sample_is_what_its_maker_makes(made: Path, name: str) -> None:
    """Byte for byte, on any day."""
    assert (made / name).read_bytes() == (SAMPLES / name).read_bytes()
