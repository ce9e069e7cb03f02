"""What every answer has, and what is logged and counted of it."""

import gzip
import re
from collections.abc import AsyncGenerator, Generator

import orjson
import pytest
from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from app.api.admission import Admission
from app.api.metrics import Metrics
from app.api.ops import Readiness, operations
from tests.support.serving import Running, make_app, serving

CANARY = "canary-7f3a"
LONG = orjson.dumps({"items": ["day"] * 1000})


@pytest.fixture(scope="module")
def service() -> Generator[Running]:
    metrics = Metrics(Admission())
    app = make_app(metrics=metrics)
    nested = APIRouter(prefix="/things")

    async def ready() -> Readiness:
        return Readiness(ready=app.state.ready, checks={"database": "ok" if app.state.ready else "unreachable"})

    app.state.ready = True
    app.include_router(operations(metrics, ready))

    @app.post("/ready")
    async def switch(request: Request) -> Response:
        app.state.ready = not app.state.ready
        return Response(request.url.path)

    @nested.get("/{thing}")
    async def read(thing: str, request: Request) -> Response:
        return Response(f"{thing} {request.method}", headers={"Content-Type": "text/plain"})

    @app.get("/catalogue")
    async def catalogue() -> Response:
        return Response("[]", headers={"Cache-Control": "public, max-age=3600"})

    @app.get("/long")
    async def long() -> Response:
        return Response(LONG, media_type="application/json", headers={"ETag": '"1"'})

    @app.get("/report")
    async def report() -> Response:
        return Response(LONG, media_type="application/pdf")

    @app.get("/broken")
    async def broken() -> StreamingResponse:
        async def pieces() -> AsyncGenerator[bytes]:
            yield b"begun"
            raise RuntimeError(CANARY)

        return StreamingResponse(pieces())

    outer = APIRouter(prefix="/v1")
    outer.include_router(nested)
    app.include_router(outer)
    with serving(app) as running:
        yield running


def test_sane_request_id_is_kept(service: Running) -> None:
    assert service.ask("GET", "/catalogue", headers={"X-Request-ID": "a-Z_0.9"}).headers["x-request-id"] == "a-Z_0.9"


@pytest.mark.parametrize("sent", ["", "a b", "a" * 65, "a;b", "é"])
def test_other_request_ids_are_replaced(service: Running, sent: str) -> None:
    made = service.ask("GET", "/catalogue", headers={"X-Request-ID": sent}).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{16}", made)


def test_every_answer_is_private_unless_its_route_says_otherwise(service: Running) -> None:
    assert service.ask("GET", "/v1/things/1").headers["cache-control"] == "no-store"
    assert service.ask("GET", "/nothing").headers["cache-control"] == "no-store"
    assert service.ask("GET", "/catalogue").headers["cache-control"] == "public, max-age=3600"


def test_every_answer_has_the_security_headers_and_no_name_of_the_server(service: Running) -> None:
    for path in ("/v1/things/1", "/nothing"):
        headers = service.ask("GET", path).headers
        assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")
        assert "server" not in headers


def test_head_is_answered_as_get_without_the_body(service: Running) -> None:
    answer = service.ask("HEAD", "/v1/things/1")
    assert (answer.status, answer.headers["content-length"], answer.body) == (200, "5", b"")


def test_log_line_tells_the_template_and_never_the_path(service: Running) -> None:
    answer = service.ask("GET", f"/v1/things/{CANARY}?note={CANARY}", headers={"X-Note": CANARY})
    assert CANARY in answer.body.decode()
    line = service.line_of(answer.headers["x-request-id"])
    assert line["event"] == "request"
    assert (line["method"], line["route"], line["status"]) == ("GET", "/v1/things/{thing}", 200)
    assert line["bytes"] == len(answer.body)
    assert isinstance(line["duration_ms"], float)
    assert CANARY.encode() not in service.logged.getvalue()


def test_path_that_no_route_has_is_logged_as_unmatched(service: Running) -> None:
    answer = service.ask("GET", f"/{CANARY}")
    assert service.line_of(answer.headers["x-request-id"])["route"] == "unmatched"
    assert CANARY.encode() not in service.logged.getvalue()


def test_stream_that_breaks_is_cut_so_that_nobody_takes_it_for_whole(service: Running) -> None:
    with service.connect() as connection:
        connection.sendall(b"GET /broken HTTP/1.1\r\nHost: test\r\nX-Request-ID: broken\r\n\r\n")
        arrived = b""
        while piece := connection.recv(1000):
            arrived += piece
    assert arrived.endswith(b"begun\r\n")
    assert "request-failed" in [line["event"] for line in service.log_lines() if line.get("request_id") == "broken"]
    assert CANARY.encode() not in service.logged.getvalue()


def test_long_answer_is_compressed_for_those_who_ask(service: Running) -> None:
    answer = service.ask("GET", "/long", headers={"Accept-Encoding": "br, gzip"})
    assert (answer.headers["content-encoding"], answer.headers["vary"]) == ("gzip", "Accept-Encoding")
    assert answer.headers["etag"] == '"1"'
    assert gzip.decompress(answer.body) == LONG
    assert "content-encoding" not in service.ask("GET", "/long").headers


def test_short_answers_and_packed_formats_are_not_compressed(service: Running) -> None:
    for path in ("/v1/things/1", "/report"):
        assert "content-encoding" not in service.ask("GET", path, headers={"Accept-Encoding": "gzip"}).headers


def test_figures_count_by_template(service: Running) -> None:
    service.ask("GET", f"/v1/things/{CANARY}")
    service.ask("PROPFIND", "/v1/things/1")
    answer = service.ask("GET", "/metrics")
    text = answer.body.decode()
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'onset_requests_total{method="GET",route="/v1/things/{thing}",status="200"}' in text
    assert 'onset_requests_total{method="other",route="/v1/things/{thing}",status="405"}' in text
    assert 'onset_request_duration_seconds_bucket{le="0.1",method="GET",route="/v1/things/{thing}"}' in text
    assert "onset_requests_in_flight 0.0" in text
    assert "onset_requests_turned_away_total 0.0" in text
    assert CANARY not in text


def test_process_says_that_it_lives(service: Running) -> None:
    assert service.ask("GET", "/healthz").json() == {"status": "ok"}


def test_readiness_tells_what_is_amiss(service: Running) -> None:
    assert service.ask("GET", "/readyz").json() == {"status": "ok", "checks": {"database": "ok"}}
    service.ask("POST", "/ready")
    answer = service.ask("GET", "/readyz")
    service.ask("POST", "/ready")
    assert (answer.status, answer.json()["code"]) == (503, "database-unavailable")
    assert answer.json()["checks"] == {"database": "unreachable"}
    assert answer.headers["retry-after"] == "2"
