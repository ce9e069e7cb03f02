"""Pulls as phones ask them (sync, section 4): in order, whole, complete, and provably so."""

import hashlib
from itertools import pairwise
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.domain.records.kinds import DAY as DAY_KIND
from app.domain.records.kinds import KINDS
from app.domain.sync import schema
from tests.support.diary import problem, uuid7
from tests.support.people import Person
from tests.support.sync import DAY, Device, delete, put


@pytest.fixture
def phone(client: TestClient, patient: Person) -> Device:
    return Device(client, patient, "phone-a")


def day(number: int) -> str:
    return f"day-2026-02-{number:02}"


def test_an_empty_diary_stands_at_one(phone: Device) -> None:
    told = phone.pull()
    assert (told["changes"], told["has_more"], told["rev"]) == ([], False, 1)
    assert told["cursor"].startswith(told["epoch"])
    assert (told["ack"], told["counts"], told["digest"]) == (None, None, None)


def test_each_record_comes_once_as_it_stands_in_order_of_revisions(phone: Device) -> None:
    for number in (1, 2, 3):
        phone.push(put(0, {"pain": number}, record_id=day(number)))
    phone.push(put(0, {"pain": 9}, record_id=day(1)))
    phone.push(delete(9, record_id=day(2)) | {"base": 5})
    changes = phone.pull()["changes"]
    assert [(change["id"], change["rev"], change["deleted"]) for change in changes] == [
        (day(3), 4, False),
        (day(1), 5, False),
        (day(2), 6, True),
    ]
    assert changes[1]["fields"]["pain"] == 9


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 7, 1000])
def test_pages_are_whole_and_lose_nothing(phone: Device, limit: int) -> None:
    for first in (1, 4, 5, 9):
        phone.push(*(put(0, {"pain": 1}, record_id=day(number)) for number in range(first, first + 4)))
    everything = phone.pull()["changes"]
    pages, cursor = list[list[dict[str, Any]]](), None
    while True:
        page = phone.pull(limit=limit, **({"cursor": cursor} if cursor else {}))
        pages.append(page["changes"])
        cursor = page["cursor"]
        if not page["has_more"]:
            break
        assert len(page["changes"]) >= limit
    assert [change for page in pages for change in page] == everything
    revisions = [{change["rev"] for change in page} for page in pages]
    assert all(not (one & other) for one, other in pairwise(revisions))


def test_after_the_cursor_comes_only_what_is_new(phone: Device) -> None:
    phone.push(put(0, {"pain": 1}))
    cursor = phone.pull()["cursor"]
    assert phone.pull(cursor=cursor)["changes"] == []
    phone.push()
    moved = phone.pull(cursor=cursor)
    assert (moved["changes"], moved["cursor"] == cursor) == ([], False)
    phone.push(put(0, {"pain": 2}))
    assert [change["rev"] for change in phone.pull(cursor=moved["cursor"])["changes"]] == [4]


def test_kinds_are_those_asked_for(phone: Device) -> None:
    phone.push(put(0, {"pain": 1}), put(0, {"starts_on": "2026-02-20"}, kind="event", record_id=uuid7(1)))
    assert [change["kind"] for change in phone.pull(kinds="event")["changes"]] == ["event"]
    assert {change["kind"] for change in phone.pull(kinds="event,day")["changes"]} == {"event", "day"}
    assert phone.pull(kinds="dose", verify=1)["counts"] == {}
    assert problem(phone.get("/v1/sync/pull", kinds="dream")) == (422, "invalid")


@pytest.mark.parametrize("kinds", ["", ","])
def test_who_names_no_kind_gets_all(phone: Device, kinds: str) -> None:
    phone.push(put(0, {"pain": 1}))
    assert phone.pull(kinds=kinds, verify=1) == phone.pull(verify=1)


def test_since_is_the_cursor_of_a_client_that_keeps_a_number(phone: Device) -> None:
    phone.push(put(0, {"pain": 1}))
    phone.push(put(0, {"pain": 1}, record_id=day(1)))
    assert [change["id"] for change in phone.pull(since=2)["changes"]] == [day(1)]
    assert len(phone.pull(since=0, epoch=phone.epoch)["changes"]) == 2
    assert problem(phone.get("/v1/sync/pull", since=2, epoch="other")) == (409, "resync-required")


@pytest.mark.parametrize("query", [{"since": 9}, {"cursor": "{epoch}.9.1"}, {"cursor": "other.1.1"}, {"min_rev": 9}])
def test_a_place_that_this_history_never_had_starts_over(phone: Device, query: dict[str, Any]) -> None:
    phone.push(put(0, {"pain": 1}))
    named = {name: str(value).format(epoch=phone.epoch) for name, value in query.items()}
    answer = phone.get("/v1/sync/pull", device="phone-a", **named)
    assert problem(answer) == (409, "resync-required")
    assert (answer.json()["epoch"], answer.json()["last_seq"]) == (phone.epoch, 1)


def test_the_ack_is_the_last_push_of_the_device_in_this_view(phone: Device) -> None:
    assert phone.pull(device="phone-a")["ack"] == 0
    phone.push(put(0, {"pain": 1}))
    phone.push()
    assert phone.pull(device="phone-a")["ack"] == 2
    assert phone.pull(device="phone-b")["ack"] == 0
    assert phone.pull(min_rev=3)["rev"] == 3


