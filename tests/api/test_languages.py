"""An account reads summaries, charts and reports in its own language (api, setting `locale`; trends, section 8)."""

import io
from datetime import date

import pytest
from httpx2 import Response
from pypdf import PdfReader
from starlette.testclient import TestClient

from tests.support.diary import Phone, days_from, write_days, write_doses
from tests.support.people import Person, sign_up
from tests.support.sharing import shared

TREND = "/v1/trends/fibromyalgia"
FIRST_DOSE = date(2026, 1, 18)
SCORES = ("pain", "sleep_disturbance", "fatigue", "vivid_dreams")


@pytest.fixture
def phone(client: TestClient, patient: Person) -> Phone:
    phone = Phone(client, patient)
    phone.stored("/v1/conditions/fibromyalgia", {})
    write_days(phone, days_from(date(2026, 1, 4), 14), **dict.fromkeys(SCORES, 7))
    write_days(phone, days_from(FIRST_DOSE, 42), **dict.fromkeys(SCORES, 5))
    write_doses(phone, days_from(FIRST_DOSE, 42))
    return phone


def speaks(client: TestClient, person: Person, locale: str) -> None:
    assert client.patch("/v1/me", json={"locale": locale}, headers=person.headers).status_code == 200


def language(answer: Response) -> str:
    assert answer.status_code == 200, answer.text
    return answer.headers["content-language"]


def test_german_account_reads_german_under_another_tag(client: TestClient, phone: Phone) -> None:
    english = phone.get(TREND)
    speaks(client, phone.person, "de-DE")
    german = phone.get(TREND, **{"If-None-Match": english.headers["etag"]})
    assert (language(english), language(german)) == ("en", "de")
    assert german.headers["etag"] != english.headers["etag"]
    assert english.json()["composite"]["verdict"]["text"].startswith("Your scores got better by about 2.0 points")
    assert "um etwa 2,0 Punkte besser" in german.json()["composite"]["verdict"]["text"]
    assert german.json()["measures"]["pain"]["label"] == "Schmerzen"
    assert "Zufall" in german.json()["evidence"]["cards"][0]["claim"]
    assert all(one["text"].startswith(one["label"]) for one in german.json()["side_effects"])
    assert "1,5 mg" in german.json()["side_effects"][0]["text"]
    assert phone.get(TREND, **{"If-None-Match": german.headers["etag"]}).status_code == 304
    speaks(client, phone.person, "fr")
    assert phone.get(TREND).json() == english.json()


def test_lists_charts_and_reports_are_in_the_accounts_language(client: TestClient, phone: Phone) -> None:
    speaks(client, phone.person, "de")
    listed, effects = phone.get("/v1/trends"), phone.get("/v1/side-effects")
    assert (language(listed), language(effects)) == ("de", "de")
    assert "Punkte besser" in listed.json()["items"][0]["verdict"]["text"]
    assert {one["label"] for one in effects.json()["items"]} >= {"Lebhafte Träume"}
    chart, nights = phone.get(f"{TREND}/chart.svg"), phone.get("/v1/side-effects/chart.svg")
    assert 'lang="de"' in chart.text
    assert "Schmerzen: Mittel jeder Woche" in chart.text
    assert "Lebhafte Träume" in phone.get("/v1/side-effects/chart.svg?measure=vivid_dreams").text
    assert 'lang="de"' in nights.text
    report = phone.get(f"{TREND}/report.pdf")
    document = PdfReader(io.BytesIO(report.content))
    assert language(report) == "de"
    assert "Symptomtagebuch: Fibromyalgie" in document.pages[0].extract_text()


def test_clinician_reads_in_the_own_language(client: TestClient, phone: Phone) -> None:
    clinician = sign_up(client, role="clinician")
    speaks(client, phone.person, "de")
    grant = shared(client, phone.person, clinician)
    english = grant.read("trends/fibromyalgia")
    speaks(client, clinician, "de-AT")
    german = grant.read("trends/fibromyalgia", if_none_match=english.headers["etag"])
    assert (language(english), language(german)) == ("en", "de")
    assert english.json()["measures"]["pain"]["label"] == "Pain"
    assert german.json()["measures"]["pain"]["label"] == "Schmerzen"
    assert "Schmerzen" in grant.read("trends/fibromyalgia/chart.svg").text
    wide = shared(client, phone.person, clinician, scopes=["summary", "doses", "observations", "export"])
    report = wide.read("trends/fibromyalgia/report.pdf")
    assert language(report) == "de"
    assert "Symptomtagebuch: Fibromyalgie" in PdfReader(io.BytesIO(report.content)).pages[0].extract_text()
