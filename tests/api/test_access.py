"""Who may call what: every operation of the document against everybody (api, "Problem codes"; reliability, section 3).

A new operation needs a row in OPERATIONS.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from functools import reduce
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from app.config import Settings, Switch
from tests.support.clock import SettableClock
from tests.support.contract import Operation, code_of, operations
from tests.support.diary import BY_PATH, SAMPLES, Phone
from tests.support.people import PASSWORD, Person, sign_up

KINDS = (
    *("day", "moment", "dose", "regimen_step", "condition", "medication", "event", "impression", "measure"),
    *("timing_plan", "usual", "conflict"),
)
FHIR_ONES = ("observation", "administration", "statement", "condition", "consent", "device")
CANARY = "canary-2b9c"


class For(Enum):
    """Who may call an operation."""

    ANYBODY = auto()
    ACCOUNTS = auto()
    PATIENTS = auto()
    CLINICIANS = auto()


OPERATIONS: dict[str, For] = {
    "sign_up": For.ANYBODY,
    "token": For.ANYBODY,
    "revoke": For.ANYBODY,
    "request_reset": For.ANYBODY,
    "confirm_reset": For.ANYBODY,
    "list_catalogue_conditions": For.ANYBODY,
    "list_catalogue_measures": For.ANYBODY,
    "read_evidence": For.ANYBODY,
    "read_capabilities": For.ANYBODY,
    "read_code_system": For.ANYBODY,
    "read_me": For.ACCOUNTS,
    "change_me": For.ACCOUNTS,
    "change_password": For.ACCOUNTS,
    "erase": For.ACCOUNTS,
    "list_sessions": For.ACCOUNTS,
    "end_session": For.ACCOUNTS,
    "export_me": For.PATIENTS,
    "import_me": For.PATIENTS,
    "read_today": For.PATIENTS,
    "push": For.PATIENTS,
    "pull": For.PATIENTS,
    "read_sync_config": For.PATIENTS,
    "read_sync_history": For.PATIENTS,
    "list_trends": For.PATIENTS,
    "read_trend": For.PATIENTS,
    "draw_chart": For.PATIENTS,
    "print_report": For.PATIENTS,
    "list_side_effects": For.PATIENTS,
    "draw_side_effects": For.PATIENTS,
    "read_adherence": For.PATIENTS,
    "stream": For.PATIENTS,
    "invite": For.PATIENTS,
    "redeem": For.CLINICIANS,
    "list_grants": For.ACCOUNTS,
    "confirm_grant": For.PATIENTS,
    "revoke_grant": For.ACCOUNTS,
    "pause_grant": For.PATIENTS,
    "resume_grant": For.PATIENTS,
    "make_share": For.PATIENTS,
    "list_shares": For.PATIENTS,
    "revoke_share": For.PATIENTS,
    "pause_share": For.PATIENTS,
    "resume_share": For.PATIENTS,
    "refresh_share": For.PATIENTS,
    "open_link": For.ANYBODY,
    "read_manifest": For.ANYBODY,
    "read_link_file": For.ANYBODY,
    "list_clinic_patients": For.CLINICIANS,
    "read_clinic_trend": For.CLINICIANS,
    "draw_clinic_chart": For.CLINICIANS,
    "print_clinic_report": For.CLINICIANS,
    "list_clinic_days": For.CLINICIANS,
    "list_clinic_doses": For.CLINICIANS,
    "read_access_log": For.PATIENTS,
    "list_receipts": For.PATIENTS,
    "read_receipt_keys": For.ANYBODY,
    "read_notice": For.ANYBODY,
    "read_fhir_patient": For.ACCOUNTS,
    "read_fhir_summary": For.ACCOUNTS,
    "search_fhir_observations": For.ACCOUNTS,
    "search_fhir_administrations": For.ACCOUNTS,
    "search_fhir_statements": For.ACCOUNTS,
    "search_fhir_conditions": For.ACCOUNTS,
    "search_fhir_consents": For.ACCOUNTS,
    "search_fhir_audit_events": For.PATIENTS,
    **{f"read_fhir_{kind}": For.ACCOUNTS for kind in FHIR_ONES},
    "read_fhir_audit_event": For.PATIENTS,
    **{f"list_{kind}s": For.PATIENTS for kind in KINDS},
    **{f"read_{kind}": For.PATIENTS for kind in KINDS},
    **{f"{verb}_{kind}": For.PATIENTS for verb in ("put", "patch", "delete") for kind in KINDS[:-1]},
}
MISSING = (401, "token-missing", 'Bearer realm="onset"')
INVALID = (401, "token-invalid", 'Bearer realm="onset", error="invalid_token"')
EXPIRED = (401, "token-expired", 'Bearer realm="onset", error="invalid_token"')
WRONG_ROLE = (403, "wrong-role", None)
ADMITTED = (0, "", None)
Verdict = tuple[int, str, str | None]


@dataclass(frozen=True, slots=True)
class House:
    """The service with somebody's diary in it, and all who call."""

    client: TestClient
    owner: Person
    callers: dict[str, dict[str, str]]
    """The headers of each."""

    def ask(self, operation: Operation, caller: str, body: object = None) -> Response:
        """Asks for what is the owner's, with a body that no operation takes unless one is given."""
        address, headers = self.address(operation), self.callers[caller]
        if operation.body_schema() is None:
            return self.client.request(operation.method, address, headers=headers)
        return self.client.request(operation.method, address, json={} if body is None else body, headers=headers)

    def address(self, operation: Operation) -> str:
        sample = BY_PATH.get(operation.path.split("/")[2])
        record_id = sample.id if sample else f"conflict-{'0' * 40}"
        if operation.id == "end_session":
            record_id = self.session_of_owner
        known = {"{id}": record_id, "{condition}": "fibromyalgia", "{pid}": "me"}
        return reduce(lambda path, name: path.replace(name, known[name]), known, operation.path)

    @property
    def session_of_owner(self) -> str:
        listed = self.client.get("/v1/me/sessions", headers=self.owner.headers).json()
        return listed["items"][0]["id"]

    def diary(self) -> list[object]:
        """All that the owner has."""
        phone = Phone(self.client, self.owner)
        return [phone.get(f"/v1/{path}").json() for path in BY_PATH] + [phone.get("/v1/me").json()]


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path, database_url=database_url, limits=Switch.OFF)


