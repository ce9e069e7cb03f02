"""One change joins one record: what is written, what is remembered of it, and what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Invalid, NotFound
from app.domain.ids import Device, RecordId, Revision
from app.domain.records.kinds import DAY, DOSE, MEASURE_KIND, MEDICATION, Kind
from app.domain.records.record import Fields, Value
from app.domain.records.validation import absent_is_null
from app.domain.sync.change import (
    ANY_REVISION,
    NEVER_SEEN,
    THE_DELETE,
    Circumstances,
    Delete,
    Entry,
    EntryChanged,
    FieldRevs,
    Known,
    Merged,
    Outcome,
    Put,
    RevisionRequired,
    Status,
)
from app.domain.sync.merge import DOSE_UNIT, merge
from app.domain.sync.rest import admit
from tests.domain.records.samples import LATEST_DAY, UUID, any_client_record, records

MINE, THEIRS = Device("api:mine"), Device("api:theirs")
DAY_ID = RecordId("day-2026-03-01")
DEVICES = st.sampled_from([MINE, THEIRS])
Origin = tuple[Value, int, Device]
"""A field's value, and the revision and device of its last write."""
Drawn = tuple[Kind, tuple[RecordId, dict[str, Value]]]

by_mine = Circumstances(device=MINE, time_zone="Europe/London", day_start_minutes=240, latest_day=LATEST_DAY)


def by(device: Device) -> Circumstances:
    return replace(by_mine, device=device)


@dataclass
class Diary:
    """One record through its changes, as the store keeps it."""

    known: Known | None = None
    rev: int = 1

    def change(self, change: Put | Delete, device: Device = MINE) -> Merged:
        self.rev += 1
        merged = merge(self.known, change, rev=Revision(self.rev), by=by(device))
        if merged.written:
            self.known = Known(record=merged.written.record, field_revs=merged.written.field_revs)
        return merged

    @property
    def stored(self) -> Known:
        assert self.known
        return self.known

    @property
    def fields(self) -> Fields:
        return self.stored.record.fields


def put(fields: Fields, *, kind: Kind = DAY, record_id: str = DAY_ID, replaces: bool = False) -> Put:
    return Put(kind=kind, id=RecordId(record_id), fields=fields, replaces=replaces)


def put_day(**scores: Value) -> Put:
    return put(scores)


delete_day = Delete(kind=DAY, id=DAY_ID)
scores = st.dictionaries(
    st.sampled_from(["pain", "fatigue", "own:grip", "note"]), st.none() | st.integers(0, 10), max_size=3
).map(lambda drawn: {**drawn, "note": str(drawn["note"])} if drawn.get("note") is not None else drawn)
changes = st.lists(
    st.tuples(st.builds(put, scores, replaces=st.booleans()) | st.just(delete_day), DEVICES), min_size=1, max_size=12
)


def alike(one: Fields, other: Fields) -> bool:
    return all(absent_is_null(one.get(name), other.get(name)) for name in {**one, **other})


@given(any_client_record)
def test_a_put_of_a_whole_record_stores_every_field(drawn: Drawn) -> None:
    kind, (record_id, fields) = drawn
    merged = Diary().change(put(fields, kind=kind, record_id=record_id))
    assert merged.written
    assert merged.record
    assert merged.record == merged.written.record
    assert (merged.record.kind, merged.record.id, merged.record.deleted) == (kind.name, record_id, False)
    stored = merged.record.fields
    assert {name: stored[name] for name in fields if fields[name] is not None} == {
        name: value for name, value in fields.items() if value is not None
    }
    assert [entry.outcome for entry in merged.written.entries] == [Outcome.APPLIED]
    assert (merged.status, merged.created) == (Status.APPLIED, True)


@given(any_client_record)
def test_a_second_put_of_the_same_changes_nothing(drawn: Drawn) -> None:
    kind, (record_id, fields) = drawn
    diary = Diary()
    diary.change(put(fields, kind=kind, record_id=record_id))
    before = diary.stored
    for replaces in (False, True):
        again = diary.change(put(fields, kind=kind, record_id=record_id, replaces=replaces), THEIRS)
        assert again.written is None
        assert again.record == before.record
    assert diary.stored == before


@given(changes)
def test_history_alone_tells_the_record(made: list[tuple[Put | Delete, Device]]) -> None:
    diary = Diary()
    told: dict[str, Value] = {}
    for change, device in made:
        written = diary.change(change, device).written
        if written is None:
            continue
        (entry,) = written.entries
        if entry.outcome is Outcome.REVIVED:
            told = {}
        assert all(absent_is_null(told.get(name), old) for name, (old, _) in entry.changes.items())
        told |= {name: new for name, (_, new) in entry.changes.items()}
        assert alike(told, diary.fields)


