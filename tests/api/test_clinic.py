"""What a clinician reads under a grant, and what becomes of every request in the patient's access log."""

from datetime import date, timedelta

import pytest
from starlette.testclient import TestClient

from tests.support.clock import SettableClock
from tests.support.diary import Phone, days_from, problem, uuid7, write_days, write_doses
from tests.support.pdf import read, text
from tests.support.people import PASSWORD, Person, sign_up
from tests.support.sharing import Shared, pending, shared

FIRST_DOSE = date(2026, 2, 2)
SCORES = {"pain": 6, "sleep_disturbance": 5, "fatigue": 6, "low_mood": 9}
REPORT = "trends/fibromyalgia/report.pdf"
EVERYTHING = ["summary", "doses", "observations", "notes", "export"]


@pytest.fixture
def clinician(client: TestClient) -> Person:
    return sign_up(client, role="clinician")


@pytest.fixture
def diary(client: TestClient, patient: Person) -> Phone:
    """Three weeks before a first dose and four after it."""
    phone = Phone(client, patient)
    write_days(phone, days_from(FIRST_DOSE - timedelta(21), 48), **SCORES)
    write_doses(phone, days_from(FIRST_DOSE, 27), reason="r", note="dose note")
    return phone


def test_patient_is_listed_under_a_pseudonym(client: TestClient, patient: Person, clinician: Person) -> None:
    client.patch("/v1/me", json={"display_name": "Ada"}, headers=patient.headers)
    one = shared(client, patient, clinician)
    two = shared(client, patient, clinician, show_name=True, conditions=["lupus"], data_from="2026-01-01")
    items = client.get("/v1/clinic/patients", headers=clinician.headers).json()["items"]
    assert [(item["pid"], item["display_name"], item["conditions"]) for item in items] == [
        (one.pid, None, ["fibromyalgia"]),
        (two.pid, "Ada", ["lupus"]),
    ]
    assert one.pid != two.pid
    assert (items[0]["scopes"], items[1]["data_from"]) == (["summary", "doses"], "2026-01-01")
    one.patient_does("pause")
    two.patient_does("revoke")
    assert client.get("/v1/clinic/patients", headers=clinician.headers).json()["items"] == []


@pytest.mark.usefixtures("diary")
def test_trend_is_the_patients_own_without_revision(
    client: TestClient, patient: Person, clinician: Person, diary: Phone
) -> None:
    grant = shared(client, patient, clinician, scopes=EVERYTHING)
    own = diary.get("/v1/trends/fibromyalgia").json()
    answer = grant.read("trends/fibromyalgia")
    assert answer.status_code == 200
    assert own["as_of_rev"] == 3  # a push of days and one of doses
    granted = [one for one in own["side_effects"] if one["measure"] != "low_mood"]
    assert len(granted) < len(own["side_effects"])
    assert answer.json() == {**own, "as_of_rev": None, "side_effects": granted}
    assert own["first_dose_date"] == FIRST_DOSE.isoformat()


def test_days_hold_granted_scores_alone(client: TestClient, patient: Person, clinician: Person, diary: Phone) -> None:
    skipped = {"pain": 4, "low_mood": 3, "skipped": ["fatigue", "anxiety"], "note": "day note"}
    diary.stored("/v1/days/2026-03-01", skipped)
    diary.stored("/v1/days/2026-03-02", {"low_mood": 1, "skipped": ["anxiety"], "note": "another"})
    grant = shared(client, patient, clinician, scopes=["observations"])
    items = grant.read("days?from=2026-02-28").json()["items"]
    assert [item["fields"] for item in items] == [
        {"local_date": "2026-02-28", "pain": 6, "sleep_disturbance": 5, "fatigue": 6, "skipped": []},
        {"local_date": "2026-03-01", "pain": 4, "skipped": ["fatigue"]},
    ]
    with_notes = shared(client, patient, clinician, scopes=["observations", "notes"])
    items = with_notes.read("days?from=2026-03-01").json()["items"]
    assert [item["fields"].get("note") for item in items] == ["day note", "another"]


