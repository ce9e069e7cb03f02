"""A whole diary that comes into an empty one stands there as it stood: revisions, history and all (sharing, 5)."""

import asyncio
import json
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.config import Settings, Switch
from app.domain.access import OwnDiary
from app.services.importing import Became, import_export
from app.services.parts import Parts
from app.services.sessions import admit
from app.storage.engines import make_engine
from tests.support.clock import SettableClock
from tests.support.diary import SAMPLES, problem, uuid7
from tests.support.diary import Phone as Browser
from tests.support.files import Exported, brought, export, made_by_hand
from tests.support.people import Person, sign_up
from tests.support.phone import Phone, Refused
from tests.support.rich import Writers
from tests.support.sync import DAY, Device, Json, delete, put

OTHERWISE = frozenset({"exported_at", "account", "epoch"})
"""What tells the exports of one diary in two accounts apart."""


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, database_url=database_url, limits=Switch.OFF)


@pytest.fixture
def sent(client: TestClient, patient: Person) -> Exported:
    """A diary of every kind, of which some was deleted and some is in dispute."""
    browser = Browser(client, patient)
    for sample in SAMPLES:
        browser.stored(sample.address, sample.fields)
    browser.delete(SAMPLES[1].address)
    phone = Device(client, patient, "phone-1")
    phone.push(put(0, {"pain": 1, "note": "\u00fc"}), delete(0, kind="medication", record_id=uuid7(4)))
    phone.push(put(0, {"pain": 99}))
    return export(client, patient)


def told(exported: Exported) -> Json:
    return {name: value for name, value in exported.whole.items() if name not in OTHERWISE}


def fresh(client: TestClient) -> Person:
    return sign_up(client, time_zone="Pacific/Auckland")


def came_whole(client: TestClient, person: Person, sent: Exported) -> None:
    """Brings it in, and has every record and row of the history counted."""
    answer = brought(client, person, sent.json_text)
    assert answer == {"counts": {"created": len(sent.records())}, "history": len(sent.whole["history"]), "rejected": []}
    assert told(export(client, person)) == told(sent)


def origins(url: str, person: Person) -> dict[tuple[str, str], dict[str, tuple[int, str]]]:
    """For each record which write its fields go back to."""
    query = """SELECT kind, records.id, CAST(field_revs AS TEXT) FROM records
               JOIN accounts ON key = patient WHERE accounts.id = :id"""
    with make_engine(url).connect() as connection:
        rows = connection.execute(text(query), {"id": person.account["id"]}).all()
    return {(kind, record_id): json.loads(its) for kind, record_id, its in rows}


def test_a_rich_diary_comes_back_to_the_last_revision(client: TestClient, database_url: str) -> None:
    person, other = sign_up(client), fresh(client)
    Writers(client, person, Random(1)).write(pushes=25)  # noqa: S311 - the same diary every time
    sent = export(client, person)
    assert {row["outcome"] for row in sent.whole["history"]} == {
        *("applied", "conflict", "rejected", "deleted", "revived")
    }
    came_whole(client, other, sent)
    epochs = {sent.whole["epoch"], export(client, other).whole["epoch"]}
    assert len(epochs) == 2
    before, after = origins(database_url, person), origins(database_url, other)
    assert before.keys() == after.keys()
    for key, (_, fields) in sent.records().items():
        for name in (name for name, value in fields.items() if value is not None):
            # A history does not always tell two revivals apart; then the later write is taken, which asks more often.
            assert after[key][name][0] >= before[key][name][0], (key, name)
    proof = [Device(client, each, "phone-9").pull(verify=1, limit=1000) for each in (person, other)]
    for name in ("changes", "rev", "counts", "digest"):
        assert proof[0][name] == proof[1][name], name


def test_each_field_goes_back_to_the_write_that_it_went_back_to(
    client: TestClient, sent: Exported, patient: Person, database_url: str
) -> None:
    other = fresh(client)
    came_whole(client, other, sent)
    assert origins(database_url, other) == origins(database_url, patient)


