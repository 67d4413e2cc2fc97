"""The options of every command: ``-q``, ``-v``, ``-o`` for its document, and ``--lang``."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.cli import options, output

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing if all is well.", envvar="CONTACTPRO_QUIET")]
Verbose = Annotated[
    bool,
    typer.Option(
        "--verbose",
        "-v",
        help="Print requests, retries and times on stderr; never an address.",
        envvar="CONTACTPRO_VERBOSE",
    ),
]
Document = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        help="Write the JSON document into this file.",
        metavar="FILE",
        readable=False,
        envvar="CONTACTPRO_OUTPUT",
    ),
]

_COMMON = {
    "quiet": (Quiet, False),
    "verbose": (Verbose, False),
    "saved_as": (Document, None),
    "lang": (options.Lang, None),
}


def with_common(command: Callable[..., None]) -> Callable[..., None]:
    """Add the common options that a command does not have itself; a file of its own keeps ``-o``."""
    signature = inspect.signature(command)
    own = signature.parameters
    taken = {word for each in own.values() for word in _words(each.annotation)}
    added = {
        name: given
        for name, given in _COMMON.items()
        if name not in own and taken.isdisjoint(_words(given[0])) and not (name == "lang" and "--lang" in taken)
    }

    def called(**values: Any) -> None:  # noqa: ANN401 - as typer calls it
        common = {name: values.pop(name) for name in added}
        if common.get("lang") is not None:
            from pipeline.config import language

            language.chosen(common["lang"])  # one without texts is refused
        output.choose(
            quiet=common.get("quiet", False),
            verbose=common.get("verbose", False),
            saved_as=common.get("saved_as"),
            lang=common.get("lang", values.get("lang")),
        )
        command(**values)

    parameters = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own.values()] + [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in added.items()
    ]
    called.__name__, called.__doc__ = command.__name__, command.__doc__
    called.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]  # typer reads this
    return called


def _words(annotation: Any) -> tuple[str, ...]:  # noqa: ANN401 - an annotation
    """Return the words of an option: ``--output``, ``-o``."""
    option = next((each for each in getattr(annotation, "__metadata__", ())), None)
    first = getattr(option, "default", None)  # typer keeps the first word there
    return (*([first] if isinstance(first, str) else []), *(getattr(option, "param_decls", None) or ()))
