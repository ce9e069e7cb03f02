"""Import: what was exported comes back exactly, once; what is wrong with a file is said, and never a 500."""

import json
import threading
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.api.bodies import IMPORT_BYTES
from app.config import Settings, Switch
from app.domain.ids import RecordId
from app.domain.records.kinds import KINDS, Kind
from app.domain.records.record import Value, encode
from app.services import importing
from tests.domain.records.samples import UUID, records
from tests.support.clock import SettableClock
from tests.support.diary import SAMPLES, Phone, field_faults, problem, uuid7
from tests.support.files import Exported, bring, brought, export
from tests.support.people import Person, sign_in, sign_up

CSV = "text/csv"
DAY = "day-2026-03-01"
CLIENT_KINDS = [kind for kind in KINDS.values() if kind.client_fields is None]


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, database_url=database_url, limits=Switch.OFF)


@pytest.fixture
def phone(client: TestClient, patient: Person) -> Phone:
    """With a diary of every kind, of which some is deleted and some in dispute."""
    phone = Phone(client, patient)
    for sample in SAMPLES:
        phone.stored(sample.address, sample.fields)
    phone.stored(
        f"/v1/days/{DAY}", {"note": "=1+1 \u00fc \U0001f600", "own:grip": 0, "skipped": ["fatigue"], "headache": None}
    )
    phone.delete(SAMPLES[1].address)
    mutations = [
        {"kind": "day", "op": "put", "id": DAY, "base": 0, "fields": {"pain": 1}},
        {"kind": "medication", "op": "delete", "id": uuid7(4), "base": 0},
        {"kind": "day", "op": "put", "id": "day-2026-03-09", "base": 0, "fields": {"pain": 99, "note": "\ud800"}},
    ]
    push(phone, "phone-1", 1, mutations)
    return phone


