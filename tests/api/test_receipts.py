"""Consent receipts: one for each consent and its end, checked with nothing but the key set."""

import base64
import json
from hashlib import sha256
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.testclient import TestClient

from tests.support.people import PASSWORD, Person, sign_up
from tests.support.sharing import act, pending, shared


def decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def verified(jws: str, key_set: dict[str, Any]) -> dict[str, Any]:
    """What a receipt says, once its signature was checked as RFC 7515 and 8037 have it."""
    header, payload, signature = jws.split(".")
    said = json.loads(decoded(header))
    assert said["alg"] == "EdDSA"
    (key,) = [key for key in key_set["keys"] if key["kid"] == said["kid"]]
    assert (key["kty"], key["crv"]) == ("OKP", "Ed25519")
    Ed25519PublicKey.from_public_bytes(decoded(key["x"])).verify(decoded(signature), f"{header}.{payload}".encode())
    return json.loads(decoded(payload))


def receipts(client: TestClient, person: Person) -> list[dict[str, Any]]:
    return client.get("/v1/me/receipts", headers=person.headers).json()["items"]


def test_each_consent_and_its_end_is_signed(client: TestClient, patient: Person) -> None:
    clinician = sign_up(client, role="clinician")
    grant = shared(client, patient, clinician, data_from="2026-01-01", purpose="second opinion")
    grant.patient_does("pause")
    grant.patient_does("revoke")
    grant.patient_does("revoke")
    keys = client.get("/v1/receipts/keys").json()
    items = receipts(client, patient)
    given, revoked = (verified(item["jws"], keys) for item in items)
    assert [item["id"] for item in items] == [given["id"], revoked["id"]]
    assert {item["consent_id"] for item in items} == {grant.id}
    assert (given["event"], revoked["event"]) == ("given", "revoked")
    assert (given["previous_id"], revoked["previous_id"]) == (None, given["id"])
    assert given["subject"] == grant.pid
    assert given["recipient"]["email"] == clinician.email
    assert given["recipient"]["assurance"] == "in_person_confirmed"
    assert (given["purpose"], given["data_from"]) == ("second opinion", "2026-01-01")
    assert given["withdrawal_url"].endswith(f"/v1/grants/{grant.id}/revoke")
    notice = client.get("/v1/receipts/notice")
    assert given["notice_sha256"] == sha256(notice.content).hexdigest()
    assert "cannot be recalled" in " ".join(notice.text.split())


def test_a_changed_receipt_is_found(client: TestClient, patient: Person) -> None:
    shared(client, patient, sign_up(client, role="clinician"))
    keys = client.get("/v1/receipts/keys").json()
    header, payload, signature = receipts(client, patient)[0]["jws"].split(".")
    said = json.loads(decoded(payload)) | {"scopes": ["notes"]}
    other = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    with pytest.raises(InvalidSignature):
        verified(f"{header}.{other}.{signature}", keys)


def test_what_was_never_confirmed_needs_no_receipt(client: TestClient, patient: Person) -> None:
    redeemed = pending(client, patient, sign_up(client, role="clinician"))
    assert act(client, patient, redeemed["grant_id"], "revoke").status_code == 200
    assert receipts(client, patient) == []


def test_a_clinician_who_ends_a_grant_leaves_a_receipt_too(client: TestClient, patient: Person) -> None:
    grant = shared(client, patient, sign_up(client, role="clinician"))
    assert act(client, grant.clinician, grant.id, "revoke").status_code == 200
    keys = client.get("/v1/receipts/keys").json()
    assert [verified(item["jws"], keys)["event"] for item in receipts(client, patient)] == ["given", "revoked"]
    assert receipts(client, sign_up(client)) == []


def test_a_clinician_whose_account_goes_leaves_receipts_of_what_was_confirmed(
    client: TestClient, patient: Person
) -> None:
    clinician = sign_up(client, role="clinician")
    grant = shared(client, patient, clinician)
    shared(client, patient, clinician).patient_does("revoke")
    pending(client, patient, clinician)
    gone = client.post("/v1/me/erasure", json={"password": PASSWORD}, headers=clinician.headers)
    assert gone.status_code == 204
    keys = client.get("/v1/receipts/keys").json()
    said = [verified(item["jws"], keys) for item in receipts(client, patient)]
    assert [one["event"] for one in said] == ["given", "given", "revoked", "revoked"]
    assert (said[-1]["consent_id"], said[-1]["previous_id"]) == (grant.id, said[0]["id"])


def test_receipts_come_in_pages(client: TestClient, patient: Person) -> None:
    clinician = sign_up(client, role="clinician")
    for _ in range(2):
        shared(client, patient, clinician).patient_does("revoke")
    every, cursor = receipts(client, patient), "0"
    found: list[Any] = []
    assert len(every) == 4
    while cursor is not None:
        page = client.get(f"/v1/me/receipts?limit=2&cursor={cursor}", headers=patient.headers).json()
        assert len(page["items"]) == 2
        found, cursor = [*found, *page["items"]], page["next_cursor"]
    assert found == every
