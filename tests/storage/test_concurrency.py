"""Many at once: no write is lost, no revision is given twice, and a reader sees one moment."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest

from app.domain.errors import DatabaseUnavailable
from app.domain.ids import RecordId, Revision
from app.domain.records.kinds import CONFLICT, DAY, EVENT, KINDS
from app.domain.records.record import KindName
from app.domain.sync.change import EntryChanged, Merged
from app.domain.sync.epoch import Standing
from app.storage.database import Database
from app.storage.pulls import Page
from app.storage.work import Work
from tests.support.diaries import Diary, new_diary, putting, putting_day
from tests.support.diary import uuid7

WRITES = 60
FIELDS = ("pain", "fatigue", "anxiety", "stiffness", "headache", "nausea")


def day(number: int) -> str:
    return f"2026-{1 + number // 28:02}-{1 + number % 28:02}"


async def all_of(diary: Diary, *units: Callable[[Work], Merged]) -> Sequence[Merged | BaseException]:
    return await asyncio.gather(*(diary.database.write(diary.access, unit) for unit in units), return_exceptions=True)


def revisions(answers: Sequence[Merged | BaseException]) -> list[int]:
    return [answer.written.record.rev for answer in answers if isinstance(answer, Merged) and answer.written]


def test_writes_of_one_patient_at_once_each_get_a_revision_of_their_own(database: Database) -> None:
    diary = new_diary(database)
    answers = asyncio.run(all_of(diary, *(putting_day(day(number), pain=number % 11) for number in range(WRITES))))
    assert sorted(revisions(answers)) == list(range(2, WRITES + 2))
    assert diary.revision() == WRITES + 1
    found = diary.read(lambda work: work.records.listed(DAY))
    assert {record.id: record.fields["pain"] for record in found} == {
        f"day-{day(number)}": number % 11 for number in range(WRITES)
    }
    assert [row.rev for row in diary.history()] == list(range(2, WRITES + 2))


def test_writes_of_one_record_at_once_all_leave_their_field(database: Database) -> None:
    diary = new_diary(database)
    answers = asyncio.run(all_of(diary, *(putting_day(day(0), **{field: 7}) for field in FIELDS)))
    assert sorted(revisions(answers)) == list(range(2, len(FIELDS) + 2))
    stored = diary.get(DAY, f"day-{day(0)}")
    assert stored is not None
    assert {name: stored.fields[name] for name in FIELDS} == dict.fromkeys(FIELDS, 7)
    assert len(diary.history()) == len(FIELDS)


def test_of_writers_that_saw_the_same_revision_one_gets_through(database: Database) -> None:
    diary = new_diary(database)
    diary.put_day(day(0), pain=0)
    units = [putting(DAY, f"day-{day(0)}", {"pain": number}, expected=2) for number in range(1, 11)]
    answers = asyncio.run(all_of(diary, *units))
    assert revisions(answers) == [3]
    assert Counter(type(answer) for answer in answers) == {Merged: 1, EntryChanged: 9}
    assert diary.revision() == 3


def test_history_of_a_field_is_a_chain_without_a_gap(database: Database) -> None:
    diary = new_diary(database)
    asyncio.run(all_of(diary, *(putting_day(day(0), pain=number % 11) for number in range(WRITES))))
    rows = diary.history()
    assert len(rows) > WRITES / 2
    assert all(later.old["pain"] == earlier.new["pain"] for earlier, later in pairwise(rows))
    stored = diary.get(DAY, f"day-{day(0)}")
    assert stored is not None
    assert stored.fields["pain"] == rows[-1].new["pain"]


def test_patients_at_once_do_not_touch_one_another(database: Database) -> None:
    diaries = [new_diary(database) for _ in range(4)]

    async def write_all() -> None:
        await asyncio.gather(
            *(
                database.write(diary.access, putting_day(day(number), pain=which))
                for number in range(20)
                for which, diary in enumerate(diaries)
            )
        )

    asyncio.run(write_all())
    for which, diary in enumerate(diaries):
        assert diary.revision() == 21
        found = diary.read(lambda work: work.records.listed(DAY))
        assert [record.fields["pain"] for record in found] == [which] * 20


def test_several_event_loops_share_the_database(database: Database) -> None:
    diary = new_diary(database)

    async def write_some(first: int) -> None:
        for number in range(first, first + 10):
            await database.write(diary.access, putting_day(day(number), pain=1))

    async def in_threads() -> None:
        await asyncio.gather(*(asyncio.to_thread(asyncio.run, write_some(first)) for first in (0, 10, 20)))

    asyncio.run(in_threads())
    assert diary.revision() == 31
    assert len(diary.history()) == 30


def test_a_reader_sees_one_moment_and_no_write_in_between(database: Database) -> None:
    diary = new_diary(database)
    diary.put_day(day(0), pain=1)

    def read_around_a_write(work: Work) -> tuple[int, int, object]:
        before = work.records.revision()
        diary.put_day(day(0), pain=9)
        record = work.records.get(DAY, RecordId(f"day-{day(0)}"))
        return before, work.records.revision(), record and record.fields["pain"]

    assert diary.read(read_around_a_write) == (2, 2, 1)
    assert diary.revision() == 3


def _page(after: Revision, kinds: Sequence[KindName]) -> Callable[[Work], tuple[Sequence[str], Revision]]:
    def read(work: Work) -> tuple[Sequence[str], Revision]:
        standing, _ = work.devices.standing()
        return _told(standing, work.pulls.after(after, kinds, limit=3))

    return read


def _glance(after: Revision, kinds: Sequence[KindName]) -> Callable[[Work], tuple[Sequence[str], Revision] | None]:
    def read(work: Work) -> tuple[Sequence[str], Revision] | None:
        standing, _, found = work.pulls.glance(None, after, kinds, limit=3)
        return None if found is None else _told(standing, found)

    return read


def _told(standing: Standing, found: Page) -> tuple[Sequence[str], Revision]:
    return found.lines, standing.rev if found.more_after is None else Revision(found.more_after)


def test_pulls_of_some_kinds_under_way_with_writes_leave_nothing_out(database: Database) -> None:
    diary = new_diary(database)
    wanted: list[tuple[KindName, ...]] = [(DAY.name,), (EVENT.name,), (EVENT.name, CONFLICT.name), tuple(KINDS)]
    pulled: list[dict[tuple[str, str], int]] = [{} for _ in wanted]

    async def pull(kinds: Sequence[KindName], held: dict[tuple[str, str], int], until: asyncio.Event) -> None:
        at, is_last = Revision(0), False
        while not is_last:
            is_last = until.is_set()
            before = Revision(-1)
            while before != at:
                before = at
                found = await database.glance(diary.access, _glance(at, kinds))
                lines, at = found or await database.read(diary.access, _page(at, kinds))
                held |= {(told["kind"], told["id"]): told["rev"] for told in map(json.loads, lines)}

    async def write_and_pull() -> None:
        written = asyncio.Event()
        pulling = [asyncio.create_task(pull(kinds, held, written)) for kinds, held in zip(wanted, pulled, strict=True)]
        days = [putting_day(day(number % 7), pain=number % 11) for number in range(WRITES)]
        events = [putting(EVENT, uuid7(number % 5), {"starts_on": day(number)}) for number in range(WRITES)]
        await all_of(diary, *(unit for pair in zip(days, events, strict=True) for unit in pair))
        written.set()
        await asyncio.gather(*pulling)

    asyncio.run(write_and_pull())
    found = diary.rows("SELECT kind, id, rev FROM records WHERE patient = :patient")
    stored = {(kind, record_id): rev for kind, record_id, rev in found}
    assert len(stored) == 7 + 5
    for kinds, held in zip(wanted, pulled, strict=True):
        assert held == {place: rev for place, rev in stored.items() if place[0] in kinds}


def test_a_reader_cannot_write(database: Database) -> None:
    diary = new_diary(database)
    with pytest.raises(DatabaseUnavailable):
        diary.read(putting_day(day(0), pain=1))
    assert diary.revision() == 1


LOSE_RACES = """
    CREATE SEQUENCE races;
    CREATE FUNCTION lose_races() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF nextval('races') <= {lost} THEN
            RAISE EXCEPTION 'lost' USING ERRCODE = '{state}';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER lose_races BEFORE INSERT ON records FOR EACH ROW EXECUTE FUNCTION lose_races();
"""


@pytest.mark.parametrize("engine_name", ["postgresql"])
@pytest.mark.parametrize("state", ["serialization_failure", "deadlock_detected"])
def test_a_unit_that_lost_a_race_runs_again(database: Database, state: str) -> None:
    diary = new_diary(database)
    with database.primary.begin() as connection:
        connection.exec_driver_sql(LOSE_RACES.format(lost=4, state=state))
    assert diary.put_day(day(0), pain=1).written is not None
    assert diary.revision() == 2
    assert len(diary.history()) == 1


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_a_unit_that_loses_every_race_is_refused_and_leaves_nothing(database: Database) -> None:
    diary = new_diary(database)
    with database.primary.begin() as connection:
        connection.exec_driver_sql(LOSE_RACES.format(lost=5, state="serialization_failure"))
    with pytest.raises(DatabaseUnavailable):
        diary.put_day(day(0), pain=1)
    assert diary.revision() == 1
    assert diary.put_day(day(0), pain=1).written is not None
