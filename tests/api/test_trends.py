"""Summaries as a phone gets them (api, "Trends"; trends, sections 1 to 8)."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.support.diary import Phone, days_from, field_faults, problem, uuid7, write_days, write_doses
from tests.support.people import Person, sign_up

FIRST = date(2026, 1, 4)
FIRST_DOSE = FIRST + timedelta(weeks=2)
WEEKS = 6
SCORES = ("pain", "sleep_disturbance", "fatigue")
TREND = "/v1/trends/fibromyalgia"
INFERRED = ("z", "bar", "false_alarm_percent", "weeks_to_benefit", "drop", "size")


@pytest.fixture
def phone(client: TestClient, patient: Person) -> Phone:
    return Phone(client, patient)


def live(phone: Phone, *, before: int, after: int, skip: int = 1, from_: date = FIRST) -> None:
    """Two weeks at one score, six weeks of doses at another; a day in `skip` is scored."""
    write_days(phone, days_from(from_, (FIRST_DOSE - from_).days)[::skip], **dict.fromkeys(SCORES, before))
    write_days(phone, days_from(FIRST_DOSE, 7 * WEEKS)[::skip], **dict.fromkeys(SCORES, after))
    write_doses(phone, days_from(FIRST_DOSE, 7 * WEEKS))


def summary(phone: Phone, address: str = TREND) -> dict[str, Any]:
    answer = phone.get(address)
    assert answer.status_code == 200, answer.text
    return answer.json()


def caveats(told: dict[str, Any]) -> set[str]:
    return {caveat["code"] for caveat in told["caveats"]}


def holds_nothing_inferred(verdict: dict[str, Any]) -> bool:
    return not verdict["published"] and all(verdict[name] is None for name in INFERRED)


def test_summary_has_the_members_of_its_page(phone: Phone) -> None:
    phone.stored("/v1/conditions/fibromyalgia", {"targets_chosen_on": "2026-01-18"})
    live(phone, before=7, after=5)
    told = summary(phone)
    assert list(told) == [
        *("condition", "as_of", "as_of_rev", "method_version", "first_dose_date", "weeks_treated", "primary_measure"),
        *("primary_chosen_after_start", "dose_bands", "coverage", "periods", "composite", "measures", "side_effects"),
        *("adherence", "timing", "confounders", "evidence", "caveats"),
    ]
    assert (told["condition"], told["as_of"], told["method_version"]) == ("fibromyalgia", "2026-03-02", "wss-1")
    assert (told["first_dose_date"], told["weeks_treated"]) == (FIRST_DOSE.isoformat(), WEEKS)
    assert told["primary_measure"] == "pain"
    assert told["primary_chosen_after_start"] is False
    assert told["dose_bands"] == [{"starts_on": "2026-01-18", "ends_on": "2026-02-28", "mg": 1.5}]
    assert told["coverage"] == {"days_scored": 42, "days": 44}
    assert told["periods"] == told["confounders"] == []
    assert told["timing"] is None
    assert [one["measure"] for one in told["side_effects"]] == ["sleep_disturbance"]
    assert told["adherence"] == {"low": 42 / 44, "high": 1.0, "days": 44, "longest_gap_days": 2}
    assert list(told["measures"]) == list(SCORES)


def test_series_have_the_members_of_their_page(phone: Phone) -> None:
    live(phone, before=7, after=5)
    told = summary(phone)
    composite, pain = told["composite"], told["measures"]["pain"]
    assert composite.keys() == {"measures", "direction", "baseline", "weeks", "verdict"}
    assert pain.keys() == {"label", "direction", "derived_days", "moment_days", "baseline", "weeks", "verdict"}
    assert composite["measures"] == list(SCORES)
    for series in (composite, pain):
        assert series["direction"] == "lower_is_better"
        assert series["baseline"] == {"weeks": 2, "entries": 14, "mean": 7.0}
        assert [week["week"] for week in series["weeks"]] == list(range(-2, WEEKS))
        assert series["weeks"][0] == {"week": -2, "starts_on": "2026-01-04", "n": 7, "mean": 7.0, "mg": None}
        assert series["weeks"][2] == {"week": 0, "starts_on": "2026-01-18", "n": 7, "mean": 5.0, "mg": 1.5}
        assert series["verdict"].keys() == {
            *("status", "published", *INFERRED, "needs", "possible_from", "last_week_on", "text"),
        }


def test_lasting_fall_is_a_benefit_with_its_week_and_size(phone: Phone) -> None:
    write_days(phone, days_from(FIRST, 28), **dict.fromkeys(SCORES, 7))
    write_days(phone, days_from(FIRST_DOSE + timedelta(weeks=2), 28), **dict.fromkeys(SCORES, 4))
    write_doses(phone, days_from(FIRST_DOSE, 7 * WEEKS))
    told = summary(phone)
    for name, series in (("composite", told["composite"]), *told["measures"].items()):
        verdict = series["verdict"]
        assert verdict["status"] == "benefit"
        assert verdict["z"] > verdict["bar"] == (3.0 if name == "composite" else 3.4)
        assert verdict["false_alarm_percent"] >= 1
        weeks, drop = verdict["weeks_to_benefit"], verdict["drop"]
        assert (weeks["level"], drop["level"]) == (0.9, 0.9)
        assert weeks["low"] < 2.1
        assert weeks["low"] < weeks["estimate"] < weeks["high"]
        assert weeks["estimate"] == pytest.approx(2, abs=0.2)
        assert drop["low"] < drop["estimate"] < drop["high"]
        assert drop["estimate"] == pytest.approx(3, abs=0.1)
        assert verdict["size"] == ("moderate" if name == "pain" else None)
        assert verdict["last_week_on"] == "2026-02-28"
        assert verdict["text"]
    assert {"chance", "started-at-worst", "placebo"} <= caveats(told)


def test_benefit_is_published_when_the_look_a_week_earlier_told_it_too(phone: Phone) -> None:
    live(phone, before=7, after=4)
    write_days(phone, days_from(FIRST_DOSE + timedelta(weeks=WEEKS), 2), pain=4)
    first = summary(phone, f"{TREND}?as_of=2026-02-28")["composite"]["verdict"]
    assert (first["status"], first["published"]) == ("benefit_early", False)
    assert first["needs"] == [{"code": "confirmation", "measure": None, "have": 1, "want": 2, "by": "2026-03-07"}]
    assert "7 March 2026" in first["text"]


def test_usual_level_tells_a_return_to_usual_from_a_benefit(phone: Phone) -> None:
    live(phone, before=7, after=4)
    for measure in SCORES:
        phone.stored(f"/v1/usuals/{measure}", {"value": 4, "asked_on": "2026-01-17"})
    told = summary(phone)
    assert told["composite"]["verdict"]["status"] == "possible"
    assert "may-be-return-to-usual" in caveats(told)
    phone.stored("/v1/usuals/pain", {"value": 7, "asked_on": "2026-01-17"})
    assert summary(phone)["composite"]["verdict"]["status"] == "benefit_early"
    phone.stored("/v1/usuals/pain", {"value": 4, "asked_on": "2026-01-19"})
    assert summary(phone)["composite"]["verdict"]["status"] == "benefit_early"


def test_low_baseline_leaves_no_room_to_judge(phone: Phone) -> None:
    live(phone, before=2, after=1)
    told = summary(phone)
    assert told["composite"]["verdict"]["status"] == "too_low_to_judge"
    assert holds_nothing_inferred(told["composite"]["verdict"])


def test_treatment_without_a_day_before_it_has_no_baseline(phone: Phone) -> None:
    live(phone, before=7, after=5, from_=FIRST_DOSE)
    verdict = summary(phone)["composite"]["verdict"]
    assert verdict["status"] == "no_baseline"
    assert holds_nothing_inferred(verdict)
    assert verdict["possible_from"] is None
    assert [need["code"] for need in verdict["needs"]] == ["baseline_days", "baseline_weeks"]


def test_empty_diary_says_what_it_needs(phone: Phone) -> None:
    told = summary(phone)
    verdict = told["composite"]["verdict"]
    assert verdict["status"] == "not_enough_data"
    assert holds_nothing_inferred(verdict)
    assert (told["first_dose_date"], told["weeks_treated"], told["composite"]["weeks"]) == (None, None, [])
    needs = {(need["code"], need["measure"]): need for need in verdict["needs"]}
    assert needs["first_dose", None] == {"code": "first_dose", "measure": None, "have": 0, "want": 1, "by": None}
    assert {measure for code, measure in needs if code == "usual_level"} == set(SCORES)
    assert needs["baseline_days", None]["want"] == 10
    assert needs["baseline_weeks", None]["want"] == 2
    assert needs["treatment_weeks", None]["want"] == 6


def test_verdict_becomes_possible_on_the_day_that_was_promised(phone: Phone) -> None:
    live(phone, before=7, after=5)
    early = summary(phone, f"{TREND}?as_of=2026-02-10")["composite"]["verdict"]
    assert early["status"] == "not_enough_data"
    assert [(need["code"], need["have"], need["want"]) for need in early["needs"]] == [("treatment_weeks", 3, 6)]
    assert early["possible_from"] == "2026-02-28"
    for day, status in (("2026-02-27", "not_enough_data"), ("2026-02-28", "benefit_early")):
        assert summary(phone, f"{TREND}?as_of={day}")["composite"]["verdict"]["status"] == status


def test_look_at_an_earlier_date_sees_only_what_was_lived_then(phone: Phone) -> None:
    live(phone, before=7, after=5)
    told = summary(phone, f"{TREND}?as_of=2026-01-17")
    assert (told["as_of"], told["first_dose_date"]) == ("2026-01-17", None)
    assert told["dose_bands"] == []


def test_week_with_fewer_than_three_days_does_not_count(phone: Phone) -> None:
    live(phone, before=7, after=5, skip=4)
    told = summary(phone)["composite"]
    assert told["verdict"]["status"] == "not_enough_data"
    assert told["baseline"] == {"weeks": 0, "entries": 0, "mean": None}
    assert {week["n"] for week in told["weeks"]} == {1, 2}


def test_summary_does_not_hang_on_the_order_of_writing(client: TestClient, phone: Phone) -> None:
    live(phone, before=7, after=5)
    other = Phone(client, sign_up(client))
    write_doses(other, reversed(days_from(FIRST_DOSE, 7 * WEEKS)))
    write_days(other, reversed(days_from(FIRST, 56)), pain=0)
    other.stored("/v1/days/2026-03-01", {"pain": 9})
    other.delete("/v1/days/2026-03-01")
    live(other, before=7, after=5)
    assert {**summary(other), "as_of_rev": 0} == {**summary(phone), "as_of_rev": 0}


def test_summary_is_that_of_the_diary_however_it_came_about(client: TestClient, phone: Phone) -> None:
    chance = Random(1)  # noqa: S311 - the same each time
    diary = {day.isoformat(): chance.randint(4, 9) for day in days_from(FIRST, 56) if chance.random() < 0.8}
    write_doses(phone, days_from(FIRST_DOSE, 7 * WEEKS))
    for day, pain in diary.items():
        phone.stored(f"/v1/days/{day}", {"pain": pain})
    other = Phone(client, sign_up(client))
    left = [*diary, *(day.isoformat() for day in days_from(FIRST, 56))]
    chance.shuffle(left)
    for at, day in enumerate(left):
        if day in left[at + 1 :] and chance.random() < 0.5:
            continue
        if chance.random() < 0.3 and other.get(f"/v1/days/{day}").status_code == 200:
            other.delete(f"/v1/days/{day}")
        other.stored(f"/v1/days/{day}", {"pain": chance.randint(0, 10)})
        last = day not in left[at + 1 :]
        if last and day not in diary:
            other.delete(f"/v1/days/{day}")
        elif last:
            other.stored(f"/v1/days/{day}", {"pain": diary[day]})
    write_doses(other, days_from(FIRST_DOSE, 7 * WEEKS))
    assert {**summary(other), "as_of_rev": 0} == {**summary(phone), "as_of_rev": 0}


def test_sleep_quality_is_turned_and_moments_stand_in(phone: Phone) -> None:
    live(phone, before=7, after=5)
    phone.stored("/v1/days/2026-01-04", {"sleep_disturbance": None, "sleep_quality": 3, "pain": None})
    for number, value in enumerate((8, 6)):
        moment = {"at": f"2026-01-04T1{number}:00:00Z", "measure": "pain", "value": value}
        phone.stored(f"/v1/moments/{uuid7(number)}", moment)
    told = summary(phone)["measures"]
    assert (told["sleep_disturbance"]["derived_days"], told["pain"]["moment_days"]) == (1, 1)
    assert told["sleep_disturbance"]["weeks"][0]["mean"] == told["pain"]["weeks"][0]["mean"] == 7.0


def test_own_measure_and_condition_are_shown_on_the_patients_own_scale(phone: Phone) -> None:
    phone.stored("/v1/measures/grip", {"label": "Strength of grip", "direction": "higher_is_better"})
    own = {"label": "Sore knee", "primary_measure": "own:grip", "target_measures": ["own:grip"]}
    phone.stored(f"/v1/conditions/{uuid7(1)}", own)
    write_days(phone, days_from(FIRST, 14), **{"own:grip": 8})
    told = summary(phone, f"/v1/trends/{uuid7(1)}")
    assert (told["condition"], told["primary_measure"], told["evidence"]["cards"]) == (uuid7(1), "own:grip", [])
    assert told["measures"]["own:grip"]["direction"] == "higher_is_better"
    assert {week["mean"] for week in told["measures"]["own:grip"]["weeks"] if week["n"]} == {8.0}
    assert told["composite"]["direction"] == "lower_is_better"


def test_scale_of_a_deleted_measure_is_not_guessed(phone: Phone) -> None:
    address = f"/v1/trends/{uuid7(1)}"
    phone.stored("/v1/measures/energy", {"label": "Energy", "direction": "higher_is_better"})
    phone.stored(
        f"/v1/conditions/{uuid7(1)}",
        {"label": "Tired", "primary_measure": "own:energy", "target_measures": ["own:energy", "own:nope"]},
    )
    write_days(phone, days_from(FIRST, 14), **{"own:energy": 8, "own:nope": 3})
    write_doses(phone, days_from(FIRST_DOSE, 7 * WEEKS))
    told = summary(phone, address)
    assert (list(told["measures"]), told["composite"]["baseline"]["mean"]) == (["own:energy"], 2.0)
    phone.delete("/v1/measures/energy")
    told = summary(phone, address)
    assert (told["primary_measure"], told["measures"], told["composite"]["measures"]) == (None, {}, [])
    assert (told["composite"]["baseline"]["mean"], told["composite"]["weeks"]) == (None, [])
    assert phone.get(f"{address}/chart.svg").status_code == 200


def test_measures_chosen_after_the_start_are_told(phone: Phone) -> None:
    live(phone, before=7, after=5)
    chosen = {"primary_measure": "fatigue", "targets_chosen_on": "2026-02-01"}
    phone.stored("/v1/conditions/fibromyalgia", chosen)
    told = summary(phone)
    assert (told["primary_measure"], told["primary_chosen_after_start"]) == ("fatigue", True)
    assert "primary-chosen-after-start" in caveats(told)


def test_what_else_changed_is_listed_without_its_name(phone: Phone) -> None:
    live(phone, before=7, after=5)
    phone.stored(f"/v1/medications/{uuid7(1)}", {"name": "Secretol", "drug_class": "nsaid", "starts_on": "2026-02-01"})
    phone.stored(f"/v1/events/{uuid7(2)}", {"kind": "infection", "starts_on": "2026-02-03"})
    told = summary(phone)
    assert [(each["kind"], each["id"], each["starts_on"]) for each in told["confounders"]] == [
        ("medication", uuid7(1), "2026-02-01"),
        ("event", uuid7(2), "2026-02-03"),
    ]
    assert "confounded" in caveats(told)
    assert "Secretol" not in str(told)


def test_planned_start_counts_where_no_dose_is_recorded(phone: Phone) -> None:
    phone.stored(f"/v1/regimen-steps/{uuid7(1)}", {"starts_on": "2026-02-01", "mg": 1.5})
    told = summary(phone)
    assert told["first_dose_date"] == "2026-02-01"
    assert "first-dose-from-plan" in caveats(told)


def test_every_catalogue_condition_has_a_summary_and_no_other(phone: Phone) -> None:
    for condition in phone.get("/v1/catalogue/conditions").json()["items"]:
        told = summary(phone, f"/v1/trends/{condition['code']}")
        assert next(iter(told["measures"])) == told["primary_measure"] == condition["primary_measure"]
        assert set(told["measures"]) == set(condition["target_measures"])
    for unknown in ("gout", uuid7(1), "Lupus", "%00"):
        assert problem(phone.get(f"/v1/trends/{unknown}")) == (404, "not-found")
        assert problem(phone.get(f"/v1/trends/{unknown}/chart.svg")) == (404, "not-found")


def test_list_has_a_line_for_each_tracked_condition(phone: Phone) -> None:
    assert phone.get("/v1/trends").json() == {"items": [], "next_cursor": None}
    live(phone, before=7, after=5)
    for condition in ("lupus", "fibromyalgia"):
        phone.stored(f"/v1/conditions/{condition}", {"status": "active", "targets_chosen_on": "2026-01-01"})
    whole, lines = summary(phone), phone.get("/v1/trends").json()["items"]
    assert [line["condition"] for line in lines] == ["fibromyalgia", "lupus"]
    assert lines[0].pop("verdict") == whole["composite"]["verdict"]
    assert lines[0] == {name: whole[name] for name in lines[0]}
    assert lines[0].keys() == {
        *("condition", "as_of", "as_of_rev", "method_version", "first_dose_date", "weeks_treated", "primary_measure"),
    }


@pytest.mark.parametrize("address", ["/v1/trends", "/v1/side-effects", TREND, f"{TREND}/chart.svg"])
def test_unchanged_diary_is_not_told_twice(phone: Phone, address: str) -> None:
    first = phone.get(address)
    tag = first.headers["etag"]
    again = phone.get(address, If_None_Match=tag)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert phone.get(address).content == first.content
    phone.stored("/v1/days/2026-03-01", {"pain": 3})
    changed = phone.get(address, If_None_Match=tag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag
    assert phone.get(f"{address}?as_of=2026-03-01", If_None_Match=changed.headers["etag"]).status_code == 200


@pytest.mark.parametrize("address", ["/v1/trends", "/v1/side-effects", TREND, f"{TREND}/chart.svg"])
@pytest.mark.parametrize(
    ("as_of", "code"),
    [
        ("2026-03-04", "date-in-future"),
        ("2026-02-30", "invalid-date"),
        ("1899-12-31", "invalid-date"),
        ("", "invalid-date"),
    ],
)
def test_date_of_a_look_is_one_that_has_begun(phone: Phone, address: str, as_of: str, code: str) -> None:
    assert field_faults(phone.get(f"{address}?as_of={as_of}")) == [("as_of", code)]
    assert phone.get(f"{address}?as_of=2026-03-03").status_code == 200
