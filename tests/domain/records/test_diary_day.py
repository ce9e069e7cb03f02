"""Time as domain, section 4, has it."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Invalid
from app.domain.ids import RecordId
from app.domain.records.dose_night import dose_night, lies_near
from app.domain.records.kinds import DAY, DOSE, IMPRESSION, MOMENT, Kind
from app.domain.records.record import Value
from app.domain.records.validation import check_fields, check_record, fill_in
from tests.domain.records.samples import LATEST_DAY, UUID

FOUR = 4 * 60
local_times = st.datetimes(datetime.fromisoformat("2020-01-01"), datetime.fromisoformat("2030-01-01"))
ID = RecordId(UUID)


def night(taken_at: str, day_start_minutes: int = FOUR) -> str:
    return dose_night(taken_at, day_start_minutes=day_start_minutes).isoformat()


def told_day(kind: Kind, fields: dict[str, Value], day_start_minutes: int = FOUR) -> Value:
    filled, notices = fill_in(kind, ID, fields, account_time_zone="Europe/London", day_start_minutes=day_start_minutes)
    assert [notice.code for notice in notices] == ["local-date-filled-in"]
    return filled["local_date"]


def faults(kind: Kind, fields: dict[str, Value], record_id: RecordId = ID) -> list[tuple[str, str]]:
    try:
        check_record(kind, record_id, fields, latest_day=LATEST_DAY)
    except Invalid as refused:
        return [(error.pointer, error.code) for error in refused.errors]
    return []


def dose(local_date: str, taken_at: str) -> dict[str, Value]:
    return {"local_date": local_date, "time_zone": "Europe/London", "status": "taken", "taken_at": taken_at}


def test_ten_to_midnight_and_twenty_past_are_the_same_dose_night() -> None:
    assert night("2026-03-01T23:50:00+00:00") == night("2026-03-02T00:20:00+00:00") == "2026-03-01"


@pytest.mark.parametrize(
    ("taken_at", "expected"),
    [
        ("2026-03-02T00:00:00+01:00", "2026-03-01"),
        ("2026-03-02T00:30:00+01:00", "2026-03-01"),
        ("2026-03-02T03:59:59.999+01:00", "2026-03-01"),
        ("2026-03-02T04:00:00+01:00", "2026-03-02"),
        ("2026-03-02T23:59:59+01:00", "2026-03-02"),
        ("2026-01-01T02:00:00+01:00", "2025-12-31"),
        ("2024-03-01T02:00:00+01:00", "2024-02-29"),
    ],
)
def test_a_dose_before_the_day_start_belongs_to_the_evening_before(taken_at: str, expected: str) -> None:
    assert night(taken_at) == expected


def test_the_day_start_is_the_patients_own() -> None:
    assert night("2026-03-02T05:30:00Z", 6 * 60) == "2026-03-01"
    assert night("2026-03-02T00:00:00Z", 0) == "2026-03-02"


def test_the_clock_going_back_keeps_both_half_past_ones_in_the_same_night() -> None:
    assert night("2026-10-25T01:30:00+01:00") == night("2026-10-25T01:30:00+00:00") == "2026-10-24"


def test_the_clock_going_forward_keeps_the_lost_hour_in_the_same_night() -> None:
    assert night("2026-03-29T00:59:59+00:00") == night("2026-03-29T02:00:00+01:00") == "2026-03-28"
    assert night("2026-03-29T04:00:00+01:00") == "2026-03-29"


def test_a_dose_across_the_date_line_is_read_where_it_was_taken() -> None:
    in_kiritimati = "2026-03-02T22:00:00+14:00"
    in_pago_pago = "2026-03-01T21:00:00-11:00"
    assert datetime.fromisoformat(in_kiritimati) == datetime.fromisoformat(in_pago_pago)
    assert (night(in_kiritimati), night(in_pago_pago)) == ("2026-03-02", "2026-03-01")


@given(local_times, st.integers(0, 12 * 60))
def test_a_night_begins_at_the_day_start_and_lasts_a_day(local: datetime, day_start_minutes: int) -> None:
    day = dose_night(local.isoformat() + "+05:45", day_start_minutes=day_start_minutes)
    begins = datetime.combine(day, datetime.min.time()) + timedelta(minutes=day_start_minutes)
    assert begins <= local < begins + timedelta(days=1)


@given(
    local_times.map(lambda at: at.replace(tzinfo=UTC)),
    st.sampled_from(["Europe/London", "Asia/Kathmandu", "Pacific/Kiritimati", "America/St_Johns", "Pacific/Apia"]),
)
def test_a_dose_always_lies_near_its_own_night(at: datetime, zone: str) -> None:
    taken_at = at.astimezone(ZoneInfo(zone)).isoformat()
    assert lies_near(taken_at, dose_night(taken_at, day_start_minutes=FOUR))


def test_a_dose_without_a_day_gets_the_night_of_its_time() -> None:
    fields: dict[str, Value] = {"time_zone": "Europe/London", "status": "taken"}
    assert told_day(DOSE, fields | {"taken_at": "2026-03-02T00:20:00+00:00"}) == "2026-03-01"
    assert told_day(DOSE, fields | {"taken_at": "2026-03-02T00:20:00+00:00"}, day_start_minutes=0) == "2026-03-02"


@pytest.mark.parametrize("at", ["2026-03-02T00:30:00+01:00", "2026-03-02T23:59:00+01:00"])
def test_a_moment_at_half_past_midnight_stays_on_the_phones_date(at: str) -> None:
    assert told_day(MOMENT, {"time_zone": "Europe/London", "at": at}) == "2026-03-02"


def test_a_day_given_by_the_phone_is_never_recomputed() -> None:
    fields = dose("2026-03-02", "2026-03-02T00:20:00+00:00")
    filled, notices = fill_in(DOSE, ID, fields, account_time_zone="Asia/Tokyo", day_start_minutes=FOUR)
    assert (filled, notices) == (fields, ())


@pytest.mark.parametrize(
    ("taken_at", "fits"),
    [
        ("2026-02-28T23:59:59+00:00", False),
        ("2026-03-01T00:00:00+00:00", True),
        ("2026-03-01T00:00:00-12:00", True),
        ("2026-03-02T12:00:00+14:00", True),
        ("2026-03-04T00:00:00+00:00", True),
        ("2026-03-04T00:00:00.000001+00:00", False),
        ("2026-03-04T00:00:01-11:00", False),
    ],
)
def test_a_dose_lies_within_36_hours_of_noon_in_its_own_offset(taken_at: str, fits: bool) -> None:  # noqa: FBT001 - a table
    expected = [] if fits else [("/taken_at", "day-mismatch")]
    assert faults(DOSE, dose("2026-03-02", taken_at)) == expected


def test_a_moment_far_from_its_day_is_refused() -> None:
    fields = {**dose("2026-03-02", ""), "taken_at": None, "measure": "pain", "value": 3, "at": "2026-03-09T12:00:00Z"}
    assert faults(MOMENT, fields) == [("/at", "day-mismatch")]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("1900-01-01", []),
        (LATEST_DAY.isoformat(), []),
        ((LATEST_DAY + timedelta(days=1)).isoformat(), [("/local_date", "date-in-future")]),
        ("2999-12-31", [("/local_date", "date-in-future")]),
        ("1899-12-31", [("/local_date", "out-of-range")]),
    ],
)
def test_a_diary_day_lies_between_1900_and_today_farthest_east(day: str, expected: list[tuple[str, str]]) -> None:
    assert faults(DAY, {"local_date": day, "time_zone": "UTC"}, RecordId(f"day-{day}")) == expected
    assert faults(IMPRESSION, {"local_date": day}, RecordId(f"impression-{day}")) == expected


def test_the_first_night_of_1900_has_no_evening_before() -> None:
    filled, _ = fill_in(
        DOSE,
        ID,
        check_fields(DOSE, {"status": "taken", "taken_at": "1900-01-01T00:10:00Z"}),
        account_time_zone="UTC",
        day_start_minutes=FOUR,
    )
    assert faults(DOSE, {**filled}) == [("/local_date", "out-of-range")]


zones = st.sampled_from([timezone(timedelta(hours=hours)) for hours in range(-12, 15)])


@given(st.dates(date(2020, 1, 1), date(2026, 1, 1)), zones, zones, st.integers(0, 720))
def test_no_zone_and_no_travel_ever_moves_a_stored_day(
    day: date, home: timezone, away: timezone, day_start_minutes: int
) -> None:
    at = datetime(day.year, day.month, day.day, 22, tzinfo=home)
    fields = check_fields(DOSE, {**dose(day.isoformat(), at.isoformat())})
    moved = {**fields, "taken_at": at.astimezone(away).isoformat(), "time_zone": "Pacific/Apia"}
    filled, _ = fill_in(DOSE, ID, moved, account_time_zone="UTC", day_start_minutes=day_start_minutes)
    assert filled["local_date"] == day.isoformat()
