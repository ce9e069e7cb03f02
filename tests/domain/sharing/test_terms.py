"""What a consent is about, and the measures that it freezes."""

from datetime import date

import pytest

from app.domain.sharing.scopes import Scope
from app.domain.sharing.terms import Offer, offer_errors, unknown_condition
from app.domain.trends.dates import DateRange
from app.domain.trends.diary import OwnMeasure, Tracked
from tests.domain.sharing.samples import OWN, offer, terms

SUMMARY = frozenset({Scope.SUMMARY})
DAY = date(2026, 3, 1)
GRIP = OwnMeasure(code="own:grip", label="Grip", direction="higher_is_better")


def tracked(code: str, primary: str | None, *targets: str) -> dict[str, Tracked]:
    one = Tracked(id=code, label=None, primary_measure=primary, target_measures=targets, targets_chosen_on=DAY)
    return {code: one}


def test_measures_are_those_of_the_conditions_and_of_the_drug() -> None:
    told = terms(offer("multiple_sclerosis"))
    assert told.measures == ("fatigue", "spasticity", "walking_difficulty", "vivid_dreams", "digestive_upset")
    assert terms(offer("multiple_sclerosis", scopes=SUMMARY)).side_effects == ()


def test_what_the_patient_chose_is_frozen() -> None:
    told = terms(offer("lupus", scopes=SUMMARY), tracked=tracked("lupus", "own:grip", "pain"), own_measures=(GRIP,))
    assert told.measures == ("own:grip", "pain")
    assert told.chosen["lupus"].chosen_on == DAY


def test_own_condition_without_a_record_shows_nothing() -> None:
    assert dict(terms(offer(OWN)).chosen) == {}
    without = terms(offer(OWN, scopes=SUMMARY), tracked=tracked(OWN, None))
    assert (list(without.chosen), without.measures) == ([OWN], ())


def test_sleep_is_seen_in_both_its_forms() -> None:
    assert terms(offer("fibromyalgia", scopes=SUMMARY)).day_fields == {
        *("pain", "sleep_disturbance", "sleep_quality", "fatigue"),
    }


def test_ids_of_two_consents_have_nothing_in_common() -> None:
    one, other = terms(id_key=b"1"), terms(id_key=b"2")
    assert one.shown_id("dose", "a") == one.shown_id("dose", "a")
    shown = {consent.shown_id(kind, record) for consent in (one, other) for kind in ("dose", "day") for record in "ab"}
    assert len(shown) == 8
    assert all(len(each) == 26 for each in shown)


def test_own_condition_is_called_by_an_id_of_the_consent() -> None:
    told = terms(offer(OWN, "lupus"), tracked=tracked(OWN, "pain"))
    shown = told.shown_condition(OWN)
    assert shown != OWN
    assert (told.condition_shown_as(shown), told.condition_shown_as("lupus")) == (OWN, "lupus")
    for other in (OWN, "depression", "nothing"):
        assert told.condition_shown_as(other) is None


@pytest.mark.parametrize(
    ("first", "last", "seen"),
    [
        (None, None, (date.min, DAY)),
        (DAY, DAY, (DAY, DAY)),
        (None, date(2026, 2, 1), (date.min, date(2026, 2, 1))),
        (date(2026, 3, 2), None, None),
    ],
)
def test_dates_that_can_be_seen(first: date | None, last: date | None, seen: tuple[date, date] | None) -> None:
    told = terms(offer(data_from=first, data_to=last))
    assert told.span(DAY) == (seen and DateRange(first=seen[0], last=seen[1]))


def test_last_look_is_within_the_dates() -> None:
    assert terms().last_look(DAY) == DAY
    assert terms(offer(data_to=date(2026, 2, 1))).last_look(DAY) == date(2026, 2, 1)
    assert terms(offer(data_to=date(2026, 4, 1))).last_look(DAY) == DAY


@pytest.mark.parametrize(
    ("its", "purpose", "pointers"),
    [
        (offer(), "p" * 200, []),
        (Offer(conditions=(), scopes=SUMMARY, data_from=None, data_to=None), None, ["/conditions"]),
        (offer("lupus", "lupus"), None, ["/conditions"]),
        (offer(*map(str, range(21))), None, ["/conditions"]),
        (offer(scopes=frozenset()), None, ["/scopes"]),
        (offer(data_from=DAY, data_to=DAY), None, []),
        (offer(data_from=DAY, data_to=date(2026, 2, 28)), None, ["/data_to"]),
        (offer(), "p" * 201, ["/purpose"]),
    ],
)
def test_faults_of_an_offer(its: Offer, purpose: str | None, pointers: list[str]) -> None:
    assert [fault.pointer for fault in offer_errors(its, purpose)] == pointers


def test_unknown_condition_is_named_by_its_place() -> None:
    assert unknown_condition(3).pointer == "/conditions/3"
