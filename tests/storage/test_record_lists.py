"""Lists of records, and the typed views for people who ask in SQL, on both engines."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from app.domain.ids import RecordId
from app.domain.records.kinds import CONDITION_KIND, DAY, DOSE, MEASURE_KIND, MEDICATION, MOMENT, REGIMEN_STEP
from app.domain.records.listing import Place, Window
from app.storage.database import Database
from tests.support.diaries import Diary, new_diary

DAYS = ("2026-02-28", "2026-03-01", "2026-03-02", "2026-03-10")


def uuid(number: int) -> str:
    return f"0198c0de-1111-7222-8333-{number:012x}"


@pytest.fixture
def diary(database: Database) -> Diary:
    """One with four days and a deleted one between, beside another patient's."""
    stranger = new_diary(database)
    stranger.put_day("2026-03-01", pain=9)
    made = new_diary(database)
    for day in (DAYS[2], DAYS[0], "2026-03-05", DAYS[3], DAYS[1]):
        made.put_day(day, pain=int(day[-1]))
    made.delete(DAY, "day-2026-03-05")
    return made


def listed(
    diary: Diary,
    first: str | None = None,
    last: str | None = None,
    *,
    after: int | None = None,
    limit: int | None = None,
) -> list[str]:
    place = None if after is None else Place(day=DAYS[after], id=RecordId(f"day-{DAYS[after]}"))
    window = Window(first=first, last=last)
    found = diary.read(lambda work: work.records.listed(DAY, window, after=place, limit=limit))
    return [str(record.fields["local_date"]) for record in found]


def test_a_list_holds_the_live_records_in_order_of_days(diary: Diary) -> None:
    assert listed(diary) == list(DAYS)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-03-01", None, DAYS[1:]),
        (None, "2026-03-01", DAYS[:2]),
        ("2026-03-01", "2026-03-02", DAYS[1:3]),
        ("2026-03-03", "2026-03-09", ()),
        ("2026-03-02", "2026-03-01", ()),
    ],
)
def test_a_window_holds_both_its_ends(
    diary: Diary, first: str | None, last: str | None, expected: tuple[str, ...]
) -> None:
    assert listed(diary, first, last) == list(expected)


def test_pages_follow_one_another_without_gap_or_overlap(diary: Diary) -> None:
    assert listed(diary, limit=3) == list(DAYS[:3])
    assert listed(diary, limit=3, after=2) == [DAYS[3]]
    assert listed(diary, limit=3, after=3) == []
    assert listed(diary, limit=0) == []
    assert listed(diary, "2026-03-01", "2026-03-02", after=1, limit=5) == [DAYS[2]]


def test_records_of_one_day_are_ordered_by_id_as_code_points(database: Database) -> None:
    diary = new_diary(database)
    for slug in ("b", "_a", "a_1", "a1", "a"):
        diary.put(MEASURE_KIND, slug, {"label": slug, "direction": "lower_is_better"})
    found = diary.read(lambda work: work.records.listed(MEASURE_KIND))
    assert [record.id for record in found] == ["_a", "a", "a1", "a_1", "b"]
    after = Place(day="", id=RecordId("a1"))
    rest = diary.read(lambda work: work.records.listed(MEASURE_KIND, after=after, limit=9))
    assert [record.id for record in rest] == ["a_1", "b"]


def test_many_doses_of_one_night_page_by_id(database: Database) -> None:
    diary = new_diary(database)
    for number in (3, 1, 2):
        diary.put(DOSE, uuid(number), {"local_date": "2026-03-01", "status": "taken"})
    after = Place(day="2026-03-01", id=RecordId(uuid(1)))
    found = diary.read(lambda work: work.records.listed(DOSE, after=after, limit=2))
    assert [record.id for record in found] == [uuid(2), uuid(3)]


def test_an_end_of_the_window_leaves_out_records_without_a_day(database: Database) -> None:
    diary = new_diary(database)
    diary.put(MEDICATION, uuid(1), {"name": "without"})
    diary.put(MEDICATION, uuid(2), {"name": "with", "starts_on": "2026-03-01"})
    assert len(diary.read(lambda work: work.records.listed(MEDICATION))) == 2
    found = diary.read(lambda work: work.records.listed(MEDICATION, Window(last="2026-12-31")))
    assert [record.id for record in found] == [uuid(2)]


def test_what_a_list_shows_is_what_a_look_at_one_shows(diary: Diary) -> None:
    for record in diary.read(lambda work: work.records.listed(DAY)):
        assert record == diary.get(DAY, record.id)


def test_text_with_tabs_and_line_breaks_does_not_break_a_list(diary: Diary) -> None:
    note = "one\ttwo\nthree\r\n\u2028four\x1e\x85"
    diary.put_day("2026-03-02", note=note)
    found = diary.read(lambda work: work.records.listed(DAY))
    assert [record.fields.get("note") for record in found] == [None, None, note, None]


def test_before_goes_back_from_a_day_the_latest_first(diary: Diary) -> None:
    found = diary.read(lambda work: work.records.before(DAY, "2026-03-10", limit=2))
    assert [record.id for record in found] == ["day-2026-03-02", "day-2026-03-01"]


def test_days_come_as_their_date_and_what_is_stored(diary: Diary) -> None:
    found = diary.read(lambda work: work.records.dated(DAY, date(2026, 3, 1), date(2026, 3, 9)))
    assert [row.day for row in found] == [date(2026, 3, 1), date(2026, 3, 2)]
    stored = diary.get(DAY, "day-2026-03-01")
    assert stored is not None
    assert found[0].text == stored.text


