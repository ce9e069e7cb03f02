"""RxDB, WatermelonDB, Replicache and SignalDB, two of each on one account: they converge, and nothing is lost."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from httpx2 import Client

from app.config import Settings
from tests.clients.support.household import Household
from tests.clients.support.install import Node
from tests.clients.support.ledger import check_that_nothing_is_lost
from tests.clients.support.phones import LIBRARIES, each
from tests.support.diary import uuid7
from tests.support.operator import done
from tests.support.phone import Phone

DAY = ("day", "day-2026-03-01")
DOSE = ("dose", uuid7(1))
LOST_ANSWERS = 2


@pytest.fixture
def household(node: Node, settings: Settings, tmp_path: Path) -> Iterator[Household]:
    with ExitStack() as running:
        client = running.enter_context(Client(timeout=30))
        opened = Household(settings, node, tmp_path, client, running)
        opened.open()
        yield opened


@pytest.fixture(scope="module")
def lasting(node: Node, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Household]:
    """A household on SQLite that tests share, each with records of its own: to start one costs as much as a test."""
    folder = tmp_path_factory.mktemp("household")
    settings = Settings(data=folder, database_url=f"sqlite:///{shutil.copy(sqlite_template, folder / 'onset.db')}")
    with ExitStack() as running:
        client = running.enter_context(Client(timeout=30))
        opened = Household(settings, node, folder, client, running)
        opened.open()
        yield opened


def own_day(number: int, month: str = "2026-04") -> tuple[str, str]:
    return "day", f"day-{month}-{number + 1:02}"


def own_dose(number: int) -> tuple[str, str]:
    return "dose", uuid7(100 + number)


def test_two_of_each_converge_and_lose_nothing(household: Household) -> None:
    phones = household.phones

    write_apart(household)
    for library in LIBRARIES:
        household.of(library)[0].ask("lose", answers=LOST_ANSWERS)
    household.online(on=True)
    household.converge()
    for library in LIBRARIES:
        assert household.of(library)[0].ask("network")["lost"] == LOST_ANSWERS, library

    household.online(on=False)
    disagree(household)
    some, others = phones[: len(LIBRARIES)], phones[len(LIBRARIES) :]  # one of each
    each(some, household.restart)
    for phone in phones:
        phone.ask("stored")
        phone.ask("lose", answers=1)
    household.online(on=True)
    for phone in others:  # killed at whatever point of their sync they are
        phone.tell("sync")
        household.stored()
        phone.kill()
        phone.switch_on()
    for phone in others:
        phone.start(household.url, on=True)
    stored = household.converge()
    check_that_nothing_is_lost(household, stored)
    assert {fields["status"] for (kind, _), (_, fields) in stored.items() if kind == "conflict"} == {"open"}

    wanted = settle(household)
    stored = household.converge()
    check_that_nothing_is_lost(household, stored)
    assert {fields["status"] for (kind, _), (_, fields) in stored.items() if kind == "conflict"} == {"settled"}
    for place, name, value in wanted:
        assert stored[place][1][name] == value


def write_apart(household: Household) -> None:
    """Each phone, without a network: a day of its own, the day that all of them write, and doses."""
    first = household.phones[0]
    first.put(*DOSE, local_date="2026-03-01", status="taken", mg=1.5)
    for number, phone in enumerate(household.phones):
        phone.put(*own_day(number), pain=number, note=f"{phone.name} on a day of its own")
        phone.put(*DAY, fatigue=number, note=f"{phone.name} on the day of all")
        phone.put(*own_dose(number), local_date="2026-03-02", status="taken", mg=3 + number / 10)


def disagree(household: Household) -> None:
    """Each phone, without a network: all write the same fields, delete what another edits, and write nonsense."""
    phones = household.phones
    for number, phone in enumerate(phones):
        phone.put(*DOSE, mg=2 + number / 10)
        phone.put(*DAY, note=f"{phone.name} says otherwise")
        phone.put(*own_day(number), note=f"{phone.name} adds a word")
        phone.remove(*own_day((number + 1) % len(phones)))  # edited there
        phone.remove(*own_dose(number))
        phone.put("day", f"day-2026-05-{number + 1:02}", pain=11)  # refused, and there is no such record
    for number, phone in enumerate(phones[:4]):  # revived by one who had not seen the delete
        phone.put(*own_dose(number + 4), note=f"{phone.name} remembers this one")
    for number, phone in enumerate(phones[4:]):  # refused, and the record stands
        phone.put(*own_dose(number), mg=-1)


def settle(household: Household) -> list[tuple[tuple[str, str], str, object]]:
    """Each phone settles conflicts: by saying so, or by writing the value that was not taken. What must then stand."""
    wanted: list[tuple[tuple[str, str], str, object]] = []
    conflicts = sorted((place, fields) for place, (_, fields) in household.stored().items() if place[0] == "conflict")
    assert len(conflicts) >= len(household.phones)
    for number, ((_, conflict_id), fields) in enumerate(conflicts):
        phone = household.phones[number % len(household.phones)]
        place, name = (fields["record_kind"], fields["record_id"]), fields.get("field")
        if name:
            phone.put(*place, **{name: fields["offered"]})
            wanted.append((place, name, fields["offered"]))
        else:
            phone.put("conflict", conflict_id, status="settled")
    return wanted


def test_an_edit_that_hides_what_a_pull_brought_is_not_taken_for_one_that_has_seen_it(lasting: Household) -> None:
    other, phones = Phone(lasting.client, lasting.headers), [lasting.of(library)[0] for library in LIBRARIES]
    for number in range(3 * len(phones)):
        other.put(*own_day(number, "2026-06"), {"note": "as it was"})
    other.sync()
    lasting.online(on=True)
    lasting.converge()
    lasting.online(on=False)
    for number, phone in enumerate(phones):
        edited, deleted, lost = (own_day(3 * number + nth, "2026-06") for nth in range(3))
        phone.put(*edited, note=f"{phone.name} offline")
        phone.remove(*deleted)
        phone.put(*lost, note=f"{phone.name} offline")
        other.put(*edited, {"note": "meanwhile"})
        other.put(*deleted, {"note": "meanwhile"})
        other.delete(*lost)
    other.put(*own_day(29, "2026-06"), {"note": "comes last"})
    other.sync()
    # Started again, since RxDB lets a push that is under way go before pulls.
    each(phones, lambda phone: lasting.restart(phone, on=True, sends=False))
    for phone in phones:
        if phone.library != "signaldb":  # which shows nothing of a pull before its own push has gone through
            phone.shows(*own_day(29, "2026-06"))
    lasting.online(on=True)
    stored = lasting.converge()
    conflicts = {
        (fields["record_id"], fields.get("field")): fields.get("offered")
        for (kind, _), (_, fields) in stored.items()
        if kind == "conflict"
    }
    for number, phone in enumerate(phones):
        edited, deleted, lost = (own_day(3 * number + nth, "2026-06") for nth in range(3))
        assert stored[edited][1]["note"] == "meanwhile"
        assert conflicts[edited[1], "note"] == f"{phone.name} offline"
        assert stored[deleted][1]["note"] == "meanwhile"
        assert stored[lost][1]["note"] == f"{phone.name} offline"
        assert {(deleted[1], None), (lost[1], None)} <= conflicts.keys()


def test_what_one_phone_writes_the_others_show_by_themselves(lasting: Household) -> None:
    lasting.online(on=True)
    lasting.converge()
    for number, library in enumerate(LIBRARIES):
        writer = lasting.of(library)[0]
        writer.put(*own_day(number, "2026-07"), note=f"{library} writes")
        if library == "watermelondb":  # an app tells it when to push; the others do it by themselves
            writer.ask("sync")
        for phone in lasting.phones:
            phone.shows(*own_day(number, "2026-07"))


def test_after_a_restore_phones_bring_back_what_the_backup_does_not_hold(lasting: Household, tmp_path: Path) -> None:
    lasting.online(on=False)
    write_apart(lasting)
    lasting.online(on=True)
    lasting.converge()
    done(lasting.settings, "backup", tmp_path / "backup")
    for number, phone in enumerate(lasting.phones):
        phone.put(*own_day(10 + number), note=f"{phone.name} after the backup")
        phone.put(*own_day(number), note=f"{phone.name} after the backup")
    lasting.converge()
    lasting.online(on=False)
    for phone in lasting.phones[:2]:
        phone.put(*own_day(20), note=f"{phone.name} disagrees")
    lasting.online(on=True)
    acknowledged = {place: record for place, record in lasting.converge().items() if place[0] != "conflict"}
    lasting.online(on=False)
    for number, phone in enumerate(lasting.phones):
        phone.put(*own_day(number), fatigue=number)

    lasting.stop_service()
    done(lasting.settings, "restore", "--replace", tmp_path / "backup")
    lasting.start_service()
    lasting.sign_in()
    assert own_day(10) not in lasting.stored()
    each(lasting.phones, lambda phone: lasting.restart(phone, on=True))
    stored = lasting.converge()

    for place, (_, fields) in acknowledged.items():
        assert stored[place][1].items() >= fields.items(), place
    for number in range(len(lasting.phones)):
        assert stored[own_day(number)][1]["fatigue"] == number
