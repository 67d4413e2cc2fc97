"""Progress of a command on the terminal: its current step, and the number of users read from a directory."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pipeline.cli import wording

if TYPE_CHECKING:
    from rich.progress import TaskID

STEPS = (
    "Reading the list",
    "Checking every character",
    "Writing the import files",
    "Writing the report",
)

Step = Callable[[str], None]
ProgressCallback = Callable[[str, int, int | None], None]


@contextmanager
def watched(*, as_json: bool) -> Iterator[tuple[Step, ProgressCallback]]:
    """Show progress on stderr if it is a terminal, and nothing at all if it is not."""
    if as_json or sys.stderr is None or not sys.stderr.isatty():  # None: closed by the calling program
        yield lambda _: None, lambda *_: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        story = bar.add_task(wording.line("Opening the sources"), total=len(STEPS))
        pulls: dict[str, TaskID] = {}

        def tally(part: str, read: int, total: int | None) -> None:
            if part not in pulls:
                pulls[part] = bar.add_task(part, total=total)
            known = "" if total is None else f" of {total:,}"
            shown = wording.line(f"{part}: {read:,}{known} users")
            bar.update(pulls[part], description=shown, completed=read, total=total)

        yield lambda step: bar.update(story, description=wording.line(step), completed=STEPS.index(step)), tally