def test_days_of_several_kinds_come_as_a_json_array_for_each(diary: Diary) -> None:
    diary.put(DOSE, uuid(1), {"local_date": "2026-03-02", "status": "taken", "mg": Decimal("4.50")})
    diary.put(DOSE, uuid(2), {"local_date": "2026-03-10", "status": "held"})
    days, moments, doses = diary.read(
        lambda work: work.records.days((DAY, MOMENT, DOSE), date(2026, 3, 1), date(2026, 3, 9))
    )
    assert {day: fields["pain"] for day, fields in json.loads(days)} == {"2026-03-01": 1, "2026-03-02": 2}
    assert json.loads(moments) == []
    ((night, dose),) = json.loads(doses, parse_float=Decimal)
    assert (night, dose["mg"]) == ("2026-03-02", Decimal("4.5"))


def test_text_that_json_escapes_does_not_break_the_array_of_days(diary: Diary) -> None:
    note = 'one\ttwo\n"],["\\",\u2028\x1e'
    diary.put_day("2026-03-02", note=note)
    (days,) = diary.read(lambda work: work.records.days((DAY,), date(2026, 3, 2), date(2026, 3, 2)))
    assert [fields["note"] for _, fields in json.loads(days)] == [note]


def test_some_days_are_counted_from_the_first(diary: Diary) -> None:
    def some(limit: int, skip: int) -> list[str]:
        text = diary.read(
            lambda work: work.records.some_days(DAY, date(2026, 1, 1), date(2026, 12, 31), limit=limit, skip=skip)
        )
        return sorted(day for day, _ in json.loads(text))

    assert (some(2, 1), some(9, 3), some(2, 4)) == (["2026-03-01", "2026-03-02"], ["2026-03-10"], [])


def test_a_quiet_night_has_doses_and_none_that_was_taken(database: Database) -> None:
    diary = new_diary(database)
    nights = [
        ("2026-03-01", "skipped"),
        ("2026-03-02", "taken"),
        ("2026-03-03", "held"),
        ("2026-03-03", "skipped"),
        ("2026-03-04", "skipped"),
        ("2026-03-04", "partial"),
        ("2026-03-05", "skipped"),
    ]
    for number, (night, status) in enumerate(nights):
        diary.put(DOSE, uuid(number), {"local_date": night, "status": status})
    diary.delete(DOSE, uuid(6))
    quiet = diary.read(lambda work: work.records.quiet_nights())
    assert sorted(quiet) == [date(2026, 3, 1), date(2026, 3, 3)]


def test_records_of_several_kinds_come_together(database: Database) -> None:
    diary = new_diary(database)
    diary.put(CONDITION_KIND, "fibromyalgia", {"status": "active"})
    diary.put(MEDICATION, uuid(1), {"name": "any"})
    diary.put_day("2026-03-01", pain=1)
    found = diary.read(lambda work: work.records.of_kinds([CONDITION_KIND, MEDICATION]))
    assert {record.kind for record in found} == {"condition", "medication"}


def test_the_view_of_days_has_a_column_for_each_score(diary: Diary) -> None:
    diary.put_day("2026-03-01", fatigue=0, note="ü 🙂")
    found = diary.rows(
        "SELECT id, rev, local_date, time_zone, pain, fatigue, urgency, note FROM days "
        "WHERE patient = :patient ORDER BY local_date"
    )
    assert len(found) == 4
    day = "2026-03-01" if diary.database.is_sqlite else date(2026, 3, 1)
    assert found[1] == ("day-2026-03-01", 8, day, "Europe/London", 1, 0, None, "ü 🙂")


@pytest.mark.parametrize(
    ("mg", "dose_ug"),
    [("4.5", 4500), ("0.001", 1), ("0.3", 300), ("1.001", 1001), ("4.35", 4350), ("2.675", 2675), ("50", 50_000)],
)
def test_the_view_of_doses_tells_whole_micrograms(database: Database, mg: str, dose_ug: int) -> None:
    diary = new_diary(database)
    fields = {"local_date": "2026-03-01", "status": "taken", "taken_at": "2026-03-01T22:30:00+02:00"}
    diary.put(DOSE, uuid(1), {**fields, "mg": Decimal(mg)})
    diary.put(DOSE, uuid(2), {"local_date": "2026-03-01", "status": "skipped"})
    diary.put(DOSE, uuid(3), {"local_date": "2026-03-01", "status": "skipped"})
    diary.delete(DOSE, uuid(3))
    taken, skipped = diary.rows(
        "SELECT status, dose_ug, taken_at, timing FROM doses WHERE patient = :patient ORDER BY id"
    )
    taken_at = fields["taken_at"] if diary.database.is_sqlite else datetime(2026, 3, 1, 20, 30, tzinfo=UTC)
    assert taken == ("taken", dose_ug, taken_at, None)
    assert skipped == ("skipped", None, None, None)


def test_the_view_of_steps_counts_one_dose_a_day_where_nothing_is_said(database: Database) -> None:
    diary = new_diary(database)
    diary.put(REGIMEN_STEP, uuid(1), {"starts_on": "2026-03-01", "mg": Decimal("1.5"), "reason": "start"})
    diary.put(REGIMEN_STEP, uuid(2), {"starts_on": "2026-04-01", "mg": Decimal(3), "doses_per_day": 2})
    found = diary.rows(
        "SELECT dose_ug, doses_per_day, reason FROM regimen_steps WHERE patient = :patient ORDER BY starts_on"
    )
    assert found == [(1500, 1, "start"), (3000, 2, None)]
