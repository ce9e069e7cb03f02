"""What every test may ask for: both engines, the application on each, a clock, a patient who is signed in."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import hypothesis
import pytest
from starlette.testclient import TestClient

from app.config import Settings
from app.main import StandIns, create_app
from app.security.passwords import HashingCost
from app.storage.database import Database
from app.storage.engines import make_engine
from app.storage.schema import migrate
from tests.support import contract, postgres
from tests.support.clock import SettableClock
from tests.support.mailbox import Mailbox
from tests.support.people import Person, sign_up

# How long an example takes is the machine's affair: a busy one must not fail a property.
hypothesis.settings.register_profile(
    "onset", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("onset")

CHEAP = HashingCost(memory_kib=64, passes=1)

pytest_plugins = [
    "tests.support.statements",  # every statement on a diary's tables names its patient
    "tests.support.coverage",
]


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The server of the whole run, shared by its worker processes."""
    return postgres.start(os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid4().hex), durable=False)


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a migrated database to copy."""
    name = f"onset_template_{uuid4().hex}"
    migrate(make_engine(postgres.create_database(postgres_server, name)))
    yield name
    postgres.drop_database(postgres_server, name)


@pytest.fixture(scope="session")
def postgres_database(postgres_server: str, postgres_template: str) -> Iterator[postgres.Reused]:
    """The database that the tests of one process take turns with."""
    reused = postgres.Reused(postgres_server, postgres_template)
    yield reused
    reused.drop()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file to copy."""
    file = tmp_path_factory.mktemp("template") / "onset.db"
    migrate(make_engine(f"sqlite:///{file}"))
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def engine_name(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def database_url(engine_name: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated database of the test's own."""
    if engine_name == "sqlite":
        file = shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "onset.db")
        yield f"sqlite:///{file}"
        return
    reused: postgres.Reused = request.getfixturevalue("postgres_database")
    yield reused.take()
    reused.give_back()


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, database_url=database_url)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def stand_ins(clock: SettableClock, mailbox: Mailbox) -> StandIns:
    return StandIns(clock=clock, hashing=CHEAP, mailer=mailbox)


@pytest.fixture
def client(settings: Settings, stand_ins: StandIns) -> Iterator[TestClient]:
    """The whole application, by HTTP; every answer is held to the OpenAPI document."""
    app = create_app(settings, stand_ins)
    with TestClient(app, raise_server_exceptions=False) as opened:
        app.state.parts.news.end()  # this client shows an answer when it is whole, so no stream may go on
        opened.event_hooks["response"].append(contract.check)
        yield opened


@pytest.fixture
def patient(client: TestClient) -> Person:
    return sign_up(client)
