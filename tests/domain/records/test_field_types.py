from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.records.field_types import (
    AnyValue,
    Choice,
    CivilDate,
    Fault,
    FieldType,
    Flag,
    Instant,
    ListOf,
    Milligrams,
    Text,
    WholeNumber,
)
from app.domain.records.kinds import CONDITION_KIND, DAY, EVENT, KINDS, SCORE
from app.domain.records.record import Value, encode
from tests.domain.records.samples import UUID, accepted, milligrams

ALL_TYPES = [declared.type for kind in KINDS.values() for declared in kind.fields.values()]
MEASURES = DAY.fields["skipped"].type
ZONE_NAME = DAY.fields["time_zone"].type

numbers = st.integers() | st.decimals() | st.floats() | st.booleans()
anything = st.recursive(
    st.none() | numbers | st.text(st.characters(codec=None)) | st.binary() | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
    max_leaves=5,
)


def code(field_type: FieldType, value: object) -> str | None:
    found = field_type.check(value)
    return found.code if isinstance(found, Fault) else None


@given(st.sampled_from(ALL_TYPES), anything)
def test_no_value_at_all_raises(field_type: FieldType, value: object) -> None:
    found = field_type.check(value)
    assert isinstance(found, Fault) or field_type.check(found) == found


@given(st.sampled_from(ALL_TYPES).flatmap(lambda kind: st.tuples(st.just(kind), accepted(kind))))
def test_what_is_accepted_is_stored_as_it_was_sent(drawn: tuple[FieldType, Value]) -> None:
    field_type, value = drawn
    assert field_type.check(value) == value


@given(st.sampled_from(ALL_TYPES), st.text("cnry-", min_size=30, max_size=40))
def test_no_message_repeats_what_was_sent(field_type: FieldType, secret: str) -> None:
    for value in (secret, [secret], {secret: secret}):
        found = field_type.check(value)
        if isinstance(found, Fault):
            assert secret not in found.message


@pytest.mark.parametrize("value", [0, 1, 10])
def test_scores_run_from_0_to_10(value: int) -> None:
    assert SCORE.check(value) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (-1, "out-of-range"),
        (11, "out-of-range"),
        (10**30, "out-of-range"),
        (Decimal("1" * 10_000), "out-of-range"),
        (Decimal("-1E+999999999999999999"), "out-of-range"),
        (True, "wrong-type"),
        (False, "wrong-type"),
        (Decimal("3.0"), "wrong-type"),
        (Decimal("4.5"), "wrong-type"),
        (Decimal("NaN"), "wrong-type"),
        (3.0, "wrong-type"),
        ("7", "wrong-type"),
        ([7], "wrong-type"),
    ],
)
def test_a_score_is_a_whole_number_and_nothing_else(value: object, expected: str) -> None:
    assert code(SCORE, value) == expected


def test_weeks_of_a_plan_are_even() -> None:
    weeks = WholeNumber(4, 32, step=2)
    assert [count for count in range(40) if code(weeks, count) is None] == [*range(4, 34, 2)]
    assert weeks.check(5) == Fault("out-of-range", "Give a whole number from 4 to 32 in steps of 2.")


@given(milligrams)
def test_a_dose_is_stored_exactly(mg: Decimal) -> None:
    stored = Milligrams().check(mg)
    assert isinstance(stored, Decimal)
    assert stored == mg


