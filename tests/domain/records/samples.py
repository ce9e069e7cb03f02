"""Hypothesis strategies made from the registry of kinds: what each field accepts, and whole records."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache, singledispatch
from typing import cast

from hypothesis import strategies as st

from app.domain.ids import RecordId
from app.domain.records.field_types import (
    AnyValue,
    Choice,
    CivilDate,
    Code,
    FieldType,
    Flag,
    Instant,
    ListOf,
    Milligrams,
    Text,
    WholeNumber,
)
from app.domain.records.kinds import CONDITION_KIND, CONFLICT, DAY, IMPRESSION, KINDS, MEASURE_KIND, USUAL, Kind
from app.domain.records.record import Value
from app.domain.records.timing_order import timing_order

LATEST_DAY = date(2026, 11, 26)
UUID = "0198c0de-1111-7222-8333-444455556666"

kinds = st.sampled_from([*KINDS.values()])
days = st.dates(date(1900, 1, 1), date(2999, 12, 31)).map(date.isoformat)
past_days = st.dates(date(1900, 1, 2), LATEST_DAY).map(date.isoformat)
milligrams = st.integers(1, 50_000).map(lambda ug: Decimal(ug) / 1000)


_STORABLE = st.characters(exclude_categories=["Cs"], exclude_characters="\0")


@st.composite
def instants(draw: st.DrawFn) -> str:
    offset = timezone(timedelta(minutes=draw(st.integers(-23 * 60 - 59, 23 * 60 + 59))))
    at = draw(st.datetimes(datetime.fromisoformat("1900-01-01"), datetime.fromisoformat("2999-12-31")))
    text = at.replace(tzinfo=offset).isoformat()
    return text.replace("+00:00", draw(st.sampled_from(["Z", "+00:00", "-00:00"])))


@cache
def accepted(field_type: FieldType) -> st.SearchStrategy[Value]:
    """Values that the type stores just as they are."""
    return _accepted(field_type)


@singledispatch
def _accepted(field_type: FieldType) -> st.SearchStrategy[Value]:
    raise NotImplementedError(field_type)


@_accepted.register
def _(number: WholeNumber) -> st.SearchStrategy[Value]:
    return st.sampled_from(range(number.lowest, number.highest + 1, number.step))


@_accepted.register
def _(_: Milligrams) -> st.SearchStrategy[Value]:
    return milligrams


@_accepted.register
def _(text: Text) -> st.SearchStrategy[Value]:
    return st.text(_STORABLE, min_size=text.shortest, max_size=min(text.longest, 30))


@_accepted.register
def _(choice: Choice) -> st.SearchStrategy[Value]:
    return st.sampled_from(choice.words)


@_accepted.register
def _(_: Flag) -> st.SearchStrategy[Value]:
    return st.booleans()


@_accepted.register
def _(_: CivilDate) -> st.SearchStrategy[Value]:
    return days


@_accepted.register
def _(_: Instant) -> st.SearchStrategy[Value]:
    return instants()


@_accepted.register
def _(code: Code) -> st.SearchStrategy[Value]:
    return st.from_regex(code.form, fullmatch=True)


@_accepted.register
def _(items: ListOf) -> st.SearchStrategy[Value]:
    return st.lists(_accepted(items.item), max_size=6, unique=items.distinct).map(
        lambda drawn: cast("Value", tuple(drawn))
    )


@_accepted.register
def _(_: AnyValue) -> st.SearchStrategy[Value]:
    return st.booleans() | st.integers(0, 10) | milligrams | st.text("ab ü", max_size=9)


@st.composite
def records(draw: st.DrawFn, kind: Kind) -> tuple[RecordId, dict[str, Value]]:
    """A whole record that breaks no rule."""
    fields: dict[str, Value] = {}
    for name, declared in kind.fields.items():
        if declared.required or draw(st.booleans()):
            fields[name] = draw(accepted(declared.type) if declared.required else st.none() | accepted(declared.type))
    if kind.open_form:
        fields |= draw(st.dictionaries(st.from_regex(kind.open_form, fullmatch=True), st.integers(0, 10), max_size=2))
    _keep_rules(draw, kind, fields)
    return RecordId(_id_for(draw, kind, fields)), fields


def _keep_rules(draw: st.DrawFn, kind: Kind, fields: dict[str, Value]) -> None:
    if "local_date" in fields:
        fields["local_date"] = draw(past_days)
    if kind.instant and fields.get(kind.instant):
        fields[kind.instant] = f"{fields['local_date']}T{draw(st.integers(0, 23)):02}:30:00+02:00"
    for last in ("ends_on", "ended_on"):
        if fields.get(last) and fields.get("starts_on"):
            fields["starts_on"], fields[last] = sorted([str(fields["starts_on"]), str(fields[last])])
    if fields.get("order") is not None:
        fields["order"] = timing_order(str(fields["seed"]), int(str(fields["weeks"])))


def _id_for(draw: st.DrawFn, kind: Kind, fields: dict[str, Value]) -> str:
    condition = fields.get("condition")
    behind = f"-{condition}" if condition and draw(st.booleans()) else ""
    if kind is CONDITION_KIND and not fields.get("code"):
        fields["label"] = "Something rare"
    ids = {
        DAY.name: f"day-{fields.get('local_date')}",
        IMPRESSION.name: f"impression-{fields.get('local_date')}{behind}",
        CONDITION_KIND.name: str(fields.get("code") or UUID),
        MEASURE_KIND.name: draw(st.from_regex("[a-z0-9_]{1,40}", fullmatch=True)),
        USUAL.name: draw(st.sampled_from(["pain", "own-grip"])),
        CONFLICT.name: "conflict-" + "0a" * 20,
    }
    return ids.get(kind.name, UUID)


_client_kinds = st.sampled_from([kind for kind in KINDS.values() if kind.client_fields is None])
any_client_record = _client_kinds.flatmap(lambda kind: st.tuples(st.just(kind), records(kind)))
"""One of a kind that clients make."""

any_record = kinds.flatmap(lambda kind: st.tuples(st.just(kind), records(kind)))
