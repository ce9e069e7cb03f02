import asyncio
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.errors import Overloaded
from app.security.passwords import HashingCost, PasswordCheck, Passwords

CHEAP = HashingCost(memory_kib=8, passes=1)
PASSWORD = "pässwörter sind lästig"
ROOT = Path(__file__).parents[2]


def hashing_threads() -> int:
    return sum(thread.name.startswith("passwords") for thread in threading.enumerate())


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    cheap = Passwords(cost=CHEAP)
    yield cheap
    cheap.close()


def test_the_right_password_matches_and_another_does_not(passwords: Passwords) -> None:
    stored = asyncio.run(passwords.hash(PASSWORD))
    assert asyncio.run(passwords.verify(PASSWORD, stored)) == PasswordCheck(matches=True)
    assert asyncio.run(passwords.verify(PASSWORD + "!", stored)) == PasswordCheck(matches=False)
    assert asyncio.run(passwords.verify("", stored)) == PasswordCheck(matches=False)


def test_two_keyboards_make_one_password(passwords: Passwords) -> None:
    stored = asyncio.run(passwords.hash(unicodedata.normalize("NFD", PASSWORD)))
    assert asyncio.run(passwords.verify(unicodedata.normalize("NFC", PASSWORD), stored)).matches
    assert asyncio.run(passwords.verify(unicodedata.normalize("NFD", PASSWORD), stored)).matches


def test_the_longest_password_is_hashed_to_its_end(passwords: Passwords) -> None:
    longest = "\U0001f98a" * 1023
    stored = asyncio.run(passwords.hash(longest + "a"))
    assert asyncio.run(passwords.verify(longest + "a", stored)).matches
    assert not asyncio.run(passwords.verify(longest + "b", stored)).matches


@pytest.mark.parametrize("nobodys", ["half a surrogate \ud83d", "x" * 1025, "x" * 100_000])
def test_a_password_that_nobody_can_have_is_wrong_and_no_error(passwords: Passwords, nobodys: str) -> None:
    stored = asyncio.run(passwords.hash(PASSWORD))
    assert asyncio.run(passwords.verify(nobodys, stored)) == PasswordCheck(matches=False)


def test_an_unknown_account_matches_no_password(passwords: Passwords) -> None:
    assert asyncio.run(passwords.verify(PASSWORD, None)) == PasswordCheck(matches=False)
    nobodys = "the password of an account that does not exist"
    assert asyncio.run(passwords.verify(nobodys, None)) == PasswordCheck(matches=False)


def test_a_disabled_account_matches_no_password(passwords: Passwords) -> None:
    disabled = passwords.disable(asyncio.run(passwords.hash(PASSWORD)))
    assert asyncio.run(passwords.verify(PASSWORD, disabled)) == PasswordCheck(matches=False)
    assert passwords.disable(disabled) == disabled


def test_one_password_has_many_hashes(passwords: Passwords) -> None:
    assert asyncio.run(passwords.hash(PASSWORD)) != asyncio.run(passwords.hash(PASSWORD))


def test_a_hash_of_another_cost_is_replaced_after_a_match_only(passwords: Passwords) -> None:
    costlier = Passwords(cost=HashingCost(memory_kib=16, passes=2))
    stored = asyncio.run(passwords.hash(PASSWORD))
    replacement = asyncio.run(costlier.verify(PASSWORD, stored)).replacement
    assert asyncio.run(costlier.verify("wrong", stored)) == PasswordCheck(matches=False)
    costlier.close()
    assert replacement is not None
    assert replacement.startswith("$argon2id$v=19$m=16,t=2,p=1$")
    assert asyncio.run(passwords.verify(PASSWORD, replacement)).matches


def test_the_service_hashes_with_19_mib_two_passes_one_lane() -> None:
    served = Passwords()
    stored = asyncio.run(served.hash(PASSWORD))
    served.close()
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_crowd_is_served_two_at_a_time_up_to_the_limit_and_refused_beyond() -> None:
    async def crowd() -> list[object]:
        return await asyncio.gather(*(few.hash(PASSWORD) for _ in range(20)), return_exceptions=True)

    few = Passwords(waiting_limit=5)
    answers = [type(answer) for answer in asyncio.run(crowd())]
    assert answers[:7] == [str] * 7
    assert 7 <= answers.count(str) < 20  # one or two may have ended before the last asked
    assert answers.count(str) + answers.count(Overloaded) == 20
    assert hashing_threads() == 2
    assert isinstance(asyncio.run(few.hash(PASSWORD)), str)
    few.close()


def test_a_caller_who_leaves_the_queue_gives_the_place_back() -> None:
    async def impatient() -> list[object]:
        waiting = [asyncio.ensure_future(few.hash(PASSWORD)) for _ in range(7)]
        await asyncio.sleep(0)
        for task in waiting[2:]:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        return await asyncio.gather(*(few.hash(PASSWORD) for _ in range(7)), return_exceptions=True)

    few = Passwords(cost=HashingCost(memory_kib=4096, passes=2), waiting_limit=5)
    assert [type(answer) for answer in asyncio.run(impatient())] == [str] * 7
    few.close()


@pytest.mark.parametrize("flags", [[], ["-W", "error"]])
def test_passlib_is_silent_on_the_console(flags: list[str]) -> None:
    program = (
        "import asyncio\n"
        "from app.security.passwords import HashingCost, Passwords\n"
        "passwords = Passwords(cost=HashingCost(memory_kib=8, passes=1))\n"
        "asyncio.run(passwords.verify('x', asyncio.run(passwords.hash('x'))))\n"
        "passwords.close()\n"
    )
    ended = subprocess.run(  # the program is the constant above
        [sys.executable, *flags, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
