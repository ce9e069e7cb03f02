import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import FieldError, Invalid
from app.domain.ids import RecordId
from app.domain.records.kinds import (
    CONDITION_KIND,
    DAY,
    DOSE,
    EVENT,
    IMPRESSION,
    KINDS,
    MEASURE_KIND,
    MEDICATION,
    MOST_FIELDS,
    REGIMEN_STEP,
    TIMING_PLAN,
    Kind,
)
from app.domain.records.record import Value, decode, encode
from app.domain.records.timing_order import timing_order
from app.domain.records.validation import absent_is_null, check_fields, check_lasting, check_record, fill_in
from app.domain.strict_json import MOST_NAMED, read, read_batch
from tests.domain.records.samples import LATEST_DAY, UUID, any_record, kinds, records

Drawn = tuple[Kind, tuple[RecordId, dict[str, Value]]]

ID = RecordId(UUID)
DAY_ID = RecordId("day-2026-03-01")
DAY_FIELDS: dict[str, Value] = {"local_date": "2026-03-01", "time_zone": "Europe/London"}

junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def named(errors: tuple[FieldError, ...]) -> dict[str, str]:
    return {error.pointer: error.code for error in errors}


def field_faults(kind: Kind, sent: object) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        check_fields(kind, sent)
    return named(refused.value.errors)


def record_faults(kind: Kind, record_id: str, fields: dict[str, Value]) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        check_record(kind, RecordId(record_id), fields, latest_day=LATEST_DAY)
    return named(refused.value.errors)


def filled(kind: Kind, record_id: str, fields: dict[str, Value]) -> tuple[dict[str, Value], list[str]]:
    found, notices = fill_in(
        kind, RecordId(record_id), fields, account_time_zone="Europe/London", day_start_minutes=240
    )
    return {**found}, [notice.code for notice in notices]


@given(any_record)
def test_a_record_of_the_registry_passes_every_check(drawn: Drawn) -> None:
    kind, (record_id, fields) = drawn
    assert check_fields(kind, fields) == fields
    complete, _ = filled(kind, record_id, fields)
    check_record(kind, record_id, complete, latest_day=LATEST_DAY)


@given(any_record)
def test_checking_twice_changes_nothing(drawn: Drawn) -> None:
    kind, (record_id, fields) = drawn
    once = check_fields(kind, json.loads(encode(fields), parse_float=Decimal))
    assert check_fields(kind, once) == once == decode(encode(once))
    complete, _ = filled(kind, record_id, once)
    assert filled(kind, record_id, complete)[0] == complete


@given(kinds, junk | st.dictionaries(st.sampled_from(["pain", "mg", "local_date", "own:x", "label"]), junk))
def test_no_content_is_answered_with_anything_but_a_refusal(kind: Kind, sent: object) -> None:
    try:
        fields = check_fields(kind, sent)
    except Invalid:
        return
    assert check_fields(kind, fields) == fields


@given(kinds.flatmap(lambda kind: st.tuples(st.just(kind), records(kind), st.data())))
def test_a_record_without_a_needed_field_is_refused(
    drawn: tuple[Kind, tuple[RecordId, dict[str, Value]], st.DataObject],
) -> None:
    kind, (record_id, fields), data = drawn
    if not kind.required:
        return
    name = data.draw(st.sampled_from(kind.required))
    without = {other: value for other, value in fields.items() if other != name}
    assert record_faults(kind, record_id, without)[f"/{name}"] == "missing-field"
    assert field_faults(kind, fields | {name: None}) == {f"/{name}": "missing-field"}


def test_zero_and_no_answer_are_both_kept() -> None:
    assert check_fields(DAY, {"pain": 0, "fatigue": None, "own:grip": 7, "sleep_quality": 10}) == {
        "pain": 0,
        "fatigue": None,
        "own:grip": 7,
        "sleep_quality": 10,
    }


def test_every_bad_field_is_named_with_its_code() -> None:
    sent = {
        "pain": 11,
        "fatigue": True,
        "mood": 3,
        "own:Grip": 3,
        "note": "a\0",
        "local_date": "2026-02-30",
        "time_zone": None,
        "a/b~c": 1,
        "anxiety": 4,
    }
    assert field_faults(DAY, sent) == {
        "/pain": "out-of-range",
        "/fatigue": "wrong-type",
        "/mood": "unknown-field",
        "/own:Grip": "unknown-field",
        "/note": "invalid-text",
        "/local_date": "invalid-date",
        "/time_zone": "missing-field",
        "/a~1b~0c": "unknown-field",
    }


