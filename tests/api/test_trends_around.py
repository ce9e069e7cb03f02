"""What stands around a summary: the chart, adherence, today, and the public catalogue (api)."""

from datetime import date
from xml.etree import ElementTree as ET

import pytest
from starlette.testclient import TestClient

from tests.support.diary import BY_PATH, Phone, days_from, field_faults, problem, uuid7, write_days, write_doses
from tests.support.people import Person, sign_up

CHART = "/v1/trends/fibromyalgia/chart.svg"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def phone(client: TestClient, patient: Person) -> Phone:
    return Phone(client, patient)


def drawn(phone: Phone, query: str = "") -> tuple[str, ET.Element]:
    answer = phone.get(CHART + query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/svg+xml"
    return answer.text, ET.fromstring(answer.text)  # noqa: S314 - our own service drew it


def test_chart_is_a_picture_with_a_text_alternative(phone: Phone) -> None:
    write_days(phone, days_from(date(2026, 1, 4), 56), pain=6)
    write_doses(phone, days_from(date(2026, 1, 18), 42))
    _, svg = drawn(phone)
    title, told = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert title is not None
    assert told is not None
    assert svg.get("role") == "img"
    assert set((svg.get("aria-labelledby") or "").split()) == {title.get("id"), told.get("id")}
    assert "Pain" in (title.text or "")
    assert "1.5 mg" in (told.text or "")
    assert len(svg.findall(f".//{SVG}circle")) >= 8


def test_chart_of_an_empty_diary_is_drawn_too(phone: Phone) -> None:
    _, svg = drawn(phone)
    assert svg.find(f"{SVG}desc") is not None


def test_chart_follows_the_reader_or_the_theme_asked_for(phone: Phone) -> None:
    auto, light, dark = (drawn(phone, f"?theme={theme}")[0] for theme in ("auto", "light", "dark"))
    assert "prefers-color-scheme" in auto
    assert "prefers-color-scheme" not in light + dark
    assert light != dark
    assert drawn(phone)[0] == auto


def test_chart_shows_the_measure_asked_for(phone: Phone) -> None:
    phone.stored("/v1/measures/grip", {"label": "<Grip> & co", "direction": "higher_is_better"})
    write_days(phone, days_from(date(2026, 1, 4), 14), **{"own:grip": 4, "vivid_dreams": 3})
    assert "Vivid dreams" in drawn(phone, "?measure=vivid_dreams")[0]
    text, svg = drawn(phone, "?measure=own:grip")
    assert "&lt;Grip&gt; &amp; co" in text
    assert svg.find(f"{SVG}Grip") is None


def test_chart_shows_the_composite_that_the_verdict_comes_from(phone: Phone) -> None:
    write_days(phone, days_from(date(2026, 1, 4), 14), pain=8, sleep_disturbance=6, fatigue=4)
    write_days(phone, days_from(date(2026, 1, 18), 42), pain=5, sleep_disturbance=3, fatigue=1)
    write_doses(phone, days_from(date(2026, 1, 18), 42))
    told = phone.get("/v1/trends/fibromyalgia").json()["composite"]
    text, svg = drawn(phone, "?measure=composite")
    words = svg.findtext(f"{SVG}desc") or ""
    assert told["baseline"]["mean"] == 6.0
    assert "the mean was 6.0, from 14 days" in words
    assert words.endswith(told["verdict"]["text"])
    assert len(svg.findall(f".//{SVG}circle")) == len(told["weeks"])
    assert text != drawn(phone, "?measure=pain")[0]


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("measure=gout", ("measure", "out-of-range")),
        ("measure=own:grip", ("measure", "out-of-range")),
        ("measure=%00", ("measure", "out-of-range")),
        (f"measure={'a' * 65}", ("measure", "invalid-text")),
        ("theme=pink", ("theme", "out-of-range")),
    ],
)
def test_faulty_query_of_a_chart_is_refused_by_name(phone: Phone, query: str, fault: tuple[str, str]) -> None:
    assert field_faults(phone.get(f"{CHART}?{query}")) == [fault]


@pytest.mark.parametrize(
    ("address", "status"),
    [("/v1/trends/nope", 404), ("/v1/trends/nope/chart.svg", 404), (f"{CHART}?measure=nope", 422)],
)
def test_what_does_not_exist_is_never_unchanged(phone: Phone, address: str, status: int) -> None:
    tag = phone.get("/v1/trends/fibromyalgia").headers["etag"]
    for held in ("*", tag):
        assert phone.get(address, If_None_Match=held).status_code == status