@given(changes)
def test_only_what_is_written_moves_the_record_and_names_its_writer(made: list[tuple[Put | Delete, Device]]) -> None:
    diary = Diary()
    for change, device in made:
        before = diary.known
        merged = diary.change(change, device)
        if merged.written is None:
            assert diary.known == before
            assert merged.record == (before.record if before else None)
            continue
        after = diary.stored
        assert after.record.rev == diary.rev
        (entry,) = merged.written.entries
        if entry.outcome is Outcome.DELETED:
            assert before
            assert after.field_revs == {**before.field_revs, THE_DELETE: (diary.rev, device)}
            continue
        kept: FieldRevs = before.field_revs if before and not before.record.deleted else {}
        wrote = dict.fromkeys(entry.changes, (diary.rev, device))
        assert {**kept, **wrote}.items() <= after.field_revs.items()
        assert {origin for name, origin in after.field_revs.items() if name not in kept} <= {(diary.rev, device)}


@given(changes)
def test_what_a_change_tells_as_old_and_new_differs(made: list[tuple[Put | Delete, Device]]) -> None:
    diary = Diary()
    for change, device in made:
        written = diary.change(change, device).written
        entries = written.entries if written else ()
        assert all(not absent_is_null(old, new) for entry in entries for old, new in entry.changes.values())


@given(scores, scores)
def test_a_put_writes_what_it_names_and_a_replacing_one_clears_the_rest(first: Fields, second: Fields) -> None:
    told: Fields = {"local_date": "2026-03-01", "time_zone": "Europe/London"}
    joined, replaced = Diary(), Diary()
    for diary, replaces in ((joined, False), (replaced, True)):
        diary.change(put(first))
        diary.change(put(second, replaces=replaces))
    assert alike(joined.fields, {**told, **first, **second})
    assert alike(replaced.fields, {**told, **second})


@given(scores, scores)
def test_a_revival_holds_the_new_fields_alone(first: Fields, second: Fields) -> None:
    diary = Diary()
    diary.change(put(first))
    diary.change(delete_day)
    revived = diary.change(put(second), THEIRS)
    assert revived.written
    assert [entry.outcome for entry in revived.written.entries] == [Outcome.REVIVED]
    assert revived.created
    assert alike(diary.fields, {"local_date": "2026-03-01", "time_zone": "Europe/London", **second})
    assert {device for _, device in diary.stored.field_revs.values()} == {THEIRS}


def test_a_tombstone_keeps_the_fields_and_a_second_delete_leaves_it_be() -> None:
    diary = Diary()
    diary.change(put_day(pain=4))
    before = diary.stored
    deleted = diary.change(delete_day)
    assert deleted.record == replace(before.record, rev=Revision(3), deleted=True)
    assert deleted.written
    assert deleted.written.entries == (Entry(outcome=Outcome.DELETED, changes={}),)
    assert (deleted.status, deleted.created) == (Status.APPLIED, False)
    again = diary.change(delete_day)
    assert again == Merged(status=Status.UNCHANGED, record=deleted.record)


def test_deleting_what_never_was_leaves_nothing() -> None:
    assert Diary().change(delete_day) == Merged(status=Status.UNCHANGED, record=None)


def test_what_the_server_filled_in_is_told() -> None:
    merged = Diary().change(put_day(pain=4))
    assert [(notice.code, notice.field) for notice in merged.notices] == [
        ("local-date-filled-in", "local_date"),
        ("time-zone-filled-in", "time_zone"),
    ]


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ({"local_date": "2026-03-01", "status": "taken"}, {"taken_at": "2026-04-01T22:00:00Z"}, "day-mismatch"),
        ({"local_date": "2026-03-01", "status": "taken"}, {"status": None}, "missing-field"),
        ({"local_date": "2026-03-01", "status": "taken"}, {"local_date": "2026-12-31"}, "date-in-future"),
    ],
)
def test_what_breaks_a_rule_only_once_merged_is_refused(first: Fields, second: Fields, code: str) -> None:
    diary = Diary()
    diary.change(put(first, kind=DOSE, record_id=UUID))
    with pytest.raises(Invalid) as refused:
        diary.change(put(second, kind=DOSE, record_id=UUID))
    assert [error.code for error in refused.value.errors] == [code]


@pytest.mark.parametrize("deletes", [False, True])
def test_an_own_measures_direction_outlives_even_its_tombstone(*, deletes: bool) -> None:
    diary = Diary()
    diary.change(put({"label": "Grip", "direction": "lower_is_better"}, kind=MEASURE_KIND, record_id="grip"))
    if deletes:
        diary.change(Delete(kind=MEASURE_KIND, id=RecordId("grip")))
    with pytest.raises(Invalid):
        diary.change(put({"label": "Grip", "direction": "higher_is_better"}, kind=MEASURE_KIND, record_id="grip"))
    diary.change(put({"label": "Strength", "direction": "lower_is_better"}, kind=MEASURE_KIND, record_id="grip"))
    assert diary.fields["label"] == "Strength"


