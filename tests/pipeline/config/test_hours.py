"""Hours in which something may be sent: over midnight, in a zone, at the change to summer time."""

from datetime import UTC, datetime

import pytest

from pipeline.config.hours import hours_checked, open_now, zone_checked


@pytest.mark.parametrize(
    ("hours", "zone", "moment", "is_open"),
    [
        (None, None, "2026-06-01T12:00", True),
        ("20:00-06:00", "Europe/Helsinki", "2026-01-10T17:59", False),
        ("20:00-06:00", "Europe/Helsinki", "2026-01-10T18:00", True),
        ("20:00-06:00", "Europe/Helsinki", "2026-01-11T03:59", True),
        ("20:00-06:00", "Europe/Helsinki", "2026-01-11T04:00", False),
        ("20:00-06:00", "Europe/Helsinki", "2026-07-10T17:00", True),
        ("01:00-04:00", "Europe/Berlin", "2026-03-29T00:59", True),
        ("01:00-04:00", "Europe/Berlin", "2026-03-29T01:59", True),
        ("01:00-04:00", "Europe/Berlin", "2026-03-29T02:00", False),
        ("08:00-17:30", "UTC", "2026-05-05T17:29", True),
        ("08:00-17:30", "UTC", "2026-05-05T17:30", False),
    ],
)
def test_a_moment_is_within_the_hours(hours: str | None, zone: str | None, moment: str, *, is_open: bool) -> None:
    """The begin belongs to the hours, the end does not; the clock is that of the zone."""
    assert open_now(hours, zone, datetime.fromisoformat(moment).replace(tzinfo=UTC)) is is_open


@pytest.mark.parametrize("text", ["20-6", "24:00-06:00", "20:00-20:00", "20:00–06:00", ""])  # noqa: RUF001 - a dash
def test_what_is_no_hours_is_refused(text: str) -> None:
    """Hours that cannot be understood, or are none, are refused with the form."""
    with pytest.raises(ValueError, match="20:00-06:00"):
        hours_checked(text)


def test_a_zone_that_is_not_known_is_refused() -> None:
    """A zone is named as in the tz database."""
    assert zone_checked("Europe/Lisbon") == "Europe/Lisbon"
    with pytest.raises(ValueError, match="Europe/Helsinki"):
        zone_checked("Mars/Olympus")
