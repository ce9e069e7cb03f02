"""A diary gets the same answers whichever way it came: by REST, by sync in any order with detours, or from a file."""

from collections.abc import Iterable
from datetime import date
from random import Random

import orjson
from starlette.testclient import TestClient

from app.domain.records.kinds import DAY, DOSE, KINDS
from app.services.demo import simulated
from tests.support.clock import SettableClock
from tests.support.diary import Phone
from tests.support.files import brought, export
from tests.support.people import Person, sign_up
from tests.support.sync import Device, Json, delete

Record = tuple[str, str, Json]
"""Kind, id, fields."""
FIRST_DOSE = date(2025, 10, 15)
ASKED = ("/v1/trends/fibromyalgia", "/v1/trends", "/v1/side-effects")
_SCORES = ("pain", "sleep_disturbance", "fatigue", "vivid_dreams")


def _diary() -> list[Record]:
    records = simulated(FIRST_DOSE, "Europe/London", Random(5))  # noqa: S311 - the same each time
    return [(kind.name, name, orjson.loads(orjson.dumps(fields, default=float))) for kind, name, fields in records]


def _by_rest(client: TestClient, person: Person) -> None:
    phone = Phone(client, person)
    for kind, name, fields in _diary():
        phone.stored(f"/v1/{KINDS[kind].path}/{name}", fields)  # pyright: ignore[reportArgumentType] - a kind's name


def _by_sync(client: TestClient, person: Person) -> None:
    """Two phones in turns: first anything, with days and doses that never were; then what is true, in any order."""
    chance = Random(7)  # noqa: S311 - the same each time
    phones = [Device(client, person, name) for name in ("one", "other")]
    true = _diary()
    at_first = [(kind, name, _otherwise(kind, fields, chance)) for kind, name, fields in true]
    never = _never_were(true)
    chance.shuffle(at_first)
    _push(phones, [_put(0, *record) for record in at_first + never], chance)
    revs = {(each["kind"], each["id"]): each["rev"] for each in phones[0].everything()}
    chance.shuffle(true)
    gone = [delete(revs[kind, name], kind=kind, record_id=name) for kind, name, _ in never + true[:40]]
    _push(phones, gone, chance)
    revs = {(each["kind"], each["id"]): each["rev"] for each in phones[0].everything()}
    _push(phones, [_put(revs[kind, name], kind, name, fields) for kind, name, fields in true], chance)


def _from_export(client: TestClient, person: Person) -> None:
    writer = sign_up(client)
    _by_sync(client, writer)
    told = brought(client, person, export(client, writer).json_text)
    assert told["rejected"] == []


def _from_csv(client: TestClient, person: Person) -> None:
    """Days from a table, the rest by sync."""
    writer = sign_up(client)
    device = Device(client, writer, "one")
    _push([device], [_put(0, *record) for record in _diary()], Random(1))  # noqa: S311
    brought(client, person, export(client, writer).members["csv/day.csv"], "text/csv")
    rest = [record for record in reversed(_diary()) if record[0] != DAY.name]
    _push([Device(client, person, "one")], [_put(0, *record) for record in rest], Random(1))  # noqa: S311


def _otherwise(kind: str, fields: Json, chance: Random) -> Json:
    if kind == DAY.name:
        return {**fields, **{measure: chance.randint(0, 10) for measure in _SCORES if measure in fields}}
    return {**fields, "status": "skipped"} if kind == DOSE.name else fields


def _never_were(true: Iterable[Record]) -> list[Record]:
    days = {fields["local_date"] for kind, _, fields in true if kind == DAY.name}
    missing = [day for day in ("2025-09-01", "2025-09-02", "2025-09-03") if day not in days]
    return [(DAY.name, f"day-{day}", {"local_date": day, "time_zone": "Europe/London", "pain": 9}) for day in missing]


def _put(base: int, kind: str, name: str, fields: Json) -> Json:
    return {"kind": kind, "op": "put", "id": name, "base": base, "fields": fields}


def _push(phones: list[Device], mutations: list[Json], chance: Random) -> None:
    while mutations:
        size = chance.randint(1, 120)
        told = chance.choice(phones).push(*mutations[:size])
        assert {result["status"] for result in told["results"]} <= {"applied", "merged", "unchanged"}, told
        mutations = mutations[size:]


def _answers(client: TestClient, person: Person) -> list[Json]:
    """Without the revisions, which tell how a diary came about."""
    whole, listed, side_effects = (client.get(address, headers=person.headers).json() for address in ASKED)
    return [{**answer, "as_of_rev": 0} for answer in (whole, *listed["items"], side_effects)]


def test_the_same_diary_gets_the_same_answers(client: TestClient, clock: SettableClock) -> None:
    clock.now = clock.now.replace(year=2026, month=4, day=1)
    person = sign_up(client)
    _by_rest(client, person)
    told = _answers(client, person)
    assert told[0]["composite"]["verdict"]["status"] == "benefit"
    for other_way in (_by_sync, _from_export, _from_csv):
        other = sign_up(client)
        other_way(client, other)
        assert _answers(client, other) == told, other_way
