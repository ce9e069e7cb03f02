"""One shape for every error, whoever raised it."""

import importlib
import pkgutil
from collections.abc import Generator, Iterator
from typing import Annotated

import orjson
import pytest
from fastapi import APIRouter, HTTPException, Query, Response

import app
from app.api.problems import KINDS, problem_json, problem_response, problems
from app.api.wire import Day
from app.domain.errors import (
    DatabaseUnavailable,
    FieldError,
    Invalid,
    MalformedJson,
    NotFound,
    Refusal,
    StorageFull,
    TooManyRequests,
)
from tests.support.serving import Answer, Running, make_app, serving

CONTRACT = {
    400: {"malformed-json", "invalid-grant"},
    401: {"token-missing", "token-invalid", "token-expired"},
    403: {"wrong-role", "scope-not-granted", "grant-revoked", "grant-expired", "grant-paused"},
    404: {"not-found"},
    405: {"method-not-allowed"},
    408: {"request-timeout"},
    409: {"email-taken", "bad-seq", "resync-required", "match-number-wrong"},
    412: {"revision-changed"},
    413: {"body-too-large"},
    415: {"unsupported-media-type"},
    422: {"invalid"},
    426: {"schema-unsupported"},
    428: {"revision-required"},
    429: {"too-many-requests"},
    500: {"internal"},
    503: {"overloaded", "database-unavailable"},
    507: {"storage-full"},
}
"""The codes that phones in the field know, by status: never fewer, never another status."""

CANARY = "canary-7f3a"


class _Changed(Refusal):
    code = "revision-changed"
    revision = 41


class _Expired(Refusal):
    code = "token-expired"


class _Missing(Refusal):
    code = "token-missing"


class _Grant(Refusal):
    code = "invalid-grant"
    detail = "The password is wrong."


_REFUSALS: dict[str, Exception] = {
    "changed": _Changed(),
    "expired": _Expired(),
    "missing": _Missing(),
    "grant": _Grant(),
    "gone": NotFound(),
    "many": TooManyRequests(retry_after_s=17),
    "down": DatabaseUnavailable(),
    "full": StorageFull(),
    "json": MalformedJson("Not JSON at character 7."),
    "invalid": Invalid([FieldError(pointer="/pain", code="out-of-range", message="This must be 10 or less.")]),
    "unforeseen": RuntimeError(CANARY),
    "teapot": HTTPException(status_code=418, detail=CANARY),
}


@pytest.fixture(scope="module")
def service() -> Generator[Running]:
    router = APIRouter(prefix="/v1/things")
    other = APIRouter(prefix="/v1")

    @router.get("/{thing}")
    async def read(thing: str) -> Response:
        raise _REFUSALS[thing]

    @other.put("/things/{thing}")
    async def write(thing: int) -> None: ...

    @other.get("/list")
    async def listed(limit: Annotated[int, Query(ge=1, le=1000)], since: Day | None = None) -> None: ...

    application = make_app({_Changed: lambda refusal: {"current": {"rev": refusal.revision}}})
    application.include_router(router)
    application.include_router(other)
    with serving(application) as running:
        yield running


def _is_problem(answer: Answer, code: str) -> None:
    content = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert content["code"] == code
    assert content["type"] == f"urn:onset:problem:{code}"
    assert content["status"] == answer.status == KINDS[code].status
    assert content["title"]
    assert content["detail"]
    assert content["request_id"] == answer.headers["x-request-id"]
    assert CANARY not in answer.body.decode()