def test_adherence_is_a_range_since_silence_is_not_a_missed_dose(phone: Phone) -> None:
    write_doses(phone, days_from(date(2026, 2, 1), 10))
    write_doses(phone, days_from(date(2026, 2, 11), 5), status="skipped", mg=None)
    write_doses(phone, days_from(date(2026, 2, 16), 3), status="held", mg=None)
    whole = phone.get("/v1/adherence").json()
    assert whole == {
        "from": "2026-02-01",
        "to": "2026-03-02",
        "low": 10 / 27,
        "high": 10 / 15,
        "days": 27,
        "longest_gap_days": 12,
        "days_taken": 10,
        "days_not_taken": 5,
        "days_unknown": 12,
    }
    part = phone.get("/v1/adherence?from=2026-02-05&to=2026-02-12").json()
    assert (part["from"], part["to"], part["days_taken"], part["days_not_taken"]) == ("2026-02-05", "2026-02-12", 6, 2)
    assert (part["low"], part["high"], part["days_unknown"]) == (0.75, 0.75, 0)


def test_adherence_of_no_day_is_not_told(phone: Phone) -> None:
    empty = phone.get("/v1/adherence").json()
    assert (empty["low"], empty["high"], empty["days"]) == (None, None, 0)
    write_doses(phone, days_from(date(2026, 2, 1), 3))
    turned = phone.get("/v1/adherence?from=2026-02-03&to=2026-02-01").json()
    assert (turned["low"], turned["high"], turned["days"]) == (None, None, 0)
    assert phone.get("/v1/adherence?to=2999-01-01").json()["to"] == "2026-03-02"


@pytest.mark.parametrize("name", ["from", "to"])
def test_faulty_range_is_refused_by_name(phone: Phone, name: str) -> None:
    assert field_faults(phone.get(f"/v1/adherence?{name}=2026-02-30")) == [(name, "invalid-date")]


def test_today_of_an_empty_diary_says_what_it_needs(phone: Phone) -> None:
    phone.stored("/v1/conditions/fibromyalgia", {"status": "active"})
    today = phone.get("/v1/today").json()
    assert list(today) == ["date", "day", "expected_dose", "yesterday", "open_conflicts", "needs", "timing_plan"]
    assert (today["date"], today["day"], today["expected_dose"], today["yesterday"]) == ("2026-03-02", None, None, None)
    assert today["open_conflicts"] == []
    assert {need["code"] for need in today["needs"]} == {
        *("first_dose", "usual_level", "baseline_days", "baseline_weeks"),
    }
    assert all(need.keys() == {"code", "measure", "have", "want", "by"} for need in today["needs"])


def test_today_shows_yesterday_for_reference_and_never_as_an_answer(phone: Phone) -> None:
    yesterday = phone.stored("/v1/days/2026-03-01", {"pain": 6})
    today = phone.get("/v1/today").json()
    assert (today["day"], today["yesterday"]) == (None, {**yesterday, "notices": []})
    written = phone.stored("/v1/days/2026-03-02", {"pain": 5})
    assert phone.get("/v1/today").json()["day"] == {**written, "notices": []}
    phone.delete("/v1/days/2026-03-02")
    assert phone.get("/v1/today").json()["day"] is None
    assert phone.get("/v1/today?date=2026-03-01").json()["day"] == {**yesterday, "notices": []}


def test_expected_dose_is_the_step_in_force(phone: Phone) -> None:
    steps = ({"starts_on": "2026-02-01", "ends_on": "2026-02-15", "mg": 1.5}, {"starts_on": "2026-02-20", "mg": 2.345})
    for number, step in enumerate(steps):
        phone.stored(f"/v1/regimen-steps/{uuid7(number)}", step | {"timing": "bedtime", "doses_per_day": 2})
    expected = {
        day: phone.get(f"/v1/today?date={day}").json()["expected_dose"]
        for day in ("2026-01-31", "2026-02-15", "2026-02-17", "2026-02-20")
    }
    assert expected["2026-01-31"] is expected["2026-02-17"] is None
    assert expected["2026-02-15"]["mg"] == 1.5
    assert expected["2026-02-20"] == {
        "regimen_step": uuid7(1),
        "mg": 2.345,
        "doses_per_day": 2,
        "timing": "bedtime",
        "formulation": None,
    }
    assert phone.get("/v1/doses").json()["items"] == []


