"""An export whose read begins anew, as after a replica that went away half way."""

import asyncio
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar, cast
from zipfile import ZipFile

from app.api.render import json_of
from app.domain.access import OwnDiary
from app.domain.records.kinds import CONDITION_KIND
from app.services.export import export_own
from app.storage.database import Database
from app.storage.work import Work
from tests.support.diaries import AT, Diary, new_diary

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReadsTwice:
    """First reads a diary that stands otherwise."""

    diary: Diary

    async def read(self, access: OwnDiary, work: Callable[[Work], T]) -> T:
        await self.diary.database.read(self.diary.access, work)
        return await self.diary.database.read(access, work)


def test_nothing_of_a_read_that_was_given_up_is_left(database: Database) -> None:
    earlier, diary = new_diary(database), new_diary(database)
    earlier.put(CONDITION_KIND, "fibromyalgia", {"status": "active"})
    earlier.put_day("2026-03-01", pain=1)
    for number in (1, 2, 3):
        diary.put_day(f"2026-03-0{number}", pain=number)
    reading = cast("Database", ReadsTwice(earlier))
    export = asyncio.run(export_own(reading, lambda: AT, diary.access, secret_key=bytes(32), render=json_of))
    with ZipFile(io.BytesIO(b"".join(export.chunks))) as archive:
        records = json.loads(archive.read("onset.json"))["records"]
        rows = archive.read("csv/day.csv").decode().splitlines()[1:]
    assert [record["fields"]["pain"] for record in records] == [1, 2, 3]
    assert [row.split(",")[0] for row in rows] == [f"day-2026-03-0{number}" for number in (1, 2, 3)]
