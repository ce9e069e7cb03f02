"""The conditions are those of the domain page, section 6; the codes stand here once more, as literals."""

from dataclasses import replace

import pytest

from app.domain.catalogue import CONDITION_CODES, CONDITIONS, MEASURE_CODES, SNOMED_CT_ATTRIBUTION, condition

CODES = {
    "fibromyalgia": ("M79.7", None),
    "chronic_pain": ("R52", "82423001"),
    "multiple_sclerosis": ("G35", "24700007"),
    "crohns_disease": ("K50.9", "34000006"),
    "ulcerative_colitis": ("K51.9", "64766004"),
    "rheumatoid_arthritis": ("M06.9", "69896004"),
    "lupus": ("M32.9", "55464009"),
    "depression": ("F32.9", "35489007"),
    "anxiety": ("F41.9", "197480006"),
    "parkinsons_disease": ("G20", "49049000"),
    "alzheimers_disease": ("G30.9", "26929004"),
    "chronic_fatigue": ("G93.3", "52702003"),
    "autism": ("F84.0", None),
    "cancer_care": (None, None),
}
MEASURED = {
    "fibromyalgia": ("pain", ("pain", "sleep_disturbance", "fatigue")),
    "chronic_pain": ("pain", ("pain", "sleep_disturbance", "function")),
    "multiple_sclerosis": ("fatigue", ("fatigue", "spasticity", "walking_difficulty")),
    "crohns_disease": ("abdominal_pain", ("abdominal_pain", "urgency", "fatigue")),
    "ulcerative_colitis": ("abdominal_pain", ("abdominal_pain", "urgency", "fatigue")),
    "rheumatoid_arthritis": ("joint_pain", ("joint_pain", "stiffness", "fatigue")),
    "lupus": ("fatigue", ("fatigue", "joint_pain", "skin_rash")),
    "depression": ("low_mood", ("low_mood", "sleep_disturbance", "fatigue")),
    "anxiety": ("anxiety", ("anxiety", "sleep_disturbance")),
    "parkinsons_disease": ("tremor", ("tremor", "stiffness", "function")),
    "alzheimers_disease": ("function", ("function", "sleep_disturbance")),
    "chronic_fatigue": ("fatigue", ("fatigue", "post_exertional_malaise", "brain_fog")),
    "autism": ("anxiety", ("anxiety", "sleep_disturbance")),
    "cancer_care": ("fatigue", ("fatigue", "pain", "low_mood")),
}
FIBROMYALGIA = CONDITIONS["fibromyalgia"]


def test_icd10_and_snomed_ct_codes_are_those_of_the_table() -> None:
    assert {code: (entry.icd10, entry.snomed_ct) for code, entry in CONDITIONS.items()} == CODES


def test_primary_and_target_measures_are_those_of_the_table() -> None:
    measured = {code: (entry.primary_measure, entry.target_measures) for code, entry in CONDITIONS.items()}
    assert measured == MEASURED


def test_condition_codes_are_those_of_the_conditions() -> None:
    assert frozenset(CODES) == CONDITION_CODES


def test_condition_is_found_by_its_code_and_an_own_one_is_not() -> None:
    assert all(condition(code) is entry and entry.code == code for code, entry in CONDITIONS.items())
    assert condition("migraine") is None


def test_every_condition_is_measured_by_the_catalogue() -> None:
    assert all(MEASURE_CODES.issuperset(entry.target_measures) for entry in CONDITIONS.values())
    assert all(entry.primary_measure in entry.target_measures for entry in CONDITIONS.values())


def test_digestive_upset_is_told_to_be_disease_and_side_effect_in_bowel_disease() -> None:
    noted = {code for code, entry in CONDITIONS.items() if entry.note and "Digestive upset" in entry.note}
    assert noted == {"crohns_disease", "ulcerative_colitis"}


def test_diary_of_a_patient_with_alzheimers_disease_may_be_kept_by_a_carer() -> None:
    assert "carer" in (CONDITIONS["alzheimers_disease"].note or "")


def test_condition_without_a_snomed_ct_code_says_why() -> None:
    assert all(entry.note for entry in CONDITIONS.values() if entry.snomed_ct is None)


def test_snomed_ct_is_attributed_with_set_licence_and_owner() -> None:
    for words in ("IPS Free Set", "CC BY 4.0", "SNOMED International", "registered trademark"):
        assert words in SNOMED_CT_ATTRIBUTION


def test_own_condition_may_name_own_measures() -> None:
    own = replace(FIBROMYALGIA, code="0198c1f0", icd10=None, primary_measure="own:jaw", target_measures=("own:jaw",))
    assert own.target_measures == ("own:jaw",)


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ({"code": ""}, "code and label are named"),
        ({"label": ""}, "code and label are named"),
        ({"icd10": "M797"}, "ICD-10"),
        ({"snomed_ct": "0123456"}, "SNOMED CT"),
        ({"target_measures": ()}, "has target measures"),
        ({"target_measures": ("pain", "pain")}, "stands once"),
        ({"target_measures": ("pain", "mood")}, "measures are known"),
        ({"primary_measure": "own:"}, "measures are known"),
    ],
)
def test_broken_condition_is_refused_and_the_broken_rule_is_named(broken: dict[str, object], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        replace(FIBROMYALGIA, **broken)