def test_own_measures_are_scored_in_days_only() -> None:
    assert field_faults(DOSE, {"own:grip": 3}) == {"/own:grip": "unknown-field"}


@pytest.mark.parametrize("sent", [None, [], "day", 3, [{"pain": 3}]])
def test_fields_are_an_object(sent: object) -> None:
    assert field_faults(DAY, sent) == {"": "wrong-type"}


def test_a_field_that_stands_twice_is_the_fault_of_its_record() -> None:
    assert field_faults(DAY, read_batch(b'{"pain":3,"pain":4}')) == {"": "repeated-field"}


def test_text_that_no_database_holds_is_the_fault_of_its_field() -> None:
    sent = read_batch(b'{"note":"\\ud800","skipped":["\\u0000"],"\\udfff":1,"time_zone":"\\u0000"}')
    assert field_faults(DAY, sent) == {
        "/note": "invalid-text",
        "/skipped": "out-of-range",
        "/\ufffd": "unknown-field",
        "/time_zone": "out-of-range",
    }


def test_a_record_of_faults_is_not_answered_with_all_of_them() -> None:
    assert len(field_faults(DAY, {f"x{count}": 1 for count in range(1000)})) == MOST_NAMED


def test_what_the_strict_reader_reads_is_checked_exactly() -> None:
    assert check_fields(DOSE, read(b'{"mg":4.50}')) == {"mg": Decimal("4.5")}
    assert field_faults(DOSE, read(b'{"mg":4.4999999999999999999}')) == {"/mg": "out-of-range"}
    assert field_faults(DAY, read(b'{"pain":' + b"9" * 10_000 + b"}")) == {"/pain": "out-of-range"}
    assert field_faults(DAY, read(b'{"pain":3.0}')) == {"/pain": "wrong-type"}


def test_a_day_is_told_by_its_id_and_its_zone_by_the_account() -> None:
    complete, codes = filled(DAY, DAY_ID, {"pain": 3})
    assert complete == DAY_FIELDS | {"pain": 3}
    assert codes == ["local-date-filled-in", "time-zone-filled-in"]


def test_an_impression_is_told_by_its_id() -> None:
    complete, codes = filled(IMPRESSION, "impression-2026-03-01-lupus", {"change": 2})
    assert complete == {"local_date": "2026-03-01", "condition": "lupus", "change": 2}
    assert codes == ["local-date-filled-in", "condition-filled-in"]


def test_the_code_of_a_catalogue_condition_is_its_id() -> None:
    assert filled(CONDITION_KIND, "lupus", {}) == ({"code": "lupus"}, ["code-filled-in"])
    assert filled(CONDITION_KIND, UUID, {"label": "Rare"}) == ({"label": "Rare"}, [])


def test_the_order_of_a_timing_plan_is_made_by_the_server() -> None:
    order = timing_order("s", 8)
    assert filled(TIMING_PLAN, UUID, {"seed": "s", "weeks": 8}) == (
        {"seed": "s", "weeks": 8, "order": order},
        ["order-filled-in"],
    )
    assert filled(TIMING_PLAN, UUID, {"seed": "s"}) == ({"seed": "s"}, [])


def test_a_dose_without_a_time_has_no_day_to_fill_in() -> None:
    fields: dict[str, Value] = {"status": "skipped", "time_zone": "UTC"}
    assert filled(DOSE, UUID, fields) == (fields, [])
    assert record_faults(DOSE, UUID, fields) == {"/local_date": "missing-field"}


def test_a_zone_that_the_server_does_not_know_is_kept_and_noted() -> None:
    fields = DAY_FIELDS | {"time_zone": "Mars/Olympus"}
    assert filled(DAY, DAY_ID, fields) == (fields, ["unknown-time-zone"])


@pytest.mark.parametrize(
    ("kind", "record_id", "fields", "expected"),
    [
        (DAY, "day-2026-03-02", DAY_FIELDS, {"/local_date": "id-mismatch"}),
        (IMPRESSION, "impression-2026-03-02", {"local_date": "2026-03-01"}, {"/local_date": "id-mismatch"}),
        (
            IMPRESSION,
            "impression-2026-03-01-lupus",
            {"local_date": "2026-03-01", "condition": "anxiety"},
            {"/condition": "id-mismatch"},
        ),
        (CONDITION_KIND, "lupus", {"code": "anxiety"}, {"/code": "id-mismatch"}),
        (CONDITION_KIND, UUID, {"code": "anxiety", "label": "Worry"}, {"/code": "id-mismatch"}),
    ],
)
def test_an_id_that_contradicts_its_fields_is_refused(
    kind: Kind, record_id: str, fields: dict[str, Value], expected: dict[str, str]
) -> None:
    assert record_faults(kind, record_id, fields) == expected


