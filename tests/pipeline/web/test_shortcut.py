"""A launcher for the desktop of each platform."""

import configparser
import shlex
from pathlib import Path

import pytest

from pipeline.web import shortcut

ARGUMENTS = ["web", "--port", "8484", "--runs", "/home/ada/My runs 100%"]


def test_windows_starts_the_command_in_quotes() -> None:
    """A batch file keeps spaces together and doubles percent signs."""
    name, text = shortcut.content("C:\\Program Files\\py\\contactpro-sync.exe", ARGUMENTS, "win32")
    assert name == "contactpro-sync.cmd"
    assert '"C:\\Program Files\\py\\contactpro-sync.exe" "web" "--port" "8484"' in text
    assert '"/home/ada/My runs 100%%"' in text
    assert text.count("\n") == text.count("\r\n") == 4


def test_macos_starts_the_command_in_a_shell() -> None:
    """A command file has the words that a shell reads back."""
    name, text = shortcut.content("/opt/bin/contactpro-sync", ARGUMENTS, "darwin")
    assert name == "contactpro-sync.command"
    assert shlex.split(text.splitlines()[1]) == ["exec", "/opt/bin/contactpro-sync", *ARGUMENTS]


def test_linux_has_a_desktop_entry() -> None:
    """A desktop entry quotes each word and doubles percent signs."""
    name, text = shortcut.content("/opt/bin/contactpro-sync", ARGUMENTS, "linux")
    assert name == "contactpro-sync.desktop"
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    entry = dict(parser["Desktop Entry"])
    assert (entry["type"], entry["terminal"]) == ("Application", "true")
    expected = '"/opt/bin/contactpro-sync" "web" "--port" "8484" "--runs" "/home/ada/My runs 100%%"'
    assert entry["exec"] == expected


def test_the_launcher_is_the_owners_alone_and_replaces_nothing(tmp_path: Path) -> None:
    """It is written on the desktop, can be executed by its owner only, and an existing file stays."""
    (tmp_path / "Desktop").mkdir()
    path = shortcut.write(tmp_path, "/opt/bin/contactpro-sync", ["web"], "linux")
    assert path == tmp_path / "Desktop" / "contactpro-sync.desktop"
    assert path.stat().st_mode & 0o777 == 0o700
    with pytest.raises(FileExistsError):
        shortcut.write(tmp_path, "/opt/bin/contactpro-sync", ["web"], "linux")
