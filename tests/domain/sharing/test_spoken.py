"""The spoken code and the number on both screens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.sharing.spoken import CROCKFORD, SpokenCode, characters, heard, match_number


@given(st.text(CROCKFORD, min_size=10, max_size=10))
def test_every_code_is_heard_as_it_is_shown(text: str) -> None:
    code = heard(text)
    assert code is not None
    assert (code.text, len(code.name), len(code.secret)) == (text, 4, 6)


@pytest.mark.parametrize("typed", ["ab01-cd23 ef", "ABOL-CD23-EF", " abo1cd23ef", "ABOICD23EF"])
def test_code_is_heard_in_any_dress(typed: str) -> None:
    assert heard(typed) == SpokenCode("AB01", "CD23EF")


@pytest.mark.parametrize(
    "typed", ["", "AB01CD23E", "AB01CD23EFG", "AB01CD23EU", "AB01CD23E\N{LATIN CAPITAL LETTER THORN}"]
)
def test_what_is_no_code_is_not_heard(typed: str) -> None:
    assert heard(typed) is None


def test_each_character_is_as_likely_as_another() -> None:
    text = characters(bytes(range(256)))
    assert {sign: text.count(sign) for sign in text} == dict.fromkeys(CROCKFORD, 8)


@given(st.binary(min_size=8, max_size=8))
def test_number_has_four_digits(chance: bytes) -> None:
    number = match_number(chance)
    assert len(number) == 4
    assert number.isdigit()