def test_a_plain_impression_may_be_of_a_condition() -> None:
    fields: dict[str, Value] = {"local_date": "2026-03-01", "condition": "lupus"}
    check_record(IMPRESSION, RecordId("impression-2026-03-01"), fields, latest_day=LATEST_DAY)


def test_an_own_condition_needs_a_label() -> None:
    for label in (None, ""):
        assert record_faults(CONDITION_KIND, UUID, {"label": label}) == {"/label": "missing-field"}


@pytest.mark.parametrize(
    ("kind", "last", "others"),
    [
        (REGIMEN_STEP, "ends_on", {"mg": Decimal(3)}),
        (MEDICATION, "ends_on", {"name": "Ibuprofen"}),
        (EVENT, "ends_on", {}),
        (TIMING_PLAN, "ended_on", {"weeks": 4, "seed": "s", "agreed_with_prescriber": True}),
    ],
)
def test_an_end_does_not_lie_before_its_start(kind: Kind, last: str, others: dict[str, Value]) -> None:
    fields = others | {"starts_on": "2026-03-02", last: "2026-03-02"}
    check_record(kind, ID, fields, latest_day=LATEST_DAY)
    check_record(kind, ID, fields | {last: None}, latest_day=LATEST_DAY)
    assert record_faults(kind, UUID, fields | {last: "2026-03-01"}) == {f"/{last}": "out-of-range"}


def test_a_planned_step_may_lie_in_the_future() -> None:
    fields: dict[str, Value] = {"starts_on": "2027-03-02", "mg": Decimal("4.5")}
    check_record(REGIMEN_STEP, ID, fields, latest_day=LATEST_DAY)


def test_an_order_that_somebody_chose_is_refused() -> None:
    plan: dict[str, Value] = {"starts_on": "2026-03-02", "weeks": 4, "seed": "s", "agreed_with_prescriber": True}
    order = timing_order("s", 4)
    check_record(TIMING_PLAN, ID, plan | {"order": order}, latest_day=LATEST_DAY)
    assert record_faults(TIMING_PLAN, UUID, plan | {"order": order[::-1]}) == {"/order": "out-of-range"}
    assert record_faults(TIMING_PLAN, UUID, plan | {"order": order * 2}) == {"/order": "out-of-range"}


def test_a_day_holds_a_bounded_number_of_own_scores() -> None:
    fields = DAY_FIELDS | {f"own:m{count}": 1 for count in range(MOST_FIELDS - len(DAY_FIELDS))}
    check_record(DAY, DAY_ID, fields, latest_day=LATEST_DAY)
    assert record_faults(DAY, DAY_ID, fields | {"pain": 1}) == {"": "out-of-range"}


def test_the_direction_of_an_own_measure_never_changes() -> None:
    stored: dict[str, Value] = {"label": "Grip", "direction": "lower_is_better"}
    check_lasting(MEASURE_KIND, stored, stored | {"label": "Grip strength"})
    check_lasting(MEASURE_KIND, {}, stored)
    with pytest.raises(Invalid) as refused:
        check_lasting(MEASURE_KIND, stored, stored | {"direction": "higher_is_better"})
    assert named(refused.value.errors) == {"/direction": "out-of-range"}


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (None, None, True),
        (0, None, False),
        (0, False, False),
        (1, True, False),
        (True, True, True),
        (Decimal("4.50"), Decimal("4.5"), True),
        (3, Decimal(3), True),
        (("pain",), ("pain",), True),
        (("pain",), None, False),
        ("", None, False),
    ],
)
def test_absent_and_null_are_equal_and_nothing_else_is(one: Value, other: Value, equal: bool) -> None:  # noqa: FBT001 - a table
    assert absent_is_null(one, other) == absent_is_null(other, one) == equal


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_rules_join_fields_that_their_kind_has(kind: Kind) -> None:
    assert all(len(rule.fields) > 1 and kind.fields.keys() >= set(rule.fields) for rule in kind.rules)
