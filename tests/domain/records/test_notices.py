from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.records.notices import (
    OPIOID_RECORDED,
    UNKNOWN_TIME_ZONE,
    dose_notices,
    filled_in,
    medication_notices,
    night_notices,
)
from tests.domain.records.samples import milligrams


def dose_codes(mg: str, previous: str | None = None) -> list[str]:
    found = dose_notices(Decimal(mg), previous_mg=None if previous is None else Decimal(previous))
    return [notice.code for notice in found]


@pytest.mark.parametrize(
    ("mg", "previous", "codes"),
    [
        ("4.5", None, []),
        ("6", None, []),
        ("6.001", None, ["dose-above-usual-range"]),
        ("3", "1.5", []),
        ("3.001", "1.5", ["dose-jump"]),
        ("0.003", "0.001", ["dose-jump"]),
        ("1.5", "4.5", []),
        ("50", "4.5", ["dose-above-usual-range", "dose-jump"]),
    ],
)
def test_a_high_dose_and_a_jump_are_noted(mg: str, previous: str | None, codes: list[str]) -> None:
    assert dose_codes(mg, previous) == codes


@given(milligrams, milligrams)
def test_a_jump_is_more_than_double(mg: Decimal, previous: Decimal) -> None:
    assert ("dose-jump" in dose_codes(str(mg), str(previous))) == (mg > previous + previous)


def test_a_second_dose_of_a_night_is_noted() -> None:
    assert [notice.code for notice in night_notices(other_doses=0)] == []
    assert [notice.code for notice in night_notices(other_doses=1)] == ["possible-duplicate-dose"]


def test_an_opioid_is_answered_with_the_fixed_sentence_of_the_label() -> None:
    assert [*medication_notices({"name": "Something", "drug_class": "opioid"})] == [OPIOID_RECORDED]
    assert OPIOID_RECORDED.text == "Naltrexone must not be combined with opioids; ask the prescriber or pharmacist."


@pytest.mark.parametrize(
    "name", ["Tramadol", "tramadol 50 mg", "Codeine/paracetamol", "CO-CODAMOL", "oxycodone (OxyNorm)"]
)
def test_an_opioid_is_known_by_its_name_where_the_class_is_not_said(name: str) -> None:
    assert [*medication_notices({"name": name})] == [OPIOID_RECORDED]
    assert [*medication_notices({"name": name, "drug_class": "other"})] == [OPIOID_RECORDED]


@pytest.mark.parametrize("name", ["Ibuprofen", "Naltrexone", "Naloxone nasal spray", "Morphology course", None])
def test_other_medicines_are_not_noted(name: str | None) -> None:
    assert [*medication_notices({"name": name, "drug_class": None})] == []


@given(milligrams, milligrams | st.none())
def test_notices_describe_and_never_advise(mg: Decimal, previous: Decimal | None) -> None:
    notices = [*dose_notices(mg, previous_mg=previous), *night_notices(other_doses=1), UNKNOWN_TIME_ZONE]
    for word in ("should", "must", "ask", "stop", "reduce", "recommend", "consult", "please", "consider"):
        assert not [notice for notice in notices if word in notice.text.lower()]


def test_what_the_server_filled_in_has_a_code_of_its_own() -> None:
    assert filled_in("local_date").code == "local-date-filled-in"
    assert filled_in("time_zone").field == "time_zone"