@given(st.integers(1, 50_000), st.integers(0, 40))
def test_needless_zeros_are_stripped(micrograms: int, zeros: int) -> None:
    text = f"{micrograms // 1000}.{micrograms % 1000:03}" + "0" * zeros
    stored = Milligrams().check(Decimal(text))
    assert isinstance(stored, Decimal)
    assert stored * 1000 == micrograms
    assert str(stored) == encode({"mg": stored})[len('{"mg":') : -1]


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_milligrams_are_refused_by_their_exact_value(number: Decimal) -> None:
    with localcontext() as exact:
        exact.prec = 10_000
        fits = 0 < number <= 50 and (number * 1000) % 1 == 0
    assert (code(Milligrams(), number) is None) == fits


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "out-of-range"),
        (-1, "out-of-range"),
        (51, "out-of-range"),
        (Decimal("50.001"), "out-of-range"),
        (Decimal("0.0005"), "out-of-range"),
        (Decimal("4.4999999999999999999"), "out-of-range"),
        (Decimal("1E-999999999999999999"), "out-of-range"),
        (Decimal("1E+999999999999999999"), "out-of-range"),
        (Decimal("1." + "0" * 100_000 + "1"), "out-of-range"),
        (10**4_000, "out-of-range"),
        (Decimal("Infinity"), "wrong-type"),
        (Decimal("sNaN"), "wrong-type"),
        (4.5, "wrong-type"),
        ("4.5", "wrong-type"),
        (True, "wrong-type"),
    ],
)
def test_milligrams_are_above_0_at_most_50_with_3_places(value: object, expected: str) -> None:
    assert code(Milligrams(), value) == expected


@pytest.mark.parametrize("value", [3, Decimal(3), Decimal("3.000"), Decimal("0.3E1"), Decimal("3." + "0" * 1000)])
def test_a_whole_dose_is_the_same_decimal_however_it_was_written(value: int | Decimal) -> None:
    stored = Milligrams().check(value)
    assert isinstance(stored, Decimal)
    assert str(stored) == "3"


def test_a_note_may_be_4000_characters_of_any_script() -> None:
    note = Text(4000)
    assert note.check("🙂" * 4000) == "🙂" * 4000
    assert note.check("") == ""
    assert code(note, "a" * 4001) == "out-of-range"
    assert code(note, 5) == "wrong-type"
    assert code(Text(200, shortest=1), "") == "out-of-range"


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "\udfff!"])
def test_text_that_no_database_holds_is_refused(text: str) -> None:
    assert code(Text(4000), text) == "invalid-text"


def test_a_choice_is_one_of_its_words() -> None:
    choice = Choice(("bedtime", "morning"))
    assert choice.check("bedtime") == "bedtime"
    assert code(choice, "Bedtime") == "out-of-range"
    assert code(choice, None) == "wrong-type"


def test_a_flag_is_true_or_false() -> None:
    assert Flag().check(value=False) is False
    assert code(Flag(), 1) == "wrong-type"


@pytest.mark.parametrize("text", ["1900-01-01", "2024-02-29", "2999-12-31"])
def test_a_real_date_is_kept(text: str) -> None:
    assert CivilDate().check(text) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-02-29", "invalid-date"),
        ("2026-13-01", "invalid-date"),
        ("2026-00-10", "invalid-date"),
        ("20260301", "invalid-date"),
        ("2026-W09-7", "invalid-date"),
        ("2026-3-1", "invalid-date"),
        ("2026-03-01T00:00:00Z", "invalid-date"),
        (" 2026-03-01", "invalid-date"),
        ("2026-03-01\n", "invalid-date"),
        ("\u0662\u0660\u0662\u0666-\u0660\u0663-\u0660\u0661", "invalid-date"),
        ("\ud800", "invalid-date"),
        ("86400", "invalid-date"),
        ("", "invalid-date"),
        ("1899-12-31", "out-of-range"),
        ("0001-01-01", "out-of-range"),
        ("9999-12-31", "out-of-range"),
        (86400, "wrong-type"),
    ],
)
def test_what_is_no_date_of_the_calendar_is_refused(value: object, expected: str) -> None:
    assert code(CivilDate(), value) == expected


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("2026-03-01T22:15:00+01:00", "2026-03-01T22:15:00+01:00"),
        ("2026-03-01T22:15:00Z", "2026-03-01T22:15:00Z"),
        ("2026-03-01t22:15:00z", "2026-03-01T22:15:00Z"),
        ("2026-03-01T22:15:00.123456789-00:00", "2026-03-01T22:15:00.123456789-00:00"),
        ("2024-02-29T00:00:00+23:59", "2024-02-29T00:00:00+23:59"),
    ],
)
def test_an_instant_is_kept_with_its_offset(sent: str, stored: str) -> None:
    assert Instant().check(sent) == stored


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T22:15:00",
        "2026-03-01T22:15Z",
        "2026-03-01 22:15:00Z",
        "2026-03-01",
        "2026-02-29T22:15:00Z",
        "2026-03-01T24:00:00Z",
        "2026-03-01T22:15:60Z",
        "2026-03-01T22:15:00+1:00",
        "2026-03-01T22:15:00+0100",
        "2026-03-01T22:15:00+24:00",
        "2026-03-01T22:15:00.Z",
        "2026-03-01T22:15:00Z\n",
        "20260301T221500Z",
        "1899-12-31T22:15:00Z",
        "9999-12-31T23:59:59-14:00",
        "1772403300",
        "",
    ],
)
def test_what_is_no_instant_with_an_offset_is_refused(text: str) -> None:
    assert code(Instant(), text) == "invalid-date"