def known(fields: Mapping[str, Origin], kind: Kind = DAY, *, deleted: bool = False) -> Known:
    """A record stored at revision 5."""
    diary = Diary(rev=4)
    wanted = {name: value for name, (value, _, _) in fields.items()}
    diary.change(put(wanted, kind=kind, record_id=UUID if kind is not DAY else DAY_ID))
    record = replace(diary.stored.record, deleted=deleted)
    origins = {name: (Revision(last), device) for name, (_, last, device) in fields.items()}
    return Known(record=record, field_revs={**diary.stored.field_revs, **origins})


changed_or_deleted = st.sampled_from([put_day(pain=1), delete_day])


@given(changed_or_deleted, st.integers(0, 10))
def test_only_the_present_revision_is_let_through(change: Put | Delete, expected: int) -> None:
    present = known({"pain": (4, 5, MINE)})
    if expected == 5:
        admit(present, change, expected=Revision(expected), device=MINE)
        return
    with pytest.raises(EntryChanged) as refused:
        admit(present, change, expected=Revision(expected), device=MINE)
    assert refused.value.current == present.record


@given(changed_or_deleted, st.integers(1, 10) | st.just(ANY_REVISION))
def test_no_revision_fits_what_is_not_there(change: Put | Delete, expected: int) -> None:
    for absent in (None, known({"pain": (4, 5, MINE)}, deleted=True)):
        with pytest.raises(EntryChanged) as refused:
            admit(absent, change, expected=Revision(expected), device=MINE)
        assert refused.value.current is None


def test_never_seen_fits_only_what_is_not_there() -> None:
    admit(None, put_day(pain=1), expected=NEVER_SEEN, device=MINE)
    admit(known({"pain": (4, 5, MINE)}, deleted=True), put_day(pain=1), expected=NEVER_SEEN, device=MINE)
    with pytest.raises(EntryChanged):
        admit(known({"pain": (4, 5, MINE)}), put_day(pain=1), expected=NEVER_SEEN, device=MINE)


def test_any_revision_fits_whatever_is_there() -> None:
    admit(known({"pain": (4, 5, THEIRS)}), put_day(pain=1), expected=ANY_REVISION, device=MINE)
    admit(known({"pain": (4, 5, THEIRS)}), delete_day, expected=ANY_REVISION, device=MINE)


@pytest.mark.parametrize("expected", [None, ANY_REVISION, Revision(5)])
def test_a_put_that_may_not_create_finds_nothing_where_nothing_is(expected: Revision | None) -> None:
    change = replace(put_day(pain=1), may_create=False)
    with pytest.raises(NotFound):
        admit(None, change, expected=expected, device=MINE)
    admit(known({"pain": (4, 5, MINE)}), change, expected=expected, device=MINE)


def dose(last_by: Device) -> Known:
    fields: Mapping[str, Origin] = {
        "local_date": ("2026-03-01", 5, last_by),
        "status": ("taken", 5, last_by),
        "mg": (Decimal("1.5"), 5, last_by),
    }
    return known(fields, DOSE)


unit_changes = st.fixed_dictionaries(
    {},
    optional={
        "local_date": st.sampled_from(["2026-03-01", "2026-03-02"]),
        "status": st.sampled_from(["taken", "skipped"]),
        "mg": st.sampled_from([None, Decimal("1.5"), Decimal(3)]),
        "taken_at": st.sampled_from([None, "2026-03-01T22:00:00Z"]),
        "note": st.sampled_from([None, "slept well"]),
    },
)


@given(unit_changes, DEVICES)
def test_a_doses_safety_fields_by_another_device_ask_for_the_revision(fields: Fields, device: Device) -> None:
    present = dose(THEIRS)
    stored = present.record.fields
    alters = any(name in fields and not absent_is_null(stored.get(name), fields[name]) for name in DOSE_UNIT)
    change = put(fields, kind=DOSE, record_id=UUID)
    if alters and device == MINE:
        with pytest.raises(RevisionRequired):
            admit(present, change, expected=None, device=device)
    else:
        admit(present, change, expected=None, device=device)
    admit(present, change, expected=Revision(5), device=device)


def test_a_dose_is_deleted_and_revived_without_its_revision() -> None:
    admit(dose(THEIRS), Delete(kind=DOSE, id=RecordId(UUID)), expected=None, device=MINE)
    gone = replace(dose(THEIRS), record=replace(dose(THEIRS).record, deleted=True))
    admit(gone, put({"status": "skipped"}, kind=DOSE, record_id=UUID), expected=None, device=MINE)


@given(records(MEDICATION), DEVICES)
def test_other_kinds_are_written_without_their_revision(
    drawn: tuple[RecordId, dict[str, Value]], device: Device
) -> None:
    record_id, fields = drawn
    diary = Diary()
    change = put(fields, kind=MEDICATION, record_id=record_id)
    diary.change(change, THEIRS)
    admit(diary.known, put({"name": "another"}, kind=MEDICATION, record_id=record_id), expected=None, device=device)
