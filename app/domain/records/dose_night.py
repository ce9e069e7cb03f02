"""Which diary day an instant belongs to (domain, section 4). An instant is always read in its own offset."""

from datetime import date, datetime, time, timedelta

_NOON = time(12)
_FARTHEST = timedelta(hours=36)


def dose_night(taken_at: str, *, day_start_minutes: int) -> date:
    """The night a dose belongs to: up to the day start, the evening before. With a day start of 0, the civil date."""
    return (_local_time(taken_at) - timedelta(minutes=day_start_minutes)).date()


def lies_near(instant: str, day: date) -> bool:
    """Whether the instant is within 36 hours of noon of the day."""
    return abs(_local_time(instant) - datetime.combine(day, _NOON)) <= _FARTHEST


def _local_time(instant: str) -> datetime:
    return datetime.fromisoformat(instant).replace(tzinfo=None)
