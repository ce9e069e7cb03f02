"""The measures are those of the domain page, section 5."""

from dataclasses import replace

import pytest

from app.domain.catalogue import MEASURE_CODES, MEASURES, Direction, MeasureRole, Recall

CORE = ("pain", "sleep_disturbance", "vivid_dreams", "digestive_upset")
BENEFIT = (
    *("fatigue", "brain_fog", "low_mood", "anxiety", "stiffness", "joint_pain", "abdominal_pain", "urgency"),
    *("spasticity", "tremor", "headache", "nausea", "post_exertional_malaise", "skin_rash", "walking_difficulty"),
)
PAIN = MEASURES["pain"]


def test_measures_are_the_four_core_ones_fifteen_symptoms_and_function() -> None:
    assert tuple(MEASURES) == (*CORE, *BENEFIT, "function")
    assert frozenset(MEASURES) == MEASURE_CODES


def test_sleep_quality_is_a_field_of_a_day_and_no_measure() -> None:
    assert "sleep_quality" not in MEASURES


def test_measure_stands_under_its_code() -> None:
    assert all(entry.code == code for code, entry in MEASURES.items())


def test_every_score_runs_from_best_to_worst() -> None:
    assert {entry.direction for entry in MEASURES.values()} == {Direction.LOWER_IS_BETTER}


def test_only_sleep_and_dreams_are_recalled_over_the_night_and_only_function_over_today() -> None:
    recalls = {code: entry.recall for code, entry in MEASURES.items() if entry.recall is not Recall.LAST_24_HOURS}
    assert recalls == {
        "sleep_disturbance": Recall.LAST_NIGHT,
        "vivid_dreams": Recall.LAST_NIGHT,
        "function": Recall.TODAY,
    }


def test_roles_are_those_of_the_table() -> None:
    side_effect = (MeasureRole.CORE, MeasureRole.SIDE_EFFECT)
    expected = dict.fromkeys(CORE, (MeasureRole.CORE,)) | {"vivid_dreams": side_effect, "digestive_upset": side_effect}
    expected |= dict.fromkeys(BENEFIT, (MeasureRole.BENEFIT,)) | {"function": (MeasureRole.FUNCTION,)}
    assert {code: entry.roles for code, entry in MEASURES.items()} == expected


def test_only_pain_has_a_loinc_code() -> None:
    assert {code: entry.loinc for code, entry in MEASURES.items() if entry.loinc} == {"pain": "72514-3"}


def test_only_pain_has_a_change_that_may_be_called_important() -> None:
    assert [code for code, entry in MEASURES.items() if entry.minimal_important_change] == ["pain"]


def test_important_change_in_pain_is_10_30_and_50_percent_or_2_points() -> None:
    change = PAIN.minimal_important_change
    assert change is not None
    percent = (change.minimal_percent, change.moderate_percent, change.substantial_percent)
    assert (percent, change.moderate_points) == ((10, 30, 50), 2)
    assert "Farrar" in change.source
    assert "Dworkin" in change.source


def test_ends_of_the_scales_are_in_the_words_of_the_table() -> None:
    ends = {code: (entry.zero, entry.ten) for code, entry in MEASURES.items()}
    assert {code: words for code, words in ends.items() if words != ("none", "worst imaginable")} == {
        "pain": ("no pain", "worst pain imaginable"),
        "sleep_disturbance": ("best possible sleep", "worst possible sleep"),
        "vivid_dreams": ("none", "extremely vivid or disturbing"),
        "function": ("did all I needed", "could do nothing"),
    }


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ({"code": "Pain!"}, "code has its form"),
        ({"code": "a" * 41}, "code has its form"),
        ({"label": ""}, "label and both ends"),
        ({"zero": ""}, "label and both ends"),
        ({"ten": ""}, "label and both ends"),
        ({"roles": ()}, "has a role"),
        ({"loinc": "72514"}, "LOINC"),
    ],
)
def test_broken_measure_is_refused_and_the_broken_rule_is_named(broken: dict[str, object], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        replace(PAIN, **broken)


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ({"minimal_percent": 30}, "percent ascend"),
        ({"minimal_percent": 0}, "percent ascend"),
        ({"substantial_percent": 20}, "percent ascend"),
        ({"substantial_percent": 100}, "percent ascend"),
        ({"moderate_points": 0}, "points are of the scale"),
        ({"moderate_points": 11}, "points are of the scale"),
        ({"source": ""}, "has a source"),
    ],
)
def test_broken_important_change_is_refused(broken: dict[str, object], rule: str) -> None:
    change = PAIN.minimal_important_change
    assert change is not None
    with pytest.raises(ValueError, match=rule):
        replace(change, **broken)
