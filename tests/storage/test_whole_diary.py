"""A whole diary is stored in one transaction, and its counter goes on beyond what its phones saw elsewhere."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy.exc import IntegrityError

from app.domain.access import Operator
from app.domain.ids import Device, RecordId, Revision
from app.domain.records.kinds import DAY
from app.domain.records.record import StoredRecord, encode
from app.domain.sync.change import Entry, Outcome, Written
from app.domain.sync.epoch import EMPTY, Fork
from app.domain.sync.past import PastRow
from app.domain.sync.resume import resumed
from app.domain.sync.whole import Placed, WholeDiary, forks_after
from app.storage.backups import restoring
from app.storage.database import Database
from app.storage.rows import ReadyDiary
from app.storage.work import Work
from tests.support.diaries import AT, Diary, new_diary, putting_day
from tests.support.waiting import until

REV = Revision(7)
FIELDS = {"local_date": "2026-03-01", "time_zone": "Europe/London", "pain": 4}
DAY_ID = RecordId("day-2026-03-01")


def whole() -> WholeDiary:
    record = StoredRecord(kind=DAY.name, id=DAY_ID, rev=Revision(5), deleted=False, text=encode(FIELDS))
    origin = (Revision(5), Device("phone-1"))
    entry = Entry(outcome=Outcome.APPLIED, changes={name: (None, value) for name, value in FIELDS.items()})
    row = PastRow(kind=DAY.name, id=DAY_ID, device=origin[1], seq=3, at=AT, entry=entry)
    return WholeDiary(
        rev=REV,
        records=[Written(record=record, fields=FIELDS, field_revs=dict.fromkeys(FIELDS, origin), entries=())],
        history=[Placed(row, Revision(5), 0)],
        fork=resumed(REV, "e7", at=AT),
    )


def begin(work: Work, ready: ReadyDiary, forks: list[Fork]) -> Revision:
    work.devices.standing(to_write=True)
    return work.ledger.begin_with(ready, forks, epoch="e9")


def begun(diary: Diary) -> Diary:
    ready = ReadyDiary(whole(), diary.access)
    assert diary.write(lambda work: begin(work, ready, forks_after(whole(), "e1"))) == REV
    return diary


def state(diary: Diary) -> list[tuple[object, ...]]:
    return diary.rows("SELECT rev, epoch, resumes_at FROM patient_state WHERE patient = :patient")


def test_the_next_write_takes_the_revision_at_which_the_fork_resumes_and_then_one_more_each(database: Database) -> None:
    diary = begun(new_diary(database))
    resumes_at = whole().fork.resumed_at
    assert state(diary) == [(REV, "e9", resumes_at)]
    revs = [diary.put_day(f"2026-03-0{number}", pain=1).record for number in (1, 2, 3)]
    assert [record and record.rev for record in revs] == [resumes_at, resumes_at + 1, resumes_at + 2]
    standing, _ = diary.read(lambda work: work.devices.standing())
    assert [standing.in_gap(Revision(rev)) for rev in (REV, REV + 1, resumes_at - 1, resumes_at)] == [
        *(False, True, True, False)
    ]
    assert (standing.forked_at("e1"), standing.forked_at("e7")) == (EMPTY, REV)


def test_nothing_is_stored_of_what_the_database_refuses(database: Database) -> None:
    diary = new_diary(database)
    ready = ReadyDiary(whole(), diary.access)
    ready.history *= 2
    with pytest.raises(IntegrityError):
        diary.write(lambda work: begin(work, ready, forks_after(whole(), "e1")))
    assert state(diary) == [(EMPTY, "e1", None)]
    for table in ("records", "record_history", "forks"):
        assert diary.rows(f"SELECT * FROM {table} WHERE patient = :patient") == []  # noqa: S608 - one of three names
    begun(diary)


def test_where_it_leaves_the_counter_is_told_to_those_who_wait(database_url: str) -> None:
    told: list[tuple[int, int]] = []
    database = Database(database_url, on_move=lambda patient, rev: told.append((patient, rev)))
    diary = begun(new_diary(database))
    until(lambda: told == [(diary.access.patient, REV)])
    database.close()


def test_a_backup_that_is_restored_by_a_slow_clock_goes_on_behind_the_gap(
    database: Database, database_url: str
) -> None:
    diary = begun(new_diary(database))
    with restoring(database_url, Operator(reason="test")) as opened:
        opened.resume(partial(resumed, at=AT - timedelta(days=9)), lambda: "e10")
    standing, _ = diary.read(lambda work: work.devices.standing())
    assert standing.rev == whole().fork.resumed_at
    assert not standing.in_gap(standing.rev)
    record = diary.write(putting_day("2026-03-01", pain=1)).record
    assert record
    assert record.rev == standing.rev + 1


def test_a_diary_of_more_rows_than_a_statement_takes_is_all_there(database: Database) -> None:
    diary = new_diary(database)
    one = whole()
    rows = [Placed(replace(one.history[0].row, id=RecordId(f"x{number}")), Revision(2), 0) for number in range(4_500)]
    ready = ReadyDiary(replace(one, history=rows), diary.access)
    diary.write(lambda work: begin(work, ready, []))
    assert diary.rows("SELECT count(*) FROM record_history WHERE patient = :patient") == [(4_500,)]
