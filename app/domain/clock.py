"""Time as the product uses it: diary days are dates, instants are aware UTC datetimes, nothing else."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

Clock = Callable[[], datetime]
"""Hands out the present instant, aware, in UTC."""

EARLIEST_DAY = date(1900, 1, 1)
_FARTHEST_EAST = timedelta(hours=14)
_NOBODYS_ZONES = frozenset({"Factory", "localtime"})
"""Names that time zone data have beside those of places: of no setting at all, and of this machine's own."""
_ZONES = frozenset(available_timezones() - _NOBODYS_ZONES)


def system_clock() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def latest_day(now: datetime) -> date:
    """The last diary day that can have begun anywhere: today at UTC+14 (domain, section 4)."""
    return (now + _FARTHEST_EAST).date()


def is_known_zone(name: str) -> bool:
    """Whether the name is an IANA time zone that this server knows."""
    return name in _ZONES


def day_in_zone(now: datetime, zone: str) -> date:
    """The civil date in a known zone at an instant."""
    return now.astimezone(ZoneInfo(zone)).date()
