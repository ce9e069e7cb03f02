"""An export is read record by record; what is wrong with one is said with its place, and stops none of the others."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from app.domain import strict_json
from app.domain.errors import Invalid
from app.domain.ids import Device, RecordId, Revision
from app.domain.records.kinds import CONFLICT, Kind
from app.domain.records.record import KindName, Value, encode
from app.domain.sync.change import Circumstances, Outcome
from app.domain.sync.disputes import brought, conflict_id
from app.domain.sync.imported import FORMAT, FORMAT_VERSION, MOST_PAST_ROWS, Import, read_export
from tests.domain.records.samples import LATEST_DAY, any_client_record

BY = Circumstances(device=Device("import:1"), time_zone="Europe/London", day_start_minutes=240, latest_day=LATEST_DAY)
DAY = {"kind": "day", "id": "day-2026-03-01", "rev": 5, "deleted": False, "fields": {"pain": 6}}
CONFLICT_FIELDS = {
    "record_kind": "day",
    "record_id": "day-2026-03-01",
    "field": "pain",
    "kept": 6,
    "offered": 3,
    "offered_by": "phone-2",
    "status": "open",
}
ITS_ID = conflict_id(KindName("day"), RecordId("day-2026-03-01"), "pain")
A_CONFLICT = {"kind": "conflict", "id": ITS_ID, "fields": CONFLICT_FIELDS}
PAST = {
    "kind": "day",
    "id": "day-2026-03-01",
    "device": "phone-1",
    "at": "2026-03-01T22:15:00Z",
    "outcome": "applied",
    "changes": {"old": {"pain": None}, "new": {"pain": 6}},
}


def export(*records: object, **others: object) -> dict[str, Any]:
    return {"format": FORMAT, "version": FORMAT_VERSION, "records": [*records], **others}


def read(sent: object) -> Import:
    return read_export(strict_json.read_batch(json.dumps(sent).encode()), BY)


def faults(found: Import) -> list[tuple[str, str, str]]:
    return [(unfit.place, unfit.error.pointer, unfit.error.code) for unfit in found.unfit]


def test_records_and_history_are_told_apart() -> None:
    tombstone = {
        "kind": "measure",
        "id": "grip",
        "deleted": True,
        "fields": {"label": "x", "direction": "lower_is_better"},
    }
    bare = {"kind": "usual", "id": "pain", "deleted": True}
    found = read(export(DAY, tombstone, bare, A_CONFLICT, history=[PAST, PAST, {**PAST, "id": "day-2026-03-02"}]))
    assert found.unfit == []
    assert [(each.place, each.key, each.deleted) for each in found.records] == [
        ("/records/0", ("day", "day-2026-03-01"), False),
        ("/records/1", ("measure", "grip"), True),
        ("/records/2", ("usual", "pain"), True),
        ("/records/3", ("conflict", ITS_ID), False),
    ]
    assert [each.fields for each in found.records][::2] == [{"pain": 6}, {}]
    assert [len(rows) for rows in found.past] == [2, 1]


def test_what_an_export_says_besides_is_passed_over() -> None:
    others = {"service_version": "9", "exported_at": 7, "account": {"email": "x"}, "epoch": None, "rev": "x"}
    assert len(read(export(DAY, **others)).records) == 1


@given(any_client_record)
def test_every_record_is_read_as_it_was(drawn: tuple[Kind, tuple[RecordId, dict[str, Value]]]) -> None:
    kind, (record_id, fields) = drawn
    record = f'{{"kind":"{kind.name}","id":"{record_id}","rev":7,"deleted":false,"fields":{encode(fields)}}}'
    body = f'{{"format":"{FORMAT}","version":1,"records":[{record}],"history":[]}}'
    found = read_export(strict_json.read_batch(body.encode()), BY)
    assert found.unfit == []
    [record_read] = found.records
    assert (record_read.kind, record_read.id, dict(record_read.fields)) == (kind, record_id, fields)


@pytest.mark.parametrize(
    ("sent", "pointer", "code"),
    [
        ([1], "", "wrong-type"),
        (None, "", "wrong-type"),
        ({"records": 1}, "/format", "missing-field"),
        (export(format="other"), "/format", "out-of-range"),
        (export(format=["onset-export"]), "/format", "out-of-range"),
        (export(version=2), "/version", "out-of-range"),
        (export(version=True), "/version", "out-of-range"),
        (export(version=None), "/version", "missing-field"),
        (export() | {"records": 7}, "/records", "out-of-range"),
        (export() | {"records": None}, "/records", "missing-field"),
        (export(history={}), "/history", "out-of-range"),
        (export(more=1), "", "unknown-field"),
    ],
)
def test_what_is_no_export_is_refused_as_a_whole(sent: object, pointer: str, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(sent)
    assert (pointer, code) in [(error.pointer, error.code) for error in refused.value.errors]


def test_a_member_that_stands_twice_is_its_own_fault() -> None:
    with pytest.raises(Invalid):
        read_export(strict_json.read_batch(b'{"format":"x","format":"x"}'), BY)
    day = '{"kind":"day","kind":"day","id":"day-2026-03-01","fields":{}}'
    body = f'{{"format":"{FORMAT}","version":1,"records":[{day}]}}'
    assert faults(read_export(strict_json.read_batch(body.encode()), BY)) == [("/records/0", "", "wrong-type")]


@pytest.mark.parametrize(
    ("record", "pointer", "code"),
    [
        (7, "", "wrong-type"),
        ({**DAY, "more": 1}, "", "unknown-field"),
        ({**DAY, "kind": "nothing"}, "/kind", "out-of-range"),
        ({**DAY, "kind": 7}, "/kind", "out-of-range"),
        ({**DAY, "id": None}, "/id", "missing-field"),
        ({**DAY, "id": 7}, "/id", "wrong-type"),
        ({**DAY, "id": "day/1"}, "id", "invalid-text"),
        ({**DAY, "id": "day-1"}, "id", "id-mismatch"),
        ({**DAY, "deleted": 1}, "/deleted", "wrong-type"),
        ({**DAY, "deleted": None}, "/deleted", "wrong-type"),
        ({**DAY, "fields": None}, "", "wrong-type"),
        ({**DAY, "fields": {"pain": 11}}, "/pain", "out-of-range"),
        ({**DAY, "fields": {"pain": "6"}}, "/pain", "wrong-type"),
        ({**DAY, "fields": {"note": "\ud800"}}, "/note", "invalid-text"),
        ({**DAY, "fields": {"grief": 1}}, "/grief", "unknown-field"),
        ({**DAY, "fields": {"local_date": "2026-03-02"}}, "/local_date", "id-mismatch"),
        ({**DAY, "id": "day-2999-01-01"}, "/local_date", "date-in-future"),
        ({"kind": "usual", "id": "pain", "fields": {"value": 6}}, "/asked_on", "missing-field"),
        ({"kind": "usual", "id": "pain", "deleted": True, "fields": {"value": 6}}, "/asked_on", "missing-field"),
        ({**A_CONFLICT, "fields": {**CONFLICT_FIELDS, "field": "note"}}, "/id", "id-mismatch"),
        ({**A_CONFLICT, "fields": {**CONFLICT_FIELDS, "record_kind": "x"}}, "/record_id", "out-of-range"),
        ({**A_CONFLICT, "fields": {**CONFLICT_FIELDS, "record_id": "a b"}}, "/record_id", "out-of-range"),
        ({**A_CONFLICT, "fields": {"record_kind": "day"}}, "/record_id", "missing-field"),
        ({**A_CONFLICT, "deleted": True}, "/deleted", "out-of-range"),
    ],
)
def test_what_is_wrong_with_a_record_is_said_of_it_alone(record: object, pointer: str, code: str) -> None:
    found = read(export(record, {**DAY, "id": "day-2026-03-09"}))
    assert faults(found) == [("/records/0", pointer, code)]
    assert [each.place for each in found.records] == ["/records/1"]


def test_the_second_of_one_name_is_refused() -> None:
    found = read(export(DAY, {**DAY, "fields": {"pain": 1}}))
    assert faults(found) == [("/records/1", "/id", "repeated-field")]
    assert [each.fields for each in found.records] == [{"pain": 6}]


def test_a_rejected_record_is_named_as_far_as_it_has_a_name() -> None:
    found = read(export({**DAY, "fields": {"pain": 11}}, {"kind": "a b", "id": ["x"]}, history=[7, {**PAST, "seq": 0}]))
    assert [(unfit.place, unfit.kind, unfit.id) for unfit in found.unfit] == [
        ("/records/0", "day", "day-2026-03-01"),
        ("/records/1", "", ""),
        ("/history/0", "", ""),
        ("/history/1", "day", "day-2026-03-01"),
    ]


def test_one_record_has_a_bounded_history() -> None:
    found = read(export(history=[PAST] * (MOST_PAST_ROWS + 1)))
    assert [len(rows) for rows in found.past] == [MOST_PAST_ROWS]
    assert faults(found) == [(f"/history/{MOST_PAST_ROWS}", "", "out-of-range")]


def test_a_conflict_record_that_is_brought_is_as_it_was() -> None:
    [conflict] = read(export(A_CONFLICT)).records
    written = brought(conflict.id, conflict.fields, rev=Revision(9), device=BY.device)
    assert (written.record.kind, written.record.id, written.record.rev) == ("conflict", ITS_ID, 9)
    assert (written.record.fields, written.record.deleted) == (CONFLICT_FIELDS, False)
    assert set(written.field_revs.values()) == {(9, BY.device)}
    assert [entry.outcome for entry in written.entries] == [Outcome.APPLIED]


def test_the_last_day_that_has_begun_is_taken() -> None:
    assert BY.latest_day == date(2026, 11, 26)
    assert read(export({**DAY, "id": "day-2026-11-26"})).unfit == []
    assert CONFLICT.client_fields == {"status"}
