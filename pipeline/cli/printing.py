"""What a command says: text for people, one document for programs; the only room that prints."""

import json
from collections.abc import Iterable
from typing import Any

import typer


def document(told: dict[str, Any]) -> None:
    """Print one JSON document on stdout."""
    typer.echo(json.dumps(told, ensure_ascii=False, indent=2))


def text(lines: Iterable[str]) -> None:
    """Print lines on stdout."""
    typer.echo("\n".join(lines))


def refusal(refused: dict[str, Any]) -> None:
    """Print on stderr why a command could not begin, and what to do."""
    typer.echo(f"{refused['message']}\n\nnext: {refused['next']}", err=True)
    typer.echo(f"end: {refused['outcome']} (exit code {refused['exit_code']})", err=True)