def test_the_digest_and_the_counts_are_those_of_a_pull_from_scratch(phone: Device) -> None:
    phone.push(*(put(0, {"pain": 1}, record_id=day(number)) for number in range(1, 6)))
    phone.push(delete(2, record_id=day(3)), put(0, {"status": "active"}, kind="condition", record_id="lupus"))
    told = phone.pull(verify=1)
    lines = sorted(f"{change['kind']}:{change['id']}:{change['rev']}\n" for change in phone.everything(limit=2))
    assert told["digest"] == f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"
    assert told["counts"] == {"day": 4, "condition": 1}
    assert phone.pull(verify=1, limit=2)["digest"] is None
    assert phone.pull(verify=1, kinds="dose")["digest"] == f"sha256:{hashlib.sha256().hexdigest()}"


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 1001},
        {"limit": "+5"},
        {"limit": "5.0"},
        {"since": -1},
        {"cursor": "rubbish"},
        {"device": "a:b"},
        {"verify": 2},
        {"epoch": "a.b"},
        {"schema": 0},
    ],
)
def test_what_is_wrong_in_a_query_is_named(phone: Device, query: dict[str, Any]) -> None:
    answer = phone.get("/v1/sync/pull", **query)
    assert problem(answer) == (422, "invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == [*query]


def test_a_phone_that_learned_a_newer_schema_gets_what_it_could_not_hold(
    phone: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, note = next(kind for kind in KINDS.values() if kind.name == "usual"), DAY_KIND.fields["skipped"]
    monkeypatch.setattr(schema, "MAX_SCHEMA", 2)
    monkeypatch.setattr("app.domain.sync.cursor.MAX_SCHEMA", 2)
    object.__setattr__(usual, "since", 2)
    object.__setattr__(note, "since", 2)
    try:
        phone.push(
            put(0, {"pain": 1}, record_id=day(1)),
            put(0, {"pain": 1, "skipped": ["fatigue"]}, record_id=day(2)),
            put(0, {"value": 5, "asked_on": "2026-02-01"}, kind="usual", record_id="pain"),
        )
        old = phone.pull(schema=1)
        assert [change["id"] for change in old["changes"]] == [day(1), day(2)]
        newer = phone.pull(schema=2, cursor=old["cursor"])
        assert {change["id"] for change in newer["changes"]} == {day(2), "pain"}
        assert phone.pull(schema=2, cursor=newer["cursor"])["changes"] == []
        assert problem(phone.get("/v1/sync/pull", schema=3)) == (426, "schema-unsupported")
        phone.push(put(2, {"pain": 4}, record_id=day(2)))  # by an app that does not know the field
        assert phone.pull(since=2)["changes"][0]["fields"]["skipped"] == ["fatigue"]
    finally:
        object.__setattr__(usual, "since", 1)
        object.__setattr__(note, "since", 1)


def test_config_says_what_an_app_needs_to_know(phone: Device) -> None:
    told = phone.get("/v1/sync/config").json()
    assert (told["min_schema"], told["max_schema"]) == (1, 1)
    assert told["kinds"].keys() == KINDS.keys()
    assert told["kinds"]["day"]["properties"]["pain"]["maximum"] == 10
    assert told["limits"] == {"mutations": 500, "push_bytes": 2**20, "pull_changes": 1000}
    assert told["server_time"].startswith("2026-03-02T12:00:00")


@pytest.mark.parametrize("cursor", ["1882948595208911.9999.0", "0.0.0"])
def test_history_goes_on_from_any_place_that_a_diary_can_have(phone: Device, cursor: str) -> None:
    """Restored diaries count from 16 digits on, and an import can bring 10,000 rows of a record at once."""
    phone.push(put(0, {"pain": 1}))
    assert bool(phone.history(cursor=cursor)["items"]) == (cursor == "0.0.0")


def test_history_refuses_what_is_no_place(phone: Device) -> None:
    for cursor in (
        "",
        "1",
        "1.0",
        "1.0.",
        "1.0.x",
        "-1.0.0",
        "1.0.0.0",
        "99999999999999999.0.0",
        "1.9999999999.0",
        "²1.0.0",
    ):
        assert problem(phone.get("/v1/sync/history", kind="day", id=DAY, cursor=cursor)) == (422, "invalid")


def test_history_is_told_page_by_page_the_oldest_first(phone: Device) -> None:
    for number in range(5):
        phone.push(put(0, {"pain": number}))
    whole = phone.history()
    assert whole["next_cursor"] is None
    pains = [(entry["old"], entry["new"]) for entry in whole["items"] if entry["field"] == "pain"]
    assert pains == [(None, 0), (0, 1), (1, 2), (2, 3), (3, 4)]
    assert {(entry["device"], entry["outcome"]) for entry in whole["items"]} == {("phone-a", "applied")}
    for limit in (1, 2, 3, 100):
        page = phone.history(limit=limit)
        items = page["items"]
        while page["next_cursor"]:
            page = phone.history(limit=limit, cursor=page["next_cursor"])
            assert len(page["items"]) <= limit
            items += page["items"]
        assert items == whole["items"]
    assert phone.history("day-2026-01-01")["items"] == []
