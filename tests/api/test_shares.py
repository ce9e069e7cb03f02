"""Shares over HTTP, on the patient's side: made, listed, refreshed, paused, ended, and what is kept of them."""

import json
import re
from datetime import timedelta

from sqlalchemy import text
from starlette.testclient import TestClient

from app.config import Settings
from app.domain.limits import SHARES
from app.storage.engines import make_engine
from tests.support.clock import SettableClock
from tests.support.diary import Phone, field_faults, problem
from tests.support.links import BASE, Link, ask, kept_files, ongoing_link, unpadded, visit_link
from tests.support.people import PASSWORD, Person, sign_up

ADA = {"name": "Ada Canary7f", "birth_date": "1975-04-30", "gender": "female"}


def dump(settings: Settings) -> str:
    """All that the database holds, byte for byte, in hexadecimal where it is no text."""
    engine = make_engine(settings.resolved_database_url())
    tables = ("accounts", "shares", "share_files", "receipts", "access_log", "records", "record_history")
    with engine.connect() as connection:
        reading = connection.execution_options(any_patient=True)
        rows = [row for table in tables for row in reading.execute(text(f"SELECT * FROM {table}"))]  # noqa: S608
    engine.dispose()
    return "\n".join(cell.hex() if isinstance(cell, bytes) else str(cell) for row in rows for cell in row)


def test_visit_link_says_what_the_standard_asks(client: TestClient, patient: Person) -> None:
    link = visit_link(client, patient)
    content = link.content
    assert [*content] == ["url", "key", "exp", "flag", "label", "v"]
    assert (content["flag"], content["label"], content["v"]) == ("U", "Health diary", 1)
    assert content["exp"] == 1772539200  # 2026-03-03T12:00:00Z
    assert link.made["expires_at"] == "2026-03-03T12:00:00Z"
    assert re.fullmatch(rf"{BASE}/shl/[A-Za-z0-9_-]{{43}}", content["url"])
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", content["key"])
    assert link.made["viewer_url"] == f"{BASE}/s#{link.made['shlink']}"
    assert link.made["qr_svg"].startswith("<svg")


def test_ongoing_link_has_a_manifest_and_a_passcode(client: TestClient, patient: Person) -> None:
    link = ongoing_link(client, patient)
    assert link.content["flag"] == "LP"
    assert link.made["expires_at"] == "2026-04-01T12:00:00Z"


def test_no_two_links_have_anything_in_common(client: TestClient, patient: Person) -> None:
    links = [visit_link(client, patient) for _ in range(3)]
    assert len({link.content["key"] for link in links}) == len({link.path for link in links}) == 3


ONGOING = {"kind": "ongoing", "passcode": "1234"}
FAULTY: tuple[tuple[dict[str, object], list[tuple[str, str]]], ...] = (
    ({"kind": "forever"}, [("/kind", "out-of-range")]),
    ({"conditions": []}, [("/conditions", "out-of-range")]),
    ({"conditions": ["gout"]}, [("/conditions/0", "out-of-range")]),
    ({"scopes": ["everything"]}, [("/scopes/0", "out-of-range")]),
    ({"expires_at": "2026-03-05T12:00:01Z"}, [("/expires_at", "out-of-range")]),
    ({"expires_at": "2026-03-02T12:00:00Z"}, [("/expires_at", "out-of-range")]),
    ({"max_uses": 6}, [("/max_uses", "out-of-range")]),
    ({"max_uses": 0}, [("/max_uses", "out-of-range")]),
    ({"max_uses": True}, [("/max_uses", "wrong-type")]),
    ({"passcode": "1234"}, [("/passcode", "out-of-range")]),
    ({"kind": "ongoing"}, [("/passcode", "missing-field")]),
    ({**ONGOING, "passcode": "123"}, [("/passcode", "invalid-text")]),
    ({**ONGOING, "expires_at": "2026-06-01T00:00:00Z"}, [("/expires_at", "out-of-range")]),
    ({**ONGOING, "identity": ADA}, [("/identity", "out-of-range")]),
    (
        {"identity": {"name": "Ada"}},
        [("/identity/birth_date", "missing-field"), ("/identity/gender", "missing-field")],
    ),
    ({"identity": {**ADA, "name": "  "}}, [("/identity/name", "invalid-text")]),
    ({"identity": {**ADA, "birth_date": "2026-03-03"}}, [("/identity/birth_date", "date-in-future")]),
    ({"identity": {**ADA, "gender": "f"}}, [("/identity/gender", "out-of-range")]),
    ({"recipient": "x"}, [("/recipient", "unknown-field")]),
)


