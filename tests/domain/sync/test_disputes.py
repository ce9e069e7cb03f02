"""Conflict records: one for each field in dispute, open until somebody who saw it settles it (sync, section 3)."""

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

import pytest

from app.domain.errors import Invalid
from app.domain.ids import Device, RecordId, Revision
from app.domain.records.kinds import CONFLICT, DAY
from app.domain.records.record import Fields, StoredRecord, Value
from app.domain.records.validation import check_fields, check_record
from app.domain.sync.change import Circumstances, Delete, Dispute, Known, Put, Status, Written
from app.domain.sync.disputes import conflict_id, field_of, of_conflict, raised, settled
from app.domain.sync.merge import merge
from tests.domain.records.samples import LATEST_DAY

A, B = Device("phone-a"), Device("phone-b")
ABOUT = StoredRecord(kind=DAY.name, id=RecordId("day-2026-03-01"), rev=Revision(5), deleted=False, text='{"pain":4}')
DISPUTE = Dispute(field="pain", kept=4, offered=7, offered_by=B)


def known(written: Written) -> Known:
    return Known(record=written.record, field_revs=written.field_revs)


def opened(dispute: Dispute = DISPUTE) -> Known:
    return known(raised(None, ABOUT, dispute, rev=Revision(5), device=B))


def put(fields: Fields, base: int | None = 5, changed: frozenset[str] | None = None) -> Put:
    seen = None if base is None else Revision(base)
    return Put(kind=CONFLICT, id=opened().record.id, fields=fields, base=seen, changed=changed)


def test_its_id_is_made_from_what_it_is_about() -> None:
    assert conflict_id(DAY.name, RecordId("d"), "pain") == f"conflict-{sha256(b'day:d:pain').hexdigest()[:40]}"
    assert conflict_id(DAY.name, RecordId("d"), None) == f"conflict-{sha256(b'day:d:').hexdigest()[:40]}"


@pytest.mark.parametrize("value", [7, None, "a note", ("pain",), Decimal("1.5"), True])
def test_it_says_what_stays_and_what_was_offered_by_whom(value: Value) -> None:
    record = opened(replace(DISPUTE, offered=value)).record
    assert record.fields == {
        "record_kind": "day",
        "record_id": "day-2026-03-01",
        "field": "pain",
        "kept": 4,
        "offered": value,
        "offered_by": B,
        "status": "open",
    }
    assert (record.rev, record.deleted, record.id) == (5, False, conflict_id(ABOUT.kind, ABOUT.id, "pain"))
    check_record(CONFLICT, record.id, check_fields(CONFLICT, {**record.fields, "offered": None}), latest_day=LATEST_DAY)


def test_a_further_disagreement_brings_it_up_to_date_and_opens_it_again() -> None:
    closed = known(settled(opened(), rev=Revision(6), device=A))
    assert closed.record.fields["status"] == "settled"
    again = raised(closed, ABOUT, replace(DISPUTE, offered=9, offered_by=A), rev=Revision(7), device=A)
    assert again.record.id == closed.record.id
    assert (again.record.fields["status"], again.record.fields["offered"]) == ("open", 9)
    (entry,) = again.entries
    assert entry.changes == {"offered": (7, 9), "offered_by": (B, A), "status": ("settled", "open")}
    assert again.field_revs["record_id"] == (5, B)
    assert again.field_revs["offered"] == (7, A)


@pytest.mark.parametrize("changed", [None, frozenset({"status"})])
@pytest.mark.parametrize("base", [5, 9, None])
def test_a_phone_that_has_seen_it_settles_it(base: int | None, changed: frozenset[str] | None) -> None:
    conflict = opened()
    sent = {**conflict.record.fields, "status": "settled"}
    merged = of_conflict(conflict, put(sent, base, changed), rev=Revision(8), device=A)
    assert merged.status is Status.APPLIED
    assert merged.record
    assert (merged.record.rev, merged.record.fields["status"]) == (8, "settled")


def test_what_has_moved_since_stays_open() -> None:
    merged = of_conflict(opened(), put({"status": "settled"}, 4), rev=Revision(8), device=A)
    assert (merged.status, merged.written) == (Status.CONFLICT, None)


def test_saying_what_it_says_changes_nothing() -> None:
    conflict = opened()
    for change in (put(conflict.record.fields), put({"kept": 9, "status": "open"}, changed=frozenset({"status"}))):
        assert of_conflict(conflict, change, rev=Revision(8), device=A).status is Status.UNCHANGED


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"kept": 9}, "/kept"),
        ({"status": "settled", "offered": 1}, "/offered"),
    ],
)
def test_nothing_but_its_status_can_be_written(fields: dict[str, Value], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        of_conflict(opened(), put(fields), rev=Revision(8), device=A)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, "out-of-range")]


def test_a_settled_one_is_not_opened_by_a_phone() -> None:
    closed = known(settled(opened(), rev=Revision(6), device=A))
    with pytest.raises(Invalid) as refused:
        of_conflict(closed, put({"status": "open"}, 6), rev=Revision(8), device=A)
    assert refused.value.errors[0].pointer == "/status"


def test_the_merge_leaves_conflict_records_to_these_rules() -> None:
    by = Circumstances(device=A, time_zone="Europe/London", day_start_minutes=240, latest_day=LATEST_DAY)
    assert merge(opened(), put({"status": "settled"}), rev=Revision(8), by=by).status is Status.APPLIED


def test_phones_make_and_delete_none() -> None:
    gone = replace(opened(), record=replace(opened().record, deleted=True))
    delete = Delete(kind=CONFLICT, id=opened().record.id)
    for there, change in ((None, put({"status": "settled"})), (gone, put({"status": "settled"})), (opened(), delete)):
        with pytest.raises(Invalid):
            of_conflict(there, change, rev=Revision(8), device=A)


def test_its_field_is_none_where_a_delete_is_in_dispute() -> None:
    assert field_of(opened().record.fields) == "pain"
    assert field_of(opened(replace(DISPUTE, field=None)).record.fields) is None