def test_a_write_changes_what_it_says_and_nothing_else(client: TestClient, sent: Exported) -> None:
    other, third = fresh(client), fresh(client)
    came_whole(client, other, sent)
    answer = client.put("/v1/days/2026-02-27", json={"pain": 5}, headers=other.headers)
    assert answer.status_code == 201
    found = export(client, other)
    assert found.whole["rev"] == answer.json()["rev"] > sent.whole["rev"]
    key = ("day", "day-2026-02-27")
    assert {each: its for each, its in found.records().items() if each != key} == sent.records()
    assert [row for row in found.whole["history"] if row["rev"] > sent.whole["rev"]] == [
        row for row in found.whole["history"] if row["id"] == key[1]
    ]
    came_whole(client, third, found)


def test_the_same_file_again_changes_nothing(client: TestClient, sent: Exported) -> None:
    other = fresh(client)
    came_whole(client, other, sent)
    before = export(client, other).json_text
    for content in (sent.json_text, before):
        answer = brought(client, other, content)
        assert answer == {"counts": {"unchanged": len(sent.records())}, "history": 0, "rejected": []}
    assert export(client, other).json_text == before


def test_a_diary_that_others_were_merged_into_comes_back_too(client: TestClient, sent: Exported) -> None:
    person, other = sign_up(client), fresh(client)
    Device(client, person, "phone-7").push(put(0, {"pain": 2, "fatigue": 3}), put(0, {"pain": 3}))
    brought(client, person, sent.json_text)
    merged = export(client, person)
    assert {row["device"][:7] for row in merged.whole["history"]} >= {"phone-1", "phone-7", "import:"}
    came_whole(client, other, merged)


def test_only_an_empty_diary_is_taken_over(client: TestClient, sent: Exported) -> None:
    deleted, pushed = fresh(client), fresh(client)
    Device(client, deleted, "phone-1").push(put(0, {"pain": 1}), delete(0))
    Device(client, pushed, "phone-1").push()
    for person in (deleted, pushed):
        epoch = export(client, person).whole["epoch"]
        brought(client, person, sent.json_text)
        found = export(client, person)
        assert found.whole["epoch"] == epoch
        assert any(row["device"].startswith("import:") for row in found.whole["history"])


def test_a_phone_that_knew_the_empty_diary_starts_over_and_loses_nothing(client: TestClient, sent: Exported) -> None:
    other = fresh(client)
    phone = Phone(client, other.headers)
    phone.pull()
    phone.put("day", "day-2026-02-26", {"pain": 7})
    came_whole(client, other, sent)
    for ask in (phone.pull, phone.push):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.problem["forked_at"] == 1
        assert refused.value.problem["epoch"] == export(client, other).whole["epoch"]
    phone.cursor = phone.epoch = None
    phone.pull(limit=3)
    assert {key: (held.deleted, held.rev) for key, held in phone.records.items()} == {
        (each["kind"], each["id"]): (each["deleted"], each["rev"]) for each in sent.whole["records"]
    }
    assert [result["status"] for result in phone.sync()] == ["applied"]
    assert phone.records["day", "day-2026-02-26"].rev > sent.whole["rev"]


def test_a_phone_of_the_diary_that_was_exported_goes_on_where_it_was(
    client: TestClient, sent: Exported, patient: Person
) -> None:
    other = fresh(client)
    at_home = Device(client, patient, "phone-1", seq=2)
    held = {each["id"]: each["rev"] for each in at_home.everything()}
    cursor = at_home.pull()["cursor"]
    since_then = at_home.one(put(held[DAY], {"note": "after the export"}))["rev"]
    came_whole(client, other, sent)
    moved = Device(client, other, "phone-1")
    for query in ({"cursor": cursor}, {"since": since_then}):
        refused = moved.get("/v1/sync/pull", **query)
        assert problem(refused) == (409, "resync-required")
        assert refused.json()["last_seq"] == 0
    assert moved.get("/v1/sync/pull", cursor=cursor).json()["forked_at"] == sent.whole["rev"]
    # It had seen what stands there, so what it writes is no disagreement.
    assert moved.one(put(held[DAY], {"note": "after the export"}))["status"] == "applied"
    # Also once the diary has gone on, nobody takes a number for one of these revisions that they are not.
    refused = moved.get("/v1/sync/pull", since=since_then)
    assert problem(refused) == (409, "resync-required")
    assert problem(moved.post(2, put(since_then, {"pain": 4}))) == (409, "resync-required")


