"""Pushes as phones send them (sync, section 3): once however often they arrive, each mutation for itself."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.diary import Phone, problem, uuid7
from tests.support.people import Person, sign_up
from tests.support.sync import DAY, Device, Json, delete, put


@pytest.fixture
def a(client: TestClient, patient: Person) -> Device:
    return Device(client, patient, "phone-a")


@pytest.fixture
def b(client: TestClient, patient: Person) -> Device:
    return Device(client, patient, "phone-b")


def conflicts(device: Device) -> list[Json]:
    return [change["fields"] for change in device.everything(kinds="conflict")]


def test_a_push_stores_and_answers_what_stands(a: Device) -> None:
    told = a.push(put(0, {"pain": 6}), delete(0, record_id="day-2026-03-02"))
    assert (told["rev"], told["epoch"], told["seq"], told["replayed"]) == (2, a.epoch, 1, False)
    first, second = told["results"]
    stored = {"local_date": "2026-03-01", "pain": 6, "time_zone": "Europe/London"}
    record = {"kind": "day", "id": DAY, "rev": 2, "deleted": False, "fields": stored}
    assert first == {
        "kind": "day",
        "id": DAY,
        "status": "applied",
        "rev": 2,
        "conflict_fields": [],
        "error": None,
        "notices": [],
        "record": record,
    }
    assert (second["status"], second["rev"], second["record"]) == ("unchanged", None, None)


def test_a_replay_is_answered_alike_and_writes_nothing(a: Device, b: Device) -> None:
    mutations = (
        put(0, {"pain": 6}),
        put(0, {"pain": 99}),
        put(0, {"mg": 7, "status": "taken"}, kind="dose", record_id=uuid7(1)),
    )
    told = a.push(*mutations)
    b.push(put(2, {"fatigue": 3}, changed=["fatigue"]))
    before = [device.history() for device in (a, b)], a.pull(since=0)
    again = a.post(1, *mutations).json()
    assert (again["replayed"], again["rev"]) == (True, 3)
    for name in ("kind", "id", "status", "conflict_fields", "error", "notices"):
        assert [result[name] for result in again["results"]] == [result[name] for result in told["results"]]
    assert again["results"][0]["record"]["fields"]["fatigue"] == 3
    assert ([device.history() for device in (a, b)], a.pull(since=0)) == before


@pytest.mark.parametrize("seq", [0, 2, 3, 9])
def test_a_push_out_of_order_is_refused_and_names_the_last(a: Device, seq: int) -> None:
    a.push(put(0, {"pain": 6}))
    if seq == 2:
        assert a.post(2, put(0, {"pain": 7})).status_code == 200
        return
    answer = a.post(seq, put(0, {"pain": 7}))
    if seq == 0:
        assert problem(answer) == (422, "invalid")
        return
    assert problem(answer) == (409, "bad-seq")
    assert answer.json()["last_seq"] == 1


def test_another_push_under_a_number_that_was_used_is_refused(a: Device) -> None:
    a.push(put(0, {"pain": 6}))
    assert a.post(1, put(0, {"pain": 7})).json()["last_seq"] == 1
    assert a.pull()["changes"][0]["fields"]["pain"] == 6


def test_a_push_that_arrives_many_times_at_once_is_stored_once(a: Device) -> None:
    a.push(put(0, {"pain": 1}))
    epoch = a.epoch
    with ThreadPoolExecutor(8) as threads:
        sent = [threads.submit(a.post, 2, put(2, {"pain": 6}), epoch=epoch) for _ in range(8)]
        answers = [each.result() for each in sent]
    assert [answer.status_code for answer in answers] == [200] * 8
    assert sorted(answer.json()["replayed"] for answer in answers) == [False] + [True] * 7
    assert a.pull()["rev"] == 3


def test_a_device_begins_with_one(a: Device) -> None:
    answer = a.post(5, put(0, {"pain": 6}))
    assert problem(answer) == (409, "bad-seq")
    assert answer.json()["last_seq"] == 0


def test_the_last_64_pushes_are_kept(a: Device) -> None:
    for number in range(66):
        a.push(put(0, {"pain": number % 10}))
    assert a.post(3, put(0, {"pain": 2})).json()["replayed"] is True
    assert problem(a.post(2, put(0, {"pain": 1}))) == (409, "bad-seq")


def test_every_accepted_push_takes_one_revision_also_when_it_changes_nothing(a: Device) -> None:
    revisions = [a.push(*mutations)["rev"] for mutations in ((), (put(0, {"pain": 6}),), (put(0, {"pain": 6}),))]
    assert revisions == [2, 3, 4]
    assert a.pull()["changes"][0]["rev"] == 3


def test_a_push_of_another_history_has_to_start_over(a: Device) -> None:
    a.push(put(0, {"pain": 6}))
    for seq in (1, 2, 9):
        answer = a.post(seq, put(0, {"pain": 6}), epoch="other")
        assert problem(answer) == (409, "resync-required")
        told = answer.json()
        assert (told["epoch"], told["forked_at"], told["last_seq"]) == (a.epoch, 1, 1)


def test_a_version_that_is_not_understood_is_told_which_are(a: Device) -> None:
    answer = a.post(1, schema=2)
    assert problem(answer) == (426, "schema-unsupported")
    assert (answer.json()["min_schema"], answer.json()["max_schema"]) == (1, 1)


@pytest.mark.parametrize(
    ("bad", "code", "field"),
    [
        (put(0, {"pain": 11}), "out-of-range", "pain"),
        (put(0, {"pain": True}), "wrong-type", "pain"),
        (put(0, {"dreams": 1}), "unknown-field", "dreams"),
        (put(0, {"note": "a\x00b"}), "invalid-text", "note"),
        (put(0, {"local_date": "2026-03-02"}), "id-mismatch", "local_date"),
        (put(0, {"local_date": "2026-03-09"}, record_id="day-2026-03-09"), "date-in-future", "local_date"),
        (put(7, {"pain": 3}), "out-of-range", "base"),
        (put(0, {"local_date": "2026-03-01"}, kind="dose", record_id=uuid7(1)), "missing-field", "status"),
        (put(0, {}, kind="dream", record_id="x"), "out-of-range", "kind"),
        ({"kind": "day"}, "missing-field", "op"),
        ("rubbish", "wrong-type", ""),
        (None, "wrong-type", ""),
    ],
)
def test_what_is_bad_is_rejected_alone_and_the_rest_is_stored(a: Device, bad: Any, code: str, field: str) -> None:  # noqa: ANN401
    first, result, last = a.push(
        put(0, {"pain": 4}, record_id="day-2026-02-27"), bad, put(0, {"pain": 5}, record_id="day-2026-02-28")
    )["results"]
    assert (first["status"], result["status"], last["status"]) == ("applied", "rejected", "applied")
    assert (result["error"]["code"], result["error"]["field"]) == (code, field)
    assert result["error"]["message"]
    assert [change["id"] for change in a.pull()["changes"]] == ["day-2026-02-27", "day-2026-02-28"]


def test_a_rejected_change_gets_the_stored_record_and_stays_in_history(a: Device) -> None:
    a.push(put(0, {"pain": 4}))
    result = a.one(put(2, {"pain": 99}))
    assert (result["status"], result["record"]["fields"]["pain"]) == ("rejected", 4)
    entry = a.history()["items"][-1]
    assert (entry["outcome"], entry["field"], entry["seq"]) == ("rejected", None, 2)
    assert json.loads(entry["new"])["pain"] == 99


def test_a_lone_surrogate_or_a_repeated_key_is_the_records_own_fault(a: Device) -> None:
    head = f'{{"device":"phone-a","seq":1,"schema":1,"epoch":"{a.epoch}","mutations":['
    ends = '{"kind":"day","op":"put","id":"day-2026-03-01","base":0,"fields":'
    body = f'{head}{ends}{{"note":"\\ud800"}}}},{ends}{{"pain":1,"pain":2}}}},{ends}{{"pain":3}}}}]}}'
    answer = a.client.post(
        "/v1/sync/push", content=body, headers=a.person.headers | {"Content-Type": "application/json"}
    )
    assert answer.status_code == 200, answer.text
    assert [result["status"] for result in answer.json()["results"]] == ["rejected", "rejected", "applied"]


def test_a_push_has_its_limits(a: Device) -> None:
    nothing = delete(0)
    assert len(a.push(*[nothing] * 500)["results"]) == 500
    assert problem(a.post(2, *[nothing] * 501)) == (413, "body-too-large")
    assert problem(a.post(2, put(0, {"note": "x" * 2**20}))) == (413, "body-too-large")
    assert a.post(2).status_code == 200


def test_two_who_had_not_seen_each_other_disagree_and_both_are_told(a: Device, b: Device) -> None:
    a.push(put(0, {"pain": 6, "note": "mine"}))
    result = b.one(put(0, {"pain": 4, "fatigue": 2}))
    assert (result["status"], result["conflict_fields"]) == ("conflict", ["pain"])
    assert result["record"]["fields"]["pain"] == 6
    assert result["record"]["fields"]["fatigue"] == 2
    assert conflicts(a) == [
        {
            "record_kind": "day",
            "record_id": DAY,
            "field": "pain",
            "kept": 6,
            "offered": 4,
            "offered_by": "phone-b",
            "status": "open",
        }
    ]
    outcomes = [(entry["field"], entry["outcome"], entry["new"]) for entry in a.history()["items"]]
    assert ("pain", "conflict", 4) in outcomes
    assert ("fatigue", "applied", 2) in outcomes


def test_a_dispute_is_settled_by_who_saw_it_by_the_field_or_by_its_record(a: Device, b: Device) -> None:
    a.push(put(0, {"pain": 6, "fatigue": 1}))
    b.push(put(0, {"pain": 4, "fatigue": 9}))
    seen = b.pull()["rev"]
    b.push(put(seen, {"pain": 6}, changed=["pain"]))
    assert {fields["field"]: fields["status"] for fields in conflicts(a)} == {"pain": "settled", "fatigue": "open"}
    (open_one,) = [c for c in a.everything(kinds="conflict") if c["fields"]["status"] == "open"]
    settling = put(open_one["rev"], {"status": "settled"}, kind="conflict", record_id=open_one["id"])
    assert a.one(settling)["status"] == "applied"
    assert {fields["status"] for fields in conflicts(b)} == {"settled"}
    assert a.one(settling | {"fields": {"kept": 5}})["status"] == "rejected"


def test_a_settled_dispute_opens_again_when_they_disagree_again(a: Device, b: Device) -> None:
    a.push(put(0, {"pain": 6}))
    b.push(put(0, {"pain": 4}))
    a.push(put(a.pull()["rev"], {"pain": 7}, changed=["pain"]))
    assert [fields["status"] for fields in conflicts(a)] == ["settled"]
    b.push(put(3, {"pain": 5}))
    assert [(fields["status"], fields["kept"], fields["offered"]) for fields in conflicts(a)] == [("open", 7, 5)]


def test_an_edit_beats_a_delete_and_whoever_deleted_is_told(a: Device, b: Device) -> None:
    a.push(put(0, {"pain": 6}))
    b.push(put(2, {"pain": 4}))
    result = a.one(delete(2))
    assert (result["status"], result["record"]["deleted"]) == ("conflict", False)
    assert [(fields["field"], fields["offered_by"]) for fields in conflicts(b)] == [(None, "phone-a")]
    assert a.one(delete(a.pull()["rev"]))["status"] == "applied"
    assert [fields["status"] for fields in conflicts(b)] == ["settled"]
    gone = next(change for change in b.everything(kinds="day"))
    assert (gone["deleted"], gone["fields"]) == (True, {})


def test_a_revival_by_who_had_not_seen_the_delete_brings_all_back_and_is_told(a: Device, b: Device) -> None:
    a.push(put(0, {"pain": 6, "note": "mine"}))
    a.push(delete(2))
    result = b.one(put(2, {"pain": 6, "note": "mine", "fatigue": 3}, changed=["fatigue"]))
    assert (result["status"], result["record"]["deleted"]) == ("merged", False)
    assert result["record"]["fields"]["note"] == "mine"
    assert [(fields["field"], fields["offered_by"]) for fields in conflicts(a)] == [(None, "phone-a")]


def test_a_put_and_a_delete_of_one_record_in_one_push_come_in_their_order(a: Device) -> None:
    told = a.push(put(0, {"pain": 6}), delete(0), put(0, {"pain": 3}))
    assert [result["status"] for result in told["results"]] == ["applied"] * 3
    assert {result["record"]["fields"]["pain"] for result in told["results"]} == {3}
    assert [entry["outcome"] for entry in a.history()["items"] if entry["field"] in {None, "pain"}] == [
        *("applied", "deleted", "revived"),
    ]


def test_notices_come_with_a_push_as_with_a_put(a: Device) -> None:
    dose = {"status": "taken", "mg": 7, "taken_at": "2026-03-01T22:00:00Z"}
    told = a.push(
        put(0, dose, kind="dose", record_id=uuid7(1)),
        put(0, dose | {"mg": 1}, kind="dose", record_id=uuid7(2)),
        put(0, {"name": "Tramadol"}, kind="medication", record_id=uuid7(3)),
        put(0, {"pain": 1, "time_zone": "Europe/Atlantis"}),
    )
    codes = [{notice["code"] for notice in result["notices"]} for result in told["results"]]
    assert {"dose-above-usual-range", "local-date-filled-in", "possible-duplicate-dose"} <= codes[0]
    assert "possible-duplicate-dose" in codes[1]
    assert codes[2:] == [{"opioid-recorded"}, {"unknown-time-zone"}]


def test_rest_and_sync_are_one(a: Device) -> None:
    phone = Phone(a.client, a.person)
    a.push(put(0, {"pain": 6}))
    phone.stored(f"/v1/days/{DAY}", {"fatigue": 2})
    (change,) = a.pull(since=2)["changes"]
    assert (change["rev"], change["fields"]["fatigue"]) == (3, 2)
    result = a.one(put(2, {"fatigue": 9}, changed=["fatigue"]))
    assert (result["status"], result["conflict_fields"]) == ("conflict", ["fatigue"])
    assert [record["fields"]["field"] for record in phone.get("/v1/conflicts").json()["items"]] == ["fatigue"]
    assert len(phone.get("/v1/today?date=2026-03-01").json()["open_conflicts"]) == 1
    assert phone.get(f"/v1/days/{DAY}").json()["rev"] == 4


def test_a_rest_write_that_saw_the_dispute_settles_it(a: Device, b: Device) -> None:
    phone = Phone(a.client, a.person)
    a.push(put(0, {"pain": 6}))
    b.push(put(0, {"pain": 4}))
    told = phone.get(f"/v1/days/{DAY}")
    phone.put(f"/v1/days/{DAY}", told.json()["fields"] | {"pain": 5}, If_Match=told.headers["etag"])
    assert [fields["status"] for fields in conflicts(a)] == ["settled"]


def test_a_dose_that_another_device_wrote_last_asks_rest_for_its_revision(a: Device) -> None:
    phone = Phone(a.client, a.person)
    a.push(put(0, {"status": "taken", "mg": 1.5, "local_date": "2026-03-01"}, kind="dose", record_id=uuid7(1)))
    address = f"/v1/doses/{uuid7(1)}"
    assert problem(phone.patch(address, {"mg": 3})) == (428, "revision-required")
    assert phone.patch(address, {"mg": 3}, If_Match=phone.get(address).headers["etag"]).status_code == 200


def test_two_patients_with_the_same_ids_and_devices_never_meet(a: Device) -> None:
    other = Device(a.client, sign_up(a.client), a.name)
    a.push(put(0, {"pain": 6}))
    assert other.pull()["changes"] == []
    assert other.one(put(0, {"pain": 1}))["status"] == "applied"
    assert a.pull()["changes"][0]["fields"]["pain"] == 6
    assert other.history()["items"][-1]["new"] != 6


def test_a_null_clears_and_what_is_not_named_stays(a: Device) -> None:
    a.push(put(0, {"pain": 6, "fatigue": 2}))
    result = a.one(put(2, {"pain": None}, changed=["pain"]))
    assert (result["status"], result["record"]["fields"]["pain"], result["record"]["fields"]["fatigue"]) == (
        "applied",
        None,
        2,
    )
