"""The store of records, on both engines: what a write leaves behind, and what it refuses."""

import asyncio
import json
from collections.abc import Mapping

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.domain.access import Operator
from app.domain.errors import Invalid
from app.domain.ids import RecordId
from app.domain.records.kinds import DAY, DOSE, EVENT
from app.domain.records.record import Value
from app.domain.sync.change import EntryChanged, RevisionRequired
from app.storage.database import Database
from app.storage.work import Work
from tests.support.diaries import AT, Diary, new_diary, putting_day

DOSE_ID = "0198c0de-1111-7222-8333-444455556666"
TAKEN: Mapping[str, Value] = {"local_date": "2026-03-01", "status": "taken"}


@pytest.fixture
def diary(database: Database) -> Diary:
    return new_diary(database)


def test_an_empty_diary_stands_at_revision_1_and_the_first_write_takes_2(diary: Diary) -> None:
    assert diary.revision() == 1
    assert diary.put_day("2026-03-01", pain=4).written is not None
    assert diary.revision() == 2
    stored = diary.get(DAY, "day-2026-03-01")
    assert stored is not None
    assert (stored.rev, stored.deleted) == (2, False)
    assert stored.fields == {"local_date": "2026-03-01", "time_zone": "Europe/London", "pain": 4}


def test_each_accepted_write_takes_one_revision_also_one_that_changes_nothing(diary: Diary) -> None:
    diary.put_day("2026-03-01", pain=4)
    again = diary.put_day("2026-03-01", pain=4)
    assert again.written is None
    assert diary.revision() == 3
    stored = diary.get(DAY, "day-2026-03-01")
    assert stored is not None
    assert stored.rev == 2
    assert [row.rev for row in diary.history()] == [2]


def test_a_refused_write_takes_no_revision_and_leaves_no_trace(diary: Diary) -> None:
    with pytest.raises(Invalid):
        diary.put_day("2026-11-27", pain=4)
    with pytest.raises(EntryChanged):
        diary.put(DAY, "day-2026-03-01", {"pain": 1}, expected=1)
    assert diary.revision() == 1
    assert diary.get(DAY, "day-2026-03-01") is None
    assert diary.history() == []


def test_what_was_never_written_is_not_there(diary: Diary) -> None:
    assert diary.get(DAY, "day-2026-03-01") is None
    nothing = diary.delete(DAY, "day-2026-03-01")
    assert nothing.record is None
    assert nothing.written is None
    assert diary.rows("SELECT id FROM records WHERE patient = :patient") == []


def test_a_put_writes_the_named_fields_and_keeps_the_others(diary: Diary) -> None:
    diary.put_day("2026-03-01", pain=4, fatigue=5)
    diary.put_day("2026-03-01", pain=6, note="worse")
    stored = diary.get(DAY, "day-2026-03-01")
    assert stored is not None
    assert (stored.fields["pain"], stored.fields["fatigue"], stored.fields["note"]) == (6, 5, "worse")


def test_a_replacing_put_clears_what_it_does_not_name(diary: Diary) -> None:
    diary.put_day("2026-03-01", pain=4, fatigue=5)
    diary.put(DAY, "day-2026-03-01", {"pain": 4}, expected=2, replaces=True)
    stored = diary.get(DAY, "day-2026-03-01")
    assert stored is not None
    assert "fatigue" not in stored.fields
    assert diary.history()[-1].old == {"fatigue": 5}
    assert diary.history()[-1].new == {"fatigue": None}


def test_null_is_kept_and_is_no_change_from_absent(diary: Diary) -> None:
    diary.put_day("2026-03-01", pain=4)
    assert diary.put_day("2026-03-01", fatigue=None).written is None
    diary.put_day("2026-03-01", pain=None)
    stored = diary.get(DAY, "day-2026-03-01")
    assert stored is not None
    assert stored.fields["pain"] is None