def test_link_that_makes_no_sense_is_refused(client: TestClient, patient: Person) -> None:
    for body, faults in FAULTY:
        assert field_faults(ask(client, patient, **body)) == faults
    assert client.get("/v1/shares", headers=patient.headers).json()["items"] == []


def test_list_shows_how_links_stand_and_nothing_that_opens_them(client: TestClient, patient: Person) -> None:
    visit = visit_link(client, patient, scopes=["observations"], max_uses=2)
    ongoing = ongoing_link(client, patient, expires_at="2026-05-31T12:00:00Z")
    assert visit.get().status_code == 200
    answer = client.get("/v1/shares", headers=patient.headers)
    assert answer.json()["items"] == [
        {
            "id": visit.id,
            "kind": "visit",
            "status": "active",
            "conditions": ["fibromyalgia"],
            "scopes": ["observations", "export"],
            "created_at": "2026-03-02T12:00:00Z",
            "expires_at": "2026-03-03T12:00:00Z",
            "uses": 1,
            "max_uses": 2,
            "attempts_left": None,
            "last_opened_at": "2026-03-02T12:00:00Z",
        },
        {
            "id": ongoing.id,
            "kind": "ongoing",
            "status": "active",
            "conditions": ["fibromyalgia"],
            "scopes": ["summary", "doses", "export"],
            "created_at": "2026-03-02T12:00:00Z",
            "expires_at": "2026-05-31T12:00:00Z",
            "uses": 0,
            "max_uses": None,
            "attempts_left": 10,
            "last_opened_at": None,
        },
    ]
    assert client.get("/v1/shares", headers=sign_up(client).headers).json()["items"] == []


def test_list_of_links_has_pages(client: TestClient, patient: Person) -> None:
    made, other = [visit_link(client, patient).id for _ in range(3)], visit_link(client, sign_up(client)).id
    first = client.get("/v1/shares?limit=2", headers=patient.headers).json()
    second = client.get(f"/v1/shares?limit=2&cursor={first['next_cursor']}", headers=patient.headers).json()
    assert [one["id"] for one in (*first["items"], *second["items"])] == made
    assert (len(first["items"]), second["next_cursor"]) == (2, None)
    for cursor in ("x", other):
        refused = client.get(f"/v1/shares?cursor={cursor}", headers=patient.headers)
        assert field_faults(refused) == [("cursor", "out-of-range")]


def test_state_is_changed_by_its_patient_alone(client: TestClient, patient: Person, clock: SettableClock) -> None:
    link = ongoing_link(client, patient)
    stranger = sign_up(client)
    for verb in ("pause", "resume", "revoke", "refresh"):
        body = {"key": link.content["key"]} if verb == "refresh" else None
        answer = client.post(f"/v1/shares/{link.id}/{verb}", json=body, headers=stranger.headers)
        assert problem(answer) == (404, "not-found")
    for verb, status in (("pause", "paused"), ("pause", "paused"), ("resume", "active"), ("revoke", "revoked")):
        assert link.patient_does(verb).json()["status"] == status == link.listed()["status"]
    assert link.patient_does("revoke").json()["status"] == "revoked"
    for verb in ("pause", "resume"):
        assert problem(link.patient_does(verb)) == (403, "grant-revoked")
    other = visit_link(client, patient)
    clock.advance(timedelta(hours=24))
    patient = Person(patient.email, patient.account, sign_in_again(client, patient))
    other = Link(client, patient, other.made)
    assert other.listed()["status"] == "expired"
    assert problem(other.patient_does("resume")) == (403, "grant-expired")


