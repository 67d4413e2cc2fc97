"""Secrets by reference: what a reference stands for, and what is reported when there is nothing (T87)."""

from pathlib import Path

import keyring
import keyring.backend
import pytest

from pipeline.config.secrets import resolve
from pipeline.model.errors import UsageProblem


class Ring(keyring.backend.KeyringBackend):
    """A keyring with one entry, in place of the computer's own."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        """Know one entry."""
        return "from-the-ring" if (service, username) == ("contact/pro", "graph") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep nothing."""

    def delete_password(self, service: str, username: str) -> None:
        """Forget nothing."""


def test_an_environment_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    """env:NAME is the value of the variable, character for character."""
    monkeypatch.setenv("GRAPH_SECRET", " Zoë~1 ")
    assert resolve("env:GRAPH_SECRET") == " Zoë~1 "


@pytest.mark.parametrize("text", ["s3cret", "s3cret\n", "s3cret\r\n", "\ufeffs3cret\n"])
def test_a_file(tmp_path: Path, text: str) -> None:
    """file:/path is the text of the file, without its byte order mark and last line end."""
    (tmp_path / "secret").write_text(text, "utf-8", newline="")
    assert resolve(f"file:{tmp_path}/secret") == "s3cret"


def test_a_secret_is_read_anew_each_time(tmp_path: Path) -> None:
    """A token that was renewed between two questions is the new one."""
    (tmp_path / "token").write_text("old")
    assert resolve(f"file:{tmp_path}/token") == "old"
    (tmp_path / "token").write_text("new")
    assert resolve(f"file:{tmp_path}/token") == "new"


def test_a_keyring_entry() -> None:
    """keyring:service/name is the entry of that service (which may hold slashes) and name."""
    before = keyring.get_keyring()
    keyring.set_keyring(Ring())
    try:
        assert resolve("keyring:contact/pro/graph") == "from-the-ring"
        with pytest.raises(UsageProblem, match="has no such entry"):
            resolve("keyring:contact/pro/other")
    finally:
        keyring.set_keyring(before)


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("env:CONTACTPRO_NO_SUCH", "there is no environment variable CONTACTPRO_NO_SUCH"),
        ("env:EMPTY_SECRET", "env:EMPTY_SECRET is empty"),
        ("file:/no/such/file", "cannot be read: No such file or directory"),
        ("file:/", "cannot be read: Is a directory"),
    ],
)
def test_nothing_there(reference: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reference to nothing is a usage error that names it and what to do."""
    monkeypatch.setenv("EMPTY_SECRET", "")
    with pytest.raises(UsageProblem) as problem:
        resolve(reference)
    assert said in str(problem.value)
    assert problem.value.advice