MADE_BY_HAND: dict[str, tuple[str, Json]] = {
    "a revision that no diary reaches": ("", {"rev": 2**53 - 2}),
    "a revision below its records": ("", {"rev": 2}),
    "a value that nobody wrote": ("/records/-1/fields", {"value": 9}),
    "a record twice": ("/records/0", {"kind": "usual", "id": "pain"}),
    "a row beyond the diary": ("/history/0", {"rev": 2**40}),
    "a device that would be JSON": ("/history/0", {"device": 'x",9],"pain":[1,"'}),
}
"""Where something stands, and what it says instead; tests/domain/sync/test_whole.py has all that there is."""


def test_a_file_that_no_diary_gave_is_merged_like_any_other(client: TestClient, sent: Exported) -> None:
    for name, (path, members) in MADE_BY_HAND.items():
        file = json.loads(sent.json_text)
        found = file
        for step in filter(None, path.split("/")):
            found = found[int(step) if isinstance(found, list) else step]
        found.update(members)
        other = fresh(client)
        epoch = export(client, other).whole["epoch"]
        brought(client, other, json.dumps(file).encode())
        merged = export(client, other).whole
        assert merged["epoch"] == epoch, name
        assert merged["rev"] < 20, name
        answer = client.put("/v1/days/2026-02-27", json={"pain": 5}, headers=other.headers)
        assert answer.json()["rev"] == merged["rev"] + 1, name


def test_one_revision_holds_no_more_than_a_push(client: TestClient) -> None:
    other, third = fresh(client), fresh(client)
    days = [f"{1990 + number // 336}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}" for number in range(501)]
    for person, count, revs in ((other, 501, {4, 5, 6}), (third, 500, {8})):  # 501: in portions, after the history
        file = made_by_hand(days[:count], rev=8)
        assert brought(client, person, json.dumps(file).encode())["counts"] == {"created": count}
        assert {row["rev"] for row in export(client, person).whole["records"]} == revs


def test_what_was_written_while_a_file_was_read_stays(client: TestClient, sent: Exported) -> None:
    other = fresh(client)
    epoch = export(client, other).whole["epoch"]
    parts: Parts = cast("Any", client.app).state.parts
    before = asyncio.run(admit(parts, other.tokens["access_token"]))
    assert isinstance(before, OwnDiary)
    assert client.put("/v1/days/2026-03-01", json={"pain": 9}, headers=other.headers).status_code == 201
    imported = asyncio.run(import_export(parts, before, sent.json_text))
    assert imported.counts[Became.KEPT] == 1
    found = export(client, other)
    assert found.whole["epoch"] == epoch
    assert found.records()["day", DAY][1]["pain"] == 9


def test_it_goes_from_account_to_account_within_a_moment(
    client: TestClient, sent: Exported, clock: SettableClock
) -> None:
    """What is written after an import stands at a revision made from the clock, which may be the same at the next."""
    file = sent
    for pain in (1, 2, 3):
        person = fresh(client)
        came_whole(client, person, file)
        client.put("/v1/days/2026-02-27", json={"pain": pain}, headers=person.headers)
        file = export(client, person)
    revs = sorted({row["rev"] for row in file.whole["history"]})
    assert revs[-3:] == [int(clock.now.timestamp()) * 2**20 + number for number in range(3)]
