"""Identifiers. Keys are small integers that never leave the service; ids are what the wire shows."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import NewType

AccountKey = NewType("AccountKey", int)
PatientKey = NewType("PatientKey", int)
"""The owner of a diary: the key of the patient's account, under its own name so that the two are not mixed up."""
SessionKey = NewType("SessionKey", int)
GrantKey = NewType("GrantKey", int)
ShareKey = NewType("ShareKey", int)

AccountId = NewType("AccountId", str)
SessionId = NewType("SessionId", str)
RecordId = NewType("RecordId", str)
GrantId = NewType("GrantId", str)
ShareId = NewType("ShareId", str)
Device = NewType("Device", str)
"""Who wrote: a phone's device id, or `api:<session id>` for a REST write."""
Revision = NewType("Revision", int)

_RECORD_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def is_record_id(text: str) -> bool:
    """Whether a record may carry this id at all: 1 to 64 ASCII letters, digits, `-` or `_`."""
    return _RECORD_ID.fullmatch(text) is not None


def is_uuid7(text: str) -> bool:
    """Whether the text is a lower-case UUID of version 7 (RFC 9562)."""
    return _UUID7.fullmatch(text) is not None


def uuid7(at: datetime, chance: bytes) -> str:
    """A version 7 UUID (RFC 9562) from an instant and 10 random bytes."""
    milliseconds = (at - _EPOCH) // timedelta(milliseconds=1)  # by whole numbers: a float loses one now and then
    bits = (milliseconds << 80) | int.from_bytes(chance, "big")
    bits = bits & ~(0xF << 76) | (0x7 << 76)
    bits = bits & ~(0x3 << 62) | (0x2 << 62)
    return str(uuid.UUID(int=bits))
