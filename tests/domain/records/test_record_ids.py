import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import Invalid
from app.domain.ids import RecordId, is_record_id
from app.domain.records.kinds import (
    CONDITION_KIND,
    CONFLICT,
    DAY,
    DOSE,
    IMPRESSION,
    KINDS,
    MEASURE_KIND,
    USUAL,
    Kind,
)
from app.domain.records.record import Value
from app.domain.records.validation import canonical_id, check_id
from tests.domain.records.samples import UUID, any_record, kinds


def refusal(kind: Kind, record_id: str) -> tuple[str, str]:
    with pytest.raises(Invalid) as refused:
        check_id(kind, record_id)
    (error,) = refused.value.errors
    assert record_id not in error.message or not record_id
    return error.pointer, error.code


@given(any_record)
def test_the_id_of_a_record_fits_its_kind(drawn: tuple[Kind, tuple[RecordId, dict[str, Value]]]) -> None:
    kind, (record_id, _) = drawn
    check_id(kind, record_id)
    assert canonical_id(kind, record_id) == record_id
    assert is_record_id(record_id)


@given(kinds, st.text(st.characters(codec=None)) | st.text("day-impression20260301_", max_size=70))
def test_any_text_is_an_id_or_refused(kind: Kind, raw: str) -> None:
    try:
        record_id = canonical_id(kind, raw)
    except Invalid:
        return
    assert is_record_id(record_id)
    assert canonical_id(kind, record_id) == record_id


@pytest.mark.parametrize(
    ("kind", "record_id"),
    [
        (DAY, "day-2026-03-01"),
        (DOSE, UUID),
        (CONDITION_KIND, "fibromyalgia"),
        (CONDITION_KIND, UUID),
        (IMPRESSION, "impression-2026-03-01"),
        (IMPRESSION, "impression-2026-03-01-rheumatoid_arthritis"),
        (IMPRESSION, f"impression-2026-03-01-{UUID}"),
        (MEASURE_KIND, "grip_strength"),
        (USUAL, "pain"),
        (USUAL, "own-grip_strength"),
        (CONFLICT, "conflict-" + "0123456789" * 4),
    ],
)
def test_ids_that_fit(kind: Kind, record_id: str) -> None:
    check_id(kind, record_id)


@pytest.mark.parametrize(
    ("kind", "record_id"),
    [
        (DAY, "day-2026-02-29"),
        (DAY, "day-2026-03-01-fibromyalgia"),
        (DAY, "day-1899-12-31"),
        (DAY, "2026-03-01"),
        (DAY, UUID),
        (DOSE, UUID.upper()),
        (DOSE, "day-2026-03-01"),
        (CONDITION_KIND, "gout"),
        (IMPRESSION, "impression-2026-03-01-"),
        (IMPRESSION, "impression-2026-03-01-gout"),
        (IMPRESSION, "impression-2026-03-01_lupus"),
        (IMPRESSION, "impression-2026-03"),
        (MEASURE_KIND, "Grip"),
        (MEASURE_KIND, "a" * 41),
        (USUAL, "grip_strength"),
        (USUAL, "sleep_quality"),
        (CONFLICT, "conflict-1"),
    ],
)
def test_ids_that_no_record_of_the_kind_carries(kind: Kind, record_id: str) -> None:
    assert refusal(kind, record_id) == ("id", "id-mismatch")


@pytest.mark.parametrize("record_id", ["", "a" * 65, "own:grip", "a/b", "é", "\ud800", "a\0", "pain\n"])
def test_text_that_is_no_id_at_all(record_id: str) -> None:
    assert refusal(USUAL, record_id) == ("id", "invalid-text")


def test_a_day_may_be_named_by_its_plain_date() -> None:
    assert canonical_id(DAY, "2026-03-01") == "day-2026-03-01"
    with pytest.raises(Invalid):
        canonical_id(DAY, "2026-02-30")
    with pytest.raises(Invalid):
        canonical_id(IMPRESSION, "2026-03-01")


def test_every_kind_has_its_own_collection() -> None:
    assert len({kind.path for kind in KINDS.values()}) == len(KINDS)