def test_a_tombstone_keeps_its_fields_and_says_so(diary: Diary) -> None:
    diary.put_day("2026-03-01", pain=4)
    before = diary.get(DAY, "day-2026-03-01")
    diary.delete(DAY, "day-2026-03-01")
    tombstone = diary.get(DAY, "day-2026-03-01")
    assert before is not None
    assert tombstone is not None
    assert tombstone.deleted is True
    assert (tombstone.rev, tombstone.fields) == (3, before.fields)
    assert [row.outcome for row in diary.history()] == ["applied", "deleted"]
    assert diary.read(lambda work: work.records.listed(DAY)) == []


def test_deleting_twice_moves_the_record_once(diary: Diary) -> None:
    diary.put_day("2026-03-01", pain=4)
    diary.delete(DAY, "day-2026-03-01")
    again = diary.delete(DAY, "day-2026-03-01")
    assert again.written is None
    assert again.record is not None
    assert (again.record.rev, again.record.deleted) == (3, True)
    assert len(diary.history()) == 2


def test_a_put_on_a_tombstone_revives_it_with_the_new_fields_alone(diary: Diary) -> None:
    diary.put_day("2026-03-01", pain=4, fatigue=5)
    diary.delete(DAY, "day-2026-03-01")
    revived = diary.put_day("2026-03-01", pain=2)
    stored = diary.get(DAY, "day-2026-03-01")
    assert revived.created
    assert stored is not None
    assert stored.deleted is False
    assert stored.fields == {"local_date": "2026-03-01", "time_zone": "Europe/London", "pain": 2}
    assert [row.outcome for row in diary.history()] == ["applied", "deleted", "revived"]


def test_history_tells_who_changed_what_from_what_to_what(diary: Diary) -> None:
    other = diary.on_another_device()
    diary.put_day("2026-03-01", pain=4)
    other.put_day("2026-03-01", pain=6, note="later")
    first, second = diary.history()
    assert (first.kind, first.id, first.rev, first.device) == ("day", "day-2026-03-01", 2, diary.access.device)
    assert first.old == {"local_date": None, "time_zone": None, "pain": None}
    assert first.new == {"local_date": "2026-03-01", "time_zone": "Europe/London", "pain": 4}
    assert (second.rev, second.device) == (3, other.access.device)
    assert (second.old, second.new) == ({"pain": 4, "note": None}, {"pain": 6, "note": "later"})


def test_history_keeps_the_instant_to_the_microsecond(diary: Diary) -> None:
    diary.put_day("2026-03-01", pain=4)
    assert diary.rows("SELECT at FROM record_history WHERE patient = :patient") == [(int(AT.timestamp()) * 1_000_000,)]


def test_each_field_remembers_its_last_write(diary: Diary) -> None:
    other = diary.on_another_device()
    diary.put_day("2026-03-01", pain=4, fatigue=5)
    other.put_day("2026-03-01", pain=6, fatigue=5)
    [(stored,)] = diary.rows("SELECT CAST(field_revs AS TEXT) FROM records WHERE patient = :patient")
    mine, theirs = [2, diary.access.device], [3, other.access.device]
    assert json.loads(stored) == {"local_date": mine, "time_zone": mine, "pain": theirs, "fatigue": mine}


@pytest.mark.parametrize("expected", [1, 3, 2**53])
def test_another_revision_than_the_expected_one_is_refused_with_the_present_record(diary: Diary, expected: int) -> None:
    diary.put_day("2026-03-01", pain=4)
    with pytest.raises(EntryChanged) as refused:
        diary.put(DAY, "day-2026-03-01", {"pain": 5}, expected=expected)
    with pytest.raises(EntryChanged):
        diary.delete(DAY, "day-2026-03-01", expected=expected)
    assert refused.value.current == diary.get(DAY, "day-2026-03-01")
    assert refused.value.current is not None
    assert refused.value.current.fields["pain"] == 4


def test_the_expected_revision_lets_a_write_through_once(diary: Diary) -> None:
    diary.put_day("2026-03-01", pain=4)
    diary.put(DAY, "day-2026-03-01", {"pain": 5}, expected=2)
    with pytest.raises(EntryChanged):
        diary.put(DAY, "day-2026-03-01", {"pain": 6}, expected=2)
    diary.delete(DAY, "day-2026-03-01", expected=3)
    with pytest.raises(EntryChanged) as refused:
        diary.delete(DAY, "day-2026-03-01", expected=3)
    assert refused.value.current is None


