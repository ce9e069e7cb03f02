"""Soft notices: a record is stored whatever it says, and there is something to know (domain, sections 1 and 3)."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.diary import BY_PATH, Phone, uuid7, write_doses
from tests.support.people import Person

DOSE, STEP, MEDICINE = f"/v1/doses/{uuid7(1)}", f"/v1/regimen-steps/{uuid7(2)}", f"/v1/medications/{uuid7(3)}"


@pytest.fixture
def phone(client: TestClient, patient: Person) -> Phone:
    return Phone(client, patient)


def dose(mg: float, day: str = "2026-03-01", **fields: object) -> dict[str, Any]:
    return {"local_date": day, "time_zone": "Europe/London", "status": "taken", "mg": mg} | fields


def step(mg: float, day: str = "2026-03-01") -> dict[str, Any]:
    return {"starts_on": day, "mg": mg}


def noted(record: dict[str, Any]) -> list[tuple[str, str]]:
    assert all(notice.keys() == {"code", "field", "text"} and notice["text"] for notice in record["notices"])
    return [(notice["code"], notice["field"]) for notice in record["notices"]]


@pytest.mark.parametrize(
    ("mg", "codes"), [(6, []), (6.001, ["dose-above-usual-range"]), (50, ["dose-above-usual-range"])]
)
@pytest.mark.parametrize(("address", "fields"), [(DOSE, dose), (STEP, step)])
def test_more_than_six_milligrams_is_stored_and_noted(
    phone: Phone, address: str, fields: Callable[[float], dict[str, Any]], mg: float, codes: list[str]
) -> None:
    record = phone.stored(address, fields(mg))
    assert record["fields"]["mg"] == mg
    assert noted(record) == [(code, "mg") for code in codes]


@pytest.mark.parametrize(("mg", "codes"), [(1.5, []), (3, []), (3.001, ["dose-jump"]), (0.5, [])])
@pytest.mark.parametrize(("path", "fields"), [("doses", dose), ("regimen-steps", step)])
def test_more_than_double_the_one_before_is_noted(
    phone: Phone, path: str, fields: Callable[..., dict[str, Any]], mg: float, codes: list[str]
) -> None:
    phone.stored(f"/v1/{path}/{uuid7(8)}", fields(1.5, "2026-02-01"))
    phone.stored(f"/v1/{path}/{uuid7(9)}", fields(0.1, "2026-03-02"))  # what comes after does not count
    assert noted(phone.stored(f"/v1/{path}/{uuid7(7)}", fields(mg))) == [(code, "mg") for code in codes]


def test_jump_is_told_past_nights_without_an_amount(phone: Phone) -> None:
    phone.stored(f"/v1/doses/{uuid7(8)}", dose(1.5, "2026-02-01"))
    write_doses(phone, [date(2026, 2, 2), date(2026, 2, 3)], status="skipped", mg=None)
    assert noted(phone.stored(DOSE, dose(4.5))) == [("dose-jump", "mg")]


def test_first_dose_of_all_is_no_jump(phone: Phone) -> None:
    assert noted(phone.stored(DOSE, dose(4.5))) == []


def test_both_are_noted_together_and_again_at_each_write(phone: Phone) -> None:
    phone.stored(f"/v1/doses/{uuid7(8)}", dose(1.5, "2026-02-01"))
    expected = [("dose-above-usual-range", "mg"), ("dose-jump", "mg")]
    assert noted(phone.stored(DOSE, dose(8))) == expected
    assert noted(phone.stored(DOSE, dose(8))) == expected
    assert noted(phone.patch(DOSE, {"note": "by mistake"}).json()) == expected
    assert noted(phone.get(DOSE).json()) == []


@pytest.mark.parametrize(
    ("fields", "codes"),
    [
        ({"name": "Something", "drug_class": "opioid"}, ["opioid-recorded"]),
        ({"name": "Tramadol 50 mg"}, ["opioid-recorded"]),
        ({"name": "oxycodone/paracetamol", "drug_class": "other"}, ["opioid-recorded"]),
        ({"name": "Ibuprofen", "drug_class": "nsaid"}, []),
        ({"name": "Naltrexone"}, []),
    ],
)
def test_opioid_is_stored_and_its_label_is_told(phone: Phone, fields: dict[str, Any], codes: list[str]) -> None:
    record = phone.stored(MEDICINE, fields)
    assert record["fields"] == fields
    assert [code for code, _ in noted(record)] == codes
    if codes:
        text = record["notices"][0]["text"]
        assert text == "Naltrexone must not be combined with opioids; ask the prescriber or pharmacist."


def test_second_dose_of_a_night_is_noted_and_kept(phone: Phone) -> None:
    phone.stored(DOSE, dose(1.5))
    record = phone.stored(f"/v1/doses/{uuid7(9)}", dose(1.5))
    assert noted(record) == [("possible-duplicate-dose", "local_date")]
    assert len(phone.get("/v1/doses").json()["items"]) == 2
    assert noted(phone.stored(f"/v1/doses/{uuid7(10)}", dose(1.5, status="skipped"))) == []


def test_unknown_time_zone_is_kept_and_noted(phone: Phone) -> None:
    record = phone.stored(
        "/v1/days/2026-03-01", {"pain": 3, "time_zone": "Mars/Olympus_Mons", "local_date": "2026-03-01"}
    )
    assert record["fields"]["time_zone"] == "Mars/Olympus_Mons"
    assert noted(record) == [("unknown-time-zone", "time_zone")]


def test_what_is_filled_in_is_noted_by_its_field(phone: Phone) -> None:
    expected = [("local-date-filled-in", "local_date"), ("time-zone-filled-in", "time_zone")]
    assert noted(phone.stored("/v1/days/2026-03-01", {"pain": 3})) == expected
    assert noted(phone.stored(DOSE, BY_PATH["doses"].fields)) == expected
    assert noted(phone.stored("/v1/days/2026-03-01", {"pain": 4})) == []