def sign_in_again(client: TestClient, patient: Person) -> dict[str, object]:
    form = {"grant_type": "password", "username": patient.email, "password": PASSWORD}
    return client.post("/v1/auth/token", data=form).json()


def test_refresh_puts_the_diary_of_today_under_the_same_key(client: TestClient, patient: Person) -> None:
    phone, link = Phone(client, patient), ongoing_link(client, patient, scopes=["observations"])
    before = link.post().json()["files"][0]["embedded"]
    phone.stored("/v1/days/2026-03-01", {"pain": 7, "low_mood": 3})
    assert "2026-03-01" not in json.dumps(link.bundle())
    answer = link.patient_does("refresh", {"key": link.content["key"]})
    assert (answer.status_code, answer.json()) == (200, link.listed())
    (score,) = [
        entry["resource"]["valueQuantity"]["value"]
        for entry in link.bundle()["entry"]
        if entry["resource"].get("effectiveDateTime") == "2026-03-01"
    ]
    assert score == 7
    after = link.post().json()["files"][0]["embedded"]
    assert before.split(".")[2] != after.split(".")[2]


def test_refresh_needs_the_key_of_an_ongoing_link_that_stands(client: TestClient, patient: Person) -> None:
    link, visit = ongoing_link(client, patient), visit_link(client, patient)
    for key in ("", "k", visit.content["key"], link.content["key"] + "="):
        assert field_faults(link.patient_does("refresh", {"key": key})) == [("/key", "out-of-range")]
    assert problem(visit.patient_does("refresh", {"key": visit.content["key"]})) == (409, "not-refreshable")
    link.patient_does("pause")
    assert link.patient_does("refresh", {"key": link.content["key"]}).json()["status"] == "paused"
    link.patient_does("revoke")
    assert problem(link.patient_does("refresh", {"key": link.content["key"]})) == (403, "grant-revoked")


def test_key_token_passcode_and_identity_are_stored_nowhere(
    client: TestClient, patient: Person, settings: Settings
) -> None:
    Phone(client, patient).stored("/v1/days/2026-03-01", {"pain": 7, "note": "canary-9d"})
    visit = visit_link(client, patient, scopes=["observations", "notes"], identity=ADA)
    ongoing = ongoing_link(client, patient)
    ongoing.patient_does("refresh", {"key": ongoing.content["key"]})
    visit.get()
    ongoing.post(passcode="wrong one")
    ongoing.post()
    held = dump(settings)
    assert visit.id in held
    for link in (visit, ongoing):
        token = link.path.rpartition("/")[2]
        for secret in (link.content["key"], link.key.hex(), str(link.key), token, unpadded(token).hex()):
            assert secret not in held
    for secret in ("heron 47", "wrong one", "Canary7f", "1975-04-30", "W5hcnk3Z"):
        assert secret not in held
    assert "Ada Canary7f" in json.dumps(visit.bundle())


