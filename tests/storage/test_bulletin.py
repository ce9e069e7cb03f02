"""What one worker commits wakes those who wait at another: by NOTIFY within milliseconds, else by a look."""

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from app.domain.ids import PatientKey, Revision
from app.storage.bulletin import CHANNEL, Bulletin
from app.storage.database import Database
from app.storage.engines import make_engine, one_statement
from tests.support.diaries import Diary, new_diary
from tests.support.relay import relay
from tests.support.waiting import until

pytestmark = pytest.mark.parametrize("engine_name", ["postgresql"])

LISTENERS = "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
TELLERS = (
    "FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_notify%' AND pid <> pg_backend_pid()"
)


class Worker:
    """One that hears: what it was told, and what it waits for."""

    def __init__(self, url: str) -> None:
        self.heard: list[tuple[int, int]] = []
        self.waited_for: list[PatientKey] = []
        self.bulletin = Bulletin(url, heard=self._hear, waited_for=lambda: self.waited_for)

    def _hear(self, patient: PatientKey, rev: Revision) -> None:
        self.heard.append((patient, rev))


@contextmanager
def worker(url: str) -> Generator[Worker]:
    opened = Worker(url)
    yield opened
    opened.bulletin.close()


@pytest.fixture
def ask(database_url: str) -> Iterator[Callable[[str], list[tuple[object, ...]]]]:
    """Asks the server."""
    with one_statement(make_engine(database_url)).connect() as connection:
        yield lambda statement: [tuple(row) for row in connection.execute(text(statement))]


Ask = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture
def one(database_url: str) -> Iterator[Worker]:
    with worker(database_url) as opened:
        yield opened


@pytest.fixture
def two(one: Worker, database_url: str, ask: Ask) -> Iterator[Worker]:
    """Another worker; by now both listen."""
    assert one.heard == []
    with worker(database_url) as opened:
        until(lambda: len(ask(f"SELECT 1 {LISTENERS}")) == 2)
        yield opened


def post(worker: Worker, patient: int, rev: int) -> None:
    worker.bulletin.post(PatientKey(patient), Revision(rev))


def test_what_one_worker_posts_is_heard_by_the_other(one: Worker, two: Worker) -> None:
    post(one, 7, 58)
    until(lambda: (7, 58) in two.heard)
    post(two, 8, 2)
    until(lambda: (8, 2) in one.heard)


def test_thousands_of_posts_are_heard_in_their_newest_state_and_in_far_fewer_notices(one: Worker, two: Worker) -> None:
    many = 3000
    for rev in (2, 3, 5, 4):
        for patient in range(many):
            post(one, patient, rev * 10**14)
    until(lambda: {patient for patient, rev in two.heard if rev == 5 * 10**14} == {*range(many)})
    assert len(two.heard) < 4 * many


def test_notices_carry_keys_and_revisions_only(one: Worker, database_url: str) -> None:
    with one_statement(make_engine(database_url)).connect() as connection:
        connection.exec_driver_sql(f"LISTEN {CHANNEL}")
        post(one, 7, 58)
        driver = connection.connection.driver_connection
        assert driver is not None
        assert [notice.payload for notice in driver.notifies(timeout=20, stop_after=1)] == ["7:58"]


def test_what_was_lost_on_the_way_is_found_by_a_look_at_what_is_waited_for(two: Worker, database_url: str) -> None:
    silent = Database(database_url)
    mine, other = new_diary(silent), new_diary(silent)
    two.waited_for.append(mine.access.patient)
    for diary in (mine, other):
        diary.put_day("2026-03-01", pain=1)
    until(lambda: (mine.access.patient, 2) in two.heard)
    assert {patient for patient, _ in two.heard} == {mine.access.patient}
    silent.close()


@pytest.mark.parametrize("which", [LISTENERS, TELLERS])
def test_connections_that_the_server_ended_are_opened_again(one: Worker, two: Worker, ask: Ask, which: str) -> None:
    post(one, 7, 1)
    until(lambda: (7, 1) in two.heard)
    before = {pid for (pid,) in ask(f"SELECT pid {LISTENERS}")}
    assert ask(f"SELECT pg_terminate_backend(pid) {which}")
    if which == LISTENERS:
        until(lambda: len({pid for (pid,) in ask(f"SELECT pid {LISTENERS}")} - before) == 2)
    post(one, 7, 2)
    until(lambda: (7, 2) in two.heard)


def test_a_server_that_is_away_is_tried_until_it_is_there(database_url: str, ask: Ask) -> None:
    with relay(database_url) as between:
        between.close_door()
        database = Database(database_url)
        diary = new_diary(database)
        with worker(between.url) as late:
            late.waited_for.append(diary.access.patient)
            post(late, 7, 1)
            between.open_door()
            until(lambda: (diary.access.patient, 1) in late.heard)
            until(lambda: ask(f"SELECT 1 {LISTENERS}"))
            post(late, 7, 2)
            until(lambda: (7, 2) in late.heard)
            between.cut()
            diary.put_day("2026-03-01", pain=1)
            until(lambda: (diary.access.patient, 2) in late.heard)
        database.close()


def test_what_is_no_notice_of_ours_is_passed_over(one: Worker, two: Worker, ask: Ask) -> None:
    for payload in ("", "7", "7:x", ":", "seven:eight", "7:8:"):
        ask(f"SELECT pg_notify('{CHANNEL}', '{payload}')")
    post(one, 9, 2)
    until(lambda: (9, 2) in two.heard)
    assert {*two.heard} <= {(7, 8), (9, 2)}


def test_closing_tells_what_was_posted_and_leaves_no_thread_and_no_connection(
    two: Worker, database_url: str, ask: Ask
) -> None:
    threads = threading.active_count()
    with worker(database_url) as short:
        post(short, 7, 58)
    until(lambda: (7, 58) in two.heard)
    assert threading.active_count() == threads
    until(lambda: len(ask(f"SELECT 1 {LISTENERS}")) == 2)


@pytest.fixture
def diary(database: Database) -> Diary:
    return new_diary(database)


def test_writes_themselves_notify_nobody(one: Worker, two: Worker, diary: Diary) -> None:
    diary.put_day("2026-03-01", pain=1)
    post(one, 9, 2)
    until(lambda: (9, 2) in two.heard)
    assert two.heard == [(9, 2)]
