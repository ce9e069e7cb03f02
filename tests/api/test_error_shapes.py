"""Every error of every path has the one shape; `contract.check` holds each answer under /v1 to it, too.

The paths of FHIR are the documented exception: their errors are OperationOutcomes, with the same codes.
"""

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from app.api.bodies import IMPORT_BYTES, SYNC_BYTES
from tests.support.contract import FHIR, PROBLEM, code_of, is_fhir, operations
from tests.support.diary import BY_PATH
from tests.support.people import Person, sign_up

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
PATHS = sorted({operation.path for operation in operations()})


def address(path: str) -> str:
    sample = BY_PATH.get(path.split("/")[2])
    path = path.replace("{id}", sample.id if sample else "none").replace("{condition}", "lupus")
    return path.replace("{pid}", "me")


def is_problem(answer: Response, status: int, code: str) -> bool:
    content = answer.json()
    if is_fhir(answer.request.url.path):
        return (
            answer.headers["content-type"] == FHIR
            and content["resourceType"] == "OperationOutcome"
            and (answer.status_code, code_of(answer)) == (status, code)
        )
    return (
        answer.headers["content-type"] == PROBLEM
        and content.keys() >= {"type", "title", "status", "detail", "code", "request_id"}
        and (answer.status_code, content["status"], content["code"]) == (status, status, code)
        and content["type"] == f"urn:onset:problem:{code}"
        and content["request_id"] == answer.headers["x-request-id"]
    )


def test_wrong_method_is_told_the_right_ones_on_every_path(client: TestClient, patient: Person) -> None:
    for path in PATHS:
        offered = {operation.method for operation in operations() if operation.path == path}
        offered |= {"HEAD"} if "GET" in offered else set[str]()
        offered |= {"OPTIONS"} if path.startswith("/shl/") else set[str]()  # a browser's question before the question
        for method in METHODS:
            if method in offered:
                continue
            answer = client.request(method, address(path), headers=patient.headers)
            assert answer.status_code == 405, (method, path)
            assert answer.headers["allow"] == ", ".join(sorted(offered)), (method, path)
            assert method == "HEAD" or is_problem(answer, 405, "method-not-allowed"), (method, path)


UNKNOWN = (
    *("/", "/v1", "/v1/", "/v1/day", "/v1/days/", "/v1/days/2026-03-01/pain", "/v2/days", "/V1/days", "//v1/days"),
    *("/v1/catalogue", "/v1/auth", "/v1/me/", "/v1/trends/lupus/chart.png", "/v1/openapi.yaml", "/favicon.ico"),
    *("/docs/", "/metrics/", "/%00"),
)


def test_unknown_path_is_not_found_whoever_asks_and_how(client: TestClient, patient: Person) -> None:
    for path in UNKNOWN:
        for method in ("GET", "PUT", "POST", "DELETE"):
            for headers in ({}, patient.headers):
                answer = client.request(method, path, headers=headers)
                assert is_problem(answer, 404, "not-found"), (method, path)


def test_assets_of_the_documentation_are_read_only(client: TestClient) -> None:
    assert is_problem(client.get("/docs/assets/nothing.js"), 404, "not-found")
    answer = client.post("/docs/assets/nothing.js")
    assert is_problem(answer, 405, "method-not-allowed")
    assert answer.headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/docs", "/v1/openapi.json"])
def test_pages_around_the_api_are_read_only(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == client.head(path).status_code == 200
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        answer = client.request(method, path)
        assert is_problem(answer, 405, "method-not-allowed")
        assert answer.headers["allow"] == "GET, HEAD"


def test_head_answers_as_get_does(client: TestClient, patient: Person) -> None:
    for operation in operations():
        if operation.method != "GET":
            continue
        for headers in (patient.headers, {}):
            get, head = (client.request(method, address(operation.path), headers=headers) for method in ("GET", "HEAD"))
            assert head.status_code == get.status_code, operation.id
            for name in ("content-type", "content-length", "etag", "cache-control", "www-authenticate"):
                assert head.headers.get(name) == get.headers.get(name), (operation.id, name)


WITH_BODY = [operation for operation in operations() if "requestBody" in operation.shown]
FORMS = {"token", "revoke"}
BY_CLINICIANS = {"redeem"}
TOO_MANY_BYTES = {"push": SYNC_BYTES + 1, "import_me": IMPORT_BYTES + 1}


def test_faulty_body_has_the_same_answer_everywhere(client: TestClient, patient: Person) -> None:
    clinician = sign_up(client, role="clinician")
    for operation in WITH_BODY:
        who = clinician if operation.id in BY_CLINICIANS else patient
        form = operation.id in FORMS
        media_type = "application/x-www-form-urlencoded" if form else "application/json"
        malformed, unknown = ((400, "invalid-request"),) * 2 if form else ((400, "malformed-json"), (422, "invalid"))
        for content, headers, verdict in (
            (b'{"a": ', {"Content-Type": media_type}, malformed),
            (b"a=1" if form else b'{"no_such_field": 1}', {"Content-Type": media_type}, unknown),
            (b"a=1", {"Content-Type": "text/plain"}, (415, "unsupported-media-type")),
            (b"a=1", {"Content-Type": media_type, "Content-Encoding": "gzip"}, (415, "unsupported-media-type")),
            (b"a" * TOO_MANY_BYTES.get(operation.id, 70_000), {"Content-Type": media_type}, (413, "body-too-large")),
        ):
            answer = client.request(
                operation.method, address(operation.path), content=content, headers=who.headers | headers
            )
            assert is_problem(answer, *verdict), operation.id


def test_an_unwelcome_accept_header_is_no_reason_to_refuse(client: TestClient, patient: Person) -> None:
    answer = client.get("/v1/me", headers=patient.headers | {"Accept": "text/html"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")


def test_given_request_id_comes_back_in_the_problem(client: TestClient) -> None:
    answer = client.get("/v1/me", headers={"X-Request-ID": "phone-7"})
    assert answer.json()["request_id"] == answer.headers["x-request-id"] == "phone-7"


def test_no_problem_repeats_what_was_sent(client: TestClient, patient: Person) -> None:
    canary = "canary-8e1d"
    for method, path, body in (
        ("GET", f"/v1/{canary}", None),
        ("GET", f"/v1/days/{canary}", None),
        ("GET", f"/v1/days?limit={canary}&from={canary}&cursor={canary}", None),
        ("GET", f"/v1/trends/lupus/chart.svg?measure={canary}&theme={canary}", None),
        ("PUT", "/v1/days/2026-03-01", {"pain": canary, "note": [canary], "time_zone": canary + "!"}),
        ("PATCH", "/v1/me", {"time_zone": canary, "day_start": canary, "sex": canary}),
        ("POST", "/v1/accounts", {"email": canary, "password": canary, "time_zone": canary}),
    ):
        answer = client.request(method, path, json=body, headers=patient.headers)
        assert answer.status_code in {404, 422}
        assert canary not in answer.text
