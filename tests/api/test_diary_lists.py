"""Lists of records: order, window, pages (api, "Conventions")."""

import base64
from datetime import date, timedelta
from typing import Any

import pytest
from httpx2 import QueryParams
from starlette.testclient import TestClient

from tests.support.diary import BY_PATH, SAMPLES, Phone, field_faults, uuid7
from tests.support.people import Person, sign_up

DATELESS = ("conditions", "measures")
DATED = tuple(path for path in BY_PATH if path not in DATELESS)
FIRST = date(2026, 1, 1)


@pytest.fixture
def phone(client: TestClient, patient: Person) -> Phone:
    return Phone(client, patient)


def page(phone: Phone, path: str, **query: object) -> dict[str, Any]:
    named = {name.removesuffix("_"): str(value) for name, value in query.items()}
    answer = phone.get(f"/v1/{path}?{QueryParams(named)}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(listed: dict[str, Any]) -> list[str]:
    return [item["id"] for item in listed["items"]]


def walk(phone: Phone, path: str, **query: object) -> list[str]:
    """All pages, one after the other."""
    found, listed = list[str](), page(phone, path, **query)
    while True:
        found += ids(listed)
        if listed["next_cursor"] is None:
            return found
        listed = page(phone, path, **query, cursor=listed["next_cursor"])


def write_days(phone: Phone, count: int) -> list[str]:
    days = [(FIRST + timedelta(number)).isoformat() for number in range(count)]
    for day in reversed(days):
        phone.stored(f"/v1/days/{day}", {"pain": 3})
    return [f"day-{day}" for day in days]


def dated(path: str, day: str) -> tuple[str, dict[str, Any]]:
    """A record of the kind on a day: id and fields."""
    sample = BY_PATH[path]
    match path:
        case "days" | "impressions":
            return f"{path[:-1]}-{day}", sample.fields
        case "moments" | "doses":
            number = int(day.replace("-", ""))
            instant = {"moments": "at", "doses": "taken_at"}[path]
            return uuid7(number), sample.fields | {"local_date": day, instant: f"{day}T20:00:00Z"}
        case "usuals":
            measures = {"2026-01-01": "pain", "2026-01-02": "fatigue", "2026-01-03": "anxiety"}
            return measures[day], {"value": 5, "asked_on": day}
        case _:
            return uuid7(int(day.replace("-", ""))), sample.fields | {"starts_on": day}


@pytest.mark.parametrize("path", DATED)
def test_list_runs_by_date_and_both_ends_of_the_window_are_in_it(phone: Phone, path: str) -> None:
    for day in ("2026-01-02", "2026-01-01", "2026-01-03"):
        record_id, fields = dated(path, day)
        phone.stored(f"/v1/{path}/{record_id}", fields)
    wanted = [dated(path, day)[0] for day in ("2026-01-01", "2026-01-02", "2026-01-03")]
    assert ids(page(phone, path)) == wanted
    assert ids(page(phone, path, from_="2026-01-02")) == wanted[1:]
    assert ids(page(phone, path, to="2026-01-02")) == wanted[:2]
    assert ids(page(phone, path, from_="2026-01-02", to="2026-01-02")) == wanted[1:2]
    assert ids(page(phone, path, from_="2026-01-04")) == []
    assert ids(page(phone, path, from_="2026-01-03", to="2026-01-01")) == []


@pytest.mark.parametrize("path", [*DATELESS, "conflicts"])
def test_kind_without_a_date_has_no_window(phone: Phone, path: str) -> None:
    answer = phone.get(f"/v1/{path}?from=2026-01-01&to=2026-01-02")
    assert field_faults(answer) == [("from", "unknown-field"), ("to", "unknown-field")]
    assert page(phone, path) == {"items": [], "next_cursor": None}


def test_kind_without_a_date_runs_by_id(phone: Phone) -> None:
    for slug in ("c", "a", "b"):
        phone.stored(f"/v1/measures/{slug}", BY_PATH["measures"].fields)
    assert walk(phone, "measures", limit=1) == ["a", "b", "c"]


def test_medicine_without_a_start_comes_first_and_is_in_no_window(phone: Phone) -> None:
    phone.stored(f"/v1/medications/{uuid7(2)}", {"name": "Naproxen", "starts_on": "2026-01-01"})
    phone.stored(f"/v1/medications/{uuid7(3)}", {"name": "Ibuprofen"})
    assert walk(phone, "medications", limit=1) == [uuid7(3), uuid7(2)]
    assert ids(page(phone, "medications", from_="1900-01-01")) == [uuid7(2)]
    assert ids(page(phone, "medications", to="2999-01-01")) == [uuid7(2)]


def test_doses_of_one_night_run_by_id(phone: Phone) -> None:
    for number in (3, 1, 2):
        phone.stored(f"/v1/doses/{uuid7(number)}", {"local_date": "2026-03-01", "status": "taken"})
    assert walk(phone, "doses", limit=2) == [uuid7(1), uuid7(2), uuid7(3)]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 1000])