@pytest.fixture
def house(client: TestClient, clock: SettableClock) -> Iterator[House]:
    expired = sign_up(client)
    clock.advance(timedelta(minutes=16))
    owner, stranger, clinician = sign_up(client), sign_up(client), sign_up(client, role="clinician")
    revoked, deleted = sign_up(client), sign_up(client)
    client.post("/v1/auth/revoke", data={"token": revoked.tokens["access_token"]})
    gone = client.post("/v1/me/erasure", json={"password": PASSWORD}, headers=deleted.headers)
    assert gone.status_code == 204
    phone = Phone(client, owner)
    for sample in SAMPLES:
        phone.stored(sample.address, sample.fields)
    phone.stored("/v1/days/2026-03-01", {"note": CANARY})
    client.patch("/v1/me", json={"display_name": CANARY}, headers=owner.headers)
    people = {"stranger": stranger, "clinician": clinician, "expired": expired, "revoked": revoked, "deleted": deleted}
    callers = {name: person.headers for name, person in people.items()}
    callers |= {
        "nobody": {},
        "malformed": {"Authorization": "Bearer onset_at_nothing"},
        "refresh": {"Authorization": f"Bearer {stranger.tokens['refresh_token']}"},
        "basic": {"Authorization": "Basic YTpi"},
    }
    yield House(client, owner, callers)
    assert Phone(client, owner).get("/v1/me").json()["display_name"] == CANARY


def verdict(answer: Response) -> Verdict:
    """Status, code and challenge where somebody is turned away."""
    if answer.status_code not in {401, 403}:
        return ADMITTED
    return answer.status_code, code_of(answer), answer.headers.get("www-authenticate")


