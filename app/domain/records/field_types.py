"""The types of fields: what each accepts, and the JSON Schema (2020-12) that says the same.

`check` gives the value as it is stored, or the Fault for which it is refused; null is decided by the field, not here.
"""

# ruff: noqa: D102 - `check` and `schema` are documented once, by FieldType

import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol, TypeAlias, TypeGuard, cast

from app.domain.catalogue import CONDITION_CODES, MEASURE_CODES
from app.domain.records.record import Value, plain
from app.domain.strict_json import is_storable

Schema: TypeAlias = dict[str, object]

SLUG = "[a-z0-9_]{1,40}"
OWN_MEASURE = f"own:{SLUG}"
UUID7 = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
SLEEP_QUALITY = "sleep_quality"

_YEAR = "(?:19|2[0-9])[0-9]{2}"
"""Years 1900 to 2999. A bound above keeps every later sum of a date and a few weeks within the calendar."""
_DAY = f"{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
_HOUR = "(?:[01][0-9]|2[0-3])"
_DATE = re.compile(_DAY)
_INSTANT = re.compile(f"{_DAY}[Tt]{_HOUR}:[0-5][0-9]:[0-5][0-9](?:[.][0-9]{{1,9}})?(?:[Zz]|[+-]{_HOUR}:[0-5][0-9])")

_MOST_MG = 50
_MICROGRAM = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a value is refused. The message never repeats what was sent."""

    code: str
    message: str


class FieldType(Protocol):
    """What a field accepts."""

    def check(self, value: object) -> Value | Fault:
        """The value as stored, or why it is refused; never raises, whatever the value is."""
        ...

    def schema(self) -> Schema:
        """The JSON Schema of a value that is not null."""
        ...


@dataclass(frozen=True, slots=True)
class WholeNumber:
    """An integer within bounds; true is not 1 and 3.0 is not 3."""

    lowest: int
    highest: int
    step: int = 1

    def check(self, value: object) -> Value | Fault:
        if type(value) is int and self.lowest <= value <= self.highest and value % self.step == 0:
            return value
        if _is_number(value) and (type(value) is int or not self.lowest <= value <= self.highest):
            return Fault("out-of-range", f"{self._wanted()}.")
        return Fault("wrong-type", f"{self._wanted()}, without quotes or decimals.")

    def schema(self) -> Schema:
        steps: Schema = {} if self.step == 1 else {"multipleOf": self.step}
        return {"type": "integer", "minimum": self.lowest, "maximum": self.highest} | steps

    def _wanted(self) -> str:
        steps = "" if self.step == 1 else f" in steps of {self.step}"
        return f"Give a whole number from {self.lowest} to {self.highest}{steps}"


@dataclass(frozen=True, slots=True)
class Milligrams:
    """Above 0, at most 50, up to 3 decimal places; exact, since a dose never passes through a binary float."""

    def check(self, value: object) -> Value | Fault:
        if not _is_number(value):
            return Fault("wrong-type", "Give a number of milligrams, without quotes.")
        if not 0 < value <= _MOST_MG:
            return Fault("out-of-range", f"Give more than 0 and at most {_MOST_MG} mg.")
        rounded = Decimal(value).quantize(_MICROGRAM)
        if rounded != value:
            return Fault("out-of-range", "Give milligrams with at most 3 decimal places.")
        return Decimal(plain(rounded))

    def schema(self) -> Schema:
        return {"type": "number", "exclusiveMinimum": 0, "maximum": _MOST_MG, "multipleOf": float(_MICROGRAM)}


@dataclass(frozen=True, slots=True)
class Text:
    """Any Unicode text but NUL and lone surrogates; lengths in code points."""

    longest: int
    shortest: int = 0

    def check(self, value: object) -> Value | Fault:
        if not isinstance(value, str):
            return Fault("wrong-type", "Give text.")
        if not self.shortest <= len(value) <= self.longest:
            return Fault("out-of-range", f"Give {self.shortest} to {self.longest} characters.")
        if not is_storable(value):
            return Fault("invalid-text", "The text holds a character that can't be stored.")
        return value

    def schema(self) -> Schema:
        shortest: Schema = {"minLength": self.shortest} if self.shortest else {}
        return {"type": "string", "maxLength": self.longest, "pattern": r"^[^\u0000]*$"} | shortest


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few words."""

    words: tuple[str, ...]

    def check(self, value: object) -> Value | Fault:
        if not isinstance(value, str):
            return Fault("wrong-type", "Give text.")
        return value if value in self.words else Fault("out-of-range", f"Give one of: {', '.join(self.words)}.")

    def schema(self) -> Schema:
        return {"type": "string", "enum": list(self.words)}


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def check(self, value: object) -> Value | Fault:
        return value if isinstance(value, bool) else Fault("wrong-type", "Give true or false.")

    def schema(self) -> Schema:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class CivilDate:
    """A real date from 1900 to 2999, as `YYYY-MM-DD`."""

    def check(self, value: object) -> Value | Fault:
        if not isinstance(value, str):
            return Fault("wrong-type", "Give a date as YYYY-MM-DD.")
        try:
            # Only what the calendar writes back unchanged; Python also reads 20260301 and 2026-W09-7.
            if date.fromisoformat(value).isoformat() != value:
                return _NO_DATE
        except ValueError:
            return _NO_DATE
        return value if _DATE.fullmatch(value) else _FAR_DATE

    def schema(self) -> Schema:
        return {"type": "string", "format": "date", "pattern": f"^{_DATE.pattern}$"}


