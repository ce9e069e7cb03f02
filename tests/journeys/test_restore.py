"""A service is restored from last night's backup, and its phones heal: what they were told was stored comes back."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from app.config import Settings
from app.main import StandIns, create_app
from tests.support import contract
from tests.support.diary import problem, uuid7
from tests.support.operator import done
from tests.support.people import Person, sign_in, sign_up

DAY, OTHER_DAY, DOSE = "day-2026-02-27", "day-2026-02-28", uuid7(7)
Key = tuple[str, str]
Fields = dict[str, Any]


@dataclass(slots=True)
class Device:
    """A phone that keeps what it was shown and what it has not been able to send, as sync asks of it."""

    name: str
    client: TestClient
    headers: dict[str, str]
    epoch: str = ""
    cursor: str = ""
    seq: int = 0
    held: dict[Key, dict[str, Any]] = field(default_factory=dict[Key, dict[str, Any]])
    pending: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    acknowledged: list[tuple[Key, Fields]] = field(default_factory=list[tuple[Key, Fields]])
    """What was answered to be stored: the fields of each put, none for a delete."""

    def edit(self, kind: str, record_id: str, **fields: object) -> None:
        """Notes an edit; only `send` takes it to the service."""
        seen = self.held.get((kind, record_id))
        whole: Fields = {**(seen["fields"] if seen else {}), **fields}
        base = seen["rev"] if seen else 0
        self.pending.append(
            {"kind": kind, "op": "put", "id": record_id, "base": base, "fields": whole, "changed": [*fields]}
        )

    def delete(self, kind: str, record_id: str) -> None:
        base = self.held[kind, record_id]["rev"]
        self.pending.append({"kind": kind, "op": "delete", "id": record_id, "base": base})

    def ask_pull(self, **asked: str | int) -> Response:
        return self.client.get("/v1/sync/pull", params={"device": self.name, **asked}, headers=self.headers)

    def ask_push(self, mutations: list[dict[str, Any]], *, seq: int, epoch: str) -> Response:
        push = {"device": self.name, "seq": seq, "schema": 1, "epoch": epoch, "mutations": mutations}
        return self.client.post("/v1/sync/push", json=push, headers=self.headers)

    def pull(self) -> None:
        more = True
        while more:
            answer = self.ask_pull(limit=2, **({"cursor": self.cursor} if self.cursor else {}))
            assert answer.status_code == 200, answer.text
            page = answer.json()
            self.held |= {(change["kind"], change["id"]): change for change in page["changes"]}
            self.cursor, self.epoch, more = page["cursor"], page["epoch"], page["has_more"]

    def send(self) -> None:
        """Pushes what waits; each edit of it is acknowledged, and the records are as the answer says."""
        answer = self.ask_push(self.pending, seq=self.seq + 1, epoch=self.epoch)
        assert answer.status_code == 200, answer.text
        self.seq += 1
        for mutation, result in zip(self.pending, answer.json()["results"], strict=True):
            assert result["status"] != "rejected", result
            written = {name: value for name, value in mutation.get("fields", {}).items() if _means(mutation, name)}
            self.acknowledged.append(((mutation["kind"], mutation["id"]), written))
            if result["record"]:
                self.held[result["kind"], result["id"]] = result["record"]
        self.pending = []

    def heal(self) -> None:
        """What sync asks of a phone that is told to start over."""
        refused = self.ask_pull(cursor=self.cursor)
        assert problem(refused) == (409, "resync-required"), refused.text
        told = refused.json()
        forked_at, before = told["forked_at"], self.held
        self.seq, self.cursor, self.held = told["last_seq"], "", {}
        self.pull()
        assert self.epoch == told["epoch"]
        again = [
            _again(record, forked_at) for (kind, _), record in before.items() if _is_newer(kind, record, forked_at)
        ]
        waiting = [{**mutation, "base": min(mutation["base"], forked_at)} for mutation in self.pending]
        self.pending = again + waiting
        self.send()


def _means(mutation: dict[str, Any], name: str) -> bool:
    return name in mutation.get("changed", mutation["fields"])


def _is_newer(kind: str, record: dict[str, Any], forked_at: int) -> bool:
    return kind != "conflict" and record["rev"] > forked_at  # conflicts are the service's own


def _again(record: dict[str, Any], forked_at: int) -> dict[str, Any]:
    about = {"kind": record["kind"], "id": record["id"], "base": forked_at}
    return {**about, "op": "delete"} if record["deleted"] else {**about, "op": "put", "fields": record["fields"]}


@dataclass(slots=True)
class House:
    """A service that can be stopped, restored and started, with one patient's phones."""

    settings: Settings
    stand_ins: StandIns
    backup: Path
    devices: list[Device] = field(default_factory=list[Device])
    email: str = ""

    @contextmanager
    def open(self) -> Generator[TestClient]:
        with TestClient(create_app(self.settings, self.stand_ins), raise_server_exceptions=False) as client:
            client.event_hooks["response"].append(contract.check)
            for device in self.devices:
                device.client = client
            yield client

    def device(self, client: TestClient, name: str) -> Device:
        person = Person(self.email, {}, sign_in(client, self.email))
        device = Device(name, client, person.headers)
        device.pull()
        self.devices.append(device)
        return device

    def restore(self) -> None:
        done(self.settings, "restore", "--replace", self.backup)

    def sign_in_again(self, client: TestClient) -> None:
        """Every session has ended; the phones keep what they hold."""
        for device in self.devices:
            assert problem(device.ask_pull(cursor=device.cursor)) == (401, "token-invalid")
            device.headers = Person(self.email, {}, sign_in(client, self.email)).headers

    def lost(self) -> list[tuple[Key, str, object]]:
        """What was acknowledged and is neither current, nor in a conflict, nor replaced by who had seen it."""
        reader = self.devices[0]
        conflicts = [record["fields"] for (kind, _), record in reader.held.items() if kind == "conflict"]
        newest: dict[tuple[Key, str], object] = {}
        deleted = {key for device in self.devices for key, fields in device.acknowledged if not fields}
        for device in self.devices:
            for key, fields in device.acknowledged:
                newest |= {(key, name): value for name, value in fields.items()}
        return [
            (key, name, value)
            for (key, name), value in newest.items()
            if reader.held[key]["fields"].get(name) != value
            and not (reader.held[key]["deleted"] and key in deleted)
            and not any(
                (conflict["record_kind"], conflict["record_id"], conflict["field"]) == (*key, name)
                and value in {conflict["kept"], conflict["offered"]}
                for conflict in conflicts
            )
        ]


