"""What people write, and what they prove themselves with, turns up nowhere but in their own answers.

The service runs as an operator starts it, and logs all that it can; everything sent carries the same mark.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from socket import create_connection
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest

from tests.support.links import unpadded
from tests.support.serving import Answer, read_answer, request
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[2]
MARK = "canary7f3a"
MILLIGRAMS = "13.377"
UUID = "0198c0de-0000-7000-8000-0000000f7f3a"
EMAIL = f"{MARK}@example.org"
PASSWORD = f"{MARK} sings a long song"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
CANARIES = re.compile(rb"canary7f3a|13\.377|0f7f3a|onset_(?:at|rt|pr)_|shl/[\w-]{43}", re.IGNORECASE)
_POINTER = re.compile(rb'"pointer":"[^"]*"')


@dataclass(frozen=True, slots=True)
class Service:
    """A process that serves, and what it has printed."""

    port: int
    printed: Path
    answers: list[Answer] = field(default_factory=list[Answer])

    def ask(self, method: str, path: str, body: object = b"", headers: dict[str, str] | None = None) -> Answer:
        content = body if isinstance(body, bytes) else orjson.dumps(body)
        named = {"User-Agent": MARK, "Referer": f"http://{MARK}/", "Cookie": f"a={MARK}", **(headers or {})}
        with create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(request(method, path, content, named))
            answer = read_answer(connection, head=method == "HEAD")
        self.answers.append(answer)
        return answer

    def form(self, path: str, **parameters: str) -> Answer:
        return self.ask("POST", path, urlencode(parameters).encode(), FORM)


@pytest.fixture
def service(database_url: str, tmp_path: Path) -> Iterator[Service]:
    printed = tmp_path / "printed"
    environment = {**os.environ, "ONSET_DATABASE_URL": database_url, "ONSET_LOG_LEVEL": "debug"}
    with printed.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", "--port", "0", "--data", str(tmp_path)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            until(lambda: b"Onset is at" in printed.read_bytes() or process.poll() is not None)
            address = re.search(rb"http://127\.0\.0\.1:(\d+)", printed.read_bytes())
            assert address, printed.read_text()
            yield Service(int(address[1]), printed)
        finally:
            process.terminate()
            process.wait(30)


def _live(service: Service) -> str:
    """A patient's day, with the mark wherever something can be written; answers what lets the patient in."""
    account = {"email": EMAIL, "password": PASSWORD, "time_zone": "Europe/London", "display_name": f"Ada {MARK}"}
    assert service.ask("POST", "/v1/accounts", account).status == 201
    signed_in = service.form(
        "/v1/auth/token", grant_type="password", username=EMAIL, password=PASSWORD, device_name=MARK
    )
    tokens: dict[str, Any] = signed_in.json()
    mine = {"Authorization": f"Bearer {tokens['access_token']}"}
    writes = {
        f"medications/{UUID}": {"name": f"Opioid {MARK}", "drug_class": "opioid", "note": MARK},
        f"doses/{UUID}": {"status": "taken", "local_date": "2026-03-01", "mg": float(MILLIGRAMS), "reason": MARK},
        f"conditions/{UUID}": {"label": f"Own {MARK}"},
        f"measures/{MARK}": {"label": MARK, "direction": "lower_is_better"},
        "days/2026-03-01": {"note": MARK, "time_zone": f"Zone/{MARK}", f"own:{MARK}": 7},
    }
    for path, fields in writes.items():
        assert service.ask("PUT", f"/v1/{path}", fields, mine).status == 201
        assert service.ask("GET", f"/v1/{path}?x={MARK}", headers=mine).status == 200
        assert service.ask("PATCH", f"/v1/{path}", fields, mine | {"If-Match": f'"{MARK}"'}).status == 412
    for path in (
        "days",
        "medications",
        "today",
        "trends",
        f"trends/{UUID}",
        f"trends/{UUID}/chart.svg",
        "me",
        "me/sessions",
        "fhir/Patient/me/$summary",
        "fhir/Observation",
    ):
        assert service.ask("GET", f"/v1/{path}?{MARK}={MARK}", headers=mine).status == 200
    assert service.ask("PATCH", "/v1/me", {"organisation": MARK}, mine).status == 200
    _open_links(service, mine)
    assert service.ask("DELETE", f"/v1/measures/{MARK}", headers=mine).status == 204
    service.form("/v1/auth/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    return mine["Authorization"]


def _open_links(service: Service, mine: dict[str, str]) -> None:
    """By somebody who says and tries the mark."""
    about = {"conditions": ["lupus"], "identity": {"name": MARK, "birth_date": "1975-04-30", "gender": "other"}}
    visit = service.ask("POST", "/v1/shares", {"kind": "visit", **about}, mine)
    assert service.ask("GET", f"{_path_of(visit)}?recipient={MARK}").status == 200
    ongoing = service.ask("POST", "/v1/shares", {"kind": "ongoing", "conditions": ["lupus"], "passcode": MARK}, mine)
    for passcode, status in ((f"{MARK}!", 401), (MARK, 200)):
        asked = {"recipient": MARK, "passcode": passcode, "embeddedLengthMax": 0}
        answer = service.ask("POST", _path_of(ongoing), asked)
        assert answer.status == status
    location: str = answer.json()["files"][0]["location"]
    assert service.ask("GET", location.removeprefix("http://test")).status == 200
    assert service.ask("GET", f"{_path_of(ongoing)}/files/{MARK}").status == 404


def _path_of(made: Answer) -> str:
    link = json.loads(unpadded(made.json()["shlink"].removeprefix("shlink:/")))
    return link["url"].removeprefix("http://test")


_ACCOUNT = {"email": EMAIL, "password": PASSWORD, "time_zone": "UTC"}
_SIGN_UPS: tuple[object, ...] = (
    _ACCOUNT,
    *({**_ACCOUNT, name: MARK} for name in ("email", "password", "time_zone", "locale", "role", MARK)),
    {"email": [MARK]},
    [MARK],
    MARK,
)
_DAYS: tuple[object, ...] = (
    *({"note": MARK * 1000}, {"pain": MARK}, {"local_date": MARK}, {MARK: {MARK: MARK}}, {"note": [MARK]}),
    *(
        b'{"MARK":',
        b'{"note":"MARK\\ud800"}',
        b'{"MARK":1,"MARK":1}',
        b'{"note":"MARK\xff"}',
        b"MARK",
        b'{"note":"MARK\n"}',
    ),
)
_PATHS = (
    *(f"/{MARK}", f"/v1/{MARK}?{MARK}={MARK}", f"/{MARK}/%00{MARK}", f"/docs/assets/{MARK}", f"/v1/days/{MARK}/{MARK}"),
    *(f"/v1/days/{MARK}", f"/v1/events/{UUID.upper()}", f"/v1/trends/{MARK}", f"/v1/catalogue/evidence/{MARK}"),
    *(f"/v1/fhir/{MARK}", f"/v1/fhir/Patient/{MARK}/$summary", f"/v1/fhir/Observation?patient={MARK}"),
    *(f"/v1/fhir/Observation?{name}={MARK}" for name in ("date", "_sort", "_count", "_page")),
    *(f"/v1/days?{name}={MARK}" for name in ("cursor", "from", "to", "limit", "limit=5&limit")),
)
_FORMS = (
    *({"grant_type": MARK}, {MARK: MARK}, {"grant_type": "refresh_token", "refresh_token": f"onset_rt_{MARK}"}),
    {"grant_type": "password", "username": EMAIL, "password": f"{PASSWORD}!"},
    *({"grant_type": "password", "username": name, "password": MARK} for name in (f"no{EMAIL}", MARK, f"{MARK}\0")),
)


def _err(service: Service, bearer: str) -> list[Answer]:
    """Much that is wrong, with the mark in it; answers the refusals."""
    begun, mine = len(service.answers), {"Authorization": bearer}
    for account in _SIGN_UPS:
        service.ask("POST", "/v1/accounts", account)
    for body in _DAYS:
        marked = body.replace(b"MARK", MARK.encode()) if isinstance(body, bytes) else body
        service.ask("PUT", "/v1/days/2026-03-01", marked, mine)
    for path in _PATHS:
        service.ask("GET", path, headers=mine)
    for header in ("If-Match", "Content-Type", "Content-Encoding", "If-None-Match"):
        service.ask("PUT", "/v1/days/2026-03-02", {"note": MARK}, mine | {header: MARK})
    for token in (MARK, f"Bearer {MARK}", f"Bearer onset_at_{MARK}", f"Basic {MARK}", f"{bearer}{MARK}"):
        service.ask("GET", "/v1/me", headers={"Authorization": token})
    for form in _FORMS:
        service.form("/v1/auth/token", **form)
    service.ask("DELETE", f"/v1/me/sessions/{MARK}", headers=mine)
    service.ask("POST", "/v1/auth/password-reset/confirm", {"token": f"onset_pr_{MARK}", "new_password": PASSWORD})
    service.ask("POST", "/v1/me/password", {"current_password": MARK, "new_password": f"{PASSWORD}!"}, mine)
    service.ask("POST", "/v1/me/erasure", {"password": MARK}, mine)
    with create_connection(("127.0.0.1", service.port), timeout=20) as connection:
        connection.sendall(f"{MARK} /{MARK} HTTP/9\r\n{MARK}\r\n\r\n".encode())
        service.answers.append(read_answer(connection))
    return service.answers[begun:]


def test_no_canary_sings_where_it_should_not(service: Service) -> None:
    bearer = _live(service)
    figures = service.ask("GET", "/metrics")
    refusals = _err(service, bearer)
    service.ask("POST", "/v1/auth/password-reset", {"email": EMAIL})
    service.form("/v1/auth/revoke", token=bearer.removeprefix("Bearer "))
    assert service.ask("POST", "/v1/auth/token", f"token={MARK}".encode(), FORM).status == 400
    figures_later = service.ask("GET", "/metrics")
    until(lambda: service.printed.read_bytes().count(b'"event":"request"') >= len(service.answers) - 1)
    assert {answer.status for answer in refusals} <= {400, 401, 404, 409, 412, 415, 422}
    for answer in refusals:
        assert not CANARIES.search(_POINTER.sub(b"", answer.body)), answer.body
    for answer in service.answers:
        assert not CANARIES.search(repr(answer.headers).encode()), answer.headers
    assert [CANARIES.findall(answer.body) for answer in (figures, figures_later)] == [[], []]
    logged = service.printed.read_bytes()
    assert b"/v1/medications/{id}" in logged
    assert [line for line in logged.splitlines() if CANARIES.search(line)] == []
