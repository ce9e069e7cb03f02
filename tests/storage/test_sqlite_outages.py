"""SQLite's disk full, read-only or locked by others: a refusal in time, nothing half-stored, no restart."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from app.domain.access import Operator
from app.domain.errors import DatabaseUnavailable, StorageFull
from app.domain.records.kinds import DAY
from app.storage import sqlite_library
from app.storage.database import Database
from tests.support.diaries import Diary, new_diary, putting_day, revision

LONG = "x" * 4000


@pytest.fixture
def engine_name() -> str:
    return "sqlite"


@pytest.fixture
def diary(database: Database) -> Diary:
    return new_diary(database)


class Disk:
    """The disk below the database, as the writer's connection finds it."""

    def __init__(self) -> None:
        self._statement = ""

    def becomes(self, statement: str) -> None:
        """What the connection is told about itself before its next transaction, also when it was opened anew."""
        self._statement = statement

    def __call__(self, connection: Connection) -> None:
        if self._statement:
            connection.connection.cursor().execute(self._statement)


@pytest.fixture
def disk(database: Database) -> Iterator[Disk]:
    made = Disk()
    event.listen(database.primary, "begin", made)
    yield made
    event.remove(database.primary, "begin", made)


def pages(database: Database) -> int:
    with database.primary.connect() as connection:
        return int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())


def fill(diary: Diary, disk: Disk) -> int:
    """Writes days until the disk is full; answers how many were stored."""
    disk.becomes(f"PRAGMA max_page_count = {pages(diary.database) + 6}")
    for number in range(1, 32):
        try:
            diary.put_day(f"2026-03-{number:02}", note=LONG)
        except StorageFull:
            return number - 1
    raise AssertionError("the disk never became full")


def test_a_full_disk_is_refused_and_nothing_is_half_stored(diary: Diary, disk: Disk) -> None:
    stored = fill(diary, disk)
    assert stored > 0
    assert diary.revision() == stored + 1
    assert len(diary.read(lambda work: work.records.listed(DAY))) == stored
    assert len(diary.history()) == stored


def test_a_disk_with_room_again_is_used_without_a_restart(diary: Diary, disk: Disk) -> None:
    stored = fill(diary, disk)
    disk.becomes("PRAGMA max_page_count = 1000000")
    assert diary.put_day("2026-04-01", note=LONG).written is not None
    assert diary.revision() == stored + 2


def test_on_a_full_disk_only_those_that_need_room_are_refused(diary: Diary, disk: Disk) -> None:
    fill(diary, disk)

    async def write_together() -> list[object]:
        units = [putting_day("2026-03-01", note=None), *(putting_day("2026-04-01", note=LONG) for _ in range(3))]
        asked = (diary.database.write(diary.access, unit) for unit in [*units, revision])
        return await asyncio.gather(*asked, return_exceptions=True)

    refused = [type(answer) for answer in asyncio.run(write_together()) if isinstance(answer, BaseException)]
    assert set(refused) == {StorageFull}
    assert len(refused) < 4
    stored = diary.get(DAY, "day-2026-03-01")
    assert stored is not None
    assert stored.fields["note"] is None


def test_a_disk_that_only_reads_refuses_writes_serves_reads_and_heals(diary: Diary, disk: Disk) -> None:
    diary.put_day("2026-03-01", pain=1)
    disk.becomes("PRAGMA query_only = ON")
    for _ in range(3):
        with pytest.raises(DatabaseUnavailable):
            diary.put_day("2026-03-02", pain=2)
    assert diary.revision() == 2
    disk.becomes("")
    assert diary.put_day("2026-03-02", pain=2).written is not None
    assert diary.revision() == 3


def test_a_lock_that_another_process_holds_is_refused_in_time_while_reads_go_on(
    diary: Diary, database_url: str
) -> None:
    other = sqlite_library.driver.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()

    async def write_many() -> list[object]:
        asked = [
            asyncio.create_task(diary.database.write(diary.access, putting_day(f"2026-03-{number:02}", pain=1)))
            for number in range(1, 31)
        ]
        assert await diary.database.read(diary.access, revision) == 1
        assert time.monotonic() - began < 2
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = asyncio.run(write_many())
    assert {type(answer) for answer in answers} == {DatabaseUnavailable}
    assert time.monotonic() - began < 5
    other.execute("ROLLBACK")
    other.close()
    freed = time.monotonic()
    assert diary.put_day("2026-04-01", pain=1).written is not None
    assert time.monotonic() - freed < 5
    rows = diary.history()
    assert len(rows) == diary.revision() - 1
    assert len({row.id for row in rows}) == len(rows)


def test_a_database_whose_folder_is_gone_is_refused_and_used_once_it_is_back(tmp_path: Path) -> None:
    away = Database(f"sqlite:///{tmp_path / 'not there' / 'onset.db'}")
    try:
        for verb in (away.read, away.write):
            with pytest.raises(DatabaseUnavailable):
                asyncio.run(verb(Operator(reason="test"), lambda work: work.schema_revision()))
        with pytest.raises(DatabaseUnavailable):
            asyncio.run(away.bearer(bytes(32)))
        (tmp_path / "not there").mkdir()
        assert asyncio.run(away.read(Operator(reason="test"), lambda work: work.schema_revision())) is None
    finally:
        away.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "onset.db").write_bytes(b"no database at all, but long enough to be read" * 100)
    broken = Database(f"sqlite:///{tmp_path / 'onset.db'}")
    try:
        with pytest.raises(DatabaseUnavailable):
            asyncio.run(broken.read(Operator(reason="test"), lambda work: work.schema_revision()))
    finally:
        broken.close()
