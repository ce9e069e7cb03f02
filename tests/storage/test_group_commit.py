"""SQLite's one writer: what waits is committed together, and nobody's failure is another's."""

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError

from app.domain.errors import Invalid
from app.domain.records.kinds import DAY
from app.storage.database import Database
from app.storage.work import Work
from tests.support.diaries import Diary, new_diary, putting_day

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"])

Unit = Callable[[Work], object]


@pytest.fixture
def diary(database: Database) -> Diary:
    return new_diary(database)


@pytest.fixture
def commits(database: Database) -> Iterator[list[None]]:
    """One entry for each commit."""
    counted: list[None] = []

    def count(_connection: Connection) -> None:
        counted.append(None)

    event.listen(database.primary, "commit", count)
    yield counted
    event.remove(database.primary, "commit", count)


@asynccontextmanager
async def busy_writer(diary: Diary) -> AsyncGenerator[None]:
    """The writer works on something else until the block ends."""
    begun, goes_on = threading.Event(), threading.Event()

    def hold(_: Work) -> None:
        begun.set()
        goes_on.wait(4)

    busy = asyncio.create_task(diary.database.write(diary.access, hold))
    await asyncio.to_thread(begun.wait, 4)
    yield
    goes_on.set()
    await busy


def begin(diary: Diary, units: Sequence[Unit]) -> list[asyncio.Task[object]]:
    return [asyncio.create_task(diary.database.write(diary.access, unit)) for unit in units]


def together(diary: Diary, units: Sequence[Unit]) -> list[object]:
    """The answers of units that all waited while the writer was busy."""

    async def submit() -> list[object]:
        async with busy_writer(diary):
            waiting = begin(diary, units)
            await asyncio.sleep(0)
        return await asyncio.gather(*waiting, return_exceptions=True)

    return asyncio.run(submit())


def failing(failure: Exception) -> Unit:
    """A unit that writes, and then fails."""

    def fail(work: Work) -> None:
        putting_day("2026-03-31", pain=9)(work)
        raise failure

    return fail


def numbered(count: int) -> list[Unit]:
    return [putting_day(f"2026-03-{number:02}", pain=1) for number in range(1, count + 1)]


def days(diary: Diary) -> list[str]:
    return [record.id for record in diary.read(lambda work: work.records.listed(DAY))]


def test_what_waits_is_committed_at_once(diary: Diary, commits: list[None]) -> None:
    answers = together(diary, numbered(20))
    assert not any(isinstance(answer, BaseException) for answer in answers)
    assert len(commits) == 2
    assert len(days(diary)) == 20
    assert diary.revision() == 21


def test_a_long_queue_takes_several_commits_and_loses_nobody(diary: Diary, commits: list[None]) -> None:
    answers = together(diary, [putting_day("2026-03-01", pain=number % 11) for number in range(150)])
    assert not any(isinstance(answer, BaseException) for answer in answers)
    assert 3 <= len(commits) <= 5
    assert diary.revision() == 151


@pytest.mark.parametrize(
    "failure",
    [Invalid([]), LookupError("a fault of ours"), IntegrityError("INSERT", {}, Exception("refused by the guard"))],
    ids=["refusal", "fault", "integrity"],
)
def test_one_that_fails_takes_nobody_with_it(diary: Diary, commits: list[None], failure: Exception) -> None:
    units = [*numbered(3), failing(failure), *numbered(6)[3:]]
    answers = together(diary, units)
    assert type(answers[3]) is type(failure)
    assert [isinstance(answer, BaseException) for answer in answers] == [False] * 3 + [True] + [False] * 3
    assert days(diary) == [f"day-2026-03-{number:02}" for number in range(1, 7)]
    assert diary.revision() == 7
    assert [row.rev for row in diary.history()] == [2, 3, 4, 5, 6, 7]
    assert len(commits) == 2


@pytest.mark.parametrize("failure_type", [OperationalError, ProgrammingError])
def test_a_lost_transaction_is_run_again_one_by_one_and_only_the_cause_is_refused(
    diary: Diary, commits: list[None], failure_type: type[OperationalError | ProgrammingError]
) -> None:
    answers = together(diary, [*numbered(3), failing(failure_type("INSERT", {}, Exception("lost"))), numbered(4)[3]])
    assert [isinstance(answer, Exception) for answer in answers] == [False, False, False, True, False]
    assert days(diary) == [f"day-2026-03-{number:02}" for number in range(1, 5)]
    assert diary.revision() == 5
    assert [row.rev for row in diary.history()] == [2, 3, 4, 5]
    assert len(commits) == 5


def test_a_unit_that_lets_stop_iteration_out_takes_nobody_with_it(diary: Diary) -> None:
    answers = together(diary, [*numbered(2), lambda _: next(iter(())), numbered(3)[2]])
    assert isinstance(answers[2], RuntimeError)
    assert len(days(diary)) == 3


def test_whoever_gives_up_while_waiting_is_not_run(diary: Diary) -> None:
    async def give_up() -> None:
        async with busy_writer(diary):
            waiting = begin(diary, numbered(3))
            await asyncio.sleep(0)
            waiting[1].cancel()
            await asyncio.sleep(0)
        answers = await asyncio.gather(*waiting, return_exceptions=True)
        assert isinstance(answers[1], asyncio.CancelledError)

    asyncio.run(give_up())
    assert days(diary) == ["day-2026-03-01", "day-2026-03-03"]
    assert diary.revision() == 3


def test_whoever_gives_up_when_the_transaction_is_lost_is_not_run_again(diary: Diary) -> None:
    ran: list[str] = []
    reached, loses = threading.Event(), threading.Event()

    def lose(_: Work) -> None:
        ran.append("cause")
        reached.set()
        loses.wait(4)
        raise OperationalError("INSERT", {}, Exception("lost"))

    async def give_up() -> None:
        async with busy_writer(diary):
            cause, other = begin(diary, [lose, lambda _: ran.append("other")])
            await asyncio.sleep(0)
        await asyncio.to_thread(reached.wait, 4)
        other.cancel()
        await asyncio.sleep(0)
        loses.set()
        await asyncio.gather(cause, other, return_exceptions=True)

    asyncio.run(give_up())
    diary.put_day("2026-03-01", pain=1)
    assert ran == ["cause", "cause"]
