"""Grants over HTTP: invited, redeemed once, confirmed, paused, ended."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.domain.sharing.spoken import CROCKFORD
from tests.support.clock import SettableClock
from tests.support.diary import Phone, field_faults, problem
from tests.support.people import PASSWORD, Person, sign_up
from tests.support.sharing import act, done, invited, pending, redeem, secret_of, shared


@pytest.fixture
def clinician(client: TestClient) -> Person:
    person = sign_up(client, role="clinician")
    client.patch("/v1/me", json={"display_name": "Dr Jay", "organisation": "Harbour clinic"}, headers=person.headers)
    return person


def wrong(code: str, by: int = 1) -> str:
    """The code with another last character."""
    return code[:-1] + CROCKFORD[(CROCKFORD.index(code[-1]) + by) % 32]


def grants(client: TestClient, person: Person) -> list[dict[str, object]]:
    return client.get("/v1/grants", headers=person.headers).json()["items"]


def test_invite_is_told_once_in_three_forms(client: TestClient, patient: Person) -> None:
    invite = invited(client, patient, expires_at="2026-05-01T00:00:00+02:00")
    assert invite["secret_url"].startswith("http://testserver/invite#onset_in_")
    assert re.fullmatch(f"[{CROCKFORD}]{{10}}", invite["spoken_code"])
    assert invite["qr_svg"].startswith("<svg")
    assert (invite["expires_at"], invite["grant_expires_at"]) == ("2026-03-02T12:15:00Z", "2026-04-30T22:00:00Z")


def test_grant_lasts_90_days_unless_said_otherwise(client: TestClient, patient: Person) -> None:
    assert invited(client, patient)["grant_expires_at"] == "2026-05-31T12:00:00Z"


@pytest.mark.parametrize(
    ("offer", "faults"),
    [
        ({"conditions": []}, [("/conditions", "out-of-range")]),
        ({"conditions": ["fibromyalgia", "fibromyalgia"]}, [("/conditions", "out-of-range")]),
        ({"conditions": ["fibromyalgia", "gout"]}, [("/conditions/1", "out-of-range")]),
        ({"scopes": []}, [("/scopes", "out-of-range")]),
        ({"scopes": ["everything"]}, [("/scopes/0", "out-of-range")]),
        ({"data_from": "2026-02-02", "data_to": "2026-02-01"}, [("/data_to", "out-of-range")]),
        ({"data_from": "yesterday"}, [("/data_from", "invalid-date")]),
        ({"expires_at": "2026-03-02T12:00:00Z"}, [("/expires_at", "out-of-range")]),
        ({"expires_at": "2027-03-02T12:00:01Z"}, [("/expires_at", "out-of-range")]),
        ({"expires_at": "2026-04-01T00:00:00"}, [("/expires_at", "invalid-date")]),
        ({"expires_at": "2026-04-31T00:00:00Z"}, [("/expires_at", "invalid-date")]),
        ({"expires_at": 1777777777}, [("/expires_at", "invalid-date")]),
        ({"purpose": "p" * 201}, [("/purpose", "invalid-text")]),
        ({"show_name": 1}, [("/show_name", "wrong-type")]),
        ({"recipient": "x"}, [("/recipient", "unknown-field")]),
    ],
)
def test_offer_that_makes_no_sense_is_refused(
    client: TestClient, patient: Person, offer: dict[str, object], faults: list[tuple[str, str]]
) -> None:
    body = {"conditions": ["fibromyalgia"], **offer}
    assert field_faults(client.post("/v1/grants/invites", json=body, headers=patient.headers)) == faults


def test_own_condition_can_be_offered_by_its_owner_alone(client: TestClient, patient: Person) -> None:
    own = "0198c0de-7a00-7cc3-98c4-00000000000a"
    Phone(client, patient).stored(f"/v1/conditions/{own}", {"label": "Grip"})
    assert invited(client, patient, conditions=[own])
    other = sign_up(client)
    answer = client.post("/v1/grants/invites", json={"conditions": [own]}, headers=other.headers)
    assert field_faults(answer) == [("/conditions/0", "out-of-range")]


def test_redeemed_grant_is_pending_and_tells_nothing_but_a_number(
    client: TestClient, patient: Person, clinician: Person
) -> None:
    redeemed = pending(client, patient, clinician, purpose="second opinion")
    assert redeemed["status"] == "pending"
    assert re.fullmatch(r"\d{4}", redeemed["match_number"])
    (held,) = grants(client, clinician)
    assert (held["pid"], held["conditions"], held["scopes"], held["purpose"]) == (None, [], [], None)
    assert (held["match_number"], held["clinician"]) == (redeemed["match_number"], None)
    (given,) = grants(client, patient)
    assert (given["id"], given["conditions"]) == (redeemed["grant_id"], ["fibromyalgia"])
    assert given["match_number"] == redeemed["match_number"]
    assert given["clinician"] == {
        "name": "Dr Jay",
        "organisation": "Harbour clinic",
        "email": clinician.email,
        "assurance": "self_asserted",
    }


def test_confirmed_grant_is_active_and_freezes_its_measures(
    client: TestClient, patient: Person, clinician: Person
) -> None:
    redeemed = pending(client, patient, clinician, scopes=["summary"])
    body = {"match_number": redeemed["match_number"]}
    grant = done(act(client, patient, redeemed["grant_id"], "confirm", body))
    assert (grant["status"], grant["match_number"]) == ("active", None)
    assert grant["measures"] == ["pain", "sleep_disturbance", "fatigue"]
    assert grant["clinician"]["assurance"] == "in_person_confirmed"
    Phone(client, patient).stored("/v1/conditions/fibromyalgia", {"target_measures": ["low_mood"]})
    (held,) = grants(client, clinician)
    assert (held["status"], held["measures"]) == ("active", grant["measures"])
    assert held["pid"]
    assert done(act(client, patient, redeemed["grant_id"], "confirm", body)) == grants(client, patient)[0]


def test_other_number_confirms_nothing(client: TestClient, patient: Person, clinician: Person) -> None:
    redeemed = pending(client, patient, clinician)
    other = f"{(int(redeemed['match_number']) + 1) % 10000:04}"
    answer = act(client, patient, redeemed["grant_id"], "confirm", {"match_number": other})
    assert problem(answer) == (409, "match-number-wrong")
    assert grants(client, patient)[0]["status"] == "pending"


@pytest.mark.parametrize("form", ["{0}{1}", "{0}-{1}", " {0} {1} "])
def test_spoken_code_is_understood_however_it_is_typed(
    client: TestClient, patient: Person, clinician: Person, form: str
) -> None:
    code = invited(client, patient)["spoken_code"]
    typed = form.format(code[:4], code[4:].lower()).replace("0", "o").replace("1", "L")
    assert redeem(client, clinician, spoken_code=typed).status_code == 201


def test_invite_is_used_once_in_either_form(client: TestClient, patient: Person, clinician: Person) -> None:
    first, second = invited(client, patient), invited(client, patient)
    assert redeem(client, clinician, secret=secret_of(first)).status_code == 201
    assert redeem(client, clinician, spoken_code=second["spoken_code"]).status_code == 201
    for what in (
        {"secret": secret_of(first)},
        {"secret": secret_of(second)},
        {"spoken_code": first["spoken_code"]},
        {"spoken_code": second["spoken_code"]},
        {"secret": "onset_in_nothing"},
        {"secret": clinician.tokens["access_token"]},
        {"spoken_code": "0000"},
    ):
        assert problem(redeem(client, clinician, **what)) == (404, "not-found")


def test_invite_lives_a_quarter_of_an_hour(
    client: TestClient, patient: Person, clinician: Person, clock: SettableClock
) -> None:
    late, just = invited(client, patient), invited(client, patient)
    clock.advance(timedelta(minutes=14, seconds=59))
    assert redeem(client, clinician, spoken_code=just["spoken_code"]).status_code == 201
    clock.advance(timedelta(seconds=1))
    tokens = {"grant_type": "refresh_token", "refresh_token": clinician.tokens["refresh_token"]}
    fresh = client.post("/v1/auth/token", data=tokens).json()
    again = Person(clinician.email, clinician.account, fresh)
    for what in ({"spoken_code": late["spoken_code"]}, {"secret": secret_of(late)}):
        assert problem(redeem(client, again, **what)) == (404, "not-found")


def test_five_wrong_secrets_kill_an_invite_and_its_link(client: TestClient, patient: Person, clinician: Person) -> None:
    spared, killed = invited(client, patient), invited(client, patient)
    for by in range(1, 5):
        for invite in (spared, killed):
            assert redeem(client, clinician, spoken_code=wrong(invite["spoken_code"], by)).status_code == 404
    other = sign_up(client, role="clinician")
    assert redeem(client, other, spoken_code=wrong(killed["spoken_code"])).status_code == 404
    for what in ({"spoken_code": killed["spoken_code"]}, {"secret": secret_of(killed)}):
        assert problem(redeem(client, other, **what)) == (404, "not-found")
    assert redeem(client, other, spoken_code=spared["spoken_code"]).status_code == 201


def test_account_with_ten_failures_in_an_hour_waits(client: TestClient, patient: Person, clinician: Person) -> None:
    for _ in range(10):
        assert redeem(client, clinician, secret="onset_in_nothing").status_code == 404
    invite = invited(client, patient)
    answer = redeem(client, clinician, secret=secret_of(invite))
    assert problem(answer) == (429, "too-many-requests")
    assert 3500 < int(answer.headers["retry-after"]) <= 3600
    assert redeem(client, sign_up(client, role="clinician"), secret=secret_of(invite)).status_code == 201


@pytest.mark.parametrize("body", [{}, {"secret": "a", "spoken_code": "b"}])
def test_redeeming_names_one_of_two(client: TestClient, clinician: Person, body: dict[str, object]) -> None:
    assert field_faults(redeem(client, clinician, **body)) == [("/secret", "missing-field")]


def test_patients_redeem_nothing_and_clinicians_offer_nothing(
    client: TestClient, patient: Person, clinician: Person
) -> None:
    assert problem(redeem(client, patient, secret="x")) == (403, "wrong-role")
    answer = client.post("/v1/grants/invites", json={"conditions": ["lupus"]}, headers=clinician.headers)
    assert problem(answer) == (403, "wrong-role")


def test_grant_is_paused_resumed_and_ended(client: TestClient, patient: Person, clinician: Person) -> None:
    grant = shared(client, patient, clinician)
    for verb, status in (("pause", "paused"), ("pause", "paused"), ("resume", "active"), ("revoke", "revoked")):
        assert grant.patient_does(verb)["status"] == status
    (held,) = grants(client, clinician)
    assert (held["status"], held["pid"], held["conditions"]) == ("revoked", None, [])
    for verb in ("pause", "resume"):
        assert problem(act(client, patient, grant.id, verb)) == (403, "grant-revoked")
    assert grant.patient_does("revoke")["ended_at"] == grants(client, patient)[0]["ended_at"]


def test_clinician_may_end_a_grant_and_nothing_else(client: TestClient, patient: Person, clinician: Person) -> None:
    grant = shared(client, patient, clinician)
    for verb in ("pause", "resume"):
        assert problem(act(client, clinician, grant.id, verb)) == (403, "wrong-role")
    assert done(act(client, clinician, grant.id, "revoke"))["status"] == "revoked"
    assert grants(client, patient)[0]["status"] == "revoked"


def test_grants_of_others_are_not_there(client: TestClient, patient: Person, clinician: Person) -> None:
    grant = shared(client, patient, clinician)
    stranger, other = sign_up(client), sign_up(client, role="clinician")
    assert grants(client, stranger) == grants(client, other) == []
    for person, verbs in ((stranger, ("revoke", "pause", "resume")), (other, ("revoke",))):
        for verb in verbs:
            assert problem(act(client, person, grant.id, verb)) == (404, "not-found")
    answer = act(client, stranger, grant.id, "confirm", {"match_number": "0000"})
    assert problem(answer) == (404, "not-found")
    assert grants(client, patient)[0]["status"] == "active"


def test_pending_grant_can_be_declined_and_not_paused(client: TestClient, patient: Person, clinician: Person) -> None:
    redeemed = pending(client, patient, clinician)
    assert problem(act(client, patient, redeemed["grant_id"], "pause")) == (409, "grant-pending")
    assert done(act(client, patient, redeemed["grant_id"], "revoke"))["status"] == "revoked"
    answer = act(client, patient, redeemed["grant_id"], "confirm", {"match_number": redeemed["match_number"]})
    assert problem(answer) == (403, "grant-revoked")


def test_erased_clinician_holds_nothing(client: TestClient, patient: Person, clinician: Person) -> None:
    shared(client, patient, clinician)
    gone = client.post("/v1/me/erasure", json={"password": PASSWORD}, headers=clinician.headers)
    assert gone.status_code == 204
    (given,) = grants(client, patient)
    assert (given["status"], given["ended_at"]) == ("revoked", "2026-03-02T12:00:00Z")


def test_no_secret_stands_in_the_database(client: TestClient, patient: Person, tmp_path: Path) -> None:
    invite = invited(client, patient)
    held = b"".join(file.read_bytes() for file in tmp_path.glob("onset.db*"))
    for secret in (secret_of(invite), invite["spoken_code"], invite["spoken_code"][4:]):
        assert secret.encode() not in held


def test_lists_of_grants_and_patients_come_in_pages(client: TestClient, clinician: Person) -> None:
    given = [shared(client, sign_up(client), clinician) for _ in range(5)]
    given[1].patient_does("pause")
    given[4].patient_does("revoke")

    def walk(path: str, limit: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = client.get(f"{path}?limit={limit}{cursor}", headers=clinician.headers).json()
            assert len(page["items"]) <= limit
            found += page["items"]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    for limit in (1, 2, 5, 1000):
        assert [grant["id"] for grant in walk("/v1/grants", limit)] == [grant.id for grant in given]
        assert [one["pid"] for one in walk("/v1/clinic/patients", limit)] == [given[at].pid for at in (0, 2, 3)]
    told = [row["route"] for row in given[0].log()]
    assert told == ["/v1/clinic/patients"] * 4, "each time the patient is shown is one row, whatever the page"
    mine = client.get("/v1/grants?limit=1", headers=given[0].patient.headers).json()
    assert (len(mine["items"]), mine["next_cursor"]) == (1, None)


@pytest.mark.parametrize("path", ["/v1/grants", "/v1/clinic/patients"])
def test_cursor_of_somebody_elses_list_is_none(
    client: TestClient, patient: Person, clinician: Person, path: str
) -> None:
    shared(client, patient, clinician)
    other = shared(client, sign_up(client), sign_up(client, role="clinician"))
    for query in (f"cursor={other.id}", "cursor=x", "limit=0", "limit=1001", "limit=x"):
        answer = client.get(f"{path}?{query}", headers=clinician.headers)
        assert problem(answer) == (422, "invalid"), query
        assert answer.json()["errors"][0]["pointer"] == query.partition("=")[0]
