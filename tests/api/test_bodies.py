"""What the service takes as a body, and what it says to the rest."""

from collections.abc import Generator
from typing import Annotated, Literal

import orjson
import pytest
from fastapi import Depends, Response
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from app.api.bodies import IMPORT_BYTES, InvalidRequest, form_body, json_body, json_object, parse_form, raw_body
from app.api.wire import Day
from app.domain.errors import NotFound
from tests.support.serving import Answer, Running, make_app, read_answer, request, serving

CANARY = "canary-7f3a"
LIMIT = 1000
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class _Share(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Literal["visit", "ongoing"]
    uses: int = Field(default=1, ge=1, le=10)
    label: str = Field(default="", max_length=5)
    scopes: list[str] = []
    starts_on: Day | None = None
    open: bool = False


class _Token(BaseModel):
    grant_type: str
    username: str = ""


def _refuse() -> None:
    raise NotFound


@pytest.fixture(scope="module")
def service() -> Generator[Running]:
    app = make_app()

    @app.post("/shares")
    async def share(body: Annotated[_Share, json_body(_Share, limit=LIMIT)]) -> Response:
        return Response(body.model_dump_json())

    @app.post("/closed")
    async def closed(
        _let_in: Annotated[None, Depends(_refuse)], _body: Annotated[_Share, json_body(_Share)]
    ) -> Response:
        raise AssertionError

    @app.put("/fields")
    async def fields(body: Annotated[dict[str, object], json_object({"type": "object"})]) -> Response:
        return Response(",".join(body))

    @app.post("/token")
    async def token(form: Annotated[_Token, form_body(_Token)]) -> Response:
        return Response(form.model_dump_json())

    @app.post("/import")
    async def bring(
        body: Annotated[bytes, raw_body({}, limit=IMPORT_BYTES, accepted=("application/json", "text/csv"))],
    ) -> Response:
        return Response(str(len(body)))

    with serving(app) as running:
        yield running


def _refused(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, answer.json()["code"]) == (status, code)
    assert CANARY.encode() not in answer.body


def _faults(answer: Answer) -> list[tuple[str, str]]:
    _refused(answer, 422, "invalid")
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def test_model_arrives(service: Running) -> None:
    body = b'{"kind":"visit","starts_on":"2026-03-01"}'
    content = service.ask("POST", "/shares", body).json()
    assert content["starts_on"] == "2026-03-01"


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ('"uses":1', ("/kind", "missing-field")),
        ('"kind":"canary-7f3a"', ("/kind", "out-of-range")),
        ('"kind":"visit","uses":true', ("/uses", "wrong-type")),
        ('"kind":"visit","uses":"7"', ("/uses", "wrong-type")),
        ('"kind":"visit","uses":3.0', ("/uses", "wrong-type")),
        ('"kind":"visit","uses":11', ("/uses", "out-of-range")),
        ('"kind":"visit","uses":99999999999999999999', ("/uses", "wrong-type")),
        ('"kind":"visit","label":"canary-7f3a"', ("/label", "invalid-text")),
        ('"kind":"visit","label":null', ("/label", "wrong-type")),
        ('"kind":"visit","label":"\\u0000"', ("/label", "invalid-text")),
        ('"kind":"visit","scopes":"notes"', ("/scopes", "wrong-type")),
        ('"kind":"visit","scopes":["a",1]', ("/scopes/1", "wrong-type")),
        ('"kind":"visit","starts_on":86400', ("/starts_on", "invalid-date")),
        ('"kind":"visit","starts_on":"86400"', ("/starts_on", "invalid-date")),
        ('"kind":"visit","starts_on":"2026-02-30"', ("/starts_on", "invalid-date")),
        ('"kind":"visit","open":1', ("/open", "wrong-type")),
        ('"kind":"visit","a/b":1', ("/a~1b", "unknown-field")),
    ],
)
def test_fault_is_named_by_its_pointer_and_code(service: Running, fields: str, fault: tuple[str, str]) -> None:
    assert _faults(service.ask("POST", "/shares", b"{%b}" % fields.encode())) == [fault]


def test_every_fault_is_named_at_once(service: Running) -> None:
    assert _faults(service.ask("POST", "/shares", b'{"kind":1,"uses":0,"x":1}')) == [
        ("/kind", "out-of-range"),
        ("/uses", "out-of-range"),
        ("/x", "unknown-field"),
    ]


def test_answer_to_a_thousand_faults_names_the_first_hundred(service: Running) -> None:
    body = orjson.dumps({"kind": "visit", "scopes": [1] * 300})
    assert len(_faults(service.ask("POST", "/shares", body))) == 100


@pytest.mark.parametrize(
    "body", [b"", b"{", b'{"kind":"visit","kind":"visit"}', b'{"kind":NaN}', b"\xff", b'{"kind":"\xff"}', b"{}{}"]
)
def test_what_is_not_json_is_malformed(service: Running, body: bytes) -> None:
    _refused(service.ask("POST", "/shares", body, {"Content-Length": str(len(body))}), 400, "malformed-json")


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"1", b"null"])
def test_body_that_is_no_object_is_of_the_wrong_type(service: Running, body: bytes) -> None:
    assert _faults(service.ask("POST", "/shares", body)) == [("", "wrong-type")]
    assert _faults(service.ask("PUT", "/fields", body)) == [("", "wrong-type")]


