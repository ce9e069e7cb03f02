"""The document that clients are made from: frozen, complete, with examples that are true."""

from difflib import unified_diff
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.domain.records.kinds import KINDS, Kind
from tests.support.contract import (
    FHIR,
    FROZEN,
    JSON,
    PROBLEM,
    RENEW,
    Operation,
    document,
    faults,
    frozen_text,
    is_fhir,
    operations,
    resolved,
)
from tests.support.people import Person

UUID = "0198c0de-7a00-7cc3-98c4-dc0c0c07398f"
IDS = {
    "day": "day-2026-03-01",
    "condition": "fibromyalgia",
    "impression": "impression-2026-03-01-fibromyalgia",
    "measure": "grip",
    "usual": "pain",
}
by_operation = pytest.mark.parametrize("operation", operations(), ids=lambda operation: operation.id)
by_kind = pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if kind.client_fields is None], ids=lambda kind: kind.name
)


def shown_contents(operation: Operation) -> dict[str, dict[str, Any]]:
    """The contents of the body and of each answer that is no error, by where they stand."""
    bodies = operation.shown.get("requestBody", {}).get("content", {})
    answers = {status: operation.answer(int(status)) or {} for status in operation.shown["responses"]}
    return {f"body {media_type}": content for media_type, content in bodies.items()} | {
        f"{status} {media_type}": content
        for status, answer in answers.items()
        if status < "300"
        for media_type, content in answer.get("content", {}).items()
    }


def test_the_document_is_the_frozen_one() -> None:
    frozen = FROZEN.read_text("utf-8")
    diff = "\n".join(unified_diff(frozen.splitlines(), frozen_text().splitlines(), "frozen", "served", "", "", 3, ""))
    assert not diff, f"A released version only gains optional fields. If this is one, renew with: {RENEW}\n{diff}"


def test_the_document_is_served(client: TestClient) -> None:
    served = client.get("/v1/openapi.json")
    assert served.headers["content-type"] == JSON
    assert served.json() == document()


def test_operations_have_names_of_their_own() -> None:
    names = [operation.id for operation in operations()]
    assert len(set(names)) == len(names)
    assert all(name.isidentifier() for name in names)


@by_operation
def test_an_operation_says_what_it_is(operation: Operation) -> None:
    assert operation.shown["summary"]
    assert len(operation.shown["tags"]) == 1


@by_operation
def test_an_operation_shows_its_errors_as_problems_with_examples(operation: Operation) -> None:
    errors = {status: resolved(shown) for status, shown in operation.shown["responses"].items() if status >= "400"}
    assert {"500", "503"} <= errors.keys()
    asks_for_token = "token-missing" in errors.get("401", {}).get("description", "")
    assert asks_for_token is not operation.is_public
    for status, shown in errors.items():
        media_type, name = (FHIR, "OperationOutcome") if is_fhir(operation.path) else (PROBLEM, "Problem")
        assert [*shown["content"]] == [media_type]
        content = shown["content"][media_type]
        assert content["schema"] == {"$ref": f"#/components/schemas/{name}"}
        assert content["examples"]
        for example in content["examples"].values():
            problem = resolved(example)["value"]
            assert media_type == FHIR or problem["status"] == int(status)
            assert faults(content["schema"], problem) == []


@by_operation
def test_an_operation_shows_examples_of_bodies_and_answers_that_fit(operation: Operation) -> None:
    for where, content in shown_contents(operation).items():
        examples = resolved(content["schema"]).get("examples")
        assert examples, f"{where} has no example"
        for example in examples:
            assert faults(content["schema"], example) == [], where


def test_bounds_have_the_names_of_json_schema() -> None:
    asked = {
        (operation.id, one["name"]): one["schema"]
        for operation in operations()
        for one in operation.shown.get("parameters", ())
    }
    limit = asked["list_shares", "limit"]
    assert (limit["minimum"], limit["maximum"]) == (1, 1000)
    assert not any({"ge", "gt", "le", "lt"} & set(schema) for schema in asked.values())


def test_no_schema_is_left_over() -> None:
    text = FROZEN.read_text("utf-8")
    for kind in ("schemas", "responses"):
        for name in document()["components"][kind]:
            assert f'"#/components/{kind}/{name}"' in text, f"nothing refers to {name}"


@by_kind
def test_the_examples_of_a_record_are_taken(client: TestClient, patient: Person, kind: Kind) -> None:
    schemas, address = document()["components"]["schemas"], f"/v1/{kind.path}/{IDS.get(kind.name, UUID)}"
    name = "".join(part.capitalize() for part in kind.name.split("_"))
    (fields,), (record,), (patch,) = (schemas[name + what]["examples"] for what in ("Fields", "Record", "Patch"))
    put = client.put(address, json=fields, headers=patient.headers)
    assert (put.status_code, put.json()["fields"], put.json()["id"]) == (201, record["fields"], record["id"])
    assert client.patch(address, json=patch, headers=patient.headers).status_code == 200


def test_the_examples_of_accounts_are_taken(client: TestClient) -> None:
    schemas = document()["components"]["schemas"]
    sign_up, token, change, password, erasure = (
        schemas[name]["examples"][0] for name in ("SignUp", "TokenForm", "SettingsPatch", "PasswordChange", "Erasure")
    )
    assert client.post("/v1/accounts", json=sign_up).status_code == 201
    tokens = client.post("/v1/auth/token", data=token)
    headers = {"Authorization": f"Bearer {tokens.json()['access_token']}"}
    assert (
        client.patch("/v1/me", json=change, headers=headers).json() | change
        == client.get("/v1/me", headers=headers).json()
    )
    assert client.post("/v1/me/password", json=password, headers=headers).status_code == 204
    erasure = {"password": password["new_password"]}
    assert client.post("/v1/me/erasure", json=erasure, headers=headers).status_code == 204