def test_needs_end_with_the_first_dose(phone: Phone) -> None:
    phone.stored("/v1/conditions/fibromyalgia", {"status": "active"})
    write_doses(phone, days_from(date(2026, 2, 1), 30))
    assert phone.get("/v1/today").json()["needs"] == []


@pytest.mark.parametrize(
    ("day", "code"), [("2026-03-04", "date-in-future"), ("2026-02-30", "invalid-date"), ("today", "invalid-date")]
)
def test_today_is_a_day_that_has_begun(phone: Phone, day: str, code: str) -> None:
    assert field_faults(phone.get(f"/v1/today?date={day}")) == [("date", code)]


CATALOGUE = ("/v1/catalogue/conditions", "/v1/catalogue/measures", "/v1/catalogue/evidence/fibromyalgia")


@pytest.mark.parametrize("address", CATALOGUE)
def test_catalogue_is_public_and_may_be_kept(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "public, max-age=3600")
    held = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
    assert (held.status_code, held.content) == (304, b"")
    assert (held.headers["etag"], held.headers["cache-control"]) == (answer.headers["etag"], "public, max-age=3600")
    assert client.get(address, headers={"If-None-Match": '"older"'}).content == answer.content


@pytest.mark.parametrize("address", CATALOGUE[:2])
def test_list_of_the_catalogue_is_never_cut_into_pages(client: TestClient, address: str) -> None:
    assert client.get(address).json()["next_cursor"] is None


def test_catalogue_has_the_conditions_of_its_page(client: TestClient) -> None:
    told = client.get(CATALOGUE[0]).json()
    found = {each["code"]: each for each in told["items"]}
    assert "CC BY 4.0" in told["attribution"]
    assert len(found) == 14
    assert found["fibromyalgia"] | {"label": "", "note": ""} == {
        "code": "fibromyalgia",
        "label": "",
        "icd10": "M79.7",
        "snomed_ct": None,
        "primary_measure": "pain",
        "target_measures": ["pain", "sleep_disturbance", "fatigue"],
        "note": "",
    }
    assert (found["multiple_sclerosis"]["icd10"], found["multiple_sclerosis"]["snomed_ct"]) == ("G35", "24700007")
    assert (found["cancer_care"]["icd10"], found["cancer_care"]["snomed_ct"]) == (None, None)


def test_catalogue_has_the_measures_of_its_page(client: TestClient) -> None:
    found = {each["code"]: each for each in client.get(CATALOGUE[1]).json()["items"]}
    assert len(found) == 20
    assert all(each["direction"] == "lower_is_better" for each in found.values())
    assert {code for code, each in found.items() if "core" in each["roles"]} == {
        *("pain", "sleep_disturbance", "vivid_dreams", "digestive_upset"),
    }
    assert {code for code, each in found.items() if each["loinc"]} == {"pain"}
    assert {code for code, each in found.items() if each["minimal_important_change"]} == {"pain"}


def test_every_condition_has_evidence_that_is_cited(client: TestClient) -> None:
    for condition in client.get(CATALOGUE[0]).json()["items"]:
        told = client.get(f"/v1/catalogue/evidence/{condition['code']}").json()
        assert told["condition"] == condition["code"]
        assert all(card["citation"] and card["reviewed_on"] for card in told["cards"] + told["side_effects"])
    assert problem(client.get("/v1/catalogue/evidence/gout")) == (404, "not-found")


def test_catalogue_is_the_same_for_whoever_is_signed_in(client: TestClient) -> None:
    clinician = sign_up(client, role="clinician")
    for address in CATALOGUE:
        assert client.get(address, headers=clinician.headers).content == client.get(address).content


def test_private_answers_are_never_kept(phone: Phone) -> None:
    day = BY_PATH["days"]
    phone.stored(day.address, day.fields)
    for address in (
        day.address,
        "/v1/days",
        "/v1/today",
        "/v1/trends",
        "/v1/trends/lupus",
        CHART,
        "/v1/adherence",
        "/v1/me",
    ):
        assert phone.get(address).headers["cache-control"] == "no-store"