def test_fields_of_a_record_arrive_as_they_are(service: Running) -> None:
    assert service.ask("PUT", "/fields", b'{"pain":4,"sleep":7.5}').body == b"pain,sleep"


@pytest.mark.parametrize(
    "named",
    [
        {},
        {"Content-Type": ""},
        {"Content-Type": "application/json"},
        {"Content-Type": "Application/JSON; Charset=UTF-8"},
        {"Content-Type": 'application/json; charset="utf-8"; profile=x'},
        {"Content-Type": "application/merge-patch+json"},
        {"Content-Encoding": "identity"},
    ],
)
def test_json_may_come_under_its_names(service: Running, named: dict[str, str]) -> None:
    assert service.ask("POST", "/shares", b'{"kind":"visit"}', named).status == 200


@pytest.mark.parametrize(
    "named",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "text/csv"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/jsonx"},
        {"Content-Type": "text/vnd.api+json"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Encoding": "gzip"},
        {"Content-Encoding": "br"},
    ],
)
def test_other_formats_charsets_and_codings_are_unsupported(service: Running, named: dict[str, str]) -> None:
    _refused(service.ask("POST", "/shares", b'{"kind":"visit"}', named), 415, "unsupported-media-type")


def test_body_may_be_as_long_as_the_limit_and_no_longer(service: Running) -> None:
    body = b'{"kind":"visit"}'
    assert service.ask("POST", "/shares", body.ljust(LIMIT)).status == 200
    _refused(service.ask("POST", "/shares", body.ljust(LIMIT + 1)), 413, "body-too-large")


def test_announced_length_is_refused_before_any_of_it_came(service: Running) -> None:
    with service.connect() as connection:
        connection.sendall(request("POST", "/shares", headers={"Content-Length": "200000000"}))
        _refused(read_answer(connection), 413, "body-too-large")


def test_unannounced_length_is_counted_as_it_arrives(service: Running) -> None:
    with service.connect() as connection:
        connection.sendall(request("POST", "/shares", headers={"Transfer-Encoding": "chunked"}))
        for _ in range(5):
            connection.sendall(b"100\r\n" + b" " * 256 + b"\r\n")
        _refused(read_answer(connection), 413, "body-too-large")


def test_connection_serves_on_after_a_body_was_too_large(service: Running) -> None:
    with service.connect() as connection:
        connection.sendall(request("POST", "/shares", b" " * 300_000))
        _refused(read_answer(connection), 413, "body-too-large")
        connection.sendall(request("POST", "/shares", b'{"kind":"visit"}'))
        assert read_answer(connection).status == 200


def test_body_in_pieces_is_one_body(service: Running) -> None:
    with service.connect() as connection:
        connection.sendall(request("POST", "/shares", headers={"Transfer-Encoding": "chunked"}))
        for piece in (b'{"kind"', b':"visit"}'):
            connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
        connection.sendall(b"0\r\n\r\n")
        assert read_answer(connection).status == 200


def test_nobody_is_asked_for_a_body_before_being_let_in(service: Running) -> None:
    _refused(service.ask("POST", "/closed", b"{", {"Content-Type": "text/plain"}), 404, "not-found")


def test_import_takes_its_other_format_too(service: Running) -> None:
    assert service.ask("POST", "/import", b"a,b", {"Content-Type": "text/csv"}).body == b"3"
    assert service.ask("POST", "/import", b"{}", {"Content-Type": "application/json"}).body == b"2"
    _refused(service.ask("POST", "/import", b"a", {"Content-Type": "text/plain"}), 415, "unsupported-media-type")


def test_form_ignores_what_it_does_not_know(service: Running) -> None:
    answer = service.ask("POST", "/token", b"grant_type=password&username=%C3%A9%2B+a&client_id=x", FORM)
    assert answer.json() == {"grant_type": "password", "username": "é+ a"}


@pytest.mark.parametrize(
    "body",
    [
        b"username=canary-7f3a",
        b"grant_type=&username=canary-7f3a",
        b"grant_type=a&grant_type=a",
        b"grant_type=a&client_id=1&client_id=2",
        b"grant_type=a&username=%FF",
        b"grant_type=a&username=\xff",
        b"grant_type=a&username=%00",
        b"&".join(b"p%d=1" % number for number in range(60)),
    ],
)
def test_form_at_fault_is_an_invalid_request_of_oauth(service: Running, body: bytes) -> None:
    answer = service.ask("POST", "/token", body, FORM)
    _refused(answer, 400, "invalid-request")
    assert answer.json()["error"] == "invalid_request"


@pytest.mark.parametrize("named", [{}, {"Content-Type": "application/json"}])
def test_form_must_be_called_one(service: Running, named: dict[str, str]) -> None:
    _refused(service.ask("POST", "/token", b"grant_type=password", named), 415, "unsupported-media-type")


@given(st.binary(max_size=200))
def test_any_bytes_are_a_form_or_refused(body: bytes) -> None:
    try:
        parameters = parse_form(body)
    except InvalidRequest:
        return
    assert all("\0" not in value for value in parameters.values())
