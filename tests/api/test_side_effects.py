"""Side effects, dose times and what else was taken, as a phone gets them (api, "Trends")."""

from datetime import date, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.diary import LONDON, Phone, days_from, field_faults, uuid7, write_days, write_records
from tests.support.people import Person

FIRST = date(2026, 1, 4)
START, STEP = date(2026, 1, 11), date(2026, 1, 30)
TODAY = date(2026, 3, 2)
TREND = "/v1/trends/fibromyalgia"


@pytest.fixture
def phone(client: TestClient, patient: Person) -> Phone:
    return Phone(client, patient)


def doses(phone: Phone, first: date, after: date, mg: float | None, number: int, **more: object) -> None:
    dose = {"status": "taken", "mg": mg, **LONDON, **more}
    nights = [first + timedelta(days=night) for night in range((after - first).days)]
    told = {uuid7(number + at): {**dose, "local_date": night.isoformat()} for at, night in enumerate(nights)}
    write_records(phone, "dose", told)


def live(phone: Phone) -> None:
    """A week before the drug, then 1.5 and 3 mg; dreams and headache get worse at the step, and dreams stay so."""
    doses(phone, START, STEP, 1.5, 100)
    doses(phone, STEP, TODAY, 3, 300)
    before, after = (STEP - FIRST).days, (TODAY - STEP).days
    always = {"pain": 6, "fatigue": 6}
    write_days(phone, days_from(FIRST, before), **always, vivid_dreams=1, headache=2)
    write_days(phone, [STEP], **always, vivid_dreams=1, headache=6)
    write_days(phone, days_from(STEP + timedelta(days=1), 19), **always, vivid_dreams=7, headache=6)
    write_days(phone, days_from(STEP + timedelta(days=20), after - 19), **always, vivid_dreams=7, headache=2)


def items(phone: Phone, address: str = "/v1/side-effects") -> list[dict[str, Any]]:
    answer = phone.get(address)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_each_measure_is_told_at_each_step(phone: Phone) -> None:
    live(phone)
    phone.stored("/v1/conditions/fibromyalgia", {"status": "active"})
    told = items(phone)
    assert [(one["step"]["starts_on"], one["measure"]) for one in told] == [
        (day.isoformat(), measure) for day in (START, STEP) for measure in ("vivid_dreams", "headache")
    ]
    assert [one["status"] for one in told] == ["no_clear_rise", "no_clear_rise", "rose", "rose"]
    dreams, headache = told[2:]
    assert list(dreams) == [
        *("measure", "label", "direction", "step", "status", "course", "rise", "nights_at_4_or_more", "text"),
    ]
    assert dreams["step"] == {"starts_on": "2026-01-30", "from_mg": 1.5, "to_mg": 3}
    assert told[0]["step"] == {"starts_on": "2026-01-11", "from_mg": None, "to_mg": 1.5}
    assert (dreams["label"], dreams["direction"]) == ("Vivid dreams", "lower_is_better")
    assert (dreams["course"], headache["course"]) == ("persists", "fades")
    assert dreams["rise"].keys() == {"estimate", "low", "high"}
    assert dreams["rise"]["estimate"] == 6
    early = dreams["nights_at_4_or_more"][0]
    assert early | {"low": 0, "high": 0} == {"mg": 3, "phase": "early", "nights": 14, "of": 14, "low": 0, "high": 0}
    assert (early["low"], early["high"]) == (pytest.approx(0.785, abs=0.001), 1)
    assert dreams["text"].startswith("Vivid dreams: scored worse")


def test_the_summary_tells_what_the_list_tells(phone: Phone) -> None:
    live(phone)
    phone.stored("/v1/conditions/fibromyalgia", {"status": "active"})
    assert phone.get(TREND).json()["side_effects"] == items(phone)
    earlier = "?as_of=2026-02-05"
    assert phone.get(TREND + earlier).json()["side_effects"] == items(phone, f"/v1/side-effects{earlier}")
    assert [one["course"] for one in items(phone, f"/v1/side-effects{earlier}")] == [
        None,
        None,
        "too_early",
        "too_early",
    ]


def test_the_list_is_of_all_conditions_together(phone: Phone) -> None:
    live(phone)
    assert {one["measure"] for one in items(phone)} == {"vivid_dreams", "headache", "pain", "fatigue"}
    own = {"label": "Migraine", "primary_measure": "headache", "target_measures": ["headache"]}
    phone.stored(f"/v1/conditions/{uuid7(1)}", own)
    assert {one["measure"] for one in items(phone)} == {"vivid_dreams", "pain", "fatigue"}
    phone.stored("/v1/conditions/lupus", {"status": "active"})
    assert {one["measure"] for one in items(phone)} == {"vivid_dreams", "pain"}


