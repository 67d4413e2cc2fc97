"""Reading a list again from its beginning, when what was read so far is void."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from connectors.base import SourceIncomplete

Result = TypeVar("Result")


class RestartRead(Exception):
    """What was read so far is void; read it again from the beginning, at most ``times`` times.

    ``advice`` is shown if the last reading fails as well.
    """

    def __init__(self, why: str, times: int = 1, *, advice: str = "") -> None:
        """Keep the reason; ``why`` is one clause in the past tense."""
        super().__init__(why)
        self.times = times
        self.advice = advice


class Restarts:
    """The restarts of one reading, and the notes about them."""

    def __init__(self, what: str) -> None:
        """Begin without a restart; ``what`` is what is read, in the plural, and begins a sentence: "The users"."""
        self._what = what
        self._reasons: list[str] = []

    def add(self, restart: RestartRead) -> None:
        """Count a restart.

        Raises:
            SourceIncomplete: there were too many.
        """
        self._reasons.append(str(restart))
        if (tried := len(self._reasons) - 1) >= restart.times:
            again = "restart" if tried == 1 else "restarts"
            raise SourceIncomplete(
                f"{self._what} could not be read completely: {restart}, also after {tried} {again}. Nothing was used.",
                advice=restart.advice,
            ) from None

    @property
    def notes(self) -> tuple[str, ...]:
        """Return a note for each restart."""
        return tuple(f"{self._what} were read again from the beginning: {reason}." for reason in self._reasons)


def read_again(what: str, read: Callable[[], Result]) -> tuple[Result, tuple[str, ...]]:
    """Read until a reading is complete; return it, and a note for each restart.

    Raises:
        SourceIncomplete: it had to be restarted too often.
    """
    restarts = Restarts(what)
    while True:
        try:
            return read(), restarts.notes
        except RestartRead as restart:
            restarts.add(restart)


async def read_again_async(what: str, read: Callable[[], Awaitable[Result]]) -> tuple[Result, tuple[str, ...]]:
    """Read as ``read_again`` does, with an awaitable."""
    restarts = Restarts(what)
    while True:
        try:
            return await read(), restarts.notes
        except RestartRead as restart:
            restarts.add(restart)
