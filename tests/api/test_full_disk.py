"""On a full disk who is signed in goes on reading, also with a token that was never used before."""

from collections.abc import Generator
from contextlib import contextmanager

from httpx2 import Response
from sqlalchemy import Connection, event
from starlette.testclient import TestClient

from app.config import Settings
from app.main import StandIns, create_app
from app.storage.engines import make_engine
from tests.support.people import Person, sign_up

PAGES = 1_000
"""More than the database of a test needs, and less than what the trigger writes."""
FULL = {
    "sqlite": [
        "CREATE TABLE filling (content BLOB)",
        """CREATE TRIGGER fill AFTER UPDATE ON sessions
           BEGIN INSERT INTO filling VALUES (zeroblob(10000000)); END""",
    ],
    "postgresql": [
        """CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN RAISE EXCEPTION 'no' USING ERRCODE = 'disk_full'; END $$""",
        "CREATE TRIGGER fill AFTER UPDATE ON sessions FOR EACH ROW EXECUTE FUNCTION fill()",
    ],
}
ROOM_AGAIN = {
    "sqlite": ["DROP TRIGGER fill", "DROP TABLE filling"],
    "postgresql": ["DROP TRIGGER fill ON sessions", "DROP FUNCTION fill"],
}


@contextmanager
def full_disk(engine_name: str, database_url: str) -> Generator[None]:
    """The sessions' disk is full while the block runs."""
    engine = make_engine(database_url)

    def run(statements: list[str]) -> None:
        with engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    run(FULL[engine_name])
    try:
        yield
    finally:
        run(ROOM_AGAIN[engine_name])
        engine.dispose()


def bounded(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.connection.cursor().execute(f"PRAGMA max_page_count = {PAGES}")


def refresh(client: TestClient, refresh_token: str) -> Response:
    return client.post("/v1/auth/token", data={"grant_type": "refresh_token", "refresh_token": refresh_token})


def test_first_use_of_a_token_on_a_full_disk_is_answered_and_remembered_once_there_is_room(
    settings: Settings, stand_ins: StandIns, engine_name: str, database_url: str
) -> None:
    app = create_app(settings, stand_ins)
    with TestClient(app) as client:
        event.listen(app.state.parts.database.primary, "begin", bounded)
        person = sign_up(client)
        assert client.get("/v1/me", headers=person.headers).status_code == 200
        first = person.tokens["refresh_token"]
        renewed = Person(person.email, person.account, refresh(client, first).json())
        with full_disk(engine_name, database_url):
            for path in ("/v1/me", "/v1/days", "/v1/me"):
                assert client.get(path, headers=renewed.headers).status_code == 200
            assert refresh(client, renewed.tokens["refresh_token"]).status_code == 507
        assert refresh(client, first).status_code == 200  # nothing tells yet that the answer to it arrived
        assert client.get("/v1/me", headers=renewed.headers).status_code == 200
        assert refresh(client, first).status_code == 400
