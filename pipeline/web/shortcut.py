"""A launcher for the desktop that starts the page: Windows, macOS and Linux."""

import shlex
import sys
from pathlib import Path

from pipeline.state import files

NAME = "contactpro-sync"


def write(home: Path, program: str, arguments: list[str], platform: str = sys.platform) -> Path:
    """Write the launcher on the desktop, or in the home folder if there is none, and return its path.

    Raises:
        FileExistsError: there is a file of that name.
        OSError: it cannot be written.
    """
    desktop = home / "Desktop" if (home / "Desktop").is_dir() else home
    name, text = content(program, arguments, platform)
    path = desktop / name
    files.write_new(path, [text.encode()], executable=True)
    return path


def content(program: str, arguments: list[str], platform: str) -> tuple[str, str]:
    """Return the name and the text of the launcher for a platform (as ``sys.platform`` names it)."""
    if platform == "win32":
        quoted = " ".join(f'"{each.replace("%", "%%")}"' for each in (program, *arguments))
        return f"{NAME}.cmd", f"@echo off\r\nchcp 65001 >nul\r\n{quoted}\r\nif errorlevel 1 pause\r\n"
    command = shlex.join([program, *arguments])
    if platform == "darwin":
        return f"{NAME}.command", f"#!/bin/sh\nexec {command}\n"
    escaped = " ".join(_desktop_quoted(each) for each in (program, *arguments))
    lines = ("[Desktop Entry]", "Type=Application", f"Name={NAME}", f"Exec={escaped}", "Terminal=true", "")
    return f"{NAME}.desktop", "\n".join(lines)


def _desktop_quoted(word: str) -> str:
    """Quote an argument as the Desktop Entry Specification wants it, and escape its backslashes as a string."""
    for special in ("\\", '"', "`", "$"):
        word = word.replace(special, f"\\{special}")
    return '"' + word.replace("\\", "\\\\").replace("%", "%%") + '"'