@pytest.mark.usefixtures("diary")
def test_doses_have_no_reason_and_a_note_only_where_ticked(
    client: TestClient, patient: Person, clinician: Person
) -> None:
    grant = shared(client, patient, clinician)
    (item,) = grant.read("doses?to=2026-02-02").json()["items"]
    assert item["fields"] == {"local_date": "2026-02-02", "status": "taken", "mg": 1.5}
    assert item["id"] != uuid7(FIRST_DOSE.toordinal())
    with_notes = shared(client, patient, clinician, scopes=["doses", "notes"])
    (item,) = with_notes.read("doses?to=2026-02-02").json()["items"]
    assert item["fields"]["note"] == "dose note"


@pytest.mark.usefixtures("diary")
@pytest.mark.parametrize("path", ["days", "doses"])
def test_lists_come_in_pages(client: TestClient, patient: Person, clinician: Person, path: str) -> None:
    grant = shared(client, patient, clinician, scopes=["doses", "observations"])
    whole = grant.read(f"{path}?limit=1000").json()
    assert whole["next_cursor"] is None
    found: list[object] = []
    address = f"{path}?limit=10"
    while address:
        page = grant.read(address).json()
        assert len(page["items"]) <= 10
        found += page["items"]
        address = page["next_cursor"] and f"{path}?limit=10&cursor={page['next_cursor']}"
    assert found == whole["items"]
    assert len(found) == {"days": 48, "doses": 27}[path]


@pytest.mark.usefixtures("diary")
def test_what_lies_outside_the_granted_dates_is_not_there(
    client: TestClient, patient: Person, clinician: Person
) -> None:
    grant = shared(client, patient, clinician, scopes=EVERYTHING, data_from="2026-02-09", data_to="2026-02-15")
    for path in ("days", "doses"):
        dates = [item["fields"]["local_date"] for item in grant.read(f"{path}?from=2026-01-01").json()["items"]]
        assert dates == [day.isoformat() for day in days_from(date(2026, 2, 9), 7)]
    told = grant.read("trends/fibromyalgia").json()
    assert (told["as_of"], told["first_dose_date"], told["weeks_treated"]) == ("2026-02-15", None, None)
    assert told["composite"]["verdict"]["status"] == "no_baseline"
    assert told["caveats"][0]["code"] == "baseline-outside-grant"
    assert FIRST_DOSE.isoformat() not in grant.read("trends/fibromyalgia").text
    assert [week["week"] for week in told["composite"]["weeks"]] == [-1]


@pytest.mark.usefixtures("diary")
def test_chart_is_drawn_of_what_was_granted(client: TestClient, patient: Person, clinician: Person) -> None:
    grant = shared(client, patient, clinician, scopes=EVERYTHING)
    answer = grant.read("trends/fibromyalgia/chart.svg?measure=fatigue&theme=dark")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert "<title" in answer.text
    assert grant.read("trends/fibromyalgia/chart.svg").status_code == 200
    for other in ("low_mood", "own:nothing", "nothing"):
        answer = grant.read(f"trends/fibromyalgia/chart.svg?measure={other}")
        assert problem(answer) == (404, "not-found")


@pytest.mark.usefixtures("diary")
def test_report_says_what_was_granted(client: TestClient, patient: Person, clinician: Person) -> None:
    grant = shared(client, patient, clinician, scopes=["summary", "export"])
    answer = grant.read(REPORT)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    told = text(read(answer))
    assert "Fibromyalgia" in told
    first_dose = f"{FIRST_DOSE.day} February 2026"
    assert first_dose not in told
    assert first_dose in text(read(shared(client, patient, clinician, scopes=EVERYTHING).read(REPORT)))
    assert grant.read(REPORT, If_None_Match=answer.headers["etag"]).status_code == 304
    assert problem(grant.read("trends/lupus/report.pdf")) == (404, "not-found")