def _all_refusals(of: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for refusal in of.__subclasses__():
        yield refusal
        yield from _all_refusals(refusal)


def test_codes_of_the_contract_have_their_status() -> None:
    for status, codes in CONTRACT.items():
        assert codes <= {code for code, kind in KINDS.items() if kind.status == status}


def test_every_refusal_of_the_service_stands_in_the_table() -> None:
    for module in pkgutil.walk_packages(app.__path__, "app."):
        importlib.import_module(module.name)
    codes = {refusal.code for refusal in _all_refusals() if hasattr(refusal, "code")}
    assert "overloaded" in codes
    assert codes <= KINDS.keys()


def test_unknown_path_is_a_problem(service: Running) -> None:
    _is_problem(service.ask("GET", f"/v1/{CANARY}"), "not-found")


def test_refusals_are_answered_by_their_code(service: Running) -> None:
    _is_problem(service.ask("GET", "/v1/things/gone"), "not-found")


def test_wrong_method_names_the_methods_of_all_routes_with_that_path(service: Running) -> None:
    answer = service.ask("DELETE", "/v1/things/1")
    _is_problem(answer, "method-not-allowed")
    assert answer.headers["allow"] == "GET, HEAD, PUT"


def test_parameter_is_named_and_never_repeated(service: Running) -> None:
    answer = service.ask("GET", f"/v1/list?limit=1001&since={CANARY}")
    _is_problem(answer, "invalid")
    assert answer.json()["errors"] == [
        {"pointer": "limit", "code": "out-of-range", "message": "This must be 1000 or less."},
        {"pointer": "since", "code": "invalid-date", "message": "This must be a date such as 2026-03-01."},
    ]


def test_missing_parameter_is_named(service: Running) -> None:
    (error,) = service.ask("GET", "/v1/list").json()["errors"]
    assert (error["pointer"], error["code"]) == ("limit", "missing-field")


def test_number_too_long_for_an_integer_is_refused(service: Running) -> None:
    (error,) = service.ask("GET", f"/v1/list?limit={'9' * 5000}").json()["errors"]
    assert (error["pointer"], error["code"]) == ("limit", "wrong-type")


def test_refusal_with_field_errors_shows_them(service: Running) -> None:
    answer = service.ask("GET", "/v1/things/invalid")
    _is_problem(answer, "invalid")
    assert answer.json()["errors"] == [
        {"pointer": "/pain", "code": "out-of-range", "message": "This must be 10 or less."}
    ]


def test_refusal_carries_what_the_client_needs_to_go_on(service: Running) -> None:
    answer = service.ask("GET", "/v1/things/changed")
    _is_problem(answer, "revision-changed")
    assert answer.json()["current"] == {"rev": 41}


def test_refusal_says_why_in_its_own_words(service: Running) -> None:
    assert service.ask("GET", "/v1/things/json").json()["detail"] == "Not JSON at character 7."


def test_bearer_challenge_tells_a_missing_token_from_a_bad_one(service: Running) -> None:
    missing = service.ask("GET", "/v1/things/missing")
    expired = service.ask("GET", "/v1/things/expired")
    assert (missing.status, missing.headers["www-authenticate"]) == (401, 'Bearer realm="onset"')
    assert (expired.status, expired.headers["www-authenticate"]) == (
        401,
        'Bearer realm="onset", error="invalid_token"',
    )


@pytest.mark.parametrize(("thing", "status", "seconds"), [("many", 429, "17"), ("down", 503, "2"), ("full", 507, "2")])
def test_whoever_has_to_wait_is_told_how_long(service: Running, thing: str, status: int, seconds: str) -> None:
    answer = service.ask("GET", f"/v1/things/{thing}")
    assert (answer.status, answer.headers["retry-after"]) == (status, seconds)


def test_sign_in_refused_carries_the_error_of_oauth_too(service: Running) -> None:
    answer = service.ask("GET", "/v1/things/grant")
    _is_problem(answer, "invalid-grant")
    assert answer.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("code", "error"),
    [("internal", "server_error"), ("overloaded", "temporarily_unavailable"), ("invalid-grant", "invalid_grant")],
)
def test_a_problem_of_a_token_route_has_an_error_of_oauth_whatever_went_wrong(code: str, error: str) -> None:
    assert orjson.loads(problem_json(code, request_id="a", path="/v1/auth/token"))["error"] == error


@pytest.mark.parametrize("thing", ["unforeseen", "teapot"])
def test_unforeseen_error_is_a_problem_too(service: Running, thing: str) -> None:
    answer = service.ask("GET", f"/v1/things/{thing}")
    _is_problem(answer, "internal")
    assert answer.headers["cache-control"] == "no-store"


def test_unforeseen_error_is_logged_by_type_and_place_without_what_it_says(service: Running) -> None:
    answer = service.ask("GET", "/v1/things/unforeseen")
    (line,) = [
        line
        for line in service.log_lines()
        if line["event"] == "request-failed" and line["request_id"] == answer.headers["x-request-id"]
    ]
    assert line["error"][0]["type"] == "RuntimeError"
    assert line["error"][0]["at"][-1].endswith(" read")
    assert CANARY.encode() not in service.logged.getvalue()


def test_documentation_names_the_codes_of_a_status_or_one_alone() -> None:
    documented = problems(409, "revision-required")
    assert set(documented) == {409, 428}
    assert "`bad-seq`" in documented[409]["description"]
    assert "`email-taken`" in documented[409]["description"]


def test_documentation_of_a_status_that_no_code_has_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="418"):
        problems(418)


def test_timeout_closes_the_connection() -> None:
    assert problem_response("request-timeout", request_id="1").headers["connection"] == "close"