def push(phone: Phone, device: str, seq: int, mutations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    epoch = phone.get("/v1/sync/pull").json()["epoch"]
    body = {"device": device, "seq": seq, "schema": 1, "epoch": epoch, "mutations": mutations}
    headers = {**phone.person.headers, "Content-Type": "application/json"}
    answer = phone.client.post("/v1/sync/push", content=json.dumps(body), headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]


def newcomer(phone: Phone) -> Phone:
    return Phone(phone.client, sign_up(phone.client, time_zone="Pacific/Auckland"))


def fresh(phone: Phone) -> Phone:
    """Somebody whose diary is not empty, so that every file is merged into it (else see test_import_whole.py)."""
    other = newcomer(phone)
    push(other, "phone-0", 1, [])
    return other


def onset_json(*records: object, **others: object) -> bytes:
    return json.dumps({"format": "onset-export", "version": 1, "records": [*records], **others}).encode()


def day(**others: object) -> dict[str, Any]:
    return {"kind": "day", "id": DAY, "fields": {"pain": 6}, **others}


def without_the_import(history: Mapping[Any, list[tuple[Any, ...]]]) -> dict[Any, list[tuple[Any, ...]]]:
    """What a history tells but for the rows that imports themselves wrote."""
    told = {key: [row for row in rows if not row[0].startswith("import:")] for key, rows in history.items()}
    return {key: rows for key, rows in told.items() if rows}


def test_a_diary_comes_back_in_another_account_with_all_its_kinds_and_its_history(phone: Phone) -> None:
    sent, other = export(phone.client, phone.person), fresh(phone)
    assert {kind for kind, _ in sent.records()} == KINDS.keys()
    told = brought(other.client, other.person, sent.json_text)
    assert told["counts"] == {"created": len(sent.records())}
    assert told["history"] == len(sent.whole["history"])
    assert told["rejected"] == []
    found = export(other.client, other.person)
    assert found.records() == sent.records()
    assert without_the_import(found.history()) == sent.history()
    for key, rows in found.history().items():
        assert [row[0][:7] == "import:" for row in rows] == sorted(row[0][:7] == "import:" for row in rows), key
    assert {rows[-1][0][:7] for key, rows in found.history().items() if key in found.records()} == {"import:"}


def test_a_second_import_changes_nothing_at_all(phone: Phone) -> None:
    sent, other = export(phone.client, phone.person), fresh(phone)
    brought(other.client, other.person, sent.json_text)
    before = export(other.client, other.person)
    again = Person(other.person.email, {}, sign_in(other.client, other.person.email))
    for person in (other.person, again):
        told = brought(other.client, person, sent.json_text)
        assert told == {"counts": {"unchanged": len(sent.records())}, "history": 0, "rejected": []}
    after = export(other.client, other.person)
    assert (after.whole["records"], after.whole["history"], after.whole["rev"]) == (
        before.whole["records"],
        before.whole["history"],
        before.whole["rev"],
    )


def test_an_export_of_ones_own_changes_nothing(phone: Phone) -> None:
    sent = export(phone.client, phone.person)
    assert brought(phone.client, phone.person, sent.json_text)["counts"] == {"unchanged": len(sent.records())}
    assert export(phone.client, phone.person).json_text == sent.json_text


def test_a_story_goes_on_through_a_third_account(phone: Phone) -> None:
    first, second, third = export(phone.client, phone.person), fresh(phone), fresh(phone)
    brought(second.client, second.person, first.json_text)
    sent = export(second.client, second.person)
    brought(third.client, third.person, sent.json_text)
    found = export(third.client, third.person)
    assert found.records() == first.records()
    assert without_the_import(found.history()) == first.history()
    assert sum(map(len, found.history().values())) > sum(map(len, sent.history().values()))


def test_whatever_a_record_may_hold_comes_back(client: TestClient, clock: SettableClock) -> None:
    clock.advance(timedelta(days=365))  # past all dates that are drawn
    phone = Phone(client, sign_up(client))
    for kind in CLIENT_KINDS:
        _comes_back(phone, kind)


def _comes_back(phone: Phone, kind: Kind) -> None:
    @hypothesis.settings(max_examples=8)
    @given(drawn=records(kind), number=st.integers(0, 2**40), is_deleted=st.booleans())
    def comes_back(drawn: tuple[RecordId, dict[str, Value]], number: int, is_deleted: bool) -> None:  # noqa: FBT001
        key = (kind.name, uuid7(number) if drawn[0] == UUID else drawn[0])
        fields, first, last = drawn[1], newcomer(phone), newcomer(phone)
        about = json.dumps({"kind": key[0], "id": key[1], "deleted": is_deleted})
        body = f'{{"format":"onset-export","version":1,"records":[{about[:-1]},"fields":{encode(fields)}}}]}}'
        assert brought(first.client, first.person, body.encode())["counts"] == {"created": 1}
        found = export(first.client, first.person)
        deleted, stored = found.records()[key]
        assert deleted is is_deleted
        told = {name: value for name, value in fields.items() if value is not None}  # null may be filled in
        assert {name: stored[name] for name in told} == json.loads(encode(told), parse_float=Decimal)
        brought(last.client, last.person, found.json_text)
        assert export(last.client, last.person).records() == found.records()

    comes_back()


def test_other_phones_hear_of_what_was_brought_like_of_any_write(phone: Phone) -> None:
    sent, other = export(phone.client, phone.person), fresh(phone)
    before = other.get("/v1/sync/pull").json()["rev"]
    brought(other.client, other.person, sent.json_text)
    page = other.get(f"/v1/sync/pull?since={before}&verify=1").json()
    assert {(change["kind"], change["id"]) for change in page["changes"]} == sent.records().keys()
    assert other.get(f"/v1/days/{DAY}").json()["fields"]["pain"] == 6
    items = other.get(f"/v1/sync/history?kind=day&id={DAY}&limit=1000").json()["items"]
    session = next(each for each in other.get("/v1/me/sessions").json()["items"] if each["current"])
    assert items[-1]["device"].startswith(f"import:{session['id']}:")


def test_what_the_diary_says_otherwise_stays_and_the_file_is_kept_in_a_conflict_once(phone: Phone) -> None:
    other = fresh(phone)
    other.stored(f"/v1/days/{DAY}", {"pain": 3, "fatigue": 2})
    body = onset_json(day(fields={"pain": 6, "anxiety": 1}), day(id="day-2026-02-28"))
    assert brought(other.client, other.person, body)["counts"] == {"created": 1, "kept": 1}
    fields = other.get(f"/v1/days/{DAY}").json()["fields"]
    assert (fields["pain"], fields["fatigue"], fields["anxiety"]) == (3, 2, 1)
    [conflict] = other.get("/v1/conflicts").json()["items"]
    assert (conflict["fields"]["kept"], conflict["fields"]["offered"]) == (3, 6)
    before = export(other.client, other.person)
    again = Person(other.person.email, {}, sign_in(other.client, other.person.email))
    assert brought(other.client, again, body)["counts"] == {"unchanged": 1, "kept": 1}
    assert export(other.client, other.person).json_text == before.json_text


def test_a_second_file_overwrites_nothing_of_the_first(phone: Phone) -> None:
    other = fresh(phone)
    files = (
        day(fields={"pain": 3}),
        day(fields={"pain": 5}),
        day(fields={"pain": 3}, deleted=True),
    )
    told = [brought(other.client, other.person, onset_json(record))["counts"] for record in files]
    assert told == [{"created": 1}, {"kept": 1}, {"kept": 1}]
    assert other.get(f"/v1/days/{DAY}").json()["fields"]["pain"] == 3
    disputes = [conflict["fields"] for conflict in other.get("/v1/conflicts").json()["items"]]
    assert sorted((said["field"] or "", said["kept"], said["offered"]) for said in disputes) == [
        ("", None, None),
        ("pain", 3, 5),
    ]


def test_a_settled_dispute_is_not_opened_again_by_the_same_file(phone: Phone) -> None:
    other = fresh(phone)
    other.stored(f"/v1/days/{DAY}", {"pain": 3})
    brought(other.client, other.person, onset_json(day()))
    [conflict] = other.get("/v1/conflicts").json()["items"]
    settling = {
        "kind": "conflict",
        "op": "put",
        "id": conflict["id"],
        "base": conflict["rev"],
        "fields": {"status": "settled"},
    }
    assert [result["status"] for result in push(other, "phone-1", 1, [settling])] == ["applied"]
    before = export(other.client, other.person)
    assert brought(other.client, other.person, onset_json(day()))["counts"] == {"kept": 1}
    assert export(other.client, other.person).json_text == before.json_text


def test_a_dose_is_never_joined_from_two(phone: Phone) -> None:
    other = fresh(phone)
    other.stored(f"/v1/doses/{uuid7(2)}", {"status": "taken", "mg": 1.5, "local_date": "2026-03-01"})
    dose = {"kind": "dose", "id": uuid7(2), "fields": {"status": "skipped", "local_date": "2026-03-01", "note": "x"}}
    assert brought(other.client, other.person, onset_json(dose))["counts"] == {"kept": 1}
    fields = other.get(f"/v1/doses/{uuid7(2)}").json()["fields"]
    assert (fields["status"], fields["mg"], fields["note"]) == ("taken", 1.5, "x")


def test_what_was_deleted_since_comes_back_once_and_is_told(phone: Phone) -> None:
    other = fresh(phone)
    body = onset_json(day())
    brought(other.client, other.person, body)
    phone_2 = Phone(other.client, Person(other.person.email, {}, sign_in(other.client, other.person.email)))
    phone_2.delete(f"/v1/days/{DAY}")
    third = Person(other.person.email, {}, sign_in(other.client, other.person.email))
    brought(other.client, third, body)
    assert other.get(f"/v1/days/{DAY}").json()["fields"]["pain"] == 6
    assert len(other.get("/v1/conflicts").json()["items"]) == 1
    phone_2.delete(f"/v1/days/{DAY}")
    assert brought(other.client, third, body)["counts"] == {"kept": 1}
    assert other.get(f"/v1/days/{DAY}").status_code == 404


def test_a_tombstone_deletes_nothing_that_was_written_here(phone: Phone) -> None:
    other = fresh(phone)
    other.stored(f"/v1/days/{DAY}", {"pain": 3})
    for counts in ({"kept": 1}, {"kept": 1}):
        assert brought(other.client, other.person, onset_json(day(deleted=True)))["counts"] == counts
    assert other.get(f"/v1/days/{DAY}").json()["fields"]["pain"] == 3
    assert len(other.get("/v1/conflicts").json()["items"]) == 1


def test_a_tombstone_of_which_nothing_is_told_has_nothing_to_say(phone: Phone) -> None:
    other = fresh(phone)
    assert brought(other.client, other.person, onset_json(day(deleted=True, fields={})))["counts"] == {"unchanged": 1}
    assert other.get("/v1/sync/pull").json()["changes"] == []


def test_thousands_of_records_come_in_revisions_of_their_own(phone: Phone) -> None:
    other = fresh(phone)
    days = [
        day(id=f"day-{1990 + number // 336}-{number // 28 % 12 + 1:02}-{number % 28 + 1:02}") for number in range(1200)
    ]
    past = [{**{name: each[name] for name in ("kind", "id")}, **_row(number)} for each in days for number in range(2)]
    told = brought(other.client, other.person, onset_json(*days, history=past))
    assert (told["counts"], told["history"]) == ({"created": 1200}, 2400)
    found = export(other.client, other.person)
    by_revision: dict[int, int] = {}
    for row in found.whole["history"]:
        by_revision[row["rev"]] = by_revision.get(row["rev"], 0) + 1
    assert max(by_revision.values()) <= 500
    assert {len(rows) for rows in found.history().values()} == {3}


def _row(number: int) -> dict[str, Any]:
    changes = {"old": {"pain": number}, "new": {"pain": number + 1}}
    return {
        "device": "phone-9",
        "seq": number + 1,
        "at": "2026-01-01T00:00:00Z",
        "outcome": "applied",
        "changes": changes,
    }


def test_what_happened_twice_alike_is_told_twice(phone: Phone) -> None:
    other = fresh(phone)
    row = {"kind": "day", "id": DAY, **_row(1)}
    assert brought(other.client, other.person, onset_json(history=[row, row]))["history"] == 2
    assert brought(other.client, other.person, onset_json(history=[row, row, row]))["history"] == 1
    assert brought(other.client, other.person, onset_json(history=[row, row, row]))["history"] == 0


def test_bad_records_are_told_with_their_place_and_stop_nobody(phone: Phone) -> None:
    other = fresh(phone)
    sent = onset_json(day(fields={"pain": 11}), day(id="day-2026-02-28"), 7, history=[{"kind": "day"}])
    told = brought(other.client, other.person, sent)
    assert told["counts"] == {"created": 1}
    assert [(each["place"], each["kind"], each["id"], each["code"], each["field"]) for each in told["rejected"]] == [
        ("/records/0", "day", DAY, "out-of-range", "pain"),
        ("/records/2", "", "", "wrong-type", ""),
        ("/history/0", "day", "", "invalid-text", "id"),
    ]


def test_what_only_this_diary_forbids_is_kept_in_a_conflict(phone: Phone) -> None:
    other = fresh(phone)
    measure = {"kind": "measure", "id": "grip", "fields": {"label": "Grip", "direction": "higher_is_better"}}
    brought(other.client, other.person, onset_json(measure))
    measure["fields"] = {"label": "Grip", "direction": "lower_is_better"}
    told = brought(other.client, other.person, onset_json(measure, day()))
    assert told["counts"] == {"created": 1, "kept": 1}
    [conflict] = other.get("/v1/conflicts").json()["items"]
    assert (conflict["fields"]["record_id"], conflict["fields"]["field"]) == ("grip", "direction")
    assert other.get("/v1/measures/grip").json()["fields"]["direction"] == "higher_is_better"


def test_a_table_of_days_comes_back_as_it_was_exported(phone: Phone) -> None:
    phone.stored(
        "/v1/days/2026-02-28", {"note": '\'=1\r\n"x", y', "pain": 0, "own:cold": 10, "skipped": ["anxiety", "fatigue"]}
    )
    sent, other = export(phone.client, phone.person), fresh(phone)
    for counts in ({"created": 2}, {"unchanged": 2}):
        assert brought(other.client, other.person, sent.members["csv/day.csv"], CSV)["counts"] == counts
    found = export(other.client, other.person)
    assert _rows(found) == _rows(sent)


def _rows(exported: Exported) -> list[dict[str, str]]:
    return [{name: cell for name, cell in row.items() if name != "rev"} for row in exported.table("day")]


def test_a_table_made_by_hand_says_which_lines_are_wrong(phone: Phone) -> None:
    other = fresh(phone)
    table = "local_date,pain\r\n2026-02-26,3\r\n2026-02-27,11\r\n2026-02-30,1\r\n"
    told = brought(other.client, other.person, table.encode(), "text/csv; charset=utf-8")
    assert told["counts"] == {"created": 1}
    assert [(each["place"], each["code"]) for each in told["rejected"]] == [
        ("line 3", "out-of-range"),
        ("line 4", "invalid-date"),
    ]
    assert other.get("/v1/days/2026-02-26").json()["fields"]["time_zone"] == "Pacific/Auckland"


HOSTILE_JSON: dict[str, bytes] = {
    "nothing": b"",
    "no JSON": b"{",
    "deep": b"[" * 100_000,
    "deep and closed": b'{"records":' + b"[" * 50 + b"]" * 50 + b"}",
    "NaN": b'{"format":NaN}',
    "not UTF-8": b'"\xff"',
    "a byte order mark": b"\xef\xbb\xbf{}",
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "members twice": b'{"format":"onset-export","format":"onset-export"}',
    "another format": b'{"format":"x","version":1,"records":[]}',
    "a later version": b'{"format":"onset-export","version":2,"records":[]}',
    "records that are none": b'{"format":"onset-export","version":1,"records":{}}',
}


def test_what_is_no_export_is_a_clear_problem(phone: Phone) -> None:
    told = {name: problem(bring(phone.client, phone.person, sent)) for name, sent in HOSTILE_JSON.items()}
    assert set(told.values()) == {(400, "malformed-json"), (422, "invalid")}, told


ODD: dict[str, Any] = {
    "nothing": None,
    "surrogates": {"kind": "\ud800", "id": "\ud800", "fields": {"\ud800": "\ud800"}},
    "NUL": day(fields={"note": "\0"}),
    "NUL in a name": day(fields={"\0": 1}),
    "a huge number": day(fields={"pain": 10**400}),
    "true for one": day(fields={"pain": True}),
    "lists everywhere": {"kind": ["day"], "id": ["x"], "fields": ["y"]},
    "an unhashable kind": {"kind": {"a": 1}, "id": {}, "fields": {}},
    "a long name": day(fields={"x" * 100_000: 1}),
    "many fields": day(fields={f"own:{number}": 1 for number in range(5000)}),
    "a conflict made up": {"kind": "conflict", "id": "conflict-" + "0" * 40, "fields": {}},
    "a conflict under another's id": {
        "kind": "conflict",
        "id": "conflict-" + "0" * 40,
        "fields": {"record_kind": "day", "record_id": DAY, "status": "open"},
    },
}


def test_an_odd_record_is_rejected_alone(phone: Phone) -> None:
    for number, (name, odd) in enumerate(ODD.items()):
        told = brought(phone.client, phone.person, onset_json(odd, day(id=f"day-2026-01-{number + 1:02}")))
        assert told["counts"] == {"created": 1}, name
        told = brought(phone.client, phone.person, onset_json(history=[odd]))
        assert [each["place"] for each in told["rejected"]] == ["/history/0"], name


def test_a_huge_exponent_is_out_of_range(phone: Phone) -> None:
    sent = onset_json(day()).replace(b"6", b"1e999999999999999999999")
    assert brought(phone.client, phone.person, sent)["counts"] == {}
    past = onset_json(history=[{"kind": "day", "id": DAY, **_row(1)}]).replace(b'"pain": 2', b'"pain": 1E+99999')
    assert [each["code"] for each in brought(phone.client, phone.person, past)["rejected"]] == ["out-of-range"]


HOSTILE_TABLES: dict[str, bytes] = {
    "nothing": b"",
    "an open quote": b'local_date,note\n2026-03-01,"x',
    "another separator": b"local_date;pain\n2026-03-01;6\n",
    "columns twice": b"local_date,pain,pain\n",
    "no day": b"pain\n6\n",
    "UTF-16": "local_date,pain\n".encode("utf-16"),
    "a zip": b"PK\x03\x04\x14\x00\x00",
    "one long line": b"x" * 1_000_000,
    "a thousand columns": b"," * 1000,
}


def test_what_is_no_table_of_days_is_a_clear_problem(phone: Phone) -> None:
    for table in HOSTILE_TABLES.values():
        assert field_faults(bring(phone.client, phone.person, table, CSV))


CELLS = st.text('",\r\n=;\t\0a1é', max_size=80).map(lambda text: f"local_date,note\r\n2026-03-01,{text}".encode())


@hypothesis.settings(max_examples=40, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@given(table=st.binary(max_size=200) | CELLS)
def test_no_table_is_answered_with_a_500(phone: Phone, table: bytes) -> None:
    assert bring(phone.client, phone.person, table, CSV).status_code in {200, 422}


def test_another_format_is_said(phone: Phone) -> None:
    for media_type in ("application/zip", "text/plain", "text/csv; charset=utf-16"):
        answer = bring(phone.client, phone.person, b"x", media_type)
        assert problem(answer) == (415, "unsupported-media-type"), media_type


def test_more_than_fits_is_refused(phone: Phone) -> None:
    assert problem(bring(phone.client, phone.person, b" " * (IMPORT_BYTES + 1))) == (413, "body-too-large")


def test_two_at_once_are_enough_for_one_process(phone: Phone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "_TOGETHER", taken := threading.BoundedSemaphore(1))
    with taken:
        answer = bring(phone.client, phone.person, onset_json(day()))
    assert problem(answer) == (503, "overloaded")
    assert "retry-after" in answer.headers
    for _ in range(2):  # also after one that failed
        assert bring(phone.client, phone.person, b"{").status_code == 400
    assert brought(phone.client, phone.person, onset_json(day()))["counts"] == {"unchanged": 1}