@pytest.mark.usefixtures("diary")
def test_condition_that_is_not_granted_answers_like_one_that_is_not_tracked(
    client: TestClient, patient: Person, clinician: Person, diary: Phone
) -> None:
    diary.stored("/v1/conditions/depression", {"status": "active"})
    grant = shared(client, patient, clinician)
    answers = [grant.read(f"trends/{code}") for code in ("depression", "lupus", "gout", "%00")]
    for answer in answers:
        assert problem(answer) == (404, "not-found")
        told = answer.json()
        assert {name: told[name] for name in told if name != "request_id"} == {
            name: value for name, value in answers[0].json().items() if name != "request_id"
        }


@pytest.mark.parametrize(
    ("scopes", "allowed"),
    [
        (["summary"], {"trends/fibromyalgia", "trends/fibromyalgia/chart.svg"}),
        (["doses"], {"doses"}),
        (["observations"], {"days"}),
        (["notes"], set[str]()),
        (["export"], set[str]()),
        (["summary", "export"], {"trends/fibromyalgia", "trends/fibromyalgia/chart.svg", REPORT}),
    ],
)
def test_each_route_needs_its_scope(
    client: TestClient, patient: Person, clinician: Person, scopes: list[str], allowed: set[str]
) -> None:
    grant = shared(client, patient, clinician, scopes=scopes)
    for path in ("trends/fibromyalgia", "trends/fibromyalgia/chart.svg", REPORT, "doses", "days"):
        answer = grant.read(path)
        if path in allowed:
            assert answer.status_code == 200, path
        else:
            assert problem(answer) == (403, "scope-not-granted")


@pytest.mark.usefixtures("diary")
def test_tag_names_what_can_be_seen_and_nothing_else(
    client: TestClient, patient: Person, clinician: Person, diary: Phone
) -> None:
    grant = shared(client, patient, clinician)
    tag = grant.read("trends/fibromyalgia").headers["etag"]
    diary.stored("/v1/days/2026-03-02", {"low_mood": 2})
    answer = grant.read("trends/fibromyalgia", If_None_Match=tag)
    assert (answer.status_code, answer.content) == (304, b"")
    assert [row["outcome"] for row in grant.log()] == ["served", "unchanged"]
    grant.patient_does("revoke")
    assert problem(grant.read("trends/fibromyalgia", If_None_Match=tag)) == (403, "grant-revoked")


def test_state_of_the_grant_is_asked_at_each_read(
    client: TestClient, patient: Person, clinician: Person, clock: SettableClock
) -> None:
    grant = shared(client, patient, clinician, expires_at="2026-03-02T12:10:00Z")
    ends = [("pause", (403, "grant-paused")), ("resume", None), ("revoke", (403, "grant-revoked"))]
    for verb, refused in ends:
        grant.patient_does(verb)
        answer = grant.read("doses")
        assert (None if answer.status_code == 200 else problem(answer)) == refused
    other = shared(client, patient, clinician, expires_at="2026-03-02T12:10:00Z")
    clock.advance(timedelta(minutes=10))
    assert problem(other.read("doses")) == (403, "grant-expired")


def test_without_a_grant_there_is_nobody(client: TestClient, patient: Person, clinician: Person) -> None:
    grant = shared(client, patient, clinician)
    stranger = sign_up(client, role="clinician")
    for person in (stranger, sign_up(client)):
        answer = client.get(f"{grant.path}/doses", headers=person.headers)
        assert problem(answer) in {(404, "not-found"), (403, "wrong-role")}
    assert problem(client.get("/v1/clinic/patients/nobody/doses", headers=clinician.headers)) == (404, "not-found")
    assert grant.log() == []
    assert pending(client, patient, stranger)
    assert client.get("/v1/clinic/patients", headers=stranger.headers).json()["items"] == []