def test_every_operation_has_a_row() -> None:
    assert {operation.id for operation in operations()} == OPERATIONS.keys()


def test_the_document_says_which_operations_need_a_token() -> None:
    assert {operation.id for operation in operations() if operation.is_public} == {
        name for name, who in OPERATIONS.items() if who is For.ANYBODY
    }


@pytest.mark.parametrize(
    ("caller", "refusal"),
    [
        ("nobody", MISSING),
        ("basic", MISSING),
        ("malformed", INVALID),
        ("refresh", INVALID),
        ("expired", EXPIRED),
        ("revoked", INVALID),
        ("deleted", INVALID),
    ],
)
def test_whoever_is_not_signed_in_is_turned_away_before_anything_else(
    house: House, caller: str, refusal: Verdict
) -> None:
    found = {operation.id: verdict(house.ask(operation, caller)) for operation in operations()}
    assert found == {name: ADMITTED if who is For.ANYBODY else refusal for name, who in OPERATIONS.items()}


def test_clinician_keeps_no_diary(house: House) -> None:
    found = {operation.id: verdict(house.ask(operation, "clinician")) for operation in operations()}
    assert found == {name: WRONG_ROLE if who is For.PATIENTS else ADMITTED for name, who in OPERATIONS.items()}


def test_patient_is_admitted_everywhere_but_in_the_clinic(house: House) -> None:
    found = {operation.id: verdict(house.ask(operation, "stranger")) for operation in operations()}
    assert found == {name: WRONG_ROLE if who is For.CLINICIANS else ADMITTED for name, who in OPERATIONS.items()}


def _body(operation: Operation) -> object:
    """A body that the operation takes."""
    sample = BY_PATH.get(operation.path.split("/")[2])
    if sample is None:
        return {"display_name": "somebody else"} if operation.id == "change_me" else None
    return sample.fields if operation.method == "PUT" else {sample.field: sample.other}


def test_diary_of_somebody_else_is_not_there(house: House) -> None:
    before = house.diary()
    wanted: dict[str, Callable[[Operation], bool]] = {
        "GET": lambda operation: "{id}" in operation.path,
        "PATCH": lambda operation: "{id}" in operation.path,
        "DELETE": lambda operation: "{id}" in operation.path,
    }
    for operation in operations():
        if OPERATIONS[operation.id] in {For.ANYBODY, For.CLINICIANS} or operation.method in {"POST", "PUT"}:
            continue
        answer = house.ask(operation, "stranger", _body(operation))
        hidden = wanted[operation.method](operation)
        assert (answer.status_code == 404) is hidden, operation.id
        assert CANARY not in answer.text, operation.id
        if operation.id.startswith("list_") and operation.id not in {"list_sessions", "list_trends"}:
            assert answer.json() == {"items": [], "next_cursor": None}
    assert house.diary() == before


def test_same_id_in_two_diaries_never_meets(house: House) -> None:
    before = house.diary()
    stranger = house.callers["stranger"]
    for operation in operations():
        if operation.method == "PUT":
            assert house.ask(operation, "stranger", _body(operation)).status_code == 201, operation.id
    for sample in SAMPLES:
        listed = house.client.get(f"/v1/{sample.path}", headers=stranger).json()["items"]
        assert [record["id"] for record in listed] == [sample.id]
        assert house.client.delete(sample.address, headers=stranger).status_code == 204
    assert house.diary() == before


def test_trend_of_somebody_else_is_that_of_an_empty_diary(house: House) -> None:
    stranger = house.callers["stranger"]
    held = house.client.get("/v1/trends/fibromyalgia", headers=house.owner.headers).headers["etag"]
    told = house.client.get("/v1/trends/fibromyalgia", headers=stranger | {"If-None-Match": held})
    assert told.status_code == 200
    assert (told.json()["as_of_rev"], told.json()["composite"]["weeks"]) == (1, [])
