"""PostgreSQL taken away and given back: what is promised is a refusal in time, nothing half-stored, no restart."""

import asyncio
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import make_url, text

from app.domain.errors import DatabaseUnavailable, StorageFull
from app.domain.records.kinds import DAY
from app.storage.database import Database
from app.storage.work import Work
from tests.support import postgres
from tests.support.diaries import Diary, new_diary, putting_day, revision
from tests.support.relay import Relay, relay

pytestmark = pytest.mark.parametrize("engine_name", ["postgresql"])

VERBS = ("read", "write")
NO_TOKEN = bytes(32)
LANES = 4


@pytest.fixture
def between(database_url: str) -> Iterator[Relay]:
    with relay(database_url) as opened:
        yield opened


@pytest.fixture
def diary(between: Relay) -> Iterator[Diary]:
    """One whose every lane has its connection, through the relay."""
    database = Database(between.url)
    made = new_diary(database)
    warm_up(made)
    yield made
    between.go_on()
    database.close()


def warm_up(diary: Diary) -> None:
    async def use_every_lane() -> None:
        for verb in VERBS:
            await asyncio.gather(*(getattr(diary.database, verb)(diary.access, revision) for _ in range(3 * LANES)))
        await diary.database.bearer(NO_TOKEN)

    asyncio.run(use_every_lane())


def ask_all(diary: Diary) -> list[object]:
    async def ask() -> list[object]:
        asked = (getattr(diary.database, verb)(diary.access, revision) for verb in VERBS for _ in range(LANES))
        return await asyncio.gather(*asked, diary.database.bearer(NO_TOKEN), return_exceptions=True)

    return asyncio.run(ask())


def run(diary: Diary, statement: str) -> None:
    with diary.database.primary.begin() as connection:
        connection.execute(text(statement), {"patient": diary.access.patient})


