"""`scripts/onset backup`: whole while others write, verified, for its owner's eyes alone."""

import asyncio
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

import pytest
from starlette.testclient import TestClient

from app.config import Settings
from app.services import backup
from app.services.backup_file import Manifest, write_backup
from app.storage.backups import KEPT, LEFT_OUT
from app.storage.data_folder import own
from app.storage.database import Database
from app.storage.tables import metadata
from tests.support import postgres
from tests.support.diaries import Diary, new_diary, putting_day
from tests.support.diary import SAMPLES, Phone
from tests.support.operator import all_rows, done, refused, rows, told
from tests.support.people import PASSWORD, Person
from tests.support.waiting import until

WRITERS = 3
CANARY = "canary-41d7"


def test_every_table_is_kept_or_left_out_on_purpose() -> None:
    assert KEPT.keys() | LEFT_OUT == metadata.tables.keys()
    assert KEPT.keys() & LEFT_OUT == set()


def test_a_backup_holds_all_and_says_so(
    client: TestClient, patient: Person, settings: Settings, tmp_path: Path
) -> None:
    phone = Phone(client, patient)
    for sample in SAMPLES:
        phone.stored(sample.address, sample.fields)
    phone.delete(SAMPLES[0].address)
    file = tmp_path / "night.zip"
    said = dict(told(done(settings, "backup", file)))
    held = all_rows(file)
    assert {name: int(said[name]) for name in held} == {name: len(its) for name, its in held.items()}
    assert {name: len(its) for name, its in held.items()} == {
        **dict.fromkeys(KEPT, 0),
        "accounts": 1,
        "known_networks": 1,
        "patient_state": 1,
        "records": len(SAMPLES),
        "record_history": len(SAMPLES) + 1,
    }
    assert said["sha256"].split() == [sha256(file.read_bytes()).hexdigest(), str(file)]
    assert [row["deleted"] for row in held["records"] if row["kind"] == "day"] == [True]
    assert json.loads(next(row["fields"] for row in held["records"] if row["kind"] == "dose"))["mg"] == 1.5


def test_it_says_what_is_in_it_and_what_is_not(patient: Person, settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "night.zip"
    printed = done(settings, "backup", file)
    assert "password hashes and health data" in printed
    assert "secret key is not in it" in printed
    assert file.stat().st_mode & 0o777 == 0o600
    with ZipFile(file) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert patient.email.encode() in content
    for secret in (
        PASSWORD,
        patient.tokens["access_token"],
        patient.tokens["refresh_token"],
        (tmp_path / "secret.key").read_text(),
    ):
        assert secret.encode() not in content


def test_a_backup_needs_no_lock_and_disturbs_no_file(database_url: str, settings: Settings, tmp_path: Path) -> None:
    with own(tmp_path):
        done(settings, "backup", tmp_path / "night.zip")
    done(settings, "backup", tmp_path / "night.zip")  # the next night
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith(".")] == []
    assert database_url


@contextmanager
def writing(diaries: list[Diary]) -> Generator[list[set[str]]]:
    """Somebody writes to each diary, a day after the other, until the block ends; the days that were acknowledged."""
    acknowledged: list[set[str]] = [set() for _ in diaries]
    failures: list[BaseException] = []
    over = threading.Event()

    async def write(diary: Diary, done_days: set[str]) -> None:
        day = date(2001, 1, 1)
        while not over.is_set():
            await diary.database.write(diary.access, putting_day(day.isoformat(), pain=day.day % 11))
            done_days.add(f"day-{day}")
            day += timedelta(days=1)

    async def write_all() -> None:
        await asyncio.gather(*(write(diary, days) for diary, days in zip(diaries, acknowledged, strict=True)))

    def run() -> None:
        try:
            asyncio.run(write_all())
        except BaseException as failure:  # noqa: BLE001 - told to the test
            failures.append(failure)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        until(lambda: failures or all(len(days) > 20 for days in acknowledged))
        yield acknowledged
    finally:
        over.set()
        thread.join()
    assert failures == []


def test_a_backup_while_others_write_is_one_view_with_all_that_was_acknowledged_before(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    diaries = [new_diary(database) for _ in range(WRITERS)]
    with writing(diaries) as acknowledged:
        for number in range(3):
            before = [set(days) for days in acknowledged]
            file = tmp_path / f"{number}.zip"
            done(settings, "backup", file)
            assert [len(days) for days in acknowledged] > [len(days) for days in before]  # nobody waited
            held = all_rows(file)
            for diary, days in zip(diaries, before, strict=True):
                state, records, history = (
                    [row for row in held[table] if row["patient"] == diary.access.patient]
                    for table in ("patient_state", "records", "record_history")
                )
                assert days <= {row["id"] for row in records}
                # each write took one revision, and left one record and one row of history
                [stands_at] = [row["rev"] for row in state]
                assert {row["rev"] for row in records} == set(range(2, stands_at + 1))
                assert {row["rev"] for row in history} == set(range(2, stands_at + 1))


def test_both_engines_write_the_same_rows(
    sqlite_template: Path, postgres_server: str, postgres_template: str, tmp_path: Path
) -> None:
    file = tmp_path / "onset.db"
    file.write_bytes(sqlite_template.read_bytes())
    name = f"onset_same_{tmp_path.name.lower()}"
    urls = [f"sqlite:///{file}", postgres.create_database(postgres_server, name, template=postgres_template)]
    held: list[object] = []
    for number, url in enumerate(urls):
        database = Database(url)
        try:
            diary = new_diary(database)
            diary.put_day("2026-03-01", pain=6, note='"quoted" \u2028 \\ ü \U0001f600', **{"own:zz": 3, "own:a": 4})
            diary.put_day("2026-03-01", pain=4)
        finally:
            database.close()
        done(Settings(data=tmp_path, database_url=url), "backup", tmp_path / f"{number}.zip")
        held.append([(row["fields"], row["rev"]) for row in rows(tmp_path / f"{number}.zip", "records")])
        held.append([row["changes"] for row in rows(tmp_path / f"{number}.zip", "record_history")])
    postgres.drop_database(postgres_server, name)
    assert held[:2] == held[2:]


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_disk_that_loses_bytes_leaves_the_last_backup_as_it_was(
    database_url: str, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "night.zip"
    done(settings, "backup", file)
    good = file.read_bytes()

    def losing(to: IO[bytes], *given: Any, **named: Any) -> Manifest:  # noqa: ANN401 - as write_backup
        manifest = write_backup(to, *given, **named)
        to.truncate(to.tell() - 10)
        return manifest

    monkeypatch.setattr(backup, "write_backup", losing)
    assert "damaged" in refused(settings, "backup", file)
    assert file.read_bytes() == good
    assert [left.name for left in tmp_path.iterdir() if left.name.startswith(".")] == []
    assert database_url