def test_a_planned_alternation_is_told_to_the_phone_followed_and_answered(phone: Phone) -> None:
    """From the plan, whose order the service makes from the seed, to the answer of the sign-flip test."""
    phone.stored("/v1/regimen-steps/" + uuid7(1), {"starts_on": "2025-11-01", "mg": 1.5, "timing": "bedtime"})
    plan = {"starts_on": "2025-11-10", "weeks": 12, "seed": "seven coins", "agreed_with_prescriber": True}
    stored = phone.stored("/v1/timing-plans/" + uuid7(2), plan)
    order = stored["fields"]["order"]
    assert [notice["code"] for notice in stored["notices"]] == ["order-filled-in"]
    assert all(set(order[pair : pair + 2]) == {"bedtime", "morning"} for pair in range(0, 12, 2))

    first = date(2025, 11, 10)
    for week, timing in enumerate(order):
        monday = first + timedelta(weeks=week)
        today = phone.get(f"/v1/today?date={monday.isoformat()}").json()
        assert today["timing_plan"] == {"id": uuid7(2), "week": week + 1, "weeks": 12, "timing": timing}
        assert today["expected_dose"]["timing"] == timing
        doses(phone, monday, monday + timedelta(weeks=1), 1.5, 1000 + 7 * week, timing=timing)
        write_days(phone, days_from(monday, 7), pain=7 if timing == "bedtime" else 4)
    after = phone.get("/v1/today?date=2026-02-02").json()
    assert (after["timing_plan"], after["expected_dose"]["timing"]) == (None, "bedtime")

    running = phone.get(f"{TREND}?as_of=2026-02-01").json()["timing"]
    assert (running["status"], running["pairs"], running["difference"], running["p"]) == ("running", 5, None, None)
    told = phone.get(f"{TREND}?as_of=2026-02-02").json()["timing"]
    assert (told["status"], told["pairs"], told["difference"], told["p"]) == ("clear_difference", 6, 3, 2 / 2**6)
    assert told["observational"] is False
    assert (told["plan"]["seed"], told["plan"]["order"]) == ("seven coins", order)
    assert told["measures"]["pain"] == {
        "label": "Pain",
        "direction": "lower_is_better",
        "pairs": 6,
        "difference": 3,
        "p": 2 / 2**6,
    }


def test_a_plan_that_is_not_agreed_changes_nothing(phone: Phone) -> None:
    phone.stored("/v1/regimen-steps/" + uuid7(1), {"starts_on": "2025-11-01", "mg": 1.5, "timing": "bedtime"})
    plan = {"starts_on": "2025-11-10", "weeks": 12, "seed": "s", "agreed_with_prescriber": False}
    phone.stored("/v1/timing-plans/" + uuid7(2), plan)
    today = phone.get("/v1/today?date=2025-11-12").json()
    assert (today["timing_plan"], today["expected_dose"]["timing"]) == (None, "bedtime")
    assert phone.get(TREND).json()["timing"] is None


def test_what_was_only_observed_is_labelled_so(phone: Phone) -> None:
    for week in range(4):
        monday = date(2026, 2, 2) + timedelta(weeks=week)
        timing = ("bedtime", "morning")[week % 2]
        doses(phone, monday, monday + timedelta(weeks=1), 1.5, 100 * week, timing=timing)
        write_days(phone, days_from(monday, 7), pain=5)
    told = phone.get(TREND).json()["timing"]
    assert (told["status"], told["observational"], told["difference"], told["p"]) == ("observed", True, 0, None)
    assert (told["bedtime_days"], told["morning_days"], told["switches"], told["plan"]) == (14, 14, 3, None)


def test_an_opioid_that_goes_on_is_told_whatever_it_was_recorded_as(phone: Phone) -> None:
    doses(phone, START, TODAY, 1.5, 100)
    phone.stored(f"/v1/medications/{uuid7(1)}", {"name": "Tramadol retard", "drug_class": "other"})
    phone.stored(f"/v1/medications/{uuid7(2)}", {"name": "Vitamin D", "starts_on": "2025-01-01"})
    phone.stored(
        f"/v1/events/{uuid7(3)}", {"kind": "flare", "starts_on": "2026-02-03", "ends_on": "2026-02-06", "severity": 7}
    )
    opioid, flare = phone.get(TREND).json()["confounders"]
    assert list(opioid) == ["kind", "what", "id", "starts_on", "ends_on", "text"]
    assert (opioid["what"], opioid["id"], opioid["starts_on"]) == ("opioid", uuid7(1), None)
    assert "must not be combined with opioids" in opioid["text"]
    assert "Tramadol" not in opioid["text"]
    assert (flare["what"], flare["starts_on"], flare["ends_on"]) == ("flare", "2026-02-03", "2026-02-06")


def test_chart_of_one_side_effect_tells_each_step(phone: Phone) -> None:
    live(phone)
    chart = phone.get("/v1/side-effects/chart.svg")
    assert (chart.status_code, chart.headers["content-type"]) == (200, "image/svg+xml")
    assert "Vivid dreams" in chart.text
    assert "3 mg from 30 January 2026: worse" in chart.text
    assert "Headache" in phone.get("/v1/side-effects/chart.svg?measure=headache&theme=grey").text
    held = chart.headers["etag"]
    assert phone.get("/v1/side-effects/chart.svg", If_None_Match=held).status_code == 304
    assert "No side effect scored around a step" in phone.get("/v1/side-effects/chart.svg?measure=nausea").text


def test_chart_of_an_empty_diary_or_of_no_such_measure(phone: Phone) -> None:
    assert "Vivid dreams" in phone.get("/v1/side-effects/chart.svg").text
    for query, fault in (
        ("measure=own:nothing", ("measure", "out-of-range")),
        ("theme=pink", ("theme", "out-of-range")),
        ("as_of=2026-03-04", ("as_of", "date-in-future")),
    ):
        assert field_faults(phone.get(f"/v1/side-effects/chart.svg?{query}")) == [fault]