_NO_DATE = Fault("invalid-date", "Give a date of the calendar as YYYY-MM-DD.")
_FAR_DATE = Fault("out-of-range", "Give a date from 1900-01-01 to 2999-12-31.")


@dataclass(frozen=True, slots=True)
class Instant:
    """RFC 3339 with seconds and an offset, years as in CivilDate; kept as sent, but `t` and `z` in upper case."""

    def check(self, value: object) -> Value | Fault:
        if not isinstance(value, str):
            return Fault("wrong-type", _INSTANT_WANTED)
        if not _INSTANT.fullmatch(value):
            return Fault("invalid-date", _INSTANT_WANTED)
        try:
            datetime.fromisoformat(value.upper())
        except ValueError:
            return Fault("invalid-date", _INSTANT_WANTED)
        return value.upper()

    def schema(self) -> Schema:
        return {"type": "string", "format": "date-time", "pattern": f"^{_INSTANT.pattern}$"}


_INSTANT_WANTED = "Give an instant with seconds and offset, as 2026-03-01T22:15:00+01:00, from 1900 to 2999."


@dataclass(frozen=True, slots=True)
class Code:
    """Text of a fixed form, such as a measure code."""

    form: str
    """A regular expression that the whole text matches."""
    meaning: str

    def check(self, value: object) -> Value | Fault:
        if not isinstance(value, str):
            return Fault("wrong-type", f"Give {self.meaning} as text.")
        return value if re.fullmatch(self.form, value) else Fault("out-of-range", f"Give {self.meaning}.")

    def schema(self) -> Schema:
        return {"type": "string", "pattern": f"^(?:{self.form})$"}


MEASURE = Code("|".join([*sorted(MEASURE_CODES), OWN_MEASURE]), "a measure code")
SCORED = Code(f"{MEASURE.form}|{SLEEP_QUALITY}", "a measure code")
"""What a day or a moment can hold a score of: a client may score the quality of sleep, turned when it is read."""
CONDITION = Code("|".join([*sorted(CONDITION_CODES), UUID7]), "a condition code, or the id of an own condition")
ZONE = Code("[A-Za-z0-9 ._+:/()-]{1,64}", "the name of a time zone")
"""A name that the server does not know is kept: a phone's zone data may be newer."""


@dataclass(frozen=True, slots=True)
class ListOf:
    """A short list; in one of distinct items, what stands twice is kept once, where it stood first."""

    item: Code | Choice | Text
    longest: int
    distinct: bool = True

    def check(self, value: object) -> Value | Fault:
        if not isinstance(value, list | tuple):
            return Fault("wrong-type", "Give a list.")
        items = cast("list[object] | tuple[object, ...]", value)
        if len(items) > self.longest:
            return Fault("out-of-range", f"Give at most {self.longest} items.")
        for item in items:
            if isinstance(found := self.item.check(item), Fault):
                return found
        texts = cast("list[str]", items)
        return tuple(dict.fromkeys(texts) if self.distinct else texts)

    def schema(self) -> Schema:
        return {"type": "array", "items": self.item.schema(), "maxItems": self.longest}


@dataclass(frozen=True, slots=True)
class AnyValue:
    """Whatever some other field may hold; for what two devices disagreed on."""

    def check(self, value: object) -> Value | Fault:
        if isinstance(value, bool) or (type(value) is int and value == 0):
            return value
        if isinstance(value, str):
            return _ANY_TEXT.check(value)
        return (Milligrams() if _is_number(value) else _ANY_LIST).check(value)

    def schema(self) -> Schema:
        number = Milligrams().schema() | {"minimum": 0}
        del number["exclusiveMinimum"]
        kinds: Schema = {"type": ["boolean", "number", "string", "array"]}
        return number | _ANY_TEXT.schema() | _ANY_LIST.schema() | kinds


LONGEST_TEXT = 4000
_ANY_TEXT = Text(LONGEST_TEXT)
_ANY_LIST = ListOf(Text(64), 100, distinct=False)


def _is_number(value: object) -> TypeGuard[int | Decimal]:
    """Whether it is a number of the reader's: never a bool, a binary float or a NaN."""
    return type(value) is int or (isinstance(value, Decimal) and value.is_finite())
