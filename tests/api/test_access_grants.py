"""Every operation for clinicians against every state of a grant (reliability, section 3).

A new operation that names a patient is asked by itself.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from tests.support.clock import SettableClock
from tests.support.contract import Operation, operations
from tests.support.diary import problem
from tests.support.people import PASSWORD, Person, sign_up
from tests.support.sharing import Shared, pending, shared

EVERYTHING = ["summary", "doses", "observations", "export"]


def clinic() -> list[Operation]:
    return [operation for operation in operations() if "{pid}" in operation.path and "/clinic/" in operation.path]


def test_there_are_operations_to_ask() -> None:
    assert {"read_clinic_trend", "list_clinic_days", "list_clinic_doses"} <= {operation.id for operation in clinic()}


def answers(grant: Shared, person: Person) -> set[tuple[int, str]]:
    """What the operations answer to somebody."""
    found: set[tuple[int, str]] = set()
    for operation in clinic():
        path = operation.path.replace("{pid}", grant.pid).replace("{condition}", "fibromyalgia")
        answer = grant.client.request(operation.method, path, headers=person.headers)
        found.add((200, "") if answer.status_code == 200 else problem(answer))
    return found


def erase(grant: Shared, person: Person) -> None:
    answer = grant.client.post("/v1/me/erasure", json={"password": PASSWORD}, headers=person.headers)
    assert answer.status_code == 204


STATES: list[tuple[str, Callable[[Shared], object], tuple[int, str]]] = [
    ("active", lambda grant: grant, (200, "")),
    ("paused", lambda grant: grant.patient_does("pause"), (403, "grant-paused")),
    ("revoked", lambda grant: grant.patient_does("revoke"), (403, "grant-revoked")),
    ("deleted patient", lambda grant: erase(grant, grant.patient), (404, "not-found")),
    ("deleted clinician", lambda grant: erase(grant, grant.clinician), (401, "token-invalid")),
]


@pytest.mark.parametrize(("state", "bring_about", "told"), STATES, ids=[state for state, _, _ in STATES])
def test_each_state_is_answered_alike_everywhere(
    client: TestClient,
    patient: Person,
    state: str,
    bring_about: Callable[[Shared], object],
    told: tuple[int, str],
) -> None:
    grant = shared(client, patient, sign_up(client, role="clinician"), scopes=EVERYTHING)
    bring_about(grant)
    assert answers(grant, grant.clinician) == {told}, state


def test_an_expired_grant_is_told_as_such(client: TestClient, patient: Person, clock: SettableClock) -> None:
    clinician = sign_up(client, role="clinician")
    grant = shared(client, patient, clinician, scopes=EVERYTHING, expires_at="2026-03-02T12:05:00Z")
    clock.advance(timedelta(minutes=5))
    assert answers(grant, clinician) == {(403, "grant-expired")}


def test_others_have_nothing(client: TestClient, patient: Person) -> None:
    grant = shared(client, patient, sign_up(client, role="clinician"), scopes=EVERYTHING)
    stranger, waiting = sign_up(client, role="clinician"), sign_up(client, role="clinician")
    pending(client, patient, waiting)
    for clinician in (stranger, waiting):
        assert answers(grant, clinician) == {(404, "not-found")}
    for person in (patient, sign_up(client)):
        assert answers(grant, person) == {(403, "wrong-role")}


def test_a_scope_that_nothing_needs_opens_nothing(client: TestClient, patient: Person) -> None:
    clinician = sign_up(client, role="clinician")
    assert answers(shared(client, patient, clinician, scopes=["notes"]), clinician) == {(403, "scope-not-granted")}