def test_an_instant_is_text() -> None:
    assert code(Instant(), 1772403300) == "wrong-type"


@pytest.mark.parametrize("measure", ["pain", "function", "sleep_quality", "own:grip_strength", "own:" + "a" * 40])
def test_measures_that_hold_scores(measure: str) -> None:
    assert MEASURES.check([measure]) == (measure,)


@pytest.mark.parametrize("measure", ["Pain", "own:", "own:Grip", "own:" + "a" * 41, "grip", "pain\n", "own-grip", ""])
def test_words_that_are_no_measure(measure: str) -> None:
    assert code(MEASURES, [measure]) == "out-of-range"


def test_the_quality_of_sleep_is_scored_but_no_target() -> None:
    assert code(CONDITION_KIND.fields["target_measures"].type, ["sleep_quality"]) == "out-of-range"
    assert code(CONDITION_KIND.fields["primary_measure"].type, "sleep_disturbance") is None


def test_a_list_keeps_its_order_and_each_code_once() -> None:
    assert MEASURES.check(["pain", "anxiety", "pain"]) == ("pain", "anxiety")
    assert MEASURES.check([]) == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("pain", "wrong-type"),
        ({"pain": 1}, "wrong-type"),
        ([1], "wrong-type"),
        ([None], "wrong-type"),
        ([["pain"]], "wrong-type"),
        (["pain"] * 101, "out-of-range"),
    ],
)
def test_a_list_holds_a_few_codes(value: object, expected: str) -> None:
    assert code(MEASURES, value) == expected


def test_a_list_that_tells_an_order_keeps_repeats() -> None:
    order = ListOf(Choice(("bedtime", "morning")), 32, distinct=False)
    assert order.check(["bedtime", "bedtime"]) == ("bedtime", "bedtime")


@pytest.mark.parametrize(
    "zone", ["Europe/London", "America/Argentina/Buenos_Aires", "Etc/GMT+2", "UTC", "Mars/Olympus"]
)
def test_a_plausible_zone_is_kept_even_if_unknown(zone: str) -> None:
    assert ZONE_NAME.check(zone) == zone


@pytest.mark.parametrize("zone", ["", "a" * 65, "Europe\0London", "Ευρώπη/Αθήνα", "Europe/London\n", "\ud800"])
def test_an_implausible_zone_is_refused(zone: str) -> None:
    assert code(ZONE_NAME, zone) == "out-of-range"


def test_references_to_conditions_are_catalogue_codes_or_own_ids() -> None:
    reference = EVENT.fields["condition"].type
    assert reference.check("fibromyalgia") == "fibromyalgia"
    assert reference.check(UUID) == UUID
    assert code(reference, "fibro") == "out-of-range"
    assert code(reference, UUID.upper()) == "out-of-range"
    assert code(reference, UUID.replace("-7", "-4")) == "out-of-range"


@pytest.mark.parametrize("value", [True, 0, 10, Decimal("4.5"), "a note", ("pain",)])
def test_a_conflict_may_be_about_any_value(value: Value) -> None:
    found = AnyValue().check(value)
    assert found == value
    assert isinstance(found, bool) == isinstance(value, bool)


@pytest.mark.parametrize("value", [51, Decimal("1E+999999999"), "\0", "a" * 4001, {"a": 1}, ["\0"], [1], 1.5])
def test_a_conflict_holds_nothing_that_no_field_holds(value: object) -> None:
    assert code(AnyValue(), value) is not None
