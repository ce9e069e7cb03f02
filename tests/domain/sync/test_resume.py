"""A restored diary goes on where no revision was ever used."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.ids import Revision
from app.domain.sync.epoch import Standing
from app.domain.sync.resume import MOST_REVISION, resumed

AT = datetime(2026, 11, 25, 12, tzinfo=UTC)
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(rev=st.integers(1, 2**52), at=INSTANTS)
def test_the_counter_jumps_beyond_the_backup_and_the_clock_within_what_a_float_holds(rev: int, at: datetime) -> None:
    fork = resumed(Revision(rev), "e1", at=at)
    assert fork.epoch == "e1"
    assert fork.forked_at == rev < fork.resumed_at < MOST_REVISION
    assert fork.resumed_at >= int(at.timestamp()) * 2**20


@given(rev=st.integers(1, 2**30), writes=st.integers(0, 2**19), at=INSTANTS)
def test_a_second_restore_within_a_second_meets_no_revision_of_the_first(rev: int, writes: int, at: datetime) -> None:
    first = resumed(Revision(rev), "e1", at=at)
    second = resumed(Revision(rev), "e1", at=at + timedelta(milliseconds=600))
    assert second.resumed_at > first.resumed_at + writes


def test_what_lies_between_is_a_gap() -> None:
    fork = resumed(Revision(50), "e1", at=AT)
    standing = Standing(rev=fork.resumed_at, epoch="e2", forks=[fork])
    assert [standing.in_gap(Revision(rev)) for rev in (50, 51, fork.resumed_at - 1, fork.resumed_at)] == [
        False,
        True,
        True,
        False,
    ]


def test_a_counter_that_is_used_up_is_refused() -> None:
    with pytest.raises(ValueError, match="no revision is left"):
        resumed(Revision(MOST_REVISION - 1), "e1", at=AT)
