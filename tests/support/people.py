"""People who use the service over HTTP."""

from dataclasses import dataclass
from itertools import count
from typing import Any

from starlette.testclient import TestClient

PASSWORD = "a long walk by the sea"

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in."""

    email: str
    account: dict[str, Any]
    tokens: dict[str, Any]

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}


def sign_up(
    client: TestClient, *, role: str = "patient", time_zone: str = "Europe/London", email: str | None = None
) -> Person:
    email = email or f"person{next(_numbers)}@example.org"
    body = {"email": email, "password": PASSWORD, "time_zone": time_zone, "role": role}
    account = client.post("/v1/accounts", json=body)
    assert account.status_code == 201, account.text
    return Person(email, account.json(), sign_in(client, email))


def sign_in(client: TestClient, email: str, password: str = PASSWORD) -> dict[str, Any]:
    form = {"grant_type": "password", "username": email, "password": password}
    tokens = client.post("/v1/auth/token", data=form)
    assert tokens.status_code == 200, tokens.text
    return tokens.json()
