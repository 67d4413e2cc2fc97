"""The command line: parse, call, print, end with the exit code; nothing else.

Heavy rooms are imported inside the commands, after the sources have begun to be read: help and a usage error need
none of them.
"""

from pipeline.cli.app import main

__all__ = ["main"]