def test_connections_that_the_server_ended_are_healed_unseen(diary: Diary) -> None:
    run(
        diary,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    assert diary.put_day("2026-03-01", pain=1).written is not None
    assert ask_all(diary) == [*[2] * 2 * LANES, None]
    assert len(diary.history()) == 1


def test_connections_that_broke_while_idle_are_healed_unseen(diary: Diary, between: Relay) -> None:
    between.cut()
    assert ask_all(diary) == [*[1] * 2 * LANES, None]


def test_a_connection_that_ends_in_the_middle_is_a_write_run_again_and_stored_once(diary: Diary) -> None:
    runs: list[int] = []

    def write_and_lose_the_connection(work: Work) -> None:
        putting_day("2026-03-01", pain=len(runs))(work)
        runs.append(len(runs))
        if len(runs) == 1:
            run(
                diary,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND state = 'idle in transaction' AND pid <> pg_backend_pid()",
            )
        putting_day("2026-03-02", pain=1)(work)

    diary.write(write_and_lose_the_connection)
    assert len(runs) == 2
    assert diary.revision() == 3
    stored = diary.get(DAY, "day-2026-03-01")
    assert stored is not None
    assert stored.fields["pain"] == 1


def test_a_commit_whose_answer_was_lost_is_unknown_and_never_run_again(diary: Diary, between: Relay) -> None:
    runs: list[None] = []

    def write_and_lose_the_answer(work: Work) -> None:
        runs.append(None)
        putting_day("2026-03-01", pain=1)(work)
        between.cut()

    with pytest.raises(DatabaseUnavailable):
        diary.write(write_and_lose_the_answer)
    assert len(runs) == 1
    assert diary.revision() in {1, 2}
    assert diary.put_day("2026-03-02", pain=1).written is not None


def test_a_hung_server_is_refused_within_five_seconds_and_used_again_when_it_goes_on(
    diary: Diary, between: Relay
) -> None:
    between.hang()
    began = time.monotonic()
    answers = ask_all(diary)
    assert [type(answer) for answer in answers] == [DatabaseUnavailable] * (2 * LANES + 1)
    assert time.monotonic() - began < 5
    between.go_on()
    assert ask_all(diary) == [*[1] * 2 * LANES, None]


def test_a_write_refused_by_a_hang_is_stored_once_or_not_at_all(diary: Diary, between: Relay) -> None:
    between.hang()
    with pytest.raises(DatabaseUnavailable):
        diary.put_day("2026-03-01", pain=1)
    between.go_on()
    diary.put_day("2026-03-02", pain=1)
    # Asked in one statement, since the held write may be stored only now.
    [(rev, rows, days)] = diary.rows(
        "SELECT s.rev, count(h.id), count(DISTINCT h.id) FROM patient_state AS s "
        "JOIN record_history AS h ON h.patient = s.patient WHERE s.patient = :patient GROUP BY s.rev"
    )
    assert rows in {1, 2}
    assert (rev, days) == (1 + rows, rows)


def test_a_server_that_is_not_there_is_refused_and_used_once_it_is(diary: Diary, between: Relay) -> None:
    between.close_door()
    between.cut()
    assert [type(answer) for answer in ask_all(diary)] == [DatabaseUnavailable] * (2 * LANES + 1)
    between.open_door()
    assert ask_all(diary) == [*[1] * 2 * LANES, None]


def test_a_statement_that_takes_too_long_is_ended_by_the_server(diary: Diary) -> None:
    def sleep(work: Work) -> None:
        putting_day("2026-03-01", pain=1)(work)
        with diary.database.primary.connect() as connection:
            connection.execute(text("SELECT pg_sleep(6)"))

    began = time.monotonic()
    with pytest.raises(DatabaseUnavailable):
        diary.write(sleep)
    assert 3.5 < time.monotonic() - began < 5
    assert diary.revision() == 1


def test_a_lock_that_somebody_holds_is_refused_and_others_go_on(diary: Diary) -> None:
    other = new_diary(diary.database)
    with diary.database.primary.connect() as connection:
        connection.execute(
            text("SELECT 1 FROM patient_state WHERE patient = :patient FOR UPDATE"), {"patient": diary.access.patient}
        )

        async def write_both() -> None:
            blocked = asyncio.create_task(diary.database.write(diary.access, putting_day("2026-03-01", pain=1)))
            assert (await diary.database.write(other.access, putting_day("2026-03-01", pain=2))).written
            assert await diary.database.read(diary.access, revision) == 1
            assert not blocked.done()
            with pytest.raises(DatabaseUnavailable):
                await blocked

        began = time.monotonic()
        asyncio.run(write_both())
        assert 2.5 < time.monotonic() - began < 5
    assert diary.put_day("2026-03-01", pain=1).written is not None
    assert (diary.revision(), other.revision()) == (2, 2)


def test_a_server_that_only_reads_refuses_writes_and_serves_reads(
    diary: Diary, between: Relay, postgres_server: str, database_url: str
) -> None:
    name = make_url(database_url).database
    postgres.run(postgres_server, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    between.cut()
    with pytest.raises(DatabaseUnavailable):
        diary.put_day("2026-03-01", pain=1)
    assert diary.revision() == 1
    postgres.run(postgres_server, f'ALTER DATABASE "{name}" SET default_transaction_read_only = off')
    assert diary.put_day("2026-03-01", pain=1).written is not None


@pytest.mark.parametrize("refusal", ["disk_full", "io_error", "too_many_connections", "admin_shutdown"])
def test_what_the_server_cannot_do_is_refused_with_its_reason_and_leaves_nothing(diary: Diary, refusal: str) -> None:
    run(
        diary,
        f"""CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '{refusal}'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON record_history FOR EACH ROW EXECUTE FUNCTION refuse()""",
    )
    with pytest.raises(StorageFull if refusal == "disk_full" else DatabaseUnavailable):
        diary.put_day("2026-03-01", pain=1)
    assert diary.revision() == 1
    assert diary.get(DAY, "day-2026-03-01") is None
    run(diary, "DROP TRIGGER refuse ON record_history")
    assert diary.put_day("2026-03-01", pain=1).written is not None
    assert diary.revision() == 2