def test_a_dose_that_another_device_wrote_needs_its_revision(diary: Diary) -> None:
    other = diary.on_another_device()
    diary.put(DOSE, DOSE_ID, TAKEN)
    with pytest.raises(RevisionRequired):
        other.put(DOSE, DOSE_ID, {"status": "skipped"})
    other.put(DOSE, DOSE_ID, {"status": "skipped"}, expected=2)
    assert diary.revision() == 3


def test_two_patients_with_the_same_ids_never_meet(database: Database) -> None:
    one, two = new_diary(database), new_diary(database)
    one.put_day("2026-03-01", pain=1, note="one")
    one.put_day("2026-03-01", pain=2)
    two.put_day("2026-03-01", pain=9)
    one.delete(DAY, "day-2026-03-01")
    theirs = two.get(DAY, "day-2026-03-01")
    assert theirs is not None
    assert (theirs.deleted, theirs.rev) == (False, 2)
    assert theirs.fields == {"local_date": "2026-03-01", "time_zone": "Europe/London", "pain": 9}
    assert (one.revision(), two.revision()) == (4, 2)
    assert (len(one.history()), len(two.history())) == (3, 1)


def test_one_id_in_two_kinds_is_two_records(diary: Diary) -> None:
    diary.put(DOSE, DOSE_ID, TAKEN)
    diary.put(EVENT, DOSE_ID, {"kind": "flare", "starts_on": "2026-03-01"})
    diary.delete(EVENT, DOSE_ID)
    dose = diary.get(DOSE, DOSE_ID)
    assert dose is not None
    assert dose.deleted is False


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records SET fields = '{}' WHERE patient = :patient",
        "UPDATE records SET deleted = NOT deleted, rev = rev WHERE patient = :patient",
        "UPDATE records SET rev = rev - 1 WHERE patient = :patient",
        """INSERT INTO records (patient, kind, id, rev, deleted, local_day, fields, field_revs)
           SELECT patient, kind, id, rev, deleted, local_day, '{}', '{}' FROM records WHERE patient = :patient""",
    ],
)
def test_the_database_refuses_a_row_that_changes_without_a_new_revision(diary: Diary, statement: str) -> None:
    diary.put_day("2026-03-01", pain=4)
    with diary.database.primary.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(text(statement), {"patient": diary.access.patient})
    stored = diary.get(DAY, "day-2026-03-01")
    assert stored is not None
    assert stored.fields["pain"] == 4


@pytest.mark.parametrize("engine_name", ["sqlite"])
@pytest.mark.parametrize(("rev", "is_refused"), [(1, True), (2, True), (3, False)])
def test_sqlite_refuses_a_replacing_insert_without_a_new_revision(diary: Diary, rev: int, *, is_refused: bool) -> None:
    diary.put_day("2026-03-01", pain=4)
    statement = text(
        """INSERT OR REPLACE INTO records (patient, kind, id, rev, deleted, local_day, fields, field_revs)
           VALUES (:patient, 'day', 'day-2026-03-01', :rev, 0, '2026-03-01', '{}', '{}')"""
    )
    with diary.database.primary.connect() as connection:
        if is_refused:
            with pytest.raises(IntegrityError, match="without a new revision"):
                connection.execute(statement, {"patient": diary.access.patient, "rev": rev})
        else:
            assert connection.execute(statement, {"patient": diary.access.patient, "rev": rev}).rowcount == 1


def test_a_unit_of_work_that_fails_late_takes_back_all_it_did(diary: Diary) -> None:
    def work_and_fail(work: Work) -> None:
        putting_day("2026-03-01", pain=4)(work)
        raise LookupError

    with pytest.raises(LookupError):
        diary.write(work_and_fail)
    assert diary.revision() == 1
    assert diary.history() == []


def test_records_open_only_for_an_access_that_names_a_patient(diary: Diary) -> None:
    record_id = RecordId("day-2026-03-01")
    with pytest.raises(TypeError):
        asyncio.run(diary.database.read(Operator(reason="test"), lambda work: work.records.get(DAY, record_id)))
