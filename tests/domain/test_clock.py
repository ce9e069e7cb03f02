"""Instants and diary days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.clock import day_in_zone, is_known_zone, latest_day, system_clock

instants = st.datetimes(datetime.fromisoformat("1900-01-02"), datetime.fromisoformat("9999-12-30")).map(
    lambda naive: naive.replace(tzinfo=UTC)
)
ZONES = st.sampled_from(["Europe/London", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kolkata", "UTC"])


def test_the_machines_clock_is_aware_and_in_utc() -> None:
    assert system_clock().utcoffset() == timedelta(0)


@given(instants, ZONES)
def test_no_zones_day_is_after_the_latest(now: datetime, zone: str) -> None:
    assert now.date() <= latest_day(now) <= now.date() + timedelta(days=1)
    assert day_in_zone(now, zone) <= latest_day(now)


@pytest.mark.parametrize(
    ("zone", "day"),
    [("Pacific/Kiritimati", date(2026, 3, 2)), ("Pacific/Pago_Pago", date(2026, 3, 1)), ("UTC", date(2026, 3, 1))],
)
def test_one_instant_has_different_days(zone: str, day: date) -> None:
    assert day_in_zone(datetime(2026, 3, 1, 11, tzinfo=UTC), zone) == day


def test_the_zone_decides_the_day_over_the_change_to_summer_time() -> None:
    just_before = datetime(2026, 3, 29, 22, 59, tzinfo=UTC)
    assert day_in_zone(just_before, "Europe/London") == date(2026, 3, 29)
    assert day_in_zone(just_before + timedelta(minutes=1), "Europe/London") == date(2026, 3, 30)


def test_only_names_of_the_database_of_zones_are_known() -> None:
    assert is_known_zone("Europe/London")
    assert not is_known_zone("Europe/Atlantis")
    assert not is_known_zone("../../etc/passwd")
    assert not is_known_zone("localtime")
    assert not is_known_zone("Factory")