def test_pages_are_complete_whatever_their_size(phone: Phone, limit: int) -> None:
    written = write_days(phone, 4)
    assert walk(phone, "days", limit=limit) == written
    assert walk(phone, "days", limit=limit, from_="2026-01-02", to="2026-01-03") == written[1:3]
    assert len(ids(page(phone, "days", limit=limit))) == min(limit, 4)


def test_page_holds_a_hundred_unless_told_otherwise(phone: Phone) -> None:
    written = write_days(phone, 101 - 43)  # up to 27 February
    written += [f"day-{day}" for day in _older(phone, 43)]
    first = page(phone, "days")
    assert len(first["items"]) == 100
    assert ids(first) + ids(page(phone, "days", cursor=first["next_cursor"])) == sorted(written)


def _older(phone: Phone, count: int) -> list[str]:
    days = [(FIRST - timedelta(number + 1)).isoformat() for number in range(count)]
    for day in days:
        phone.stored(f"/v1/days/{day}", {"pain": 3})
    return days


def test_pages_stay_whole_while_writes_go_on(phone: Phone) -> None:
    written = write_days(phone, 8)
    listed = page(phone, "days", limit=3)
    found = ids(listed)
    phone.delete("/v1/days/2026-01-03")  # the place where the next page begins
    phone.delete("/v1/days/2026-01-05")
    phone.stored("/v1/days/2025-12-31", {"pain": 1})  # before that place
    phone.stored("/v1/days/2026-01-04", {"pain": 9})
    phone.stored("/v1/days/2026-01-20", {"pain": 2})
    while listed["next_cursor"]:
        listed = page(phone, "days", limit=3, cursor=listed["next_cursor"])
        found += ids(listed)
    assert found == [day for day in written if day != "day-2026-01-05"] + ["day-2026-01-20"]


@pytest.mark.parametrize(
    ("query", "pointer", "code"),
    [
        ("limit=0", "limit", "out-of-range"),
        ("limit=1001", "limit", "out-of-range"),
        ("limit=-1", "limit", "out-of-range"),
        ("limit=ten", "limit", "wrong-type"),
        ("limit=1.5", "limit", "wrong-type"),
        ("from=2026-02-30", "from", "invalid-date"),
        ("from=20260301", "from", "invalid-date"),
        ("to=86400", "to", "invalid-date"),
        ("to=2026-03-01T00:00:00Z", "to", "invalid-date"),
    ],
)
def test_faulty_query_is_refused_by_name(phone: Phone, query: str, pointer: str, code: str) -> None:
    assert field_faults(phone.get(f"/v1/days?{query}")) == [(pointer, code)]


def coded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


CURSORS = (
    *("x", "!!!!", "2026-01-01", "%00", "/w", "A" * 201),
    *map(coded, ("2026-01-01", "2026-01-01.", "2026-01-01.a/b", "2026-02-30.day-2026-01-01", "'; --.day-2026-01-01")),
    *map(coded, ("\0.day-2026-01-01", "2026-01-01\0.day-2026-01-01")),
)


def test_what_is_no_cursor_is_refused(phone: Phone) -> None:
    write_days(phone, 2)
    for cursor in CURSORS:
        ((pointer, code),) = field_faults(phone.get(f"/v1/days?cursor={cursor}"))
        assert (pointer, code in {"out-of-range", "invalid-text"}) == ("cursor", True), cursor


def test_empty_cursor_begins_the_list(phone: Phone) -> None:
    assert ids(page(phone, "days", cursor="")) == ids(page(phone, "days")) == []


def test_cursor_of_another_diary_opens_nothing_of_it(client: TestClient, phone: Phone) -> None:
    write_days(phone, 3)
    cursor = page(phone, "days", limit=1)["next_cursor"]
    stranger = Phone(client, sign_up(client))
    stranger.stored("/v1/days/2026-01-02", {"pain": 9})
    listed = page(stranger, "days", cursor=cursor)
    assert [(item["id"], item["fields"]["pain"]) for item in listed["items"]] == [("day-2026-01-02", 9)]


def test_lists_hold_their_own_kind_alone(phone: Phone) -> None:
    for sample in SAMPLES:
        phone.stored(sample.address, sample.fields)
    assert {sample.path: ids(page(phone, sample.path)) for sample in SAMPLES} == {
        sample.path: [sample.id] for sample in SAMPLES
    }
