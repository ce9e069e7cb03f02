import pytest

from app.domain.catalogue import MEASURE_CODES
from app.domain.records.field_types import WholeNumber
from app.domain.records.kinds import DAY, KINDS

PATHS = {
    "day": "days",
    "moment": "moments",
    "dose": "doses",
    "regimen_step": "regimen-steps",
    "condition": "conditions",
    "medication": "medications",
    "event": "events",
    "impression": "impressions",
    "measure": "measures",
    "timing_plan": "timing-plans",
    "usual": "usuals",
    "conflict": "conflicts",
}
DATES = {
    "day": "local_date",
    "moment": "local_date",
    "dose": "local_date",
    "regimen_step": "starts_on",
    "condition": None,
    "medication": "starts_on",
    "event": "starts_on",
    "impression": "local_date",
    "measure": None,
    "timing_plan": "starts_on",
    "usual": "asked_on",
    "conflict": None,
}


def test_the_kinds_and_their_collections_are_those_of_the_wire_contract() -> None:
    assert {kind.name: kind.path for kind in KINDS.values()} == PATHS


def test_lists_are_ordered_by_the_date_of_the_kind() -> None:
    assert {kind.name: kind.date_field for kind in KINDS.values()} == DATES
    assert all(kind.date_field is None or kind.date_field in kind.fields for kind in KINDS.values())


def test_a_day_has_a_field_for_each_measure() -> None:
    assert DAY.fields.keys() > MEASURE_CODES
    assert DAY.fields.keys() - MEASURE_CODES == {"local_date", "time_zone", "skipped", "note", "sleep_quality"}


def test_the_fields_of_a_kind_can_not_be_changed() -> None:
    with pytest.raises(TypeError):
        DAY.fields["mood"] = DAY.fields["note"]  # pyright: ignore[reportIndexIssue] - what the test shows
    assert "mood" not in DAY.fields


def test_a_conflict_is_the_only_record_that_the_server_makes() -> None:
    assert {kind.name: kind.client_fields for kind in KINDS.values() if kind.client_fields is not None} == {
        "conflict": {"status"}
    }


def test_required_fields_stand_as_in_the_table_of_kinds() -> None:
    assert {kind.name: set(kind.required) for kind in KINDS.values()} == {
        "day": {"local_date", "time_zone"},
        "moment": {"local_date", "time_zone", "at", "measure", "value"},
        "dose": {"local_date", "time_zone", "status"},
        "regimen_step": {"starts_on", "mg"},
        "condition": set[str](),
        "medication": {"name"},
        "event": {"starts_on"},
        "impression": {"local_date"},
        "measure": {"label", "direction"},
        "timing_plan": {"starts_on", "weeks", "seed", "agreed_with_prescriber"},
        "usual": {"value", "asked_on"},
        "conflict": {"record_kind", "record_id", "status"},
    }


def test_the_bounds_of_numbers_stand_as_on_their_page() -> None:
    bounds = {
        (kind.name, name): (declared.type.lowest, declared.type.highest, declared.type.step)
        for kind in KINDS.values()
        for name, declared in kind.fields.items()
        if isinstance(declared.type, WholeNumber)
    }
    others = {key: found for key, found in bounds.items() if found != (0, 10, 1)}
    assert others == {
        ("regimen_step", "doses_per_day"): (1, 24, 1),
        ("impression", "change"): (1, 7, 1),
        ("timing_plan", "weeks"): (4, 32, 2),
    }
    assert bounds.keys() - others.keys() == {
        ("moment", "value"),
        ("event", "severity"),
        ("usual", "value"),
        *(("day", measure) for measure in [*MEASURE_CODES, "sleep_quality"]),
    }
