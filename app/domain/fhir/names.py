"""How resources are called: by keyed hashes, so that an id tells nothing and two readers cannot join what they hold."""

from hmac import digest
from typing import Any, Final

URN: Final = "urn:uuid:"
_HEX = "0123456789abcdef"


class Names:
    """The names that one reader knows a diary's resources by.

    The key is the reader's: another grant has another one, and its ids have nothing in common with these.
    """

    def __init__(self, key: bytes, *, pid: str | None = None, in_bundle: bool = False) -> None:
        """With a `pid`, that is the Patient's id; `in_bundle`, resources refer to each other by `urn:uuid:`."""
        self._key = key
        self._pid = pid
        self._in_bundle = in_bundle

    def of(self, what: str, *parts: object) -> str:
        """A UUID (RFC 9562, version 8) made by HMAC-SHA-256 of what it names: the same each time."""
        code = digest(self._key, "\0".join([what, *map(str, parts)]).encode(), "sha256").hex()
        variant = _HEX[int(code[16], 16) & 0x3 | 0x8]
        return f"{code[:8]}-{code[8:12]}-8{code[13:16]}-{variant}{code[17:20]}-{code[20:32]}"

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
