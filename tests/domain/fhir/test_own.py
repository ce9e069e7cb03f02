"""The patient's own records, whatever they hold, become FHIR."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.fhir.bundle import document
from app.domain.fhir.own import FEW, MANY, own_diary
from app.domain.fhir.shown import Person, Shown
from app.domain.ids import RecordId, Revision
from app.domain.records.kinds import DAY, DOSE, MEASURE_KIND, MEDICATION, REGIMEN_STEP, Kind
from app.domain.records.record import StoredRecord, encode
from tests.domain.records.samples import records
from tests.support.fhir import AT, NAMES, VERSION, as_json, faults, record

LOCAL = {"local_date": "2026-03-01", "time_zone": "Europe/London"}


def read(*found: StoredRecord) -> Shown:
    return own_diary(Person(), AT.date(), found, ())


@st.composite
def any_record(draw: st.DrawFn) -> StoredRecord:
    kind: Kind = draw(st.sampled_from([*FEW, *MANY]))
    record_id, fields = draw(records(kind))
    text = encode(fields)
    return StoredRecord(kind=kind.name, id=RecordId(record_id), rev=Revision(1), deleted=False, text=text)


@settings(max_examples=60)
@given(found=st.lists(any_record(), max_size=4))
def test_whatever_a_record_holds_can_be_told(found: list[StoredRecord]) -> None:
    one_of_each = {(one.kind, one.id): one for one in found}
    ordered = sorted(one_of_each.values(), key=lambda one: str(one.fields.get("local_date")))
    assert faults(as_json(document(read(*ordered), NAMES, AT, VERSION))) == []


def test_only_scores_of_a_day_are_scores() -> None:
    day = record(DAY, "day-2026-03-01", **LOCAL, pain=0, fatigue=None, note="x", skipped=("fatigue",), sleep_quality=9)
    (told,) = read(day).days
    assert (told.scores, told.skipped, told.note) == ({"pain": 0, "sleep_quality": 9}, ("fatigue",), "x")


def test_reasons_are_those_of_doses_and_steps() -> None:
    found = read(
        record(DOSE, "d1", **LOCAL, status="held", reason="sick"),
        record(DOSE, "d2", **LOCAL, status="held"),
        record(REGIMEN_STEP, "s1", starts_on="2026-03-01", mg=3, reason="stop"),
    )
    assert found.reasons == {"d1": "sick", "s1": "stop"}
    assert found.steps[0].stops


def test_own_measures_have_their_code_and_medicines_their_name() -> None:
    found = read(
        record(MEASURE_KIND, "grip", label="Grip", direction="higher_is_better"),
        record(MEDICATION, "m", name="Ibu", conditions=("depression",)),
    )
    assert [*found.measures] == ["own:grip"]
    assert [(one.name, one.starts_on) for one in found.medications] == [("Ibu", None)]
