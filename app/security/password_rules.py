"""Which passwords are accepted: long ones that are not on everybody's list (NIST SP 800-63B-4, section 3.1.1.2).

Any Unicode, spaces included; nothing is said about digits, capitals or signs. Length is counted in code points of the
NFC form, the form that is hashed.
"""

import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from pathlib import Path

from app.domain.errors import FieldError, Invalid

SHORTEST_CODE_POINTS = 15
LONGEST_CODE_POINTS = 1024

_COMMON = Path(__file__).with_name("common_passwords.txt")
_FEWEST_DIFFERENT = 4
_STEPS_OF_A_RUN = 0.75
_ROWS = (
    "01234567890 abcdefghijklmnopqrstuvwxyz !@#$%^&*()_+ "
    "qwertyuiop asdfghjkl zxcvbnm qwertzuiopü asdfghjklöä yxcvbnm azertyuiop qsdfghjklm wxcvbn "
    "1qaz 2wsx 3edc 4rfv 5tgb 6yhn 7ujm 8ik 9ol 0p"
)


def password_errors(password: str, *, pointer: str = "/password", known: Iterable[str] = ()) -> list[FieldError]:
    """What is wrong with a new password; empty if it is accepted.

    `known` are words that an attacker would try for this account first, such as its e-mail address.
    """
    if "\0" in password or any("\ud800" <= character <= "\udfff" for character in password):
        return [FieldError(pointer=pointer, code="invalid-text", message="The password holds a sign that is not text.")]
    length = len(unicodedata.normalize("NFC", password))
    if length < SHORTEST_CODE_POINTS:
        message = f"Please choose a password of at least {SHORTEST_CODE_POINTS} characters; a sentence works well."
        return [FieldError(pointer=pointer, code="password-too-short", message=message)]
    if length > LONGEST_CODE_POINTS:
        message = f"Please choose a password of at most {LONGEST_CODE_POINTS} characters."
        return [FieldError(pointer=pointer, code="out-of-range", message=message)]
    if _is_common(password, known):
        message = "This password is among the first that others would guess; please choose another."
        return [FieldError(pointer=pointer, code="password-too-common", message=message)]
    return []


def check_password(password: str, *, pointer: str = "/password", known: Iterable[str] = ()) -> None:
    """Refuses with Invalid what `password_errors` finds."""
    if errors := password_errors(password, pointer=pointer, known=known):
        raise Invalid(errors)


def _is_common(password: str, known: Iterable[str]) -> bool:
    folded = _folded(password)
    words = _words(password)
    return (
        len(set(folded)) < _FEWEST_DIFFERENT
        or _repeats_a_short_unit(folded)
        or _walks_along_a_row(folded)
        or words in _common_passwords()
        or any(words == _words(word) for word in known)
    )


def _repeats_a_short_unit(text: str) -> bool:
    """Whether a unit that is too short to be a password is only said again and again, the last time perhaps cut."""
    longest = min(len(text) // 2, SHORTEST_CODE_POINTS - 1)
    return any(text[size:] == text[:-size] for size in range(1, longest + 1))


def _walks_along_a_row(text: str) -> bool:
    """Whether most signs are the neighbour of the one before, on a keyboard or in the alphabet, or the same again.

    Sentences have such steps too (`er`, `as`, `we`), about one in four.
    """
    steps = sum(pair in _neighbours() for pair in pairwise(text))
    return steps >= _STEPS_OF_A_RUN * (len(text) - 1)


@cache
def _neighbours() -> frozenset[tuple[str, str]]:
    steps = {(before, after) for before, after in pairwise(_ROWS) if " " not in (before, after)}
    return frozenset(steps | {(after, before) for before, after in steps} | {(sign, sign) for sign in _ROWS})


@cache
def _common_passwords() -> frozenset[str]:
    return frozenset(_words(line) for line in _COMMON.read_text(encoding="utf-8").splitlines() if line[:1] != "#")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _words(text: str) -> str:
    """The letters and digits alone, so that dashes and spaces do not make a common password a rare one.

    A text without any is its own form: no two of them look the same.
    """
    folded = _folded(text)
    return "".join(sign for sign in folded if sign.isalnum()) or folded
