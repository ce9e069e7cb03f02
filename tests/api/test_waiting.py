"""How long a client would wait, as `Prefer` says it (RFC 7240)."""

import pytest
from fastapi import Request

from app.api.waiting import preferred_wait_s


def request(*prefer: str) -> Request:
    headers = [(b"prefer", each.encode("latin-1")) for each in prefer]
    return Request({"type": "http", "headers": headers})


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        ((), 0),
        (("wait=25",), 25),
        (("Wait = 25",), 25),
        (('wait="25"',), 25),
        (("wait=0",), 0),
        (("wait=60",), 60),
        (("wait=61",), 60),
        (("wait=999999999",), 60),
        (("respond-async, wait=10",), 10),
        (("respond-async", "wait=10; x=1"), 10),
        (("wait=10, wait=20",), 10),
        (("wait=10", "wait=20"), 10),
        (("wait",), 0),
        (("wait=",), 0),
        (("wait=-5",), 0),
        (("wait=2.5",), 0),
        (("wait=" + "9" * 5000,), 0),
        (("wait=٢٥".encode().decode("latin-1"),), 0),
        (("await=25",), 0),
        (("waiting=25",), 0),
        (('wait="25',), 0),
    ],
)
def test_seconds_granted(prefer: tuple[str, ...], seconds: int) -> None:
    assert preferred_wait_s(request(*prefer)) == seconds
