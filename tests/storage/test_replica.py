"""A replica answers for a diary only once it has caught up with what the reader may know of."""

import asyncio
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.access import Nobody, OwnDiary
from app.domain.ids import PatientKey, Revision
from app.domain.records.kinds import DAY
from app.domain.sessions import TokenInvalid
from app.storage.database import Database
from tests.support.diaries import Diary, new_diary, putting_day

ELSEWHERE = "1999-01-01"


@pytest.fixture
def primary(tmp_path: Path, sqlite_template: Path) -> Iterator[Diary]:
    file = tmp_path / "primary.db"
    shutil.copy(sqlite_template, file)
    database = Database(f"sqlite:///{file}")
    yield new_diary(database)
    database.close()


@pytest.fixture
def both(tmp_path: Path, primary: Diary) -> Iterator[Database]:
    """The primary, and as its replica a copy in which one day can be told from the primary's."""
    primary.put_day("2026-03-01", pain=4)
    primary.database.close()
    shutil.copy(tmp_path / "primary.db", tmp_path / "replica.db")
    replica = Database(f"sqlite:///{tmp_path / 'replica.db'}")
    asyncio.run(replica.write(primary.access, putting_day(ELSEWHERE, pain=9)))
    replica.close()
    database = Database(f"sqlite:///{tmp_path / 'primary.db'}", replica_url=f"sqlite:///{tmp_path / 'replica.db'}")
    yield database
    database.close()


def days(database: Database, access: OwnDiary) -> list[str]:
    found = asyncio.run(database.read(access, lambda work: work.records.listed(DAY)))
    return [record.id for record in found]


def test_a_replica_that_has_caught_up_answers(both: Database, primary: Diary) -> None:
    seen = replace(primary.access, revision=Revision(2))
    assert days(both, seen) == [f"day-{ELSEWHERE}", "day-2026-03-01"]


def test_a_replica_that_is_behind_passes_to_the_primary(both: Database, primary: Diary) -> None:
    seen = replace(primary.access, revision=Revision(4))
    assert days(both, seen) == ["day-2026-03-01"]


def test_a_replica_without_the_patient_passes_to_the_primary(both: Database) -> None:
    newcomer = new_diary(both)
    asyncio.run(both.write(newcomer.access, putting_day("2026-03-02", pain=4)))
    assert days(both, newcomer.access) == ["day-2026-03-02"]


def test_a_replica_that_is_away_passes_to_the_primary(both: Database, primary: Diary, tmp_path: Path) -> None:
    (tmp_path / "replica.db").unlink()
    (tmp_path / "replica.db").mkdir()
    assert days(both, replace(primary.access, revision=Revision(2))) == ["day-2026-03-01"]


def test_whoever_has_no_diary_reads_the_primary(both: Database) -> None:
    newcomer = new_diary(both)
    email = newcomer.access.account_id.replace("account-", "patient") + "@example.org"
    assert asyncio.run(both.read(Nobody(network="192.0.2.1"), lambda work: work.logins.find(email))) is not None


def test_a_diary_erased_since_its_reader_was_let_in_is_refused(primary: Diary) -> None:
    gone = replace(primary.access, patient=PatientKey(primary.access.patient + 1))
    with pytest.raises(TokenInvalid):
        asyncio.run(primary.database.write(gone, putting_day("2026-03-01", pain=4)))
    with pytest.raises(TokenInvalid):
        asyncio.run(primary.database.read(gone, lambda work: work.records.revision()))
