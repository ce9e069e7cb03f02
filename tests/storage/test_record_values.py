"""What goes into a record comes out of it, exactly, on both engines."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.ids import RecordId, Revision
from app.domain.records.kinds import DAY, DOSE, KINDS, Kind
from app.domain.records.record import Value, decode
from app.domain.sync.change import Put
from app.storage.database import Database
from tests.domain.records.samples import UUID, milligrams, records
from tests.support.diaries import AT, Diary, new_diary

ONE_DATABASE = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
CLIENT_KINDS = [
    kind
    for kind in KINDS.values()
    if kind.client_fields is None and not any(known.lasting for known in kind.fields.values())
]


@pytest.fixture
def diary(database: Database) -> Diary:
    return new_diary(database)


def stored(diary: Diary, kind: Kind, record_id: RecordId, fields: dict[str, Value]) -> dict[str, Value]:
    """The fields as they are read after they became the whole record."""
    put = Put(kind=kind, id=record_id, fields=fields, replaces=True)
    diary.write(lambda work: work.ledger.write(put, expected=None, at=AT))
    found = diary.get(kind, record_id)
    assert found is not None
    [listed] = [record for record in diary.read(lambda work: work.records.listed(kind)) if record.id == record_id]
    assert listed == found
    return decode(found.text)


@given(drawn=st.sampled_from(CLIENT_KINDS).flatmap(lambda kind: st.tuples(st.just(kind), records(kind))))
@ONE_DATABASE
def test_every_field_of_every_kind_comes_back_as_it_went_in(
    diary: Diary, drawn: tuple[Kind, tuple[RecordId, dict[str, Value]]]
) -> None:
    kind, (record_id, fields) = drawn
    found = stored(diary, kind, record_id, fields)
    assert {name: found.get(name) for name in fields} == {**fields, **told_anyway(fields, found)}


def told_anyway(fields: dict[str, Value], found: dict[str, Value]) -> dict[str, Value]:
    """What stood there as null, and the server filled in."""
    return {name: found[name] for name, value in fields.items() if value is None and found.get(name) is not None}


@given(mg=milligrams)
@ONE_DATABASE
def test_milligrams_are_decimals_to_the_last_place(diary: Diary, mg: Decimal) -> None:
    found = stored(diary, DOSE, RecordId(UUID), {"local_date": "2026-03-01", "status": "taken", "mg": mg})["mg"]
    assert isinstance(found, Decimal)
    assert found == mg
    assert diary.rows("SELECT dose_ug FROM doses WHERE patient = :patient") == [(int(mg * 1000),)]


@pytest.mark.parametrize(
    "note",
    [
        "🧑🏽‍🦽 in plane 1, 𝒜 and 𠜎 too",
        "e\u0301 is not é, and stays so",
        "\u202bעברית\u202c and العربية",
        "Z̷a̷l̷g̷o̷ ͉̦",
        "NUL's neighbours \x01\x02\x1f\x7f",
        "\\ \" / \\u0041 '; -- %s :patient ?",
        "\ufeffa mark of byte order, \ufffe and \uffff",
        "😀" * 4000,
    ],
    ids=["astral", "combining", "right-to-left", "stacked", "controls", "escapes", "non-characters", "longest"],
)
def test_notes_are_kept_as_they_were_written(diary: Diary, note: str) -> None:
    diary.put_day("2026-03-01", note=note)
    found = diary.get(DAY, "day-2026-03-01")
    assert found is not None
    assert found.fields["note"] == note
    assert diary.history()[0].new["note"] == note
    assert diary.rows("SELECT note FROM days WHERE patient = :patient") == [(note,)]


@given(scores=st.dictionaries(st.sampled_from(["pain", "fatigue", "own:grip"]), st.integers(0, 10), min_size=1))
@ONE_DATABASE
def test_a_score_of_zero_is_a_value_and_no_answer_is_none(diary: Diary, scores: dict[str, int]) -> None:
    found = stored(diary, DAY, RecordId("day-2026-03-01"), {**scores, "urgency": None})
    assert {name: found[name] for name in scores} == scores
    assert found["urgency"] is None
    assert "headache" not in found


def test_revisions_go_up_to_the_last_exact_whole_number(diary: Diary) -> None:
    with diary.database.primary.begin() as connection:
        connection.exec_driver_sql(
            f"UPDATE patient_state SET rev = {2**53 - 2} WHERE patient = {int(diary.access.patient)}"  # noqa: S608 - two numbers
        )
    merged = diary.put_day("2026-03-01", pain=1)
    assert merged.record is not None
    assert merged.record.rev == Revision(2**53 - 1)
    found = diary.get(DAY, "day-2026-03-01")
    assert found is not None
    assert found.rev == 2**53 - 1
