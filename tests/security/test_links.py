"""Files of links are JWE that their key alone opens; tickets are what nobody else can make."""

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from secrets import token_bytes

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.security.links import Ticket, Tickets, encrypted, is_key_of, key_in
from app.security.signing import base64url

KEY = bytes(range(32))
CONTENT = '{"resourceType":"Bundle","é":1}'.encode()
TICKET = Ticket(recipient="Dr Jay <b>", expires_at=datetime(2026, 3, 2, 13, tzinfo=UTC))


def parts(jwe: str) -> list[bytes]:
    return [urlsafe_b64decode(part + "==") for part in jwe.split(".")]


def test_a_file_is_a_compact_jwe_without_zip() -> None:
    jwe = encrypted(KEY, CONTENT, token_bytes)
    header, key, iv, text, tag = parts(jwe)
    assert json.loads(header) == {"alg": "dir", "enc": "A256GCM", "cty": "application/fhir+json"}
    assert (key, len(iv), len(tag)) == (b"", 12, 16)
    assert AESGCM(KEY).decrypt(iv, text + tag, jwe.split(".")[0].encode()) == CONTENT
    assert "=" not in jwe


def test_each_file_has_an_iv_of_its_own() -> None:
    assert len({parts(encrypted(KEY, CONTENT, token_bytes))[2] for _ in range(50)}) == 50


def test_its_key_is_told_from_others() -> None:
    jwe = encrypted(KEY, CONTENT, token_bytes)
    assert is_key_of(KEY, jwe)
    assert not is_key_of(bytes(32), jwe)


@pytest.mark.parametrize("text", ["", "k", "k" * 42, "k" * 44, "ü" * 43, " " * 43, f"{base64url(KEY)}=", "_" * 43])
def test_what_is_no_key_is_none(text: str) -> None:
    assert key_in(text) is None
    assert key_in(base64url(KEY)) == KEY


def test_a_ticket_is_read_back_for_its_link_alone() -> None:
    tickets = Tickets(b"s" * 32)
    written = tickets.written(TICKET, "token", token_bytes)
    assert tickets.read(written, "token") == TICKET
    assert tickets.read(written, "other") is None
    assert Tickets(b"t" * 32).read(written, "token") is None
    assert "Jay" not in str(urlsafe_b64decode(written + "=="))


@pytest.mark.parametrize("text", ["", "x", "ü", "AAAA", "A" * 200, "\ud800"])
def test_what_is_no_ticket_is_none(text: str) -> None:
    assert Tickets(b"s" * 32).read(text, "token") is None
