"""The spoken code of an invite, and the number that both screens show (sharing, section 2).

Ten characters of Crockford's base32: the first four name the invite, the other six (30 bits) are its secret.
"""

from typing import Final, NamedTuple

CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NAME_CHARACTERS: Final = 4
SECRET_CHARACTERS: Final = 6
MOST_WRONG: Final = 5
"""So many wrong secrets kill an invite."""
_HEARD_AS: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
_MATCH_NUMBERS: Final = 10_000


class SpokenCode(NamedTuple):
    """A code in its two parts."""

    name: str
    secret: str

    @property
    def text(self) -> str:
        """As it is shown."""
        return self.name + self.secret


def characters(chance: bytes) -> str:
    """A character of base32 for each byte of chance; 256 is 8 times 32, so that none is likelier than another."""
    return "".join(CROCKFORD[byte % 32] for byte in chance)


def heard(text: str) -> SpokenCode | None:
    """The code as somebody typed it: in any case, with dashes and spaces, o for 0 and i or l for 1; None for others."""
    code = text.upper().translate(_HEARD_AS)
    if len(code) != NAME_CHARACTERS + SECRET_CHARACTERS or not set(code) <= set(CROCKFORD):
        return None
    return SpokenCode(code[:NAME_CHARACTERS], code[NAME_CHARACTERS:])


def match_number(chance: bytes) -> str:
    """Four digits from 8 random bytes, each number as likely as another but for one part in 10 to the 15."""
    return f"{int.from_bytes(chance, 'big') % _MATCH_NUMBERS:04}"
