"""Every commit that moves a diary is told, once it is durable, whoever made it and whether or not they still wait."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from app.domain.ids import PatientKey, Revision
from app.domain.records.kinds import DAY
from app.storage.database import Database
from app.storage.work import Work
from tests.support.diaries import Diary, new_diary, putting_day, revision
from tests.support.waiting import until


@dataclass(slots=True)
class Heard:
    """What was told."""

    told: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    def __call__(self, patient: PatientKey, rev: Revision) -> None:
        self.told.append((patient, rev))


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def diary(database_url: str, heard: Heard) -> Iterator[Diary]:
    database = Database(database_url, on_move=heard)
    yield new_diary(database)
    database.close()


def test_each_write_of_a_diary_is_told_with_its_revision(diary: Diary, heard: Heard) -> None:
    other = new_diary(diary.database)
    diary.put_day("2026-03-01", pain=1)
    other.put_day("2026-03-01", pain=1)
    diary.delete(DAY, "day-2026-03-01")
    assert heard.told == [(diary.access.patient, 2), (other.access.patient, 2), (diary.access.patient, 3)]


def test_what_is_told_is_there_for_whoever_then_looks(database_url: str) -> None:
    found: list[int] = []
    looking = Database(database_url)
    mine: list[Diary] = []

    def look(_patient: PatientKey, _rev: Revision) -> None:
        found.append(Diary(looking, mine[0].access).revision())

    database = Database(database_url, on_move=look)
    mine.append(new_diary(database))
    mine[0].put_day("2026-03-01", pain=1)
    database.close()
    looking.close()
    assert found == [2]


def test_what_moves_no_diary_is_not_told(diary: Diary, heard: Heard) -> None:
    def write_and_fail(work: Work) -> None:
        putting_day("2026-03-01", pain=1)(work)
        raise LookupError

    diary.write(lambda work: work.accounts.change(work.accounts.own(to_change=True)))
    diary.read(revision)
    with pytest.raises(LookupError):
        diary.write(write_and_fail)
    assert heard.told == []


def test_writes_committed_together_are_each_told_unless_they_failed(diary: Diary, heard: Heard) -> None:
    def fail(work: Work) -> None:
        putting_day("2026-03-01", pain=1)(work)
        raise LookupError

    async def write_all() -> None:
        units = [fail if number % 5 == 2 else putting_day(f"2026-03-{number + 1:02}", pain=1) for number in range(20)]
        asked = (diary.database.write(diary.access, unit) for unit in units)
        await asyncio.gather(*asked, return_exceptions=True)

    asyncio.run(write_all())
    assert sorted(heard.told) == [(diary.access.patient, rev) for rev in range(2, 18)]


def test_a_write_whose_caller_has_left_is_told_all_the_same(diary: Diary, heard: Heard) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def write(work: Work) -> None:
        begun.set()
        goes_on.wait(4)
        putting_day("2026-03-01", pain=1)(work)

    async def leave() -> None:
        asked = asyncio.create_task(diary.database.write(diary.access, write))
        await asyncio.to_thread(begun.wait, 4)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        goes_on.set()

    asyncio.run(leave())
    until(lambda: heard.told)
    assert heard.told == [(diary.access.patient, 2)]
