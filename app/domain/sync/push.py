"""A push as a phone sends it, and its place among the pushes of its device (sync, section 3)."""

import json
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Final, cast

from app.domain.errors import FieldError, Invalid, Refusal
from app.domain.ids import Device, is_record_id
from app.domain.strict_json import MOST_NAMED, JsonValue, RepeatedKeys, pointer_to
from app.domain.sync.change import Change
from app.domain.sync.mutation import Rejected, read_mutation, type_fault
from app.domain.sync.schema import Schema, checked_schema

MOST_MUTATIONS: Final = 500
KEPT_PUSHES: Final = 64
"""The last pushes of a device that are answered again when they come again."""
_MOST_SEQ: Final = 2**53
_MEMBERS: Final = frozenset({"device", "seq", "schema", "epoch", "mutations"})


class TooManyMutations(Refusal):
    """More mutations than one push may hold."""

    code = "body-too-large"


class BadSeq(Refusal):
    """The push does not follow the last one of its device; the phone drops nothing and sends under last_seq + 1."""

    code = "bad-seq"

    def __init__(self, last_seq: int) -> None:
        super().__init__(self.code)
        self.last_seq = last_seq


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """What one device sends at once."""

    device: Device
    seq: int
    """1 for a device's first push, then one more each time."""
    schema: Schema
    epoch: str
    mutations: tuple[Change | Rejected, ...]
    digest: bytes
    """SHA-256 of the mutations, however they were spaced and ordered."""


def read_push(sent: JsonValue) -> Push:
    """The push; refuses what is wrong with it as a whole, with Invalid, TooManyMutations or SchemaUnsupported."""
    if not isinstance(sent, dict):
        raise Invalid([FieldError(pointer="", code="wrong-type", message="A push is a JSON object.")])
    if isinstance(sent, RepeatedKeys):
        raise Invalid([FieldError(pointer="", code="repeated-field", message="A member stands here twice.")])
    mutations = sent.get("mutations")
    errors = [
        FieldError(pointer=f"/{name}", code=code, message=wanted)
        for name, code, wanted in (
            ("device", _device_fault(sent.get("device")), "Give the device's id: 1 to 64 letters, digits, - and _."),
            ("seq", _counter_fault(sent.get("seq")), "Give the number of the push, from 1."),
            ("schema", _counter_fault(sent.get("schema")), "Give the version of the schema that the app knows."),
            ("epoch", type_fault(sent.get("epoch"), str), "Give the epoch that the last pull named."),
            ("mutations", type_fault(mutations, list), "Give a list of mutations."),
        )
        if code is not None
    ]
    errors += [
        FieldError(pointer=pointer_to(name), code="unknown-field", message="A push has no such member.")
        for name in sorted(sent.keys() - _MEMBERS)[:MOST_NAMED]
    ]
    if errors:
        raise Invalid(errors)
    listed = cast("list[JsonValue]", mutations)
    if len(listed) > MOST_MUTATIONS:
        raise TooManyMutations
    return Push(
        device=Device(cast("str", sent["device"])),
        seq=cast("int", sent["seq"]),
        schema=checked_schema(cast("int", sent["schema"])),
        epoch=cast("str", sent["epoch"]),
        mutations=tuple(map(read_mutation, listed)),
        digest=sha256(json.dumps(listed, default=_exact, sort_keys=True).encode()).digest(),
    )


def is_repeated(seq: int, last_seq: int) -> bool:
    """Whether it came before; refuses with BadSeq one that neither follows the last nor is among those kept."""
    if seq == last_seq + 1:
        return False
    if last_seq - KEPT_PUSHES < seq <= last_seq:
        return True
    raise BadSeq(last_seq)


def _device_fault(value: JsonValue) -> str | None:
    return type_fault(value, str) or (None if is_record_id(cast("str", value)) else "invalid-text")


def _counter_fault(value: JsonValue) -> str | None:
    return type_fault(value, int) or (None if 1 <= cast("int", value) <= _MOST_SEQ else "out-of-range")


def _exact(value: object) -> list[str]:
    """A number with decimals, as nothing else is sent: as mere text it would pass for one that came in quotes."""
    assert isinstance(value, Decimal)  # noqa: S101 - the reader makes nothing else that JSON lacks
    return ["\0", str(value)]
