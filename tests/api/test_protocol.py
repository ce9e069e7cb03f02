"""Slow, stalled, huge and half-sent requests, over real sockets; the deadlines are those of the service, shortened."""

import asyncio
import gc
import threading
import time
from collections.abc import AsyncGenerator, Generator
from typing import Annotated

import psutil
import pytest
from fastapi import Request, Response
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from app.api.admission import Bounds
from app.api.bodies import IMPORT_BYTES, json_body, raw_body
from app.api.protocol import Deadlines
from tests.support.serving import QUICK, Running, is_closed, make_app, read_answer, request, serving

SHORT = Deadlines(
    headers_s=0.3,
    body_silence_s=0.3,
    body_average_after_s=0.5,
    body_bytes_per_s=1024,
    body_look_every_s=0.03,
)
MIB = 1024 * 1024


class _Note(BaseModel):
    text: str


@pytest.fixture(scope="module")
def service() -> Generator[Running]:
    app = make_app()

    @app.get("/path")
    async def path(request: Request) -> Response:
        return Response(request.url.query)

    @app.get("/slow")
    async def slow() -> Response:
        await asyncio.sleep(0.6)
        return Response("slow")

    @app.post("/notes")
    async def note(body: Annotated[_Note, json_body(_Note)]) -> Response:
        return Response(body.text)

    @app.post("/import")
    async def bring(body: Annotated[bytes, raw_body({}, limit=IMPORT_BYTES)]) -> Response:
        return Response(str(len(body)))

    @app.post("/busy")
    async def busy(request: Request) -> Response:
        await asyncio.sleep(0.6)  # longer than a client may be silent
        return Response(str(len(await request.body())))

    with serving(app, deadlines=SHORT) as running:
        yield running


def _errors(service: Running) -> list[str]:
    return [line["event"] for line in service.log_lines() if line["level"] == "error"]


def test_headers_that_do_not_end_are_timed_out(service: Running) -> None:
    with service.connect() as connection:
        connection.sendall(b"GET /path HTTP/1.1\r\nHost: te")
        began = time.monotonic()
        answer = read_answer(connection)
        assert 0.2 < time.monotonic() - began < 2
        assert (answer.status, answer.json()["code"]) == (408, "request-timeout")
        assert answer.headers["connection"] == "close"
        assert answer.headers["x-request-id"] == answer.json()["request_id"]
        assert is_closed(connection)


def test_headers_that_trickle_gain_no_time(service: Running) -> None:
    with service.connect() as connection:
        began = time.monotonic()
        connection.sendall(b"GET /path HTTP/1.1\r\n")
        for _ in range(5):
            time.sleep(0.05)
            connection.sendall(b"X: y\r\n")
        assert read_answer(connection).status == 408
        assert time.monotonic() - began < 0.25 + SHORT.headers_s


def test_connection_that_says_nothing_is_closed_without_a_word(service: Running) -> None:
    with service.connect() as connection:
        assert is_closed(connection)


def test_line_breaks_do_not_keep_a_connection_open(service: Running) -> None:
    with service.connect() as connection:
        connection.sendall(request("GET", "/path"))
        assert read_answer(connection).status == 200
        connection.sendall(b"\r\n")
        assert is_closed(connection)


def test_body_that_stalls_is_timed_out(service: Running) -> None:
    with service.connect() as connection:
        connection.sendall(request("POST", "/notes", headers={"Content-Length": "100", "X-Request-ID": "mine"}) + b"{")
        answer = read_answer(connection)
        assert (answer.status, answer.json()["code"], answer.json()["request_id"]) == (408, "request-timeout", "mine")
        assert is_closed(connection)
    assert service.line_of("mine")["status"] == 408
    assert not _errors(service)


def test_body_below_the_least_average_is_timed_out(service: Running) -> None:
    with service.connect() as connection:
        connection.sendall(request("POST", "/import", headers={"Content-Length": "100000"}))
        began = time.monotonic()
        connection.settimeout(0.05)
        for _ in range(40):
            connection.sendall(b" " * 10)  # 200 bytes a second, never silent
            try:
                answer = read_answer(connection)
            except TimeoutError:
                continue
            break
        else:
            pytest.fail("the trickle was never timed out")
        assert answer.status == 408
        assert time.monotonic() - began > SHORT.body_average_after_s
    assert not _errors(service)


def test_honest_slow_phone_passes(service: Running) -> None:
    with service.connect() as connection:
        connection.sendall(request("POST", "/import", headers={"Content-Length": "4000"}))
        for _ in range(20):  # 2,000 bytes a second for 2 seconds, longer than any deadline
            time.sleep(0.1)
            connection.sendall(b" " * 200)
        assert read_answer(connection).body == b"4000"


def test_client_is_not_blamed_for_waiting_on_us(service: Running) -> None:
    with service.connect() as connection:
        connection.sendall(request("POST", "/busy", b" " * 150_000))
        assert read_answer(connection).body == b"150000"


def test_client_that_waits_for_the_word_to_continue_is_not_blamed(service: Running) -> None:
    with service.connect() as connection:
        connection.sendall(request("POST", "/busy", headers={"Content-Length": "5", "Expect": "100-continue"}))
        assert read_answer(connection).status == 100
        connection.sendall(b"12345")
        assert read_answer(connection).body == b"5"


def test_rest_of_a_refused_body_has_the_same_deadlines(service: Running) -> None:
    with service.connect() as connection:
        connection.sendall(request("POST", "/notes", headers={"Content-Length": str(MIB)}))
        assert read_answer(connection).status == 413
        assert is_closed(connection)
    assert not _errors(service)


