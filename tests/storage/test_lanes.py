"""The threads that own connections: they outlive failures, callers who leave, and loops that close."""

import asyncio
import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import Pool, event
from sqlalchemy.exc import OperationalError

from app.domain.errors import DatabaseUnavailable, Overloaded
from app.storage.database import Database
from app.storage.work import Work
from tests.support.diaries import Diary, new_diary, revision

VERBS = ("read", "write")
NO_TOKEN = bytes(32)


@pytest.fixture
def diary(database: Database) -> Diary:
    return new_diary(database)


def ask(diary: Diary, verb: str) -> int:
    return asyncio.run(getattr(diary.database, verb)(diary.access, revision))


@pytest.mark.parametrize("verb", VERBS)
def test_a_fault_of_ours_reaches_its_caller_as_it_is(diary: Diary, verb: str) -> None:
    def fail(_: Work) -> None:
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        asyncio.run(getattr(diary.database, verb)(diary.access, fail))
    assert ask(diary, verb) == 1


@pytest.mark.parametrize("verb", VERBS)
def test_one_that_fails_takes_no_reader_with_it(diary: Diary, verb: str) -> None:
    def fail(_: Work) -> None:
        raise LookupError

    async def ask_all() -> list[object]:
        units = [fail if number % 7 == 3 else revision for number in range(40)]
        asked = (getattr(diary.database, verb)(diary.access, unit) for unit in units)
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = asyncio.run(ask_all())
    assert [isinstance(answer, LookupError) for answer in answers] == [number % 7 == 3 for number in range(40)]


@pytest.mark.parametrize("verb", VERBS)
def test_a_caller_who_leaves_is_no_loss_to_the_next(diary: Diary, verb: str) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def hold(_: Work) -> None:
        begun.set()
        goes_on.wait(4)

    async def leave() -> None:
        asked = asyncio.create_task(getattr(diary.database, verb)(diary.access, hold))
        await asyncio.to_thread(begun.wait, 4)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        goes_on.set()

    asyncio.run(leave())
    assert [ask(diary, verb) for _ in range(8)] == [1] * 8


@pytest.mark.parametrize("verb", VERBS)
def test_an_answer_for_a_loop_that_closed_stops_no_lane(diary: Diary, verb: str) -> None:
    begun, goes_on, ended = threading.Event(), threading.Event(), threading.Event()

    def hold(_: Work) -> None:
        begun.set()
        goes_on.wait(4)
        ended.set()

    loop = asyncio.new_event_loop()
    asked = loop.create_task(getattr(diary.database, verb)(diary.access, hold))
    loop.run_until_complete(asyncio.wait({asked}, timeout=0.01))
    assert begun.wait(4)
    asked.cancel()
    loop.run_until_complete(asyncio.wait({asked}))
    loop.close()
    goes_on.set()
    assert ended.wait(4)
    assert [ask(diary, verb) for _ in range(8)] == [1] * 8


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_unit_that_takes_too_long_is_refused_within_five_seconds_and_blocks_no_reader(diary: Diary) -> None:
    goes_on = threading.Event()
    began = time.monotonic()

    async def wait_in_vain() -> None:
        slow = asyncio.create_task(diary.database.write(diary.access, lambda _: goes_on.wait(20)))
        behind = asyncio.create_task(diary.database.write(diary.access, revision))
        assert await diary.database.read(diary.access, revision) == 1
        assert await diary.database.bearer(NO_TOKEN) is None
        assert time.monotonic() - began < 2
        answers = await asyncio.gather(slow, behind, return_exceptions=True)
        assert [type(answer) for answer in answers] == [DatabaseUnavailable] * 2

    asyncio.run(wait_in_vain())
    assert 4 < time.monotonic() - began < 5
    goes_on.set()
    assert ask(diary, "write") == 1


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_too_long_a_queue_is_refused_at_once(diary: Diary) -> None:
    begun, goes_on = threading.Event(), threading.Event()

    def hold(_: Work) -> None:
        begun.set()
        goes_on.wait(4)

    async def crowd() -> None:
        busy = asyncio.create_task(diary.database.write(diary.access, hold))
        await asyncio.to_thread(begun.wait, 4)
        asked = [asyncio.create_task(diary.database.write(diary.access, lambda _: None)) for _ in range(1030)]
        await asyncio.sleep(0)
        goes_on.set()
        await busy
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert [type(answer) for answer in answers if answer] == [Overloaded] * 6

    asyncio.run(crowd())


@pytest.fixture
def open_connections() -> Iterator[set[object]]:
    """Those that engines made since have opened and not closed."""
    opened: set[object] = set()

    def add(connection: object, _record: object) -> None:
        opened.add(connection)

    def discard(connection: object, _record: object) -> None:
        opened.discard(connection)

    event.listen(Pool, "connect", add)
    event.listen(Pool, "close", discard)
    yield opened
    event.remove(Pool, "connect", add)
    event.remove(Pool, "close", discard)


def test_closing_answers_what_waits_and_ends_threads_and_connections(
    database_url: str, open_connections: set[object]
) -> None:
    threads = threading.active_count()
    database = Database(database_url)
    diary = new_diary(database)

    async def close_while_waiting() -> list[object]:
        verbs = (getattr(database, verb) for verb in VERBS for _ in range(5))
        asked = [asyncio.create_task(verb(diary.access, revision)) for verb in verbs]
        bearer = asyncio.create_task(database.bearer(NO_TOKEN))
        await asyncio.sleep(0)
        database.close()
        return await asyncio.gather(*asked, bearer)

    assert len(open_connections) == 1
    assert asyncio.run(close_while_waiting()) == [*[1] * 10, None]
    assert open_connections == set()
    assert threading.active_count() == threads


def test_failures_leak_no_connection(database: Database, open_connections: set[object]) -> None:
    diary = new_diary(database)
    of_the_lane_that_made_it = {*open_connections}

    def break_it(_: Work) -> None:
        raise OperationalError("SELECT", {}, Exception("lost"))

    for verb in VERBS:
        for _ in range(8):
            with pytest.raises(DatabaseUnavailable):
                asyncio.run(getattr(database, verb)(diary.access, break_it))
    assert open_connections <= of_the_lane_that_made_it
