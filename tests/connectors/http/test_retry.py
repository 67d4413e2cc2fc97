"""Retries of transient errors, and links that may be followed."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.base import SourceIncomplete
from connectors.http.retry import PASSING, PageGuard, RetryPolicy, TransientError, retry_after

HOME = "https://graph.microsoft.com/v1.0"
NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


class Failing:
    """Something that fails some times before it works, with a wish of the server each time."""

    def __init__(self, *wishes: float | None) -> None:
        """Keep the wishes; there are as many failures."""
        self.wishes, self.calls = list(wishes), 0

    def __call__(self) -> str:
        """Fail, or work."""
        self.calls += 1
        if self.calls <= len(self.wishes):
            raise TransientError(f"fault {self.calls}", self.wishes[self.calls - 1])
        return "done"


def run(failing: Failing, *, wait: bool = False, **limits: float) -> tuple[str, list[float]]:
    """Call with retry_policy, ``wait`` in an event loop; give the end and the naps."""
    naps: list[float] = []

    async def async_sleep(seconds: float) -> None:
        naps.append(seconds)

    async def awaited() -> str:
        async for attempt in retry_policy.retrying_async():
            with attempt:
                return failing()
        raise AssertionError

    retry_policy = RetryPolicy(sleep=naps.append, async_sleep=async_sleep, **limits)
    try:
        return (asyncio.run(awaited()) if wait else retry_policy.retrying()(failing)), naps
    except TransientError as fault:
        return str(fault), naps


@pytest.mark.parametrize("wait", [False, True])
@pytest.mark.parametrize(
    ("wishes", "end", "naps"),
    [
        ((), "done", []),
        ((2.0,), "done", [2.0]),
        ((300.0, 599.0), "done", [300.0, 599.0]),
        ((300.0, 601.0), "fault 2", [300.0]),
        ((1e9,), "fault 1", []),
        ((float("inf"),), "fault 1", []),
        ((1.0,) * 7, "done", [1.0] * 7),
        ((1.0,) * 8, "fault 8", [1.0] * 7),
    ],
)
def test_wishes_are_granted_within_limits(
    wishes: tuple[float, ...], end: str, naps: list[float], *, wait: bool
) -> None:
    """The server's wish is waited for exactly, up to 900 s in all and 8 attempts; then the last fault is raised."""
    assert run(Failing(*wishes), wait=wait) == (end, naps)


@pytest.mark.parametrize("wish", [None, 0.0])
def test_waits_without_a_wish_double_with_jitter(wish: float | None) -> None:
    """Without a wish, or with one of no time, the waits double from half a second to a minute, each with jitter."""
    end, naps = run(Failing(*[wish] * 11), attempts=12)
    assert end == "done"
    for nap, base in zip(naps, [0.5, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60], strict=True):
        assert base <= nap <= base + 0.5


def test_other_errors_are_not_borne() -> None:
    """What is not a passing fault is raised at once."""

    def fail() -> None:
        calls.append(1)
        raise ValueError("not of this kind")

    calls: list[int] = []
    with pytest.raises(ValueError, match="not of this kind"):
        RetryPolicy().retrying()(fail)
    assert calls == [1]


def test_passing_statuses() -> None:
    """These statuses are not about the request (facts: microsoft-graph §2)."""
    assert sorted(PASSING) == [408, 425, 429, 500, 502, 503, 504, 509]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2", 2.0),
        (" 1.5 ", 1.5),
        ("0", 0.0),
        ("-5", 0.0),
        ("1000000000", 1e9),
        ("inf", float("inf")),
        ("nan", None),
        ("", None),
        ("soon", None),
        ("Mon, 05 Jan 2026 08:02:00 GMT", 120.0),
        ("Mon, 05 Jan 2026 09:02:00 +0100", 120.0),
        ("Mon, 05 Jan 2026 08:02:00 -0000", 120.0),
        ("Mon, 05 Jan 2026 07:00:00 GMT", 0.0),
        ("Mon, 99 Jan 2026 07:00:00 GMT", None),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    """Seconds or an HTTP date; the past is a wait of 0, and an invalid value is ignored."""
    assert retry_after({"retry-after": text}, NOW) == seconds


def test_no_retry_after() -> None:
    """Without a header there is no wait."""
    assert retry_after({}) is None


@given(st.text())
def test_retry_after_never_fails(text: str) -> None:
    """Whatever a server sends, it is a wish of at least no time, or none."""
    wish = retry_after({"retry-after": text}, NOW)
    assert wish is None or wish >= 0


@given(st.integers(0, 10**8))
def test_dates_tell_their_distance(seconds: int) -> None:
    """A date so many seconds ahead is a wish of so many seconds."""
    date = format_datetime(NOW + timedelta(seconds=seconds), usegmt=True)
    assert retry_after({"retry-after": date}, NOW) == seconds


@pytest.mark.parametrize(
    "link",
    [
        f"{HOME}/users?$skiptoken=abc",
        "https://GRAPH.microsoft.com:443/v1.0/users",
        "HTTPS://graph.microsoft.com/beta/users",
    ],
)
def test_links_within_the_service_are_followed(link: str) -> None:
    """A link of the same scheme, host and port comes back character for character."""
    assert PageGuard(HOME).follow(link) == link


@pytest.mark.parametrize(
    ("link", "place"),
    [
        ("https://graph.example.com/v1.0/users", "https://graph.example.com:443"),
        ("https://graph.microsoft.com.example.com/v1.0", "https://graph.microsoft.com.example.com:443"),
        ("https://graph.microsoft.com./v1.0", "https://graph.microsoft.com.:443"),
        ("http://graph.microsoft.com/v1.0/users", "http://graph.microsoft.com:80"),
        ("https://graph.microsoft.com:8443/v1.0", "https://graph.microsoft.com:8443"),
        ("https://graph.microsoft.com@example.com/v1.0", "to no place that can be understood"),
        ("https://user:word@graph.microsoft.com/v1.0", "to no place that can be understood"),
        ("https://graph.microsoft.com\\@example.com/", "to no place that can be understood"),
        ("/v1.0/users?$skiptoken=abc", "to no place that can be understood"),
        ("//example.com/v1.0", "://example.com"),
        ("https://[graph/v1.0", "to no place that can be understood"),
        ("https://graph.microsoft.com:99999/", "to no place that can be understood"),
        ("file:///etc/passwd", "to no place that can be understood"),
        ("", "to no place that can be understood"),
    ],
)
def test_links_elsewhere_are_refused(link: str, place: str) -> None:
    """A link to any other place is refused, and the place is named."""
    with pytest.raises(SourceIncomplete) as caught:
        PageGuard(HOME).follow(link)
    assert place in str(caught.value)
    assert "no token was sent there" in str(caught.value)


def test_no_page_is_visited_twice() -> None:
    """A link that was followed once leads in a circle; another trail knows nothing of it."""
    trail = PageGuard(HOME)
    trail.follow(f"{HOME}/users")
    trail.follow(f"{HOME}/users?$skiptoken=1")
    with pytest.raises(SourceIncomplete, match=r"graph\.microsoft\.com leads in a circle"):
        trail.follow(f"{HOME}/users")
    PageGuard(HOME).follow(f"{HOME}/users")
