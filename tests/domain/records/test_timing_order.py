from hypothesis import given
from hypothesis import strategies as st

from app.domain.records.timing_order import timing_order


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.integers(2, 16))
def test_each_pair_of_weeks_holds_both_times(seed: str, pairs: int) -> None:
    order = timing_order(seed, pairs * 2)
    assert len(order) == pairs * 2
    assert all({order[2 * pair], order[2 * pair + 1]} == {"bedtime", "morning"} for pair in range(pairs))


@given(st.text("abc0123456789-", max_size=20), st.integers(2, 16))
def test_a_longer_plan_begins_as_a_shorter_one(seed: str, pairs: int) -> None:
    assert timing_order(seed, pairs * 2 + 2)[: pairs * 2] == timing_order(seed, pairs * 2)


def test_an_even_first_byte_means_bedtime_first() -> None:
    first_bytes = [0x42, 0xE1, 0x59]  # of `printf onset:0 | sha256sum` and so on
    assert [byte & 1 for byte in first_bytes] == [0, 1, 1]
    assert timing_order("onset", 6) == ("bedtime", "morning", "morning", "bedtime", "morning", "bedtime")
