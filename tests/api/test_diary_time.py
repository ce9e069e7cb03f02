"""Which day a record belongs to (domain, section 4): the phone says so, and the server never changes it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.clock import SettableClock
from tests.support.diary import Phone, field_faults, uuid7
from tests.support.people import Person, sign_up

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)  # at UTC+14 it is 02:00 on the 3rd


@pytest.fixture
def phone(client: TestClient, patient: Person) -> Phone:
    return Phone(client, patient)


def night(phone: Phone, taken_at: str, number: int = 1) -> str:
    """The dose night of a client that sends only the instant."""
    record = phone.stored(f"/v1/doses/{uuid7(number)}", {"status": "taken", "taken_at": taken_at})
    assert record["fields"]["taken_at"] == taken_at
    return record["fields"]["local_date"]


@pytest.mark.parametrize(
    ("taken_at", "local_date"),
    [
        ("2026-03-01T23:50:00+00:00", "2026-03-01"),
        ("2026-03-02T00:20:00+00:00", "2026-03-01"),
        ("2026-03-02T03:59:59+00:00", "2026-03-01"),
        ("2026-03-02T04:00:00+00:00", "2026-03-02"),
        ("2026-03-01T12:00:00+00:00", "2026-03-01"),
        ("2026-03-01T23:50:00-10:00", "2026-03-01"),  # the instant's own clock tells
        ("2026-03-03T00:20:00+14:00", "2026-03-02"),
        ("2026-03-01T00:00:00Z", "2026-02-28"),
    ],
)
def test_dose_before_the_day_start_belongs_to_the_evening_before(phone: Phone, taken_at: str, local_date: str) -> None:
    assert night(phone, taken_at) == local_date


@pytest.mark.parametrize(
    ("day_start", "nights"),
    [
        ("00:00", ["2026-03-01", "2026-03-01", "2026-03-01"]),
        ("00:30", ["2026-02-28", "2026-03-01", "2026-03-01"]),
        ("11:59", ["2026-02-28", "2026-02-28", "2026-03-01"]),
    ],
)
def test_patient_decides_when_the_day_starts(phone: Phone, day_start: str, nights: list[str]) -> None:
    assert phone.patch("/v1/me", {"day_start": day_start}).status_code == 200
    instants = ("2026-03-01T00:29:00Z", "2026-03-01T05:00:00Z", "2026-03-01T12:00:00Z")
    assert [night(phone, instant, number) for number, instant in enumerate(instants)] == nights


def test_day_start_moves_no_night_that_is_stored(phone: Phone) -> None:
    assert night(phone, "2026-03-02T00:20:00Z") == "2026-03-01"
    phone.patch("/v1/me", {"day_start": "00:00"})
    answer = phone.patch(f"/v1/doses/{uuid7(1)}", {"note": "with water"})
    assert answer.json()["fields"]["local_date"] == "2026-03-01"


def test_night_that_the_phone_names_is_kept(phone: Phone) -> None:
    fields = {"status": "taken", "taken_at": "2026-03-02T00:20:00Z", "local_date": "2026-03-02"}
    record = phone.stored(f"/v1/doses/{uuid7(1)}", fields)
    assert record["fields"]["local_date"] == "2026-03-02"


@pytest.mark.parametrize(
    ("at", "local_date"),
    [("2026-03-02T00:30:00Z", "2026-03-02"), ("2026-03-01T23:59:00-08:00", "2026-03-01")],
)
def test_moment_belongs_to_its_civil_date(phone: Phone, at: str, local_date: str) -> None:
    record = phone.stored(f"/v1/moments/{uuid7(1)}", {"at": at, "measure": "pain", "value": 5})
    assert record["fields"]["local_date"] == local_date


@pytest.mark.parametrize(
    ("taken_at", "local_date"),
    [
        ("2026-03-29T00:30:00+00:00", "2026-03-28"),  # the clock goes forward at one
        ("2026-03-29T03:30:00+01:00", "2026-03-28"),
        ("2026-03-29T04:00:00+01:00", "2026-03-29"),
        ("2026-10-25T01:30:00+01:00", "2026-10-24"),  # there are two half past ones
        ("2026-10-25T01:30:00+00:00", "2026-10-24"),
        ("2026-10-25T23:59:00+00:00", "2026-10-25"),
    ],
)
def test_daylight_saving_shifts_no_night(
    client: TestClient, clock: SettableClock, taken_at: str, local_date: str
) -> None:
    clock.now = datetime(2026, 11, 2, 12, tzinfo=UTC)
    assert night(Phone(client, sign_up(client, time_zone="Europe/London")), taken_at) == local_date


def test_days_across_the_date_line_stay_as_the_phone_has_them(phone: Phone) -> None:
    written = {
        "2026-03-02": {"pain": 4, "time_zone": "Pacific/Auckland", "local_date": "2026-03-02"},
        "2026-03-01": {"pain": 6, "time_zone": "Pacific/Honolulu", "local_date": "2026-03-01"},
    }
    for day, fields in written.items():
        phone.stored(f"/v1/days/{day}", fields)
    phone.patch("/v1/me", {"time_zone": "Pacific/Kiritimati"})
    for day, fields in written.items():
        assert phone.get(f"/v1/days/{day}").json()["fields"] == fields
        assert phone.patch(f"/v1/days/{day}", {"fatigue": 3}).json()["fields"] == fields | {"fatigue": 3}


def test_day_lived_twice_is_one_record_of_the_later_zone(phone: Phone) -> None:
    phone.stored("/v1/days/2026-03-01", {"pain": 4, "time_zone": "Pacific/Auckland"})
    record = phone.stored("/v1/days/2026-03-01", {"fatigue": 5, "time_zone": "Pacific/Honolulu"})
    assert record["fields"] == {
        "local_date": "2026-03-01",
        "time_zone": "Pacific/Honolulu",
        "pain": 4,
        "fatigue": 5,
    }


@pytest.mark.parametrize(("hour", "minute"), [(0, 30), (23, 59)])
def test_score_around_midnight_stays_on_the_phones_date(
    client: TestClient, clock: SettableClock, hour: int, minute: int
) -> None:
    clock.now = NOON.replace(hour=hour, minute=minute)
    phone = Phone(client, sign_up(client))
    for day in ("2026-03-01", "2026-03-02"):
        record = phone.stored(f"/v1/days/{day}", {"pain": 5, "local_date": day})
        assert (record["id"], record["fields"]["local_date"]) == (f"day-{day}", day)


@pytest.mark.parametrize(
    ("now", "latest"),
    [
        (NOON, "2026-03-03"),
        (NOON.replace(hour=9, minute=59), "2026-03-02"),
        (NOON.replace(hour=10, minute=0), "2026-03-03"),
        (NOON.replace(hour=23, minute=59), "2026-03-03"),
    ],
)
def test_no_day_is_written_that_has_not_begun_anywhere(
    client: TestClient, clock: SettableClock, now: datetime, latest: str
) -> None:
    clock.now = now
    phone = Phone(client, sign_up(client))
    tomorrow = f"2026-03-{int(latest[-2:]) + 1:02}"
    for address, told in (
        ("/v1/days/day-{}", {}),
        (f"/v1/doses/{uuid7(1)}", {"status": "taken"}),
        (f"/v1/moments/{uuid7(1)}", {"at": "2026-03-03T00:00:00Z", "measure": "pain", "value": 1}),
        ("/v1/impressions/impression-{}", {"change": 1}),
    ):
        refused = phone.put(address.format(tomorrow), told | {"local_date": tomorrow})
        assert field_faults(refused) == [("/local_date", "date-in-future")]
        assert phone.put(address.format(latest), told | {"local_date": latest}).status_code == 201


def test_plans_may_lie_in_the_future(phone: Phone) -> None:
    assert phone.put(f"/v1/regimen-steps/{uuid7(1)}", {"starts_on": "2027-01-01", "mg": 3}).status_code == 201


@pytest.mark.parametrize(
    ("taken_at", "is_near"),
    [
        ("2026-02-28T00:00:00+05:00", True),
        ("2026-02-27T23:59:59+05:00", False),
        ("2026-03-03T00:00:00-11:00", True),
        ("2026-03-03T00:00:01-11:00", False),
    ],
)
def test_instant_lies_within_36_hours_of_noon_of_its_day(phone: Phone, taken_at: str, is_near: bool) -> None:  # noqa: FBT001 - a row of the table
    cases: list[tuple[str, str, dict[str, Any]]] = [
        (f"/v1/doses/{uuid7(1)}", "taken_at", {"status": "taken"}),
        (f"/v1/moments/{uuid7(1)}", "at", {"measure": "pain", "value": 1}),
    ]
    for address, name, fields in cases:
        answer = phone.put(address, fields | {name: taken_at, "local_date": "2026-03-01"})
        if is_near:
            assert answer.status_code == 201
        else:
            assert field_faults(answer) == [(f"/{name}", "day-mismatch")]


def test_rule_of_two_fields_holds_for_the_merged_record(phone: Phone) -> None:
    assert night(phone, "2026-03-01T22:00:00Z") == "2026-03-01"
    address = f"/v1/doses/{uuid7(1)}"
    assert field_faults(phone.patch(address, {"local_date": "2026-01-01"})) == [("/taken_at", "day-mismatch")]
    assert field_faults(phone.patch(address, {"taken_at": "2026-01-01T22:00:00Z"})) == [("/taken_at", "day-mismatch")]
    both = {"taken_at": "2026-01-01T22:00:00Z", "local_date": "2026-01-01"}
    assert phone.patch(address, both).json()["fields"]["local_date"] == "2026-01-01"


def test_dose_without_instant_or_day_is_refused(phone: Phone) -> None:
    refused = phone.put(f"/v1/doses/{uuid7(1)}", {"status": "taken"})
    assert field_faults(refused) == [("/local_date", "missing-field")]


@pytest.mark.parametrize(
    ("zone", "today"), [("Pacific/Kiritimati", "2026-03-03"), ("Pacific/Honolulu", "2026-03-02"), ("UTC", "2026-03-02")]
)
def test_today_is_the_date_in_the_accounts_zone(client: TestClient, zone: str, today: str) -> None:
    phone = Phone(client, sign_up(client, time_zone=zone))
    assert phone.get("/v1/today").json()["date"] == today
    assert phone.get("/v1/trends/lupus").json()["as_of"] == today
    assert phone.get("/v1/adherence").json()["to"] == today
