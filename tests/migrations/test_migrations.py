"""The schema's versions on both engines: up, down and up again; the same as the tables in code; one at a time."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text

from app.cli import main
from app.storage.data_folder import own
from app.storage.database import Database
from app.storage.engines import make_engine
from app.storage.schema import alembic_config, migrate, present_revision, wanted_revision
from app.storage.tables import metadata
from tests.support import postgres
from tests.support.diaries import new_diary

ROOT = Path(__file__).resolve().parents[2]
TURN = int.from_bytes(b"onset", "big")

SQLITE_SHAPE = (
    "SELECT name, wr, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'",
    """SELECT t.name, c.name, c.type, c."notnull", c.dflt_value, c.pk
       FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c WHERE t.schema = 'main' AND t.type = 'table'""",
    """SELECT t.name, k.seq, k."table", k."from", k."to", k.on_delete
       FROM pragma_table_list AS t, pragma_foreign_key_list(t.name) AS k WHERE t.schema = 'main'""",
    """SELECT t.name, i."unique", i.partial, c.seqno, c.name, c.coll, c."desc"
       FROM pragma_table_list AS t, pragma_index_list(t.name) AS i, pragma_index_xinfo(i.name) AS c
       WHERE t.schema = 'main' AND t.type = 'table' AND c.key""",
    "SELECT name, sql LIKE '%AUTOINCREMENT%' FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'",
    "SELECT name, replace(sql, '\"', '') FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
)
POSTGRES_SHAPE = (
    """SELECT table_name, column_name, data_type, is_nullable, column_default, collation_name
       FROM information_schema.columns WHERE table_schema = 'public'
       AND table_name NOT IN ('days', 'doses', 'regimen_steps')""",
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
       WHERE connamespace = 'public'::regnamespace AND contype <> 'n'""",
)


@pytest.fixture
def empty_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database with nothing in it."""
    if engine_name == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    name = f"onset_empty_{uuid4().hex}"
    yield postgres.create_database(server, name)
    postgres.drop_database(server, name)


@pytest.fixture
def empty(empty_url: str) -> Engine:
    return make_engine(empty_url)


def downgrade(engine: Engine, revision: str) -> None:
    with engine.connect() as connection:
        command.downgrade(alembic_config(connection), revision)


def at(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return present_revision(connection)


def contents(engine: Engine) -> set[str]:
    """The names of tables, views, triggers and functions."""
    kinds = "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'"
    if engine.dialect.name == "postgresql":
        kinds = """SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
                   UNION SELECT tgname FROM pg_trigger WHERE NOT tgisinternal
                   UNION SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"""
    with engine.connect() as connection:
        return set(connection.execute(text(kinds)).scalars())


def test_the_last_migration_by_name_is_alembics_head() -> None:
    assert wanted_revision() == ScriptDirectory.from_config(alembic_config()).get_current_head()


def test_up_down_and_up_again_with_data(empty: Engine, empty_url: str) -> None:
    migrate(empty)
    first = contents(empty)
    assert {"records", "days", "doses", "regimen_steps"} <= first
    write_and_check(empty_url)
    downgrade(empty, "base")
    assert {name for name in contents(empty) if not name.startswith("alembic")} == set()
    assert at(empty) is None
    migrate(empty)
    assert contents(empty) == first
    assert at(empty) == wanted_revision()
    write_and_check(empty_url)


def write_and_check(url: str) -> None:
    database = Database(url)
    try:
        diary = new_diary(database)
        diary.put_day("2026-03-01", pain=4)
        assert diary.revision() == 2
        assert diary.rows("SELECT pain FROM days WHERE patient = :patient") == [(4,)]
    finally:
        database.close()


def test_going_up_twice_changes_nothing(empty: Engine, empty_url: str) -> None:
    migrate(empty)
    database = Database(empty_url)
    diary = new_diary(database)
    diary.put_day("2026-03-01", pain=4)
    migrate(empty)
    assert diary.revision() == 2
    database.close()


def test_alembic_finds_no_difference_between_the_migrations_and_the_tables(empty: Engine) -> None:
    migrate(empty)
    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": same_type})
        assert compare_metadata(context, metadata) == []


def same_type(_context: object, _inspected: object, _column: object, found: Any, wanted: Any) -> bool | None:  # noqa: ANN401 - Alembic's signature
    """False where a JSONB column is the JSONB that the code hands out as text; None leaves it to Alembic."""
    return False if "JSONB" in (type(found).__name__, str(wanted)) and str(found) == str(wanted) else None


def shape(connection: Connection) -> list[set[tuple[Any, ...]]]:
    """All that tells tables apart: columns, collations, keys, indexes with their conditions, tables without rowid."""
    queries = SQLITE_SHAPE if connection.dialect.name == "sqlite" else POSTGRES_SHAPE
    found = [{tuple(row) for row in connection.execute(text(query))} for query in queries]
    return [{row for row in rows if not str(row[0]).startswith(("alembic", "sqlite"))} for rows in found]


def test_the_migrations_make_the_tables_to_the_last_collation(empty: Engine, database_url: str) -> None:
    migrated = make_engine(database_url)
    metadata.create_all(empty)
    with migrated.connect() as one, empty.connect() as other:
        for found, wanted in zip(shape(one), shape(other), strict=True):
            assert found == wanted
            assert found
        tables = {"accounts", "records", "record_history", "patient_state"}
        assert tables <= set(inspect(one).get_table_names())


def start(url: str, folder: Path) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "ONSET_DATABASE_URL": url, "ONSET_DATA": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-m", "alembic", "upgrade", "head"], cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
    )


def test_processes_that_migrate_at_once_take_turns(empty: Engine, empty_url: str, tmp_path: Path) -> None:
    processes = [start(empty_url, tmp_path) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert at(empty) == wanted_revision()


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_on_postgresql_a_migration_waits_for_its_turn_and_gives_it_back(empty: Engine) -> None:
    with empty.connect() as holder:
        holder.execute(text("SELECT pg_advisory_lock(:turn)"), {"turn": TURN})
        waiting = threading.Thread(target=migrate, args=(empty,))
        waiting.start()
        waiting.join(0.5)
        assert waiting.is_alive()
        assert at(empty) is None
        holder.execute(text("SELECT pg_advisory_unlock(:turn)"), {"turn": TURN})
        waiting.join(30)
        assert at(empty) == wanted_revision()
        held = (
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )  # others migrate too
        assert holder.execute(text(held)).scalar_one() == 0


@pytest.mark.parametrize("engine_name", ["postgresql"])
def test_a_connection_handed_in_keeps_no_turn(empty: Engine) -> None:
    with empty.connect() as connection:
        command.upgrade(alembic_config(connection), "head")
        held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
        assert connection.execute(text(held)).scalar_one() == 0


def test_a_service_that_runs_on_sqlite_keeps_its_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ONSET_DATABASE_URL", raising=False)
    with own(tmp_path):
        assert main(["migrate", "--data", str(tmp_path)]) == 1
        assert "another Onset process" in capsys.readouterr().err
        assert not (tmp_path / "onset.db").exists()
    assert main(["migrate", "--data", str(tmp_path)]) == 0
    assert at(make_engine(f"sqlite:///{tmp_path / 'onset.db'}")) == wanted_revision()


def test_without_a_database_the_statements_for_postgresql_are_written_down(capsys: pytest.CaptureFixture[str]) -> None:
    command.upgrade(alembic_config(), "head", sql=True)
    written = capsys.readouterr().out
    assert written.startswith("SET lock_timeout")
    assert "CREATE FUNCTION records_guard" in written
    assert "advisory" not in written
