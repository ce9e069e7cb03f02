"""Identifiers, and the access that carries them."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.domain.access import OwnDiary, Role
from app.domain.ids import (
    AccountId,
    AccountKey,
    PatientKey,
    Revision,
    SessionId,
    SessionKey,
    is_record_id,
    is_uuid7,
    uuid7,
)
from app.domain.sessions import InvalidGrant, ResetRefused

instants = st.datetimes(datetime.fromisoformat("1970-01-01"), datetime.fromisoformat("9999-12-31")).map(
    lambda naive: naive.replace(tzinfo=UTC)
)
chances = st.binary(min_size=10, max_size=10)


@given(instants, chances)
def test_a_uuid_is_of_version_7_and_may_be_a_records_id(at: datetime, chance: bytes) -> None:
    made = uuid7(at, chance)
    assert is_uuid7(made)
    assert is_record_id(made)


@given(instants, chances)
def test_a_uuid_begins_with_its_instant_in_milliseconds(at: datetime, chance: bytes) -> None:
    whole_seconds = int(at.replace(microsecond=0).timestamp())
    assert int(uuid7(at, chance).replace("-", "")[:12], 16) == whole_seconds * 1000 + at.microsecond // 1000


@given(instants.filter(lambda at: at.year < 9999), chances, chances)
def test_uuids_are_in_order_of_their_instants(at: datetime, one: bytes, other: bytes) -> None:
    assert uuid7(at, one) < uuid7(at + timedelta(milliseconds=1), other)


@given(instants, chances, chances)
def test_chance_tells_uuids_of_one_instant_apart(at: datetime, one: bytes, other: bytes) -> None:
    version_and_variant = 0xF << 76 | 0x3 << 62
    same = (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")) & ~version_and_variant == 0
    assert (uuid7(at, one) == uuid7(at, other)) == same


def test_a_session_stands_in_the_history_under_its_name() -> None:
    access = OwnDiary(
        account=AccountKey(1),
        account_id=AccountId("account"),
        role=Role.PATIENT,
        session=SessionKey(2),
        session_id=SessionId("0198"),
        patient=PatientKey(1),
        time_zone="UTC",
        locale="en",
        day_start_minutes=240,
        revision=Revision(1),
    )
    assert access.device == "api:0198"


def test_a_refused_grant_says_nothing_of_why() -> None:
    refused = InvalidGrant()
    assert (str(refused), refused.standings) == ("invalid-grant", ())
    assert ResetRefused().code == "invalid-grant"
