"""Who waits for news of a diary is woken by them, and by nothing else; who leaves is forgotten."""

import asyncio
import threading

import pytest

from app.domain.ids import PatientKey, Revision
from app.services.news import MOST, News, Waiter, Way

MINE, OTHER = PatientKey(1), PatientKey(2)
SHORT_S = 0.02


@pytest.fixture
def news() -> News:
    return News()


async def beyond(waiter: Waiter, rev: int) -> int | None:
    async with asyncio.timeout(20):
        return await waiter.beyond(Revision(rev))


async def is_woken(waiter: Waiter, rev: int) -> bool:
    """Whether there is anything to hear, looked for a moment."""
    try:
        async with asyncio.timeout(SHORT_S):
            await waiter.beyond(Revision(rev))
    except TimeoutError:
        return False
    return True


def test_a_newer_revision_wakes_and_an_older_or_equal_one_does_not(news: News) -> None:
    async def wait() -> None:
        with news.listen(MINE, Way.STREAM) as waiter:
            news.heard(MINE, Revision(5))
            news.heard(MINE, Revision(4))
            assert await beyond(waiter, 4) == 5
            assert not await is_woken(waiter, 5)
            news.heard(MINE, Revision(6))
            assert await beyond(waiter, 5) == 6

    asyncio.run(wait())


def test_a_diary_wakes_its_own_waiters_only(news: News) -> None:
    async def wait() -> None:
        with news.listen(MINE, Way.STREAM) as mine, news.listen(OTHER, Way.POLL) as other:
            news.heard(MINE, Revision(2))
            assert await beyond(mine, 1) == 2
            assert not await is_woken(other, 1)

    asyncio.run(wait())


def test_news_from_any_thread_reach_all_who_wait(news: News) -> None:
    async def wait() -> None:
        with news.listen(MINE, Way.STREAM) as one, news.listen(MINE, Way.POLL) as two:
            waiting = asyncio.gather(beyond(one, 40), beyond(two, 40))
            await asyncio.sleep(0)
            threads = [threading.Thread(target=news.moved, args=(MINE, Revision(rev))) for rev in range(1, 42)]
            for thread in threads:
                thread.start()
            assert await waiting == [41, 41]
            for thread in threads:
                thread.join()

    asyncio.run(wait())


def test_whoever_leaves_is_forgotten_also_when_cancelled(news: News) -> None:
    async def wait(begun: asyncio.Event) -> None:
        with news.listen(MINE, Way.STREAM) as waiter:
            begun.set()
            await waiter.beyond(Revision(1))

    async def leave() -> None:
        begun = asyncio.Event()
        waiting = asyncio.create_task(wait(begun))
        await begun.wait()
        assert news.waited_for() == [MINE]
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert news.waited_for() == []

    asyncio.run(leave())


@pytest.mark.parametrize("way", Way)
def test_beyond_the_bound_the_first_wait_is_over_and_those_of_the_other_way_go_on(news: News, way: Way) -> None:
    async def crowd() -> None:
        other_way = next(each for each in Way if each is not way)
        listening = [news.listen(MINE, other_way), *(news.listen(MINE, way) for _ in range(MOST[way] + 2))]
        waiters = [each.__enter__() for each in listening]
        assert [await beyond(waiter, 1) for waiter in waiters[1:3]] == [None, None]
        news.heard(MINE, Revision(2))
        assert [await beyond(waiter, 1) for waiter in (waiters[0], *waiters[3:])] == [2] * (MOST[way] + 1)
        for each in listening:
            each.__exit__(None, None, None)
        assert news.waited_for() == []

    asyncio.run(crowd())


def test_the_end_ends_all_waits_and_those_that_begin_later(news: News) -> None:
    async def wait() -> None:
        with news.listen(MINE, Way.STREAM) as early:
            waiting = asyncio.create_task(beyond(early, 1))
            await asyncio.sleep(0)
            news.end()
            assert await waiting is None
        with news.listen(OTHER, Way.POLL) as late:
            assert await beyond(late, 1) is None

    asyncio.run(wait())


def test_commits_of_this_process_are_passed_on_and_what_was_heard_is_not(news: News) -> None:
    told: list[tuple[int, int]] = []
    news.pass_on(lambda patient, rev: told.append((patient, rev)))
    news.moved(MINE, Revision(2))
    news.heard(MINE, Revision(3))
    assert told == [(MINE, 2)]


def test_a_loop_that_has_closed_is_no_trouble_to_those_who_tell(news: News) -> None:
    loop = asyncio.new_event_loop()

    async def listen() -> None:
        news.listen(MINE, Way.STREAM).__enter__()

    loop.run_until_complete(listen())
    loop.close()
    news.moved(MINE, Revision(2))
    news.end()


def test_thousands_wait_and_each_hears_of_its_own(news: News) -> None:
    many = 5000

    async def wait(patient: int) -> int | None:
        with news.listen(PatientKey(patient), Way.STREAM) as waiter:
            return await beyond(waiter, 1)

    async def crowd() -> None:
        waiting = [asyncio.create_task(wait(patient)) for patient in range(many)]
        await asyncio.sleep(0)
        assert len(news.waited_for()) == many

        def tell_all() -> None:
            for patient in range(many):
                news.moved(PatientKey(patient), Revision(patient + 2))

        await asyncio.to_thread(tell_all)
        assert await asyncio.gather(*waiting) == [patient + 2 for patient in range(many)]
        assert news.waited_for() == []

    asyncio.run(crowd())
