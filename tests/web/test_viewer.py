"""The page that shows what a link carries: held to its policy, and at work in a real browser."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from app.config import Settings
from app.domain.sharing.share import ShareKind
from app.domain.sharing.shlink import link_url, shlink
from app.main import StandIns
from tests.support.browser import Page, browser, find_browser
from tests.support.diary import Phone, days_from, write_days, write_doses
from tests.support.links import PASSCODE, Link, ongoing_link, visit_link
from tests.support.live import live
from tests.support.people import Person, sign_up

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"])  # what a browser shows knows no database
HOSTILE = "<img src=x onerror=\"document.title='owned'\">"
ADA = {"name": f"Ada {HOSTILE}", "birth_date": "1975-04-30", "gender": "female"}


def test_the_page_runs_its_own_script_and_asks_its_own_service(client: TestClient) -> None:
    page = client.get("/s")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    for tag in ("script", "style"):
        (inside,) = re.findall(f"<{tag}>(.*?)</{tag}>", page.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inside.encode()).digest()).decode()
        assert policy[f"{tag}-src"] == f"'sha256-{digest}'"
    assert (policy["default-src"], policy["connect-src"]) == ("'none'", "'self'")
    assert policy["require-trusted-types-for"] == "'script'"
    assert not re.findall(r"(?:src|href)=", page.text.replace("svg", "").partition("<script>")[0])
    assert page.headers["referrer-policy"] == "no-referrer"


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody with a browser, and the patient whose links they get."""

    page: Page
    client: TestClient
    patient: Person

    def visit(self, link: Link) -> None:
        self.page.visit(link.made["viewer_url"])

    def submit(self, who: str = "Dr Jay", passcode: str = "") -> None:
        self.page.run(
            f"byId('recipient').value = {json.dumps(who)}; byId('passcode').value = {json.dumps(passcode)};"
            "byId('form').requestSubmit()"
        )
        self.page.until("!byId('open').disabled")


@pytest.fixture(scope="module")
def command() -> str:
    found = find_browser()
    if found is None:
        pytest.skip("the page of links is tried in Chromium, and there is no such command here: chromium")
    return found


@pytest.fixture
def reader(command: str, settings: Settings, stand_ins: StandIns, tmp_path: Path) -> Iterator[Reader]:
    """A patient of a live service, and somebody with a browser."""
    with live(settings, stand_ins) as client, browser(command, tmp_path / "browser") as page:
        yield Reader(page, client, sign_up(client))


def diary(reader: Reader) -> None:
    """Six weeks before today, with a first dose in the middle."""
    today = datetime.now(UTC).date()
    phone = Phone(reader.client, reader.patient)
    for number, day in enumerate(days_from(today - timedelta(42), 42)):
        scores = {"pain": 7 - number // 10, "sleep_disturbance": 4 + number % 3, "fatigue": 5 + number % 2}
        write_days(phone, [day], **scores)
    write_doses(phone, days_from(today - timedelta(21), 21))
    phone.stored(f"/v1/days/{today}", {"pain": 2, "note": f"slept well {HOSTILE}"})


def refused_by_policy(page: Page) -> list[object]:
    return [entry for entry in page.events("Log.entryAdded") if "Content Security Policy" in str(entry)]


def test_visit_link_is_shown_to_whoever_says_who_they_are(reader: Reader, tmp_path: Path) -> None:
    diary(reader)
    scopes = ["summary", "doses", "observations", "notes"]
    link = visit_link(reader.client, reader.patient, scopes=scopes, identity=ADA)
    reader.visit(link)
    assert reader.page.run("location.href").endswith("/s")
    assert "The passcode" not in reader.page.text()
    assert link.listed()["uses"] == 0
    reader.page.picture(tmp_path / "form.png", width=360)
    reader.submit(HOSTILE)
    text = reader.page.text()
    for told in ("Ada <img", "Born 1975-04-30, female", "Fibromyalgia", "Symptom diary", "43 days, last 2", "21 taken"):
        assert told in text
    assert "slept well <img" in text
    assert reader.page.run("document.title") == "Health diary"
    assert reader.page.run("document.querySelectorAll('img').length") == 0
    buttons = reader.page.run("[...document.querySelectorAll('button')].map(one => one.textContent).join()")
    assert "Print,The patient's story,Health diary,FHIR file" in buttons
    for dark in (False, True):
        reader.page.picture(tmp_path / f"diary-{dark}.png", width=360, dark=dark)
        assert reader.page.run("document.documentElement.scrollWidth") <= 360
    assert reader.page.events("Runtime.exceptionThrown") == refused_by_policy(reader.page) == []
    asked = {event["request"]["url"].split("?")[0] for event in reader.page.events("Network.requestWillBeSent")}
    assert all(address.startswith((str(reader.client.base_url), "about:")) for address in asked)
    assert link.content["key"] not in str(reader.page.events("Network.requestWillBeSent"))
    assert (link.listed()["uses"], link.log()[0]["actor"]["label"]) == (1, HOSTILE)


def test_ongoing_link_asks_for_the_passcode(reader: Reader) -> None:
    link = ongoing_link(reader.client, reader.patient)
    reader.visit(link)
    assert "The passcode that you were told" in reader.page.text()
    reader.submit(passcode="not it")
    assert "This is not the passcode. There are 9 more tries" in reader.page.text()
    reader.submit(passcode=PASSCODE)
    assert "Shared until" in reader.page.text()
    reader.visit(link)
    link.patient_does("pause")
    reader.submit(passcode=PASSCODE)
    assert "opens nothing any more" in reader.page.text()


def test_page_says_what_is_wrong_with_a_link(reader: Reader) -> None:
    base = str(reader.client.base_url)
    expired = shlink(link_url(base, "t" * 43), "k" * 43, ShareKind.VISIT, datetime(2026, 1, 1, tzinfo=UTC))
    elsewhere = shlink("https://other.example/shl/x", "k" * 43, ShareKind.VISIT, datetime(2099, 1, 1, tzinfo=UTC))
    for fragment, told in (
        ("", "There is no link here"),
        (f"#{expired}", "This link ran out on"),
        (f"#{elsewhere}", "belongs to another service"),
        (f"#{expired[:40]}", "This link is not whole"),
    ):
        reader.page.visit(f"{base}/s{fragment}")
        assert told in reader.page.text()
        assert reader.page.run("byId('form').hidden")
    link = visit_link(reader.client, reader.patient)
    damaged = shlink(link.content["url"], "k" * 43, ShareKind.VISIT, datetime(2099, 1, 1, tzinfo=UTC))
    reader.page.visit(f"{base}/s#{damaged}")
    reader.submit()
    assert "could not be decrypted" in reader.page.text()
