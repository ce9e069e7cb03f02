"""The forms of record ids, and what an id tells of its record's fields (domain, section 3; sync, section 2)."""

# ruff: noqa: D102 - `fits` and `tells` are documented once, by IdForm

import re
from dataclasses import dataclass
from typing import Protocol

from app.domain.catalogue import CONDITION_CODES, MEASURE_CODES
from app.domain.ids import is_uuid7
from app.domain.records.field_types import CONDITION, SLUG, CivilDate, Fault
from app.domain.records.record import Fields


class IdForm(Protocol):
    """The form of the ids of a kind."""

    def fits(self, record_id: str) -> bool:
        """Whether a record of the kind may carry the id."""
        ...

    def tells(self, record_id: str) -> Fields:
        """The fields that a fitting id states by itself, and that a record must not contradict."""
        ...


@dataclass(frozen=True, slots=True)
class ClientUuid:
    """A version 7 UUID made by the phone."""

    def fits(self, record_id: str) -> bool:
        return is_uuid7(record_id)

    def tells(self, record_id: str) -> Fields:  # noqa: ARG002 - the form says nothing of the fields
        return {}


@dataclass(frozen=True, slots=True)
class Patterned:
    """Ids that match a regular expression and say nothing of the fields."""

    form: str

    def fits(self, record_id: str) -> bool:
        return re.fullmatch(self.form, record_id) is not None

    def tells(self, record_id: str) -> Fields:  # noqa: ARG002 - the form says nothing of the fields
        return {}


@dataclass(frozen=True, slots=True)
class OneADay:
    """A prefix and a date, so that two offline phones make the same record; perhaps a condition behind the date."""

    prefix: str
    by_condition: bool = False

    def fits(self, record_id: str) -> bool:
        if not record_id.startswith(self.prefix):
            return False
        day, condition = self._parts(record_id)
        if isinstance(CivilDate().check(day), Fault):
            return False
        if not condition:
            return True
        return self.by_condition and condition[0] == "-" and not isinstance(CONDITION.check(condition[1:]), Fault)

    def tells(self, record_id: str) -> Fields:
        day, condition = self._parts(record_id)
        return {"local_date": day, "condition": condition[1:]} if condition else {"local_date": day}

    def _parts(self, record_id: str) -> tuple[str, str]:
        date_ends = len(self.prefix) + len("YYYY-MM-DD")
        return record_id[len(self.prefix) : date_ends], record_id[date_ends:]


@dataclass(frozen=True, slots=True)
class ConditionId:
    """A catalogue code, which is then the field `code` too, or a UUID for an own condition, which has no code."""

    def fits(self, record_id: str) -> bool:
        return record_id in CONDITION_CODES or is_uuid7(record_id)

    def tells(self, record_id: str) -> Fields:
        return {"code": record_id if record_id in CONDITION_CODES else None}


SLUG_ID = Patterned(SLUG)
USUAL_ID = Patterned("|".join([*sorted(MEASURE_CODES), f"own-{SLUG}"]))
CONFLICT_ID = Patterned("conflict-[0-9a-f]{40}")