def test_headers_beyond_their_bound_are_refused(service: Running) -> None:
    with service.connect() as connection:
        connection.sendall(b"GET /path HTTP/1.1\r\nX-Filler: ")
        connection.sendall(b"a" * SHORT.header_bytes)
        answer = read_answer(connection)
        assert (answer.status, answer.json()["code"]) == (431, "headers-too-large")
        assert is_closed(connection)


def test_what_the_parser_refuses_has_the_same_shape(service: Running) -> None:
    with service.connect() as connection:
        connection.sendall(b"NONSENSE\r\n\r\n")
        answer = read_answer(connection)
        assert (answer.status, answer.json()["code"]) == (400, "malformed-request")
        assert is_closed(connection)


def test_pipelined_requests_are_answered_in_order(service: Running) -> None:
    with service.connect() as connection:
        connection.sendall(
            request("GET", "/slow")
            + request("POST", "/notes", b'{"text":"one"}')
            + request("GET", "/path?two")
            + request("POST", "/notes", headers={"Content-Length": "14"})
        )
        assert [read_answer(connection).body for _ in range(3)] == [b"slow", b"one", b"two"]
        connection.sendall(b'{"text":"end"}')
        assert read_answer(connection).body == b"end"


def test_offer_to_upgrade_is_ignored(service: Running) -> None:
    with service.connect() as connection:
        for query in (b"one", b"two"):
            connection.sendall(
                request("GET", f"/path?{query.decode()}", headers={"Connection": "Upgrade", "Upgrade": "h2c"})
            )
            assert read_answer(connection).body == query
    assert not _errors(service)


def test_connection_is_kept_for_the_next_request(service: Running) -> None:
    with service.connect() as connection:
        connection.sendall(request("GET", "/path?one"))
        assert read_answer(connection).body == b"one"
        time.sleep(2 * SHORT.headers_s)
        connection.sendall(request("GET", "/path?two"))
        assert read_answer(connection).body == b"two"


def test_client_that_leaves_amid_its_body_leaves_no_error(service: Running) -> None:
    with service.connect() as connection:
        connection.sendall(request("POST", "/notes", headers={"Content-Length": "10", "X-Request-ID": "left"}) + b"{")
    assert service.line_of("left")["status"] == 499
    assert not _errors(service)


def test_memory_stays_flat_under_a_body_of_fifty_mebibytes(service: Running) -> None:
    process = psutil.Process()
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    gc.collect()
    before = process.memory_info().rss
    highest = before
    with service.connect() as connection:
        connection.sendall(request("POST", "/notes", headers={"Transfer-Encoding": "chunked"}))
        for _ in range(50 * MIB // 0x10000):
            connection.sendall(chunk)
            highest = max(highest, process.memory_info().rss)
        answer = read_answer(connection)
    assert answer.status == 413
    assert highest - before < 8 * MIB


def test_half_sent_bodies_are_not_in_flight() -> None:
    app = make_app()

    @app.post("/notes")
    async def note(body: Annotated[_Note, json_body(_Note)]) -> Response:
        return Response(body.text)

    with serving(app, bounds=Bounds(in_flight=1)) as service:
        halves = [service.connect() for _ in range(50)]
        for half in halves:
            half.sendall(request("POST", "/notes", headers={"Content-Length": "14"}) + b'{"text":')
        assert service.ask("POST", "/notes", b'{"text":"whole"}').status == 200
        assert service.admission.in_flight == 0
        for half in halves:
            half.sendall(b'"now"}')
            assert read_answer(half).body == b"now"
            half.close()


def test_stop_cuts_no_request() -> None:
    app = make_app()
    asked = threading.Semaphore(0)

    @app.get("/slow")
    async def slow() -> Response:
        asked.release()
        await asyncio.sleep(0.3)
        return Response("done")

    @app.get("/quick")
    async def quick() -> Response:
        return Response("done")

    @app.get("/stream")
    async def stream() -> StreamingResponse:
        async def pieces() -> AsyncGenerator[bytes]:
            asked.release()
            yield b"begun;"
            await app.state.stopping.wait()
            yield b"ended"

        return StreamingResponse(pieces(), headers={"Content-Length": "11"})

    answers: list[bytes] = []
    with serving(app) as service:
        idle = service.connect()
        idle.sendall(request("GET", "/quick"))
        answers.append(read_answer(idle).body)
        late, streamed = service.connect(), service.connect()
        late.sendall(request("GET", "/slow"))
        streamed.sendall(request("GET", "/stream"))
        assert asked.acquire(timeout=5)
        assert asked.acquire(timeout=5)
    with late, streamed, idle:
        answer = read_answer(late)
        assert (answer.body, answer.headers["connection"]) == (b"done", "close")
        assert read_answer(streamed).body == b"begun;ended"
        assert is_closed(idle)


def test_clients_that_ask_without_pause_meet_no_broken_answer_at_a_stop() -> None:
    app = make_app()

    @app.get("/quick")
    async def quick() -> Response:
        await asyncio.sleep(0.001)
        return Response("done")

    farewells: list[str] = []

    def keep_asking(service: Running) -> None:
        with service.connect() as connection:
            while True:
                connection.sendall(request("GET", "/quick"))
                answer = read_answer(connection)
                if "connection" in answer.headers:
                    farewells.append(answer.headers["connection"])
                    return

    with serving(app, deadlines=QUICK) as service:
        clients = [threading.Thread(target=keep_asking, args=(service,)) for _ in range(8)]
        for client in clients:
            client.start()
        time.sleep(0.2)
    for client in clients:
        client.join()
    assert farewells == ["close"] * 8
