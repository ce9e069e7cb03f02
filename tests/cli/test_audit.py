"""`scripts/onset verify-audit` finds a changed row, and `touched` lists whose data others were served."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.config import Settings
from app.main import StandIns, create_app
from app.storage.engines import make_engine
from tests.support.clock import SettableClock
from tests.support.operator import done, refused, run
from tests.support.people import Person, sign_up
from tests.support.sharing import shared


@pytest.fixture
def people(settings: Settings, stand_ins: StandIns, clock: SettableClock) -> list[Person]:
    """Three patients: one is read at noon and later, one later and never answered, one never."""
    with TestClient(create_app(settings, stand_ins)) as client:
        doctor = sign_up(client, role="clinician")
        patients = [sign_up(client) for _ in range(3)]
        first, second = (shared(client, patient, doctor) for patient in patients[:2])
        assert first.read("doses").status_code == 200
        clock.advance(timedelta(minutes=10))
        assert first.read("trends/fibromyalgia").status_code == 200
        assert first.read("trends/lupus").status_code == 404
        assert second.read("days").status_code == 403
    return patients


def change(settings: Settings, statement: str, person: Person) -> None:
    engine = make_engine(settings.resolved_database_url())
    whose = "patient = (SELECT key FROM accounts WHERE id = :id)"
    with engine.begin() as connection:
        found = connection.execute(text(f"{statement} AND {whose}"), {"id": person.account["id"]})
        assert found.rowcount == 1
    engine.dispose()


@pytest.mark.usefixtures("people")
def test_whole_logs_are_found_whole(settings: Settings) -> None:
    assert done(settings, "verify-audit") == "logs: 2, damaged: 0\n"


@pytest.mark.parametrize(
    ("statement", "row"),
    [
        ("UPDATE access_log SET entry = replace(entry, 'served', 'denied') WHERE seq = 2", 2),
        ("DELETE FROM access_log WHERE seq = 1", 1),
        ("DELETE FROM access_log WHERE seq = 3", 3),
        ("UPDATE access_log SET at = at + 1 WHERE seq = 3", 3),
        ("UPDATE access_log_heads SET seq = 2 WHERE seq = 3", 3),
    ],
)
def test_a_changed_row_is_named(settings: Settings, people: list[Person], statement: str, row: int) -> None:
    change(settings, statement, people[0])
    said = run(settings, "verify-audit")
    assert (said.code, said.out) == (1, "logs: 2, damaged: 1\n")
    assert said.err == f"onset: the log of {people[0].account['id']} is not as it was written: row {row}\n"


@pytest.mark.usefixtures("people")
def test_without_the_key_nothing_is_checked_and_none_is_made(settings: Settings) -> None:
    key = settings.data / "secret.key"
    key.unlink()
    assert "secret key" in refused(settings, "verify-audit")
    assert not key.exists()


def test_patients_are_listed_whose_data_was_served_in_the_time(settings: Settings, people: list[Person]) -> None:
    first = people[0]
    line = f"{first.account['id']} {first.email} answers: "
    wanted = [
        ("2026-03-02", "2026-03-03", f"{line}2\npatients: 1\n"),
        ("2026-03-02T12:00:00Z", "2026-03-02T12:10:00Z", f"{line}1\npatients: 1\n"),
        ("2026-03-02T13:00:01+01:00", "2026-03-02T12:10:00Z", "patients: 0\n"),
        ("2026-03-02T12:10:00", "2026-03-02T12:10:01", f"{line}1\npatients: 1\n"),
    ]
    for since, until, told in wanted:
        assert done(settings, "touched", "--from", since, "--to", until) == told
