"""The place up to which a phone has pulled: `<epoch>.<revision>.<schema>`, opaque to the phone."""

import re
from dataclasses import dataclass
from typing import Final

from app.domain.errors import FieldError, Invalid
from app.domain.ids import Revision
from app.domain.sync.schema import MAX_SCHEMA, MIN_SCHEMA, Schema

BEGINNING: Final = Revision(0)
_EPOCH: Final = r"[A-Za-z0-9_-]{1,64}"
_CURSOR: Final = re.compile(rf"({_EPOCH})\.([0-9]{{1,16}})\.([0-9]{{1,4}})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """All up to this revision is there, as far as a phone of this schema knows it."""

    epoch: str | None
    """None where the phone keeps a number only."""
    rev: Revision
    schema: Schema

    def __str__(self) -> str:
        """As it is handed out."""
        return f"{self.epoch}.{self.rev}.{self.schema}"


def is_epoch(text: str) -> bool:
    """Whether an epoch may be called so."""
    return re.fullmatch(_EPOCH, text, re.ASCII) is not None


def read_cursor(text: str) -> Cursor:
    """A cursor of ours; refuses with Invalid."""
    found = _CURSOR.fullmatch(text)
    if found is None or not MIN_SCHEMA <= int(found[3]) <= MAX_SCHEMA:
        raise Invalid([FieldError(pointer="cursor", code="out-of-range", message="This is no cursor of a pull.")])
    return Cursor(epoch=found[1], rev=Revision(int(found[2])), schema=Schema(int(found[3])))
