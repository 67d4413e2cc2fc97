"""Result of a delivery, as text and as JSON."""

from collections.abc import Iterator
from typing import Any

import msgspec

from pipeline.model.exit_codes import OK, REJECTED, ExitCode


class Delivery(msgspec.Struct, frozen=True):
    """What was delivered of one run; ``people`` is relative to its folder, None if no person was to be sent.

    ``requests`` are what a dry run would send.
    """

    run: str
    counts: dict[str, int]
    people: str | None
    notes: tuple[str, ...] = ()
    following: str = ""
    requests: tuple[dict[str, Any], ...] | None = None

    @property
    def end(self) -> ExitCode:
        """Return how the command ends."""
        if self.requests is not None:
            return OK
        return REJECTED if self.counts["failed"] or self.counts["left"] else OK

    def document(self) -> dict[str, Any]:
        """Return what ``--json`` prints (design §7)."""
        document = {"command": "deliver", "outcome": self.end.name, "exit_code": self.end.code, "run": self.run}
        document |= {"counts": self.counts, "people": self.people, "notes": list(self.notes), "next": self.following}
        return document if self.requests is None else document | {"requests": list(self.requests)}

    def lines(self) -> Iterator[str]:
        """Yield the lines for a person."""
        yield from self.body()
        yield finished(self.end)

    def body(self) -> Iterator[str]:
        """Yield the lines for a person without the last one: a run that delivers has one of its own."""
        for name, number in self.counts.items():
            yield f"{number:>7}  {name}"
        for request in self.requests or ():
            body = f" {request['body']}" if request["body"] else ""
            yield f"{request['method']} {request['url']}{body}"
        if self.people:
            yield f"\npeople: {self.run}/{self.people}"
        for note in self.notes:
            yield f"\nnote: {note}"
        if self.following:
            yield f"\nnext: {self.following}"


def finished(end: ExitCode) -> str:
    """Return the last line of a command that ended so."""
    return f"Finished: {end.name} (exit code {end.code})"
