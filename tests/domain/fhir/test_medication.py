"""The plan as statements, the nights as administrations."""

# ruff: noqa: ANN401 - changes of any field

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.domain.fhir.medication_administration import medication_administrations
from app.domain.fhir.medication_statement import medication_statements
from app.domain.fhir.names import Names
from app.domain.fhir.own import OwnDose, OwnMedication, OwnStep
from app.domain.fhir.shown import Person, Shown
from tests.support.fhir import as_json

REST = Names(b"k" * 32)
TODAY = date(2026, 6, 30)
STEP = OwnStep(
    id="s1",
    starts_on=date(2026, 2, 9),
    ends_on=None,
    mg=Decimal("1.5"),
    doses_per_day=1,
    timing="bedtime",
    formulation="capsule",
    stops=False,
)
DOSE = OwnDose(
    id="d1", local_date=date(2026, 3, 1), status="taken", mg=Decimal("1.5"), taken_at="2026-03-01T22:15:00Z", note=None
)


def statements(*steps: OwnStep, **more: Any) -> list[dict[str, Any]]:
    shown = Shown(person=Person(), as_of=TODAY, steps=steps, **more)
    return [as_json(resource) for resource in medication_statements(shown, REST)]


def administration(reason: str | None = None, **changes: Any) -> dict[str, Any]:
    dose = DOSE._replace(**changes)
    shown = Shown(person=Person(), as_of=TODAY, doses=[dose], reasons={} if reason is None else {dose.id: reason})
    ((night, resource),) = medication_administrations(shown, REST)
    assert night == dose.local_date.isoformat()
    return as_json(resource)


def spans(found: list[dict[str, Any]]) -> list[tuple[str, str | None, str, float]]:
    return [
        (
            one["effectivePeriod"]["start"],
            one["effectivePeriod"].get("end"),
            one["status"],
            one["dosage"][0]["doseAndRate"][0]["doseQuantity"]["value"],
        )
        for one in found
    ]


def test_step_is_a_statement_of_naltrexone_with_its_dose_and_time() -> None:
    (statement,) = statements(STEP)
    codes = [(coding["system"], coding["code"]) for coding in statement["medicationCodeableConcept"]["coding"]]
    assert codes == [("http://www.nlm.nih.gov/research/umls/rxnorm", "7243"), ("http://www.whocc.no/atc", "N07BB04")]
    assert statement["dosage"] == [
        {
            "text": "1.5 mg, once a day, bedtime, capsule",
            "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d", "when": ["HS"]}},
            "doseAndRate": [
                {
                    "doseQuantity": {
                        "value": 1.5,
                        "unit": "mg",
                        "system": "http://unitsofmeasure.org",
                        "code": "mg",
                    }
                }
            ],
        }
    ]
    assert (statement["status"], statement["effectivePeriod"]) == ("active", {"start": "2026-02-09"})
    assert statement["informationSource"] == statement["subject"] == {"reference": f"Patient/{REST.patient}"}
    assert "note" not in statement


@pytest.mark.parametrize(("timing", "when"), [("morning", ["MORN"]), ("other", None), (None, None)])
def test_other_times_have_their_code_or_none(timing: str | None, when: list[str] | None) -> None:
    (statement,) = statements(STEP._replace(timing=timing, formulation=None, doses_per_day=2))
    repeat = statement["dosage"][0]["timing"]["repeat"]
    assert (repeat["frequency"], repeat.get("when")) == (2, when)
    assert statement["dosage"][0]["text"].startswith("1.5 mg, 2 times a day")


def test_step_lasts_until_the_next_one_or_its_own_end() -> None:
    second = STEP._replace(id="s2", starts_on=date(2026, 3, 9), mg=Decimal(3))
    third = STEP._replace(id="s3", starts_on=date(2026, 7, 15), mg=Decimal("4.5"), ends_on=date(2026, 12, 31))
    assert spans(statements(third, STEP, second)) == [
        ("2026-02-09", "2026-03-08", "completed", 1.5),
        ("2026-03-09", "2026-07-14", "active", 3),
        ("2026-07-15", "2026-12-31", "intended", 4.5),
    ]
    ended = STEP._replace(ends_on=date(2026, 2, 20))
    assert spans(statements(ended, second))[0] == ("2026-02-09", "2026-02-20", "completed", 1.5)