def test_erased_patient_is_gone(client: TestClient, patient: Person, clinician: Person) -> None:
    grant = shared(client, patient, clinician)
    gone = client.post("/v1/me/erasure", json={"password": PASSWORD}, headers=patient.headers)
    assert gone.status_code == 204
    assert problem(grant.read("doses")) == (404, "not-found")
    assert client.get("/v1/grants", headers=clinician.headers).json()["items"] == []


@pytest.mark.usefixtures("diary")
def test_log_tells_up_to_which_date_a_trend_was_read(client: TestClient, patient: Person, clinician: Person) -> None:
    grant = shared(client, patient, clinician)
    for path in ("trends/fibromyalgia", "trends/fibromyalgia?as_of=2026-02-20"):
        assert grant.read(path).status_code == 200
    assert [(row["from"], row["to"]) for row in grant.log()] == [(None, None), (None, "2026-02-20")]


def rows(grant: Shared) -> list[tuple[str, list[str], str, str | None]]:
    return [
        (row["route"].removeprefix("/v1/clinic/patients"), row["conditions"], row["outcome"], row["code"])
        for row in grant.log()
    ]


@pytest.mark.usefixtures("diary")
def test_every_answer_and_every_denial_is_one_row(client: TestClient, patient: Person, clinician: Person) -> None:
    client.patch("/v1/me", json={"display_name": "Dr Jay", "organisation": "Harbour"}, headers=clinician.headers)
    grant = shared(client, patient, clinician)
    for path in (
        "trends/fibromyalgia",
        "trends/depression",
        "days",
        "doses?from=2026-02-02&to=2026-02-03",
        "doses?to=x",
    ):
        grant.read(path)
    client.get("/v1/clinic/patients", headers=clinician.headers)
    grant.patient_does("pause")
    grant.read("doses")
    both = ["fibromyalgia"]
    assert rows(grant) == [
        ("/{pid}/trends/{condition}", both, "served", None),
        ("/{pid}/trends/{condition}", [], "denied", "not-found"),
        ("/{pid}/days", both, "denied", "scope-not-granted"),
        ("/{pid}/doses", both, "served", None),
        ("", both, "served", None),
        ("/{pid}/doses", both, "denied", "grant-paused"),
    ]
    log = grant.log()
    assert [row["seq"] for row in log] == [1, 2, 3, 4, 5, 6]
    assert log[3] == {
        "seq": 4,
        "at": "2026-03-02T12:00:00.000000Z",
        "actor": {
            "kind": "clinician",
            "label": f"Dr Jay, Harbour ({clinician.email})",
            "assurance": "in_person_confirmed",
        },
        "grant_id": grant.id,
        "share_id": None,
        "route": "/v1/clinic/patients/{pid}/doses",
        "conditions": both,
        "from": "2026-02-02",
        "to": "2026-02-03",
        "counts": {"doses": 2},
        "outcome": "served",
        "code": None,
        "hash": log[3]["hash"],
    }
    assert len({row["hash"] for row in log}) == 6


def test_access_log_comes_in_pages(client: TestClient, patient: Person, clinician: Person) -> None:
    grant = shared(client, patient, clinician)
    for _ in range(5):
        grant.read("doses")
    first = client.get("/v1/me/access-log?limit=3", headers=patient.headers).json()
    cursor = first["next_cursor"]
    second = client.get(f"/v1/me/access-log?limit=3&cursor={cursor}", headers=patient.headers).json()
    assert [row["seq"] for row in first["items"] + second["items"]] == [1, 2, 3, 4, 5]
    assert second["next_cursor"] is None
    for query, found in (("from=2026-03-02", 5), ("from=2026-03-03", 0), ("to=2026-03-01", 0), ("to=2026-03-02", 5)):
        listed = client.get(f"/v1/me/access-log?{query}", headers=patient.headers).json()
        assert len(listed["items"]) == found
    assert client.get("/v1/me/access-log", headers=sign_up(client).headers).json()["items"] == []
