import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Invalid
from app.security import password_rules
from app.security.password_rules import check_password, password_errors

COMMON = Path(password_rules.__file__).with_name("common_passwords.txt")
ENTRIES = [line for line in COMMON.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]

FULL_WIDTH = "".join(chr(ord(sign) + 0xFEE0) for sign in "password")


def codes(password: str, *known: str) -> list[str]:
    return [error.code for error in password_errors(password, known=known)]


@pytest.mark.parametrize(
    "password",
    [
        "a rainy day in Lisbon",
        "we were there as well",
        "gjh4-wq0z-mmr7x",
        "pässwörter sind lästig",
        "мой дядя самых честных правил",
        "白日依山尽黄河入海流欲穷千里目更上",
        "🦊🐢🎈🌧️🍎🚲🎻🪁🧭🪐🌵🎲🐙🍉🧩",
        "               but spaces count",
    ],
)
def test_long_passwords_of_any_kind_are_accepted(password: str) -> None:
    assert codes(password) == []


def test_14_characters_are_too_few_and_15_enough() -> None:
    assert codes("mfhq zwel kztp") == ["password-too-short"]
    assert codes("mfhq zwel kztpo") == []


def test_length_is_counted_in_composed_code_points_on_every_keyboard() -> None:
    fourteen = "ésprit dé côrp"
    assert len(fourteen) == 14
    assert codes(unicodedata.normalize("NFD", fourteen)) == ["password-too-short"]
    assert codes(unicodedata.normalize("NFD", fourteen + "s")) == []


def test_1024_characters_are_accepted_and_1025_not() -> None:
    longest = "".join(chr(0x4E00 + number) for number in range(1024))
    assert codes(longest) == []
    assert codes(longest + "x") == ["out-of-range"]


@pytest.mark.parametrize("password", ["half a surrogate \ud83d", "a zero byte \0 within"])
def test_what_is_no_text_is_refused(password: str) -> None:
    assert codes(password) == ["invalid-text"]


@pytest.mark.parametrize(
    "password",
    [
        *(
            "aaaaaaaaaaaaaaa",
            "123451234512345",
            "passwordpassword",
            "Password1password1",
            "abcabcabcabcabca",
            "!!!!!!!!!!!!!!!",
        ),
        *("aabbaabbbababab", "123456789012345", "098765432109876", "abcdefghijklmnop", "ponmlkjihgfedcba"),
        *("qwertyuiopasdfgh", "1234567890qwerty", "QWERTZUIOPASDFGH", "azertyuiop12345", "1qaz2wsx3edc4rfv"),
        *("aaabbbcccdddeee", "1234554321qwert", "!@#$%^&*()!@#$%", FULL_WIDTH + "password"),
    ],
)
def test_repetitions_and_runs_are_too_common(password: str) -> None:
    assert codes(password) == ["password-too-common"]


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"]), min_size=1, max_size=7), st.integers(15, 60))
def test_a_short_text_is_no_password_however_often_it_is_said(unit: str, length: int) -> None:
    password = unicodedata.normalize("NFC", (unit * length)[:length])
    assert codes(password) in (["password-too-common"], ["password-too-short"])


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_listed_password_is_refused_however_it_is_written(entry: str) -> None:
    assert codes(entry) == ["password-too-common"]
    assert codes(entry.upper()) == ["password-too-common"]
    assert codes("-".join(entry)) == ["password-too-common"]


def test_the_list_holds_nothing_that_is_refused_anyway() -> None:
    assert len(ENTRIES) == len(set(ENTRIES)) > 300
    assert [entry for entry in ENTRIES if len(entry) < 15] == []


def test_the_own_address_is_no_password() -> None:
    address = "ana.pereira@example.org"
    assert codes(address) == []
    assert codes("Ana.Pereira@Example.org", address) == ["password-too-common"]
    assert codes("ana.pereira@example.org and more", address) == []


def test_the_field_is_the_callers_and_the_password_stays_unsaid() -> None:
    with pytest.raises(Invalid) as refusal:
        check_password("canary", pointer="/new_password")
    assert [error.pointer for error in refusal.value.errors] == ["/new_password"]
    assert "canary" not in refusal.value.errors[0].message


def test_an_accepted_password_passes() -> None:
    check_password("a rainy day in Lisbon")
