"""The commands around the certificates: what else a first sign-in needs."""

import typer

sso = typer.Typer(help="Everything around the certificates that makes the first sign-in work.", no_args_is_help=True)
