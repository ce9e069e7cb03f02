import secrets
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.security.tokens import (
    TokenKind,
    family_fingerprint,
    fingerprint,
    kind_of,
    new_token,
    successor,
)

KEY = b"k" * 32
SIGNS = string.ascii_letters + string.digits + "-_"

kinds = st.sampled_from(TokenKind)


@st.composite
def tokens(draw: st.DrawFn, kind: st.SearchStrategy[TokenKind] = kinds) -> str:
    return new_token(draw(kind), lambda size: draw(st.binary(min_size=size, max_size=size)))


refresh_tokens = tokens(st.just(TokenKind.REFRESH))


@given(tokens())
def test_a_token_says_what_it_is_for_and_fits_into_any_header(token: str) -> None:
    kind = kind_of(token)
    assert kind is not None
    assert token.startswith(kind)
    assert set(token.removeprefix(kind)) <= set(SIGNS)


def test_every_token_holds_256_bits_of_chance_at_least() -> None:
    asked: list[int] = []

    def chance(size: int) -> bytes:
        asked.append(size)
        return secrets.token_bytes(size)

    assert len({new_token(kind, chance) for kind in TokenKind for _ in range(100)}) == 100 * len(TokenKind)
    assert min(asked) == 32


@given(tokens(), st.data())
def test_one_mistyped_sign_makes_a_token_malformed(token: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(token) - 1))
    sign = data.draw(st.sampled_from(SIGNS).filter(lambda sign: sign != token[position]))
    assert kind_of(token[:position] + sign + token[position + 1 :]) is None


@given(tokens(), st.integers(0, 80))
def test_a_token_that_was_cut_or_lengthened_is_malformed(token: str, kept: int) -> None:
    assert kind_of(token[: min(kept, len(token) - 1)]) is None
    assert kind_of(token + "A" * (kept + 1)) is None
    assert kind_of(token + "\n") is None
    assert kind_of(" " + token) is None


@given(st.one_of(st.text(), st.text().map(lambda text: "onset_at_" + text)))
def test_noise_is_malformed(text: str) -> None:
    assert kind_of(text) is None


@pytest.mark.parametrize("wrong", ["é" * 48, "\ud800" * 48, "=" * 48, "+/" * 24, "\0" * 48])
def test_signs_outside_of_base64url_are_malformed_and_no_error(wrong: str) -> None:
    assert kind_of(TokenKind.ACCESS + wrong) is None


@given(tokens())
def test_a_token_of_one_kind_is_none_of_another_by_its_prefix_alone(token: str) -> None:
    kind = kind_of(token)
    assert kind is not None
    assert all(kind_of(other + token.removeprefix(kind)) is None for other in TokenKind if other is not kind)


@given(refresh_tokens)
def test_the_successor_of_a_token_is_always_the_same_and_well_formed(token: str) -> None:
    following = successor(KEY, token)
    assert following == successor(KEY, token) != token
    assert kind_of(following) is TokenKind.REFRESH


@given(refresh_tokens)
def test_nobody_without_the_key_can_derive_a_successor(token: str) -> None:
    assert successor(KEY, token) != successor(b"another key", token)


@given(refresh_tokens, refresh_tokens)
def test_a_family_is_kept_through_all_successors_and_shared_with_no_other(one: str, other: str) -> None:
    latest = one
    for _ in range(3):
        latest = successor(KEY, latest)
        assert family_fingerprint(latest) == family_fingerprint(one)
    shared_chance = one[: len(TokenKind.REFRESH) + 24] == other[: len(TokenKind.REFRESH) + 24]
    assert (family_fingerprint(one) == family_fingerprint(other)) == shared_chance


@given(tokens())
def test_a_fingerprint_has_32_bytes_and_shows_nothing_of_the_token(token: str) -> None:
    assert len(fingerprint(token)) == 32
    assert fingerprint(token) == fingerprint(token)
    assert fingerprint(token) != fingerprint(token[:-1])


def test_a_token_looks_as_it_always_did() -> None:
    """Phones hold tokens of earlier releases."""
    first = new_token(TokenKind.REFRESH, lambda size: bytes(range(size)))
    assert first == "onset_rt_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEYpbN5"
    assert successor(KEY, first) == "onset_rt_AAECAwQFBgcICQoLDA0ODxAR7P0vt6zpu-nTmto6mYvw6px5MS2Ikc4iBZJpLXJusXs6vbuC"
