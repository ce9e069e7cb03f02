"""What comes through the redaction, and that nothing else does."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.errors import NotFound
from app.domain.records.kinds import (
    CONDITION_KIND,
    DAY,
    DOSE,
    EVENT,
    MEASURE_KIND,
    MEDICATION,
    MOMENT,
    REGIMEN_STEP,
    USUAL,
)
from app.domain.sharing.redaction import redacted
from app.domain.sharing.scopes import Scope, ScopeNotGranted
from app.domain.sharing.terms import Terms
from app.domain.sharing.visible import VisibleDiary
from app.domain.trends.diary import OwnMeasure, Tracked
from tests.domain.sharing.diaries import AS_OF, Written, on, plain
from tests.domain.sharing.samples import EVERYTHING, OWN, offer, terms

INNER = (date(2026, 3, 1), date(2026, 3, 31))


def seen(written: Written, its: Terms | None = None, as_of: date = AS_OF) -> VisibleDiary:
    return redacted(written.at(as_of), its or terms())


def only(*scopes: Scope) -> Terms:
    return terms(offer(scopes=frozenset(scopes)))


def within(first: date | None, last: date | None) -> Terms:
    return terms(offer(data_from=first, data_to=last))


def test_days_show_granted_measures_alone() -> None:
    day = seen(plain()).days[0]
    assert (day.local_date, dict(day.scores)) == (
        on(-28),
        {"fatigue": 7, "pain": 6, "sleep_disturbance": 5, "vivid_dreams": 2},
    )
    assert (day.skipped, day.note) == ((), None)


def test_a_day_with_nothing_granted_is_not_there() -> None:
    written = Written().days(range(1), low_mood=9)
    written.put(DAY, "day-2026-02-10", local_date="2026-02-10", pain=None, skipped=("anxiety",))
    written.put(DAY, "day-2026-02-11", local_date="2026-02-11", skipped=("anxiety", "pain"))
    written.put(DAY, "day-2026-02-12", local_date="2026-02-12", low_mood=4, note="n")
    assert [(day.local_date.day, day.skipped) for day in seen(written).days] == [(11, ("pain",)), (12, ())]
    without = only(Scope.OBSERVATIONS)
    assert [day.local_date.day for day in seen(written, without).days] == [11]


def test_notes_need_their_scope() -> None:
    written = Written().days(range(1), pain=1).doses(range(1), note="dose note", reason="a reason")
    written.records[DAY.name]["day-2026-02-09"] = {"local_date": "2026-02-09", "pain": 1, "note": "day note"}
    with_notes, without = seen(written), seen(written, only(Scope.DOSES, Scope.OBSERVATIONS))
    assert (with_notes.days[0].note, with_notes.doses[0].note) == ("day note", "dose note")
    assert (without.days[0].note, without.doses[0].note) == (None, None)
    assert "a reason" not in repr(with_notes)


def test_each_scope_shows_its_own() -> None:
    doses, observations = seen(plain(), only(Scope.DOSES)), seen(plain(), only(Scope.OBSERVATIONS))
    assert (len(doses.doses), len(doses.steps), doses.days, doses.moments) == (141, 1, (), ())
    assert (observations.doses, observations.steps, len(observations.days)) == ((), (), 169)


def test_a_dose_is_told_as_recorded() -> None:
    written = Written().doses(range(1), taken_at="2026-02-09T22:00:00Z", timing="bedtime", formulation="liquid")
    written.put(DOSE, "b", local_date="2026-02-10", status="skipped")
    written.put(DOSE, "c", local_date="2026-02-11", status="taken", mg=Decimal(3))
    first, second, third = seen(written).doses
    assert (first.mg, first.taken_at, first.timing, first.formulation) == (
        *(Decimal("1.5"), "2026-02-09T22:00:00Z", "bedtime", "liquid"),
    )
    assert (second.status, second.mg, third.mg) == ("skipped", None, Decimal(3))


def test_moments_are_those_of_granted_measures() -> None:
    told = {"local_date": "2026-02-09", "at": "2026-02-09T12:00:00+01:00", "value": 7}
    written = Written().put(MOMENT, "a", measure="pain", note="n", **told).put(MOMENT, "b", measure="low_mood", **told)
    (moment,) = seen(written).moments
    assert (moment.measure, moment.value, moment.at, moment.note) == ("pain", 7, told["at"], "n")


def test_ids_are_the_consents_own() -> None:
    one, other = seen(plain()), seen(plain(), terms(id_key=b"other"))
    assert one.days[0].id != other.days[0].id
    assert "day-" not in repr(one)


def test_only_granted_dates_come_through() -> None:
    told = seen(plain(), within(*INNER), as_of=INNER[1])
    for rows in (told.days, told.doses):
        assert {row.local_date for row in rows} == {date(2026, 3, day) for day in range(1, 32)}
    assert (told.as_of, told.span) == (INNER[1], within(*INNER).span(INNER[1]))


def test_dates_that_have_not_begun_show_nothing() -> None:
    told = seen(plain(), within(date(2026, 7, 1), None))
    assert (told.span, told.days, told.doses, told.steps, told.medications) == (None, (), (), (), ())
    assert told.summary("fibromyalgia").composite.weeks == ()


def test_a_look_beyond_the_granted_dates_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="last date"):
        seen(plain(), within(*INNER))


def test_conditions_are_the_granted_ones() -> None:
    written = (
        plain()
        .put(CONDITION_KIND, "fibromyalgia", status="active", diagnosed_on="2020-01-01", tracked_since="2026-03-05")
        .put(CONDITION_KIND, "depression", status="active", label="secret")
    )
    told = seen(written, terms(offer("fibromyalgia", "lupus", data_from=date(2026, 1, 1))))
    assert list(told.conditions) == ["fibromyalgia", "lupus"]
    one = told.conditions["fibromyalgia"]
    assert (one.label, one.status, one.diagnosed_on, one.tracked_since) == (
        *("Fibromyalgia", "active", None, date(2026, 3, 5)),
    )
    assert told.conditions["lupus"].status is None
    assert "secret" not in repr(told)


def test_own_condition_has_its_label_and_an_id_of_the_consent() -> None:
    written = plain().put(CONDITION_KIND, OWN, label="Grip")
    tracked = Tracked(id=OWN, label="Grip", primary_measure="pain", target_measures=("pain",), targets_chosen_on=None)
    its = terms(offer(OWN), tracked={OWN: tracked})
    told = seen(written, its)
    ((code, one),) = told.conditions.items()
    assert (code, one.label, one.listed) == (its.shown_condition(OWN), "Grip", None)
    assert told.summary(code).condition == code
    assert OWN not in repr(told.summary(code))
    assert seen(plain(), its).conditions == {}
    with pytest.raises(NotFound):
        seen(plain(), its).summary(code)


def test_own_measures_come_with_label_and_direction_if_granted() -> None:
    grip, secret = (OwnMeasure(code=f"own:{slug}", label=slug, direction="higher_is_better") for slug in ("grip", "x"))
    tracked = Tracked(
        id="lupus", label=None, primary_measure="own:grip", target_measures=("own:grip",), targets_chosen_on=None
    )
    its = terms(offer("lupus"), tracked={"lupus": tracked}, own_measures=(grip, secret))
    written = plain().put(MEASURE_KIND, "grip", label="Grip", direction="higher_is_better")
    written.put(MEASURE_KIND, "x", label="secret", direction="higher_is_better").days(range(3), own_grip=4, own_x=1)
    told = seen(written, its)
    assert told.measures["own:grip"].label == "Grip"
    assert {name for day in told.days[28:31] for name in day.scores} == {"own:grip"}
    assert list(told.summary("lupus").measures) == ["own:grip"]
    assert "secret" not in repr(told)
    gone = seen(plain(), its)
    assert "own:grip" not in gone.measures


def test_medicines_and_events_are_seen_where_they_are_assigned() -> None:
    began = on(3).isoformat()
    written = (
        plain()
        .put(MEDICATION, "a", name="Given", conditions=("fibromyalgia", "depression"), starts_on=began, note="n")
        .put(MEDICATION, "b", name="Hidden", conditions=("depression",), starts_on=began, drug_class="antidepressant")
        .put(MEDICATION, "c", name="Free", starts_on=on(5).isoformat())
        .put(EVENT, "d", kind="flare", condition="fibromyalgia", starts_on=began, severity=3)
        .put(EVENT, "e", kind="stress", condition="depression", starts_on=began)
        .put(EVENT, "f", starts_on=began, severity=None)
    )
    told = seen(written)
    (medicine,), (event,) = told.medications, told.events
    assert (medicine.name, medicine.conditions, medicine.note) == ("Given", ("fibromyalgia",), "n")
    assert (event.kind, event.condition, event.severity) == ("flare", "fibromyalgia", 3)
    found = [(one.kind, one.starts_on, one.text) for one in told.summary("fibromyalgia").confounders]
    assert sorted(found, key=str) == [
        ("event", on(3), "Flare on 12 February 2026."),
        ("medication", on(3), "Another medicine (kind not given) was started on 12 February 2026."),
        ("other", on(3), "Another treatment changed."),
        ("other", on(5), "Another treatment changed."),
    ]
    assert not any(word in repr((told, found)) for word in ("Hidden", "Free", "depress"))


def test_an_event_without_a_severity_is_told_without() -> None:
    written = plain().put(EVENT, "d", kind="flare", condition="fibromyalgia", starts_on=on(3).isoformat())
    assert seen(written).events[0].severity is None


@pytest.mark.parametrize(
    ("begins", "ends", "told"),
    [
        ("2026-03-05", "2026-03-06", [(date(2026, 3, 5), date(2026, 3, 6))]),
        ("2026-02-01", "2026-04-30", [(None, None)]),
        (None, None, [(None, None)]),
        ("2026-01-01", "2026-02-28", []),
        ("2026-04-01", None, []),
    ],
)
def test_medicines_lose_dates_outside_the_granted_ones(
    begins: str | None, ends: str | None, told: list[tuple[date | None, date | None]]
) -> None:
    written = plain().put(MEDICATION, "a", name="m", conditions=("fibromyalgia",), starts_on=begins, ends_on=ends)
    found = seen(written, within(*INNER), as_of=INNER[1]).medications
    assert [(one.starts_on, one.ends_on) for one in found] == told


@pytest.mark.parametrize(
    ("begins", "ends", "told"),
    [
        ("2026-02-01", "2026-03-02", [(INNER[0], date(2026, 3, 2))]),
        ("2026-03-30", "2026-04-02", [(date(2026, 3, 30), None)]),
        ("2026-02-28", None, []),
    ],
)
def test_events_are_cut_to_the_granted_dates(
    begins: str, ends: str | None, told: list[tuple[date, date | None]]
) -> None:
    written = plain().put(EVENT, "a", condition="fibromyalgia", starts_on=begins, ends_on=ends)
    found = seen(written, within(*INNER), as_of=INNER[1]).events
    assert [(one.starts_on, one.ends_on) for one in found] == told


def test_the_plan_is_cut_to_the_granted_dates() -> None:
    written = Written().doses(range(3))
    for number, (begins, ends, mg) in enumerate(
        [
            ("2026-01-01", None, 1),
            ("2026-02-01", None, 2),
            ("2026-03-05", "2026-03-10", 3),
            ("2026-03-20", "2026-04-30", 4),
            ("2026-04-10", None, 5),
        ]
    ):
        written.put(REGIMEN_STEP, f"s{number}", starts_on=begins, ends_on=ends, mg=Decimal(mg), reason="planned_up")
    steps = seen(written, within(*INNER), as_of=INNER[1]).steps
    assert [(step.starts_on, step.ends_on, step.mg, step.stops) for step in steps] == [
        (INNER[0], None, 2, False),
        (date(2026, 3, 5), date(2026, 3, 10), 3, False),
        (date(2026, 3, 20), None, 4, False),
    ]


def test_a_step_that_was_over_before_the_granted_dates_is_not_there() -> None:
    written = Written().put(
        REGIMEN_STEP, "s", starts_on="2026-01-01", ends_on="2026-02-01", mg=Decimal(1), reason="start"
    )
    assert seen(written, within(*INNER), as_of=INNER[1]).steps == ()


def test_a_stop_is_told_without_its_reason() -> None:
    written = Written().put(REGIMEN_STEP, "s", starts_on="2026-03-02", mg=Decimal(1), reason="stop", timing="bedtime")
    (step,) = seen(written).steps
    assert (step.stops, step.timing, step.doses_per_day) == (True, "bedtime", 1)


def test_usual_levels_outside_the_grant_are_not_used() -> None:
    written = Written().days(range(-28, 0), pain=6)
    written.put(USUAL, "pain", value=5, asked_on=on(-20).isoformat())
    written.put(USUAL, "fatigue", value=5, asked_on=on(-40).isoformat())
    written.put(USUAL, "low_mood", value=5, asked_on=on(-20).isoformat())
    told = seen(written, within(on(-30), None), as_of=on(-1)).summary("fibromyalgia")
    asked = [need.measure for need in told.composite.verdict.needs if need.code == "usual_level"]
    assert asked == ["sleep_disturbance", "fatigue"]


def test_a_summary_needs_its_scope_and_its_condition() -> None:
    with pytest.raises(ScopeNotGranted):
        seen(plain(), only(Scope.DOSES)).summary("fibromyalgia")
    for other in ("depression", "lupus", "nothing"):
        with pytest.raises(NotFound):
            seen(plain()).summary(other)


SCOPES = st.frozensets(st.sampled_from(Scope), min_size=1)
DATES = st.none() | st.dates(date(2026, 1, 1), date(2026, 7, 30))


@settings(max_examples=40)
@given(SCOPES, DATES, DATES, st.sampled_from(["multiple_sclerosis", "fibromyalgia", "crohns_disease"]))
def test_grant_never_tells_of_depression(
    scopes: frozenset[Scope], first: date | None, last: date | None, code: str
) -> None:
    its = terms(offer(code, scopes=scopes, data_from=first, data_to=last))
    tame, full = plain(), plain()
    full.put(CONDITION_KIND, "depression", status="active", label="canary", diagnosed_on="2026-03-03")
    full.put(MEDICATION, "m", name="canary", conditions=("depression",), note="canary")
    full.put(MEASURE_KIND, "canary", label="canary", direction="lower_is_better")
    full.put(USUAL, "low_mood", value=3, asked_on="2026-01-01")
    for day in range(-28, 141):
        record = full.records[DAY.name][f"day-{on(day)}"]
        full.records[DAY.name][f"day-{on(day)}"] = {**record, "low_mood": day % 11, "own:canary": 4}
    full.put(DAY, "day-2026-06-30", local_date="2026-06-30", low_mood=1, anxiety=10, skipped=("headache",))
    as_of = its.last_look(AS_OF)
    one, other = redacted(tame.at(as_of), its), redacted(full.at(as_of), its)
    assert replace(one, _shared={}) == replace(other, _shared={})
    if Scope.SUMMARY in scopes:
        assert one.summary(code) == other.summary(code)


def test_everything_is_every_scope() -> None:
    assert set(Scope) == EVERYTHING