def test_stop_ends_a_step_and_is_none() -> None:
    stop = STEP._replace(id="s2", starts_on=date(2026, 4, 1), stops=True)
    assert spans(statements(STEP, stop)) == [("2026-02-09", "2026-03-31", "completed", 1.5)]
    assert statements(stop) == []


def test_of_two_steps_on_one_day_the_one_in_force_is_told() -> None:
    larger = STEP._replace(id="s2", mg=Decimal(3))
    assert spans(statements(larger, STEP)) == [("2026-02-09", None, "active", 3)]


def test_reason_of_a_step_is_told_in_words_where_it_may_be_seen() -> None:
    (statement,) = statements(STEP, reasons={"s1": "tolerability_down"})
    assert statement["note"] == [{"text": "Step down because of side effects"}]


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "status"),
    [
        (None, None, "unknown"),
        (date(2026, 1, 1), None, "active"),
        (None, date(2026, 1, 1), "completed"),
        (None, TODAY, "active"),
        (date(2026, 7, 1), None, "intended"),
    ],
)
def test_other_medicine_is_a_statement_in_the_patients_words(
    starts_on: date | None, ends_on: date | None, status: str
) -> None:
    medicine = OwnMedication(id="m", name=" Ibu ", starts_on=starts_on, ends_on=ends_on, note="for the knee")
    (statement,) = statements(medications=[medicine])
    assert statement["medicationCodeableConcept"] == {"text": "Ibu"}
    assert (statement["status"], statement["note"]) == (status, [{"text": "for the knee"}])
    assert ("effectivePeriod" in statement) is bool(starts_on or ends_on)


def test_medicine_with_a_blank_name_is_named_all_the_same() -> None:
    blank = OwnMedication(id="m", name="\u00a0", starts_on=None, ends_on=None, note=None)
    assert statements(medications=[blank])[0]["medicationCodeableConcept"]["text"] == "Medicine without a name"


def test_taken_dose_is_completed_with_its_milligrams_and_instant() -> None:
    found = administration()
    assert (found["status"], found["effectiveDateTime"]) == ("completed", "2026-03-01T22:15:00Z")
    assert found["dosage"]["dose"]["value"] == 1.5
    assert found["performer"] == [{"actor": {"reference": f"Patient/{REST.patient}"}}]
    assert "note" not in found
    assert "statusReason" not in found


def test_dose_without_instant_or_amount_tells_the_night_alone() -> None:
    found = administration(taken_at=None, mg=None)
    assert found["effectiveDateTime"] == "2026-03-01"
    assert "dosage" not in found


def test_dose_after_midnight_says_which_night_it_was() -> None:
    found = administration(taken_at="2026-03-02T00:20:00+01:00")
    assert found["effectiveDateTime"] == "2026-03-01T23:20:00Z"
    assert found["note"] == [{"text": "Dose of the night of 2026-03-01"}]


@pytest.mark.parametrize(("offset", "utc"), [("+02:00", "2026-10-25T00:30:00Z"), ("+01:00", "2026-10-25T01:30:00Z")])
def test_hour_that_is_there_twice_is_told_apart(offset: str, utc: str) -> None:
    found = administration(local_date=date(2026, 10, 24), taken_at=f"2026-10-25T02:30:00{offset}")
    assert found["effectiveDateTime"] == utc


def test_partial_dose_is_completed_and_says_so() -> None:
    found = administration(status="partial", mg=Decimal("0.75"), note="half")
    assert (found["status"], found["dosage"]["dose"]["value"]) == ("completed", 0.75)
    assert found["note"] == [{"text": "Part of the dose"}, {"text": "half"}]


@pytest.mark.parametrize(("status", "plain"), [("skipped", "Skipped"), ("held", "Held back")])
def test_dose_not_taken_has_a_reason(status: str, plain: str) -> None:
    found = administration(status=status)
    assert (found["status"], found["statusReason"]) == ("not-done", [{"text": plain}])
    assert "dosage" not in found
    assert administration("felt sick", status=status)["statusReason"] == [{"text": "felt sick"}]


def test_reason_of_a_taken_dose_is_a_note() -> None:
    assert administration("late flight")["note"] == [{"text": "late flight"}]


def test_milligrams_stay_exact() -> None:
    dose = replace(Shown(person=Person(), as_of=TODAY), doses=[DOSE._replace(mg=Decimal("0.001"))])
    ((_, resource),) = medication_administrations(dose, REST)
    assert resource["dosage"]["dose"]["value"] == Decimal("0.001")
