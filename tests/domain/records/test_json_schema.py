import json
from decimal import Decimal

import jsonschema_rs
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Invalid
from app.domain.ids import RecordId
from app.domain.records.json_schema import schema
from app.domain.records.kinds import DAY, DOSE, KINDS, MOST_FIELDS, USUAL, Kind
from app.domain.records.record import Value, encode
from app.domain.records.validation import check_fields
from tests.domain.records.samples import UUID, accepted, any_record, instants

VALIDATORS = {
    name: jsonschema_rs.Draft202012Validator(schema(kind), validate_formats=True) for name, kind in KINDS.items()
}
PARTIAL = {
    name: jsonschema_rs.Draft202012Validator({**schema(kind), "required": []}, validate_formats=True)
    for name, kind in KINDS.items()
}

OTHER_NAMES = ["own:grip", "own:", "own:Grip", "own:" + "a" * 41, "mood", "", "xown:grip"]
NAMES = [(kind, name) for kind in KINDS.values() for name in [*kind.fields, *OTHER_NAMES]]
TEXTS = [
    *["", "pain", "taken", "lupus", "own:grip", UUID, "Europe/London", "a\nb\n", "a\0b"],
    *["🙂" * 200, "a" * 201, "🙂" * 4000, "a" * 4001],
    *["2026-03-01", "2026-02-29", "2026-3-1", "1899-12-31", "3000-01-01", "2026-03-01\n", "2026-13-01"],
    *["2026-03-01T22:15:00+01:00", "2026-03-01T22:15:00", "2026-02-30T22:15:00Z", "2026-03-01t22:15:00.5z"],
    *["2026-03-01T22:15:60Z", "2026-03-01T24:00:00Z", "2026-03-01T22:15:00+24:00"],
]
# No 3.0 among the numbers: JSON Schema takes it for an integer, the service does not.
NUMBERS = [*range(-1, 53), 10**18, *map(Decimal, ("0.001", "0.0005", "4.5", "49.999", "50.001", "-0.5", "1E+30"))]
LISTS: list[list[object]] = [
    [],
    ["pain", "pain"],
    ["sleep_quality"],
    ["bedtime"] * 32,
    ["pain"] * 20,
    ["pain"] * 101,
    ["a\0"],
    [1],
    [None],
]
VALUES: list[object] = [None, True, False, {}, *TEXTS, *NUMBERS, *LISTS, *([text] for text in TEXTS)]


def as_json(value: object) -> object:
    return json.loads(json.dumps(value, default=float))


@given(any_record)
def test_every_record_of_the_registry_is_valid_by_its_schema(
    drawn: tuple[Kind, tuple[RecordId, dict[str, Value]]],
) -> None:
    kind, (_, fields) = drawn
    VALIDATORS[kind.name].validate(json.loads(encode(fields)))


def by_schema(kind: Kind, fields: object) -> bool:
    return PARTIAL[kind.name].is_valid(as_json(fields))


def by_service(kind: Kind, fields: object) -> bool:
    try:
        check_fields(kind, fields)
    except Invalid:
        return False
    return True


def test_schema_and_service_agree_on_the_bounds_of_every_field() -> None:
    verdicts = [
        (by_service(kind, {name: value}), by_schema(kind, {name: value}), kind.name, name, str(value)[:60])
        for kind, name in NAMES
        for value in VALUES
    ]
    assert [verdict for verdict in verdicts if verdict[0] != verdict[1]] == []
    assert {accepted for accepted, *_ in verdicts} == {True, False}


fractions = st.integers(-60_000, 60_000).filter(lambda parts: parts % 10_000).map(lambda parts: Decimal(parts) / 10_000)
drawn_values = st.integers() | fractions | st.text() | instants() | st.lists(st.text(), max_size=3)


@given(st.sampled_from(NAMES), st.data())
def test_schema_and_service_accept_the_same_values(drawn: tuple[Kind, str], data: st.DataObject) -> None:
    kind, name = drawn
    declared = kind.fields.get(name)
    value = data.draw(drawn_values if declared is None else drawn_values | accepted(declared.type))
    assert by_schema(kind, {name: value}) == by_service(kind, {name: value})


def test_a_client_may_leave_out_what_the_server_fills_in() -> None:
    assert VALIDATORS[DAY.name].is_valid({"pain": 3})
    assert VALIDATORS[DOSE.name].is_valid({"status": "taken"})
    assert not VALIDATORS[DOSE.name].is_valid({"mg": 3})
    assert not VALIDATORS[USUAL.name].is_valid({"value": 3})


def test_the_number_of_fields_is_bounded_in_the_schema_too() -> None:
    scores = {f"own:m{count}": 1 for count in range(MOST_FIELDS)}
    assert VALIDATORS[DAY.name].is_valid(scores)
    assert not VALIDATORS[DAY.name].is_valid(scores | {"pain": 1})


def test_schemas_are_plain_json() -> None:
    for kind in KINDS.values():
        assert json.loads(json.dumps(schema(kind))) == schema(kind)
