"""The registry of record kinds (domain, section 3): the one place where a kind or a field is declared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.domain.catalogue import CONDITION_CODES, MEASURE_CODES
from app.domain.records.field_types import (
    CONDITION,
    LONGEST_TEXT,
    MEASURE,
    OWN_MEASURE,
    SCORED,
    SLEEP_QUALITY,
    ZONE,
    AnyValue,
    Choice,
    CivilDate,
    FieldType,
    Flag,
    Instant,
    ListOf,
    Milligrams,
    Text,
    WholeNumber,
)
from app.domain.records.record import KindName
from app.domain.records.record_ids import (
    CONFLICT_ID,
    SLUG_ID,
    USUAL_ID,
    ClientUuid,
    ConditionId,
    IdForm,
    OneADay,
)
from app.domain.records.rules import EndsAfterStart, NearItsDay, OrderFollowsFromSeed, OwnConditionIsNamed, Rule
from app.domain.records.timing_order import BEDTIME, MORNING


@dataclass(frozen=True, slots=True)
class Field:
    """A declared field; one that is not required may be absent or null."""

    type: FieldType
    required: bool = False
    filled_in: bool = False
    """Whether the server can supply it, so that a client may leave out even a required one."""
    lasting: bool = False
    """Whether its first value stands for ever."""
    since: int = 1
    """The version of the schema that brought it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kind:
    """A kind of record; there is one object for each."""

    name: KindName
    path: str
    """The REST collection under /v1."""
    id_form: IdForm
    fields: Mapping[str, Field]
    open_form: str | None = None
    """A regular expression of further field names, each an optional score."""
    date_field: str | None
    """The date by which lists are ordered and bounded; None for kinds without one."""
    instant: str | None = None
    """The instant that tells local_date where a client leaves it out."""
    by_night: bool = False
    """Whether local_date names a night, which lasts until the day start."""
    rules: tuple[Rule, ...] = ()
    client_fields: frozenset[str] | None = None
    """The only fields that a client may write, in records that the server makes; None: all, and it makes the record."""
    since: int = 1
    """The version of the schema that brought it."""
    required: tuple[str, ...] = field(init=False)
    """The fields that a stored record has."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "fields", MappingProxyType(dict(self.fields)))
        object.__setattr__(self, "required", tuple(name for name, known in self.fields.items() if known.required))


MOST_FIELDS = 200
"""Fields in one record; reached only by scores of own measures."""

SCORE = WholeNumber(0, 10)
_NAME = Text(200, shortest=1)
_LABEL = Field(Text(200))
_NOTE = Field(Text(LONGEST_TEXT))
_REASON = Field(Text(1000))
_LOCAL_DATE = Field(CivilDate(), required=True, filled_in=True)
_TIME_ZONE = Field(ZONE, required=True, filled_in=True)
_DATE = Field(CivilDate())
_START = Field(CivilDate(), required=True)
_CONDITION = Field(CONDITION)
_TIMING = Field(Choice((BEDTIME, MORNING, "other")))
_FORMULATION = Field(Choice(("capsule", "tablet", "liquid", "sublingual", "troche", "topical", "other")))

DAY = Kind(
    name=KindName("day"),
    path="days",
    id_form=OneADay("day-"),
    date_field="local_date",
    fields={"local_date": _LOCAL_DATE, "time_zone": _TIME_ZONE, "skipped": Field(ListOf(SCORED, 100)), "note": _NOTE}
    | {code: Field(SCORE) for code in [*sorted(MEASURE_CODES), SLEEP_QUALITY]},
    open_form=OWN_MEASURE,
)
MOMENT = Kind(
    name=KindName("moment"),
    path="moments",
    id_form=ClientUuid(),
    date_field="local_date",
    fields={
        "local_date": _LOCAL_DATE,
        "time_zone": _TIME_ZONE,
        "at": Field(Instant(), required=True),
        "measure": Field(SCORED, required=True),
        "value": Field(SCORE, required=True),
        "note": _NOTE,
    },
    instant="at",
    rules=(NearItsDay("at"),),
)
DOSE = Kind(
    name=KindName("dose"),
    path="doses",
    id_form=ClientUuid(),
    date_field="local_date",
    fields={
        "local_date": _LOCAL_DATE,
        "time_zone": _TIME_ZONE,
        "status": Field(Choice(("taken", "partial", "skipped", "held")), required=True),
        "mg": Field(Milligrams()),
        "taken_at": Field(Instant()),
        "timing": _TIMING,
        "formulation": _FORMULATION,
        "reason": _REASON,
        "note": _NOTE,
    },
    instant="taken_at",
    by_night=True,
    rules=(NearItsDay("taken_at"),),
)
REGIMEN_STEP = Kind(
    name=KindName("regimen_step"),
    path="regimen-steps",
    id_form=ClientUuid(),
    date_field="starts_on",
    fields={
        "starts_on": _START,
        "ends_on": _DATE,
        "mg": Field(Milligrams(), required=True),
        "doses_per_day": Field(WholeNumber(1, 24)),
        "timing": _TIMING,
        "formulation": _FORMULATION,
        "reason": Field(Choice(("start", "planned_up", "tolerability_down", "restart", "supply", "clinician", "stop"))),
    },
    rules=(EndsAfterStart("ends_on"),),
)
CONDITION_KIND = Kind(
    name=KindName("condition"),
    path="conditions",
    id_form=ConditionId(),
    date_field=None,
    fields={
        "code": Field(Choice(tuple(sorted(CONDITION_CODES))), filled_in=True),
        "label": _LABEL,
        "diagnosed_on": _DATE,
        "tracked_since": _DATE,
        "primary_measure": Field(MEASURE),
        "target_measures": Field(ListOf(MEASURE, 20)),
        "targets_chosen_on": _DATE,
        "status": Field(Choice(("active", "remission", "resolved"))),
    },
    rules=(OwnConditionIsNamed(),),
)
MEDICATION = Kind(
    name=KindName("medication"),
    path="medications",
    id_form=ClientUuid(),
    date_field="starts_on",
    fields={
        "name": Field(_NAME, required=True),
        "conditions": Field(ListOf(CONDITION, 50)),
        "drug_class": Field(Choice(("opioid", "steroid", "nsaid", "dmard", "antidepressant", "hypnotic", "other"))),
        "starts_on": _DATE,
        "ends_on": _DATE,
        "note": _NOTE,
    },
    rules=(EndsAfterStart("ends_on"),),
)
EVENT = Kind(
    name=KindName("event"),
    path="events",
    id_form=ClientUuid(),
    date_field="starts_on",
    fields={
        "kind": Field(
            Choice(("flare", "infection", "travel", "menstruation", "procedure", "vaccination", "stress", "other"))
        ),
        "condition": _CONDITION,
        "starts_on": _START,
        "ends_on": _DATE,
        "severity": Field(SCORE),
        "note": _NOTE,
    },
    rules=(EndsAfterStart("ends_on"),),
)
IMPRESSION = Kind(
    name=KindName("impression"),
    path="impressions",
    id_form=OneADay("impression-", by_condition=True),
    date_field="local_date",
    fields={
        "local_date": _LOCAL_DATE,
        "condition": Field(CONDITION, filled_in=True),
        "change": Field(WholeNumber(1, 7)),
    },
)
MEASURE_KIND = Kind(
    name=KindName("measure"),
    path="measures",
    id_form=SLUG_ID,
    date_field=None,
    fields={
        "label": Field(_NAME, required=True),
        "direction": Field(Choice(("lower_is_better", "higher_is_better")), required=True, lasting=True),
        "retired": Field(Flag()),
    },
)
TIMING_PLAN = Kind(
    name=KindName("timing_plan"),
    path="timing-plans",
    id_form=ClientUuid(),
    date_field="starts_on",
    fields={
        "starts_on": _START,
        "weeks": Field(WholeNumber(4, 32, step=2), required=True),
        "seed": Field(Text(100, shortest=1), required=True),
        "agreed_with_prescriber": Field(Flag(), required=True),
        "order": Field(ListOf(Choice((BEDTIME, MORNING)), 32, distinct=False), filled_in=True),
        "ended_on": _DATE,
    },
    rules=(EndsAfterStart("ended_on"), OrderFollowsFromSeed()),
)
USUAL = Kind(
    name=KindName("usual"),
    path="usuals",
    id_form=USUAL_ID,
    date_field="asked_on",
    fields={"value": Field(SCORE, required=True), "asked_on": _START},
)
CONFLICT = Kind(
    name=KindName("conflict"),
    path="conflicts",
    id_form=CONFLICT_ID,
    date_field=None,
    fields={
        "record_kind": Field(Text(64), required=True),
        "record_id": Field(Text(64), required=True),
        "field": Field(Text(64)),
        "kept": Field(AnyValue()),
        "offered": Field(AnyValue()),
        "offered_by": Field(Text(100)),
        "status": Field(Choice(("open", "settled")), required=True),
    },
    client_fields=frozenset({"status"}),
)

KINDS: Mapping[KindName, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            DAY,
            MOMENT,
            DOSE,
            REGIMEN_STEP,
            CONDITION_KIND,
            MEDICATION,
            EVENT,
            IMPRESSION,
            MEASURE_KIND,
            TIMING_PLAN,
            USUAL,
            CONFLICT,
        )
    }
)
"""Every kind by its name, in the order of domain, section 3."""