@pytest.fixture
def house(settings: Settings, stand_ins: StandIns, tmp_path: Path) -> House:
    """Two phones that have pushed before the backup, and hold more since."""
    house = House(settings, stand_ins, tmp_path / "night.zip")
    with house.open() as client:
        house.email = sign_up(client).email
        one, two = house.device(client, "phone-1"), house.device(client, "phone-2")
        one.edit("day", DAY, pain=6, note="before")
        one.edit("medication", uuid7(1), name="Ibuprofen")
        one.send()
        two.pull()
        two.edit("day", DAY, fatigue=3)
        two.send()
        one.pull()
        done(settings, "backup", house.backup)
        one.edit("day", DAY, pain=4)  # changes what the backup has,
        one.edit("day", OTHER_DAY, pain=2)  # adds to it,
        one.delete("medication", uuid7(1))  # and deletes from it
        one.send()
        two.pull()
        two.edit("dose", DOSE, status="taken", mg=1.5, taken_at="2026-02-28T22:15:00Z")
        two.edit("day", OTHER_DAY, note="by the other")
        two.send()
        two.edit("day", DAY, note="never sent")
        two.edit("day", "day-2026-02-26", pain=9)
    return house


def assert_whole(house: House) -> None:
    """All is there that was written before the backup, after it, and not yet sent."""
    one, two = house.devices
    for device in (one, two):
        device.pull()
    assert {key: record["rev"] for key, record in one.held.items()} == {
        key: record["rev"] for key, record in two.held.items()
    }
    assert house.lost() == []
    day, other = one.held["day", DAY]["fields"], one.held["day", OTHER_DAY]["fields"]
    assert (day["pain"], day["fatigue"], day["note"]) == (4, 3, "never sent")
    assert (other["pain"], other["note"]) == (2, "by the other")
    assert one.held["dose", DOSE]["fields"]["mg"] == 1.5
    assert one.held["day", "day-2026-02-26"]["fields"]["pain"] == 9
    assert one.held["medication", uuid7(1)]["deleted"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_phones_bring_back_what_the_backup_did_not_hold(house: House, order: tuple[int, int]) -> None:
    house.restore()
    with house.open() as client:
        house.sign_in_again(client)
        for number in order:
            house.devices[number].heal()
        assert_whole(house)


def test_a_second_restore_of_the_same_backup_heals_like_the_first(house: House) -> None:
    house.restore()
    with house.open() as client:
        house.sign_in_again(client)
        for device in house.devices:
            device.heal()
        house.devices[0].edit("day", "day-2026-02-25", pain=1)
        house.devices[0].send()
    house.restore()
    with house.open() as client:
        house.sign_in_again(client)
        for device in house.devices:
            device.heal()
        assert_whole(house)
        assert house.devices[1].held["day", "day-2026-02-25"]["fields"]["pain"] == 1


def test_a_phone_that_slept_through_two_restores_still_heals(house: House) -> None:
    one, two = house.devices
    house.restore()
    with house.open() as client:
        house.sign_in_again(client)
        one.heal()
        done(house.settings, "backup", house.backup)
        one.edit("day", "day-2026-02-25", pain=1)
        one.send()
    house.restore()
    with house.open() as client:
        house.sign_in_again(client)
        one.heal()
        two.heal()
        assert_whole(house)
        assert two.held["day", "day-2026-02-25"]["fields"]["pain"] == 1


Sent = Callable[[Device, int, str], Response]
OLD: dict[str, Sent] = {
    "a pull by the old cursor": lambda device, _rev, _epoch: device.ask_pull(cursor=device.cursor),
    "a pull since an old revision": lambda device, rev, _epoch: device.ask_pull(since=rev),
    "a pull of the old epoch": lambda device, _rev, epoch: device.ask_pull(since=1, epoch=epoch),
    "a push of the old epoch": lambda device, _rev, epoch: device.ask_push([], seq=device.seq + 1, epoch=epoch),
    "a push out of order": lambda device, _rev, epoch: device.ask_push([], seq=99, epoch=epoch),
}


@pytest.mark.parametrize("sent", OLD)
def test_what_belongs_to_the_lost_history_is_told_where_it_forked(house: House, sent: str) -> None:
    two = house.devices[1]
    rev, epoch, pushed = max(record["rev"] for record in two.held.values()), two.epoch, two.seq
    house.restore()
    with house.open() as client:
        house.sign_in_again(client)
        answer = OLD[sent](two, rev, epoch)
        assert problem(answer) == (409, "resync-required"), answer.text
        told = answer.json()
        assert told["epoch"] != epoch
        assert told["forked_at"] == 3  # an empty diary stands at 1, and two pushes came before the backup
        assert told["last_seq"] == pushed - 1  # one came after it


def test_a_base_in_the_gap_is_refused_before_anything_of_the_push_is_stored(house: House) -> None:
    two = house.devices[1]
    rev = max(record["rev"] for record in two.held.values())
    house.restore()
    with house.open() as client:
        house.sign_in_again(client)
        present = two.ask_pull(since=0).json()
        held = {"kind": "day", "op": "put", "id": DAY, "fields": {"pain": 1}}
        answer = two.ask_push([{**held, "base": rev}], seq=two.seq, epoch=present["epoch"])
        assert problem(answer) == (409, "resync-required")
        assert two.ask_pull(since=0).json() == present