def test_visit_link_with_identity_is_a_check_in(client: TestClient, patient: Person) -> None:
    Phone(client, patient).stored("/v1/days/2026-03-01", {"pain": 7})
    bundle = visit_link(client, patient, scopes=["observations"], identity=ADA).bundle()
    kinds = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    assert bundle["type"] == "collection"
    assert kinds.count("Patient") == 1
    assert kinds.count("DocumentReference") == 2
    assert not {"Composition", "Consent", "Provenance"} & {*kinds}
    (person,) = [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Patient"]
    assert (person["name"], person["birthDate"], person["gender"]) == ([{"text": ADA["name"]}], "1975-04-30", "female")
    assert all(entry["fullUrl"].startswith("urn:uuid:") for entry in bundle["entry"])
    for entry in bundle["entry"]:
        if entry["resource"]["resourceType"] == "DocumentReference":
            data = entry["resource"]["content"][0]["attachment"]["data"]
            assert data.startswith("JVBERi0")  # %PDF-


def test_file_holds_what_is_ticked_and_nothing_of_other_conditions(client: TestClient, patient: Person) -> None:
    phone = Phone(client, patient)
    phone.stored("/v1/conditions/depression", {"label": "canary-black-dog"})
    phone.stored("/v1/days/2026-02-01", {"pain": 7, "low_mood": 9, "note": "canary-note"})
    phone.stored("/v1/days/2026-03-01", {"pain": 6, "low_mood": 9, "note": "canary-note"})
    bundle = visit_link(client, patient, scopes=["observations"], data_from="2026-03-01").bundle()
    told = json.dumps(bundle)
    assert bundle["entry"][0]["resource"]["resourceType"] == "Composition"
    for canary in ("canary", "low_mood", "depression", "2026-02-01", "Ada"):
        assert canary not in told
    assert "2026-03-01" in told
    everything = json.dumps(visit_link(client, patient, scopes=["observations", "notes"]).bundle())
    assert "canary-note" in everything
    assert "black-dog" not in everything


def test_each_link_and_its_end_has_a_receipt(client: TestClient, patient: Person) -> None:
    link = visit_link(client, patient)
    link.patient_does("revoke")
    link.patient_does("revoke")
    found = client.get("/v1/me/receipts", headers=patient.headers).json()["items"]
    said = [json.loads(unpadded(receipt["jws"].split(".")[1])) for receipt in found]
    assert [(one["event"], one["consent_id"]) for one in said] == [("given", link.id), ("revoked", link.id)]
    assert (said[0]["previous_id"], said[1]["previous_id"]) == (None, said[0]["id"])
    assert said[0]["scopes"] == ["summary", "doses", "export"]


def test_files_are_deleted_at_the_end_or_a_week_after_it(
    client: TestClient, patient: Person, clock: SettableClock, settings: Settings
) -> None:
    ended, kept = visit_link(client, patient), visit_link(client, patient)
    ended.patient_does("revoke")
    assert kept_files(settings) == 1
    clock.advance(timedelta(days=8) - timedelta(seconds=1))
    other = sign_up(client)
    visit_link(client, other)
    assert kept_files(settings) == 2
    clock.advance(timedelta(seconds=1))
    visit_link(client, other)
    assert kept_files(settings) == 2
    patient = Person(patient.email, patient.account, sign_in_again(client, patient))
    assert [Link(client, patient, link.made).listed()["status"] for link in (ended, kept)] == ["revoked", "expired"]


def test_erasure_takes_links_along(client: TestClient, patient: Person, settings: Settings) -> None:
    link = visit_link(client, patient)
    gone = client.post("/v1/me/erasure", json={"password": PASSWORD}, headers=patient.headers)
    assert gone.status_code == 204
    assert problem(link.get()) == (404, "not-found")
    assert kept_files(settings) == 0
    assert link.id not in dump(settings)


def test_links_are_not_made_without_end(client: TestClient, patient: Person) -> None:
    wrong = [ask(client, patient, conditions=["gout"]) for _ in range(SHARES.quota)]
    assert {answer.status_code for answer in wrong} == {422}
    assert problem(ask(client, patient)) == (429, "too-many-requests")
    assert visit_link(client, sign_up(client))


def test_link_is_never_longer_than_it_may_be(client: TestClient, patient: Person) -> None:
    strange = client.post(
        "/v1/shares",
        json={"kind": "visit", "conditions": ["lupus"]},
        headers={**patient.headers, "Host": f"{'h' * 60}.{'i' * 20}.example"},
    )
    assert strange.json()["viewer_url"].startswith("http://127.0.0.1:8000/s#shlink:/")


def test_links_are_consents_among_the_patients_own(client: TestClient, patient: Person) -> None:
    link = visit_link(client, patient, max_uses=1)
    link.get()
    visit_link(client, patient, data_to="2026-03-01")
    found = client.get("/v1/fhir/Consent?patient=me", headers=patient.headers).json()["entry"]
    told = [(one["resource"]["status"], one["resource"]["provision"].get("dataPeriod")) for one in found]
    assert told == [("inactive", None), ("active", {"end": "2026-03-01"})]
