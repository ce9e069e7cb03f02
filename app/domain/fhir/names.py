"""How resources are called: by keyed hashes, so that an id tells nothing and two readers cannot join what they hold."""

from hmac import digest
from typing import Any, Final

URN: Final = "urn:uuid:"
_HEX = "0123456789abcdef"
_SEPARATOR = "."


def pid_in(name: str) -> str:
    """The pseudonym that a resource's id begins with; some other text where it is no id under a grant."""
    return name.partition(_SEPARATOR)[0]


class Names:
    """The names that one reader knows a diary's resources by.

    The key is the reader's: another grant has another one, and its ids have nothing in common with these.
    """

    def __init__(self, key: bytes, *, pid: str | None = None, in_bundle: bool = False) -> None:
        """With a `pid`, that is the Patient's id, and all others begin with it: an id alone tells under which grant.

        `in_bundle`, resources refer to each other by `urn:uuid:`, and ids are UUIDs alone.
        """
        self._key = key
        self._pid = pid
        self._in_bundle = in_bundle
        self._prefix = "" if pid is None or in_bundle else f"{pid}{_SEPARATOR}"

    def of(self, what: str, *parts: object) -> str:
        """A UUID (RFC 9562, version 8) made by HMAC-SHA-256 of what it names: the same each time."""
        code = digest(self._key, "\0".join([what, *map(str, parts)]).encode(), "sha256").hex()
        variant = _HEX[int(code[16], 16) & 0x3 | 0x8]
        return f"{self._prefix}{code[:8]}-{code[8:12]}-8{code[13:16]}-{variant}{code[17:20]}-{code[20:32]}"

    @property
    def patient(self) -> str:
        """The Patient's id."""
        return self.of("Patient") if self._pid is None else self._pid

    def to(self, resource_type: str, name: str) -> dict[str, Any]:
        """A reference to a resource by its id."""
        return {"reference": f"{URN}{name}" if self._in_bundle else f"{resource_type}/{name}"}

    @property
    def to_patient(self) -> dict[str, Any]:
        """A reference to the Patient."""
        return self.to("Patient", self.of("Patient") if self._in_bundle else self.patient)
