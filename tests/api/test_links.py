"""Links over HTTP, on the side of whoever holds one, and what the patient reads of it."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from app.config import Settings, Switch
from app.domain.limits import LINK, LINKS_NETWORK
from tests.support.clock import SettableClock
from tests.support.diary import field_faults, problem
from tests.support.links import BASE, PASSCODE, WHO, Link, ongoing_link, opened, visit_link
from tests.support.people import Person

HOSTILE = '<img src=x onerror="alert(1)">\u202e"&é'


def located(answer: Response) -> str:
    """Where a manifest's file is."""
    (file,) = answer.json()["files"]
    return file["location"].removeprefix(BASE)


def told(link: Link) -> list[tuple[str, str | None]]:
    return [(row["outcome"], row["code"]) for row in link.log()]


def test_visit_link_gives_the_file_itself(client: TestClient, patient: Person) -> None:
    link = visit_link(client, patient)
    answer = link.get()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/jose")
    assert "content-encoding" not in answer.headers
    assert opened(answer.text, link.key)["resourceType"] == "Bundle"


def test_visit_link_opens_five_times(client: TestClient, patient: Person) -> None:
    link = visit_link(client, patient)
    answers = [link.get() for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [404]
    assert problem(answers[-1]) == (404, "not-found")
    assert (link.listed()["uses"], link.listed()["max_uses"]) == (5, 5)
    assert told(link) == [("served", None)] * 5 + [("denied", "link-used-up")]


def test_opens_that_meet_are_counted_each(client: TestClient, patient: Person) -> None:
    link = visit_link(client, patient)
    with ThreadPoolExecutor(8) as readers:
        statuses = sorted(answer.status_code for answer in readers.map(link.get, [WHO] * 20))
    assert statuses == [200] * 5 + [404] * 15
    assert link.listed()["uses"] == 5


def test_looking_and_asking_whether_one_may_count_nothing(client: TestClient, patient: Person) -> None:
    link = visit_link(client, patient)
    asked = {"Origin": "https://viewer.example", "Access-Control-Request-Method": "GET"}
    heads = [client.head(link.path, params={"recipient": WHO}) for _ in range(6)]
    assert {(head.status_code, head.content) for head in heads} == {(200, b"")}
    assert {client.options(link.path, headers=asked).status_code for _ in range(6)} == {204}
    assert link.listed()["uses"] == 0
    assert link.log() == []
    assert heads[0].headers["content-length"] == link.get().headers["content-length"]
    link.patient_does("pause")
    assert client.head(link.path, params={"recipient": WHO}).status_code == 404


@pytest.mark.parametrize("recipient", ["", " ", "r" * 201, "Dr\nJay", "\0"])
def test_who_does_not_say_who_they_are_opens_nothing(client: TestClient, patient: Person, recipient: str) -> None:
    visit, ongoing = visit_link(client, patient), ongoing_link(client, patient)
    assert {pointer for pointer, _ in field_faults(visit.get(recipient))} == {"recipient"}
    assert {pointer for pointer, _ in field_faults(ongoing.post(recipient=recipient))} == {"/recipient"}
    assert field_faults(client.get(visit.path)) == [("recipient", "missing-field")]
    assert visit.log() == []


def test_manifest_embeds_the_file_or_says_where_it_is(client: TestClient, patient: Person) -> None:
    link = ongoing_link(client, patient)
    answer = link.post()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    (file,) = answer.json()["files"]
    assert answer.json()["status"] == "can-change"
    assert (file["contentType"], file["lastUpdated"]) == ("application/fhir+json", "2026-03-02T12:00:00.000000Z")
    assert opened(file["embedded"], link.key)["type"] == "document"
    length = len(file["embedded"])
    assert "embedded" in link.post(embeddedLengthMax=length).json()["files"][0]
    elsewhere = link.post(embeddedLengthMax=length - 1)
    assert [*elsewhere.json()["files"][0]] == ["contentType", "lastUpdated", "location"]
    found = client.get(located(elsewhere))
    assert (found.status_code, found.headers["content-type"]) == (200, "application/jose")
    assert found.text == file["embedded"]


def test_location_lives_for_an_hour_and_for_its_link(client: TestClient, patient: Person, clock: SettableClock) -> None:
    link, other = ongoing_link(client, patient), ongoing_link(client, patient)
    location = located(link.post(embeddedLengthMax=0))
    ticket = location.rpartition("/")[2]
    clock.advance(timedelta(minutes=59, seconds=59))
    assert client.get(location).status_code == 200
    assert problem(client.get(f"{other.path}/files/{ticket}")) == (404, "not-found")
    assert problem(client.get(f"{link.path}/files/nothing")) == (404, "not-found")
    clock.advance(timedelta(seconds=1))
    assert problem(client.get(location)) == (404, "not-found")


@pytest.mark.parametrize("kind", ["visit", "ongoing"])
def test_link_that_does_not_stand_is_not_there(
    client: TestClient, patient: Person, clock: SettableClock, kind: str
) -> None:
    link = visit_link(client, patient) if kind == "visit" else ongoing_link(client, patient)

    def read() -> Response:
        return link.get() if kind == "visit" else link.post()

    nowhere = client.get(f"/shl/{'x' * 43}", params={"recipient": WHO})
    assert problem(nowhere) == (404, "not-found")
    link.patient_does("pause")
    paused = read()
    assert {name: value for name, value in paused.json().items() if name != "request_id"} == {
        name: value for name, value in nowhere.json().items() if name != "request_id"
    }
    link.patient_does("resume")
    assert read().status_code == 200
    clock.advance(timedelta(minutes=1))
    other = visit_link(client, patient)
    link.patient_does("revoke")
    assert problem(read()) == (404, "not-found")
    assert told(link) == [("denied", "grant-paused"), ("served", None), ("denied", "grant-revoked")]
    clock.advance(timedelta(hours=24))
    assert problem(other.get()) == (404, "not-found")


def test_files_ask_at_each_read_whether_the_link_stands(client: TestClient, patient: Person) -> None:
    link = ongoing_link(client, patient, max_uses=1)
    location = located(link.post(embeddedLengthMax=0))
    assert client.get(location).status_code == 200
    assert problem(link.post()) == (404, "not-found")
    link.patient_does("pause")
    assert problem(client.get(location)) == (404, "not-found")
    link.patient_does("resume")
    assert client.get(location).status_code == 200


def test_each_kind_of_link_is_read_in_its_own_way(client: TestClient, patient: Person) -> None:
    visit, ongoing = visit_link(client, patient), ongoing_link(client, patient)
    assert problem(visit.post()) == (404, "not-found")
    assert problem(ongoing.get()) == (404, "not-found")
    assert client.head(ongoing.path, params={"recipient": WHO}).status_code == 404
    assert (visit.listed()["uses"], ongoing.listed()["uses"]) == (0, 0)
    assert ongoing.listed()["attempts_left"] == 10


def test_wrong_passcodes_are_counted_over_the_links_life(client: TestClient, patient: Person) -> None:
    link = ongoing_link(client, patient)
    missing = [link.post(passcode=passcode) for passcode in (None, "")]
    for answer in missing:
        assert problem(answer) == (401, "passcode-missing")
        assert answer.json()["remainingAttempts"] == 10
        assert answer.headers["www-authenticate"] == 'Passcode realm="link"'
    for left in range(9, 0, -1):
        wrong = link.post(passcode="not it")
        assert problem(wrong) == (401, "passcode-wrong")
        assert wrong.json()["remainingAttempts"] == left
        assert link.post().status_code == 200
    assert link.listed()["attempts_left"] == 1
    link.patient_does("refresh", {"key": link.content["key"]})
    assert link.post(passcode="not it").json()["remainingAttempts"] == 0
    for passcode in (PASSCODE, "not it", None):
        assert problem(link.post(passcode=passcode)) == (404, "not-found")
    assert told(link)[-1] == ("denied", "link-locked")


def test_parallel_guesses_gain_nothing(client: TestClient, patient: Person) -> None:
    link = ongoing_link(client, patient)
    with ThreadPoolExecutor(16) as guessers:
        tries = [guessers.submit(link.post, passcode=f"guess {number}") for number in range(80)]
        answers = [one.result() for one in tries]
    tried = [answer.json()["remainingAttempts"] for answer in answers if answer.status_code == 401]
    assert sorted(tried) == [*range(10)]
    assert {answer.status_code for answer in answers} <= {401, 404, 429}
    assert problem(link.post()) in {(404, "not-found"), (429, "too-many-requests")}
    assert link.listed()["attempts_left"] == 0


def test_many_who_know_the_passcode_use_up_nothing(client: TestClient, patient: Person) -> None:
    link = ongoing_link(client, patient)
    with ThreadPoolExecutor(16) as readers:
        reads = [readers.submit(link.post) for _ in range(24)]
        answers = [one.result() for one in reads]
    assert {answer.status_code for answer in answers} == {200}
    assert (link.listed()["attempts_left"], link.listed()["uses"]) == (10, 24)


def test_any_origin_may_read_links_and_nothing_else(client: TestClient, patient: Person) -> None:
    visit, ongoing = visit_link(client, patient), ongoing_link(client, patient)
    origin = {"Origin": "https://viewer.example"}
    location = located(ongoing.post(embeddedLengthMax=0))
    for answer in (
        visit.get(),
        ongoing.post(),
        ongoing.post(passcode="wrong"),
        ongoing.post(recipient=""),
        client.get(location),
        client.get(f"/shl/{'x' * 43}", params={"recipient": WHO}),
        client.options(ongoing.path, headers=origin),
        client.options(location, headers=origin),
        client.put(ongoing.path, headers=origin),
        client.delete(location, headers=origin),
        client.get("/shl/a/b/c/d", headers=origin),
    ):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers.get_list("access-control-allow-origin") == ["*"]
        assert "access-control-allow-credentials" not in answer.headers
    assert problem(client.put(ongoing.path, headers=origin)) == (405, "method-not-allowed")
    preflight = client.options(ongoing.path, headers=origin)
    assert preflight.headers["access-control-allow-methods"] == "GET, POST"
    assert preflight.headers["access-control-allow-headers"] == "Content-Type"
    for path in ("/v1/shares", "/v1/me", "/v1/catalogue/conditions", "/healthz", "/v1/receipts/keys"):
        answer = client.get(path, headers={**patient.headers, **origin})
        assert "access-control-allow-origin" not in answer.headers


def test_link_that_is_asked_too_often_says_when_to_come_back(client: TestClient, patient: Person) -> None:
    link = ongoing_link(client, patient)
    answers = [client.get(f"{link.path}/files/x") for _ in range(LINK.quota + 1)]
    assert problem(answers[-1]) == (429, "too-many-requests")
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
    assert answers[-1].headers["access-control-allow-origin"] == "*"
    assert visit_link(client, patient).get().status_code == 200


def test_links_are_not_searched_for_without_end(client: TestClient) -> None:
    statuses = [client.options("/shl/x").status_code for _ in range(LINKS_NETWORK.quota)]
    assert {*statuses} == {204}
    assert problem(client.get("/shl/x", params={"recipient": WHO})) == (429, "too-many-requests")


def test_every_answer_and_every_denial_is_one_row(client: TestClient, patient: Person) -> None:
    link = ongoing_link(client, patient, scopes=["observations"], data_from="2026-02-01")
    link.post(passcode=None)
    link.post(passcode="wrong", recipient=HOSTILE)
    client.get(located(link.post(recipient=HOSTILE, embeddedLengthMax=0)))
    client.get(f"{link.path}/files/forged")
    rows = link.log()
    assert [(row["route"], row["outcome"], row["code"], row["actor"]["label"]) for row in rows] == [
        ("/shl/{token}", "denied", "passcode-missing", WHO),
        ("/shl/{token}", "denied", "passcode-wrong", HOSTILE),
        ("/shl/{token}", "served", None, HOSTILE),
        ("/shl/{token}/files/{file}", "served", None, HOSTILE),
        ("/shl/{token}/files/{file}", "denied", "not-found", "unknown"),
    ]
    served = rows[3]
    assert served["actor"] == {"kind": "link", "label": HOSTILE, "assurance": "self_asserted"}
    assert (served["share_id"], served["grant_id"]) == (link.id, None)
    assert (served["from"], served["to"], served["counts"]) == (
        "2026-02-01",
        "2026-03-02",
        {"files": 1, "conditions": 1},
    )


def test_what_others_know_of_manifests_is_ignored(client: TestClient, patient: Person) -> None:
    assert ongoing_link(client, patient).post(somethingOfTomorrow={"x": 1}).status_code == 200


class TestUnlimited:
    @pytest.fixture
    def settings(self, database_url: str, tmp_path: Path) -> Settings:
        return Settings(data=tmp_path, database_url=database_url, limits=Switch.OFF)

    def test_no_read_succeeds_after_the_end_was_answered(self, client: TestClient, patient: Person) -> None:
        link = ongoing_link(client, patient)
        with ThreadPoolExecutor(8) as readers:
            early = [readers.submit(link.post) for _ in range(12)]
            assert early[0].result().status_code == 200
            assert link.patient_does("revoke").status_code == 200
            late = [readers.submit(link.post) for _ in range(24)]
            assert {answer.result().status_code for answer in late} == {404}
            outcomes = [answer.result().status_code for answer in early]
        rows = link.log()
        assert len(rows) == 36
        assert [row["outcome"] for row in rows].count("served") == outcomes.count(200)
        assert json.dumps(rows).count("grant-revoked") + outcomes.count(200) == 36
