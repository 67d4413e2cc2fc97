"""Hours of the day in which something may be sent, in the local time of a zone; they may go over midnight."""

import re
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import msgspec

_HOURS = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-([01][0-9]|2[0-3]):([0-5][0-9])")


class Hours(msgspec.Struct, frozen=True):
    """From ``begin`` until before ``end``, each day; ``zone`` is None for the machine's own."""

    begin: time
    end: time
    zone: ZoneInfo | None

    def contain(self, now: datetime) -> bool:
        """Return True if a moment, with its zone, lies within."""
        clock = now.astimezone(self.zone).time()
        if self.begin < self.end:
            return self.begin <= clock < self.end
        return clock >= self.begin or clock < self.end


def open_now(hours: str | None, zone: str | None, now: datetime | None = None) -> bool:
    """Return True if something may be sent at this moment; without hours always."""
    if hours is None:
        return True
    begin, end = (time.fromisoformat(each) for each in hours.split("-"))
    return Hours(begin, end, ZoneInfo(zone) if zone else None).contain(now or datetime.now(UTC))


def hours_checked(text: str) -> str:
    """Return hours back if they can be understood.

    Raises:
        ValueError: they cannot, or begin and end are the same.
    """
    if not _HOURS.fullmatch(text) or text[:5] == text[6:]:
        raise ValueError(f'{text!r} are no hours; write them as in "20:00-06:00", or leave hours out for always')
    return text


def zone_checked(text: str) -> str:
    """Return the name of a time zone back if there is one.

    Raises:
        ValueError: there is none of that name.
    """
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"there is no time zone {text!r}; write a name such as Europe/Helsinki") from None
    return text
