"""Evidence cards are cited, dated and describe; they never advise (domain, sections 1 and 7)."""

import re
from dataclasses import replace
from datetime import date

import pytest

from app.domain.catalogue import (
    CONDITION_CODES,
    CONDITIONS,
    EVIDENCE,
    MEASURES,
    SIDE_EFFECT_YARDSTICKS,
    Certainty,
    EvidenceCard,
    Unit,
    evidence,
)

CARDS = (*EVIDENCE, *SIDE_EFFECT_YARDSTICKS)
FINAL = evidence("fibromyalgia")[0]
NOTHING_FOUND = evidence("lupus")[0]
ADVICE = re.compile(
    r"\b(should(n't)?|must|ought|recommend\w*|advis\w*|advice|suggest\w*|consider\w*|take|takes|taking|start|starts|"
    r"starting|begin\w*|stop|stops|stopping|discontinu\w*|increas\w*|decreas\w*|reduc\w*|raise|lower (the|your)|try|"
    r"tries|trying|switch\w*|avoid\w*|ask|asks|consult\w*|need to|needs to|have to|has to|worth|expect to|you|your|"
    r"we)\b",
    re.IGNORECASE,
)


def of_study(study: str) -> EvidenceCard:
    return next(card for card in EVIDENCE if card.study == study)


def texts() -> list[str]:
    told = [text for card in CARDS for text in (card.claim, card.design, card.outcome)]
    told += [text for entry in CONDITIONS.values() for text in (entry.label, entry.note)]
    told += [text for entry in MEASURES.values() for text in (entry.label, entry.zero, entry.ten)]
    return [text for text in told if text]


def test_every_condition_has_a_card() -> None:
    assert {code for code in CONDITION_CODES if not evidence(code)} == set()


def test_unknown_condition_has_no_cards() -> None:
    assert evidence("migraine") == ()


def test_every_card_is_found_under_its_condition() -> None:
    assert sorted(card.claim for code in CONDITION_CODES for card in evidence(code)) == sorted(
        card.claim for card in EVIDENCE
    )


def test_every_card_is_cited_with_a_year_or_a_registration() -> None:
    unsourced = [card.claim for card in CARDS if not re.search(r"\b(19|20)\d\d\b|\bNCT\d{8}\b", card.citation)]
    assert unsourced == []


def test_every_card_was_reviewed_on_a_day() -> None:
    assert all(date(2026, 11, 25) <= card.reviewed_on for card in CARDS)


def test_strongest_certainty_comes_first() -> None:
    for code in CONDITION_CODES:
        ranks = [list(Certainty).index(card.certainty) for card in evidence(code)]
        assert ranks == sorted(ranks, reverse=True)


@pytest.mark.parametrize("text", texts())
def test_no_text_recommends_anything(text: str) -> None:
    assert ADVICE.search(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "You should take it at bedtime.",
        "Start taking 1.5 mg.",
        "We suggest a lower dose.",
        "Stop, or increase the dose.",
        "Try it for 12 weeks.",
        "It is recommended at night.",
        "Ask about it.",
    ],
)
def test_advice_would_be_noticed(text: str) -> None:
    assert ADVICE.search(text) is not None


def test_card_where_no_trial_was_found_says_so_and_names_what_was_looked_for() -> None:
    without = [card for card in EVIDENCE if card.certainty is Certainty.NONE]
    assert {card.condition for card in without} == {
        *("lupus", "anxiety", "parkinsons_disease", "alzheimers_disease", "autism", "cancer_care")
    }
    for card in without:
        assert re.match(r"No (controlled |efficacy )*trial of low-dose naltrexone .* was found\.", card.claim)
        assert card.citation.startswith(f"Looked for on {card.reviewed_on.isoformat()} in ")


def test_card_of_a_study_without_comparison_group_says_so_and_is_of_very_low_certainty() -> None:
    uncontrolled = [of_study(study) for study in ("Lie 2018", "Raknes 2019", "Polo 2019", "O'Kelly 2022")]
    for card in uncontrolled:
        assert card.certainty is Certainty.VERY_LOW
        assert re.search("no (comparison )?group", card.design or "")
        assert card.placebo_change is None


def test_final_trial_stands_as_published() -> None:
    assert (FINAL.study, FINAL.n, FINAL.dose_mg, FINAL.assessed_week) == ("FINAL", 99, 6, 12)
    assert (FINAL.drug_change, FINAL.placebo_change) == (-1.3, -0.9)
    assert (FINAL.difference, FINAL.interval, FINAL.unit) == (-0.34, (-0.95, 0.27), Unit.POINTS)


@pytest.mark.parametrize(
    ("study", "people_and_dose", "drug_and_placebo"),
    [
        ("INNOVA", (98, 4.5), (-0.33, -0.64, Unit.POINTS)),
        ("Younger 2013", (31, 4.5), (-28.8, -18.0, Unit.PERCENT)),
        ("Smith 2011", (34, 4.5), (88, 40, Unit.PERCENT_OF_PEOPLE)),
        ("Beaudette-Zlatanova 2023", (23, 4.5), (-23, -22, Unit.POINTS)),
        ("Mischoulon 2017", (12, 2), (-9.5, -5.9, Unit.POINTS)),
    ],
)
def test_placebo_controlled_study_stands_as_published(
    study: str, people_and_dose: tuple[int, float], drug_and_placebo: tuple[float, float, Unit]
) -> None:
    card = of_study(study)
    assert (card.n, card.dose_mg) == people_and_dose
    assert (card.drug_change, card.placebo_change, card.unit) == drug_and_placebo


def test_side_effects_stand_beside_those_on_placebo() -> None:
    shares = [(card.study, card.measure, card.drug_change, card.placebo_change) for card in SIDE_EFFECT_YARDSTICKS]
    assert shares == [
        ("FINAL", None, 84, 86),
        ("INNOVA", None, 68.8, 72),
        ("Younger 2013", "vivid_dreams", 37, 13),
    ]
    assert {card.unit for card in SIDE_EFFECT_YARDSTICKS} == {Unit.PERCENT_OF_PEOPLE}


def test_weeks_named_are_those_at_which_studies_looked() -> None:
    assert {card.assessed_week for card in CARDS} == {None, 3, 8, 12}


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ({"condition": "migraine"}, "condition is known"),
        ({"measure": "sleep_quality"}, "measure is known"),
        ({"claim": " "}, "has a claim"),
        ({"citation": ""}, "has a citation"),
        ({"study": None}, "study and design are named"),
        ({"design": None}, "study and design are named"),
        ({"certainty": Certainty.NONE}, "figures belong to a study"),
        ({"n": 0}, "counts are above 0"),
        ({"dose_mg": -1.5}, "counts are above 0"),
        ({"assessed_week": 0}, "counts are above 0"),
        ({"unit": None}, "figures have outcome and unit"),
        ({"outcome": ""}, "figures have outcome and unit"),
        ({"interval": (-0.3, 0.27)}, "interval holds the difference"),
        ({"interval": (0.27, -0.95)}, "interval holds the difference"),
        ({"difference": None}, "interval holds the difference"),
    ],
)
def test_broken_card_is_refused_and_the_broken_rule_is_named(broken: dict[str, object], rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        replace(FINAL, **broken)


@pytest.mark.parametrize("broken", [{"n": 12}, {"dose_mg": 4.5}, {"assessed_week": 12}, {"drug_change": -1.0}])
def test_card_without_a_study_carries_no_figure(broken: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="figures belong to a study"):
        replace(NOTHING_FOUND, **broken)
