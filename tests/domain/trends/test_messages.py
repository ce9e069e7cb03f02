"""What a summary says: short, describing, and never advising."""

import re
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.trends.diary import Event, Medication
from app.domain.trends.messages import ENGLISH
from app.domain.trends.summary import Summary, summary
from tests.domain.trends.diaries import FIRST_DOSE, Written, diaries, on, steady, step, taken, tracked

ADVICE = re.compile(
    r"\b(should(n't)?|ought|recommend\w*|advis\w*|advice|suggest\w*|try|tries|trying|avoid\w*|consult\w*|increas\w*|"
    r"reduc\w*|have to|please|better not|talk to|contact)\b",
    re.IGNORECASE,
)


def seen(written: Written, as_of: int) -> Summary:
    return summary(written.at(on(as_of)), on(as_of), None)


def codes(written: Written, as_of: int) -> list[str]:
    return [caveat.code for caveat in seen(written, as_of).caveats]


def texts(told: Summary) -> list[str]:
    verdicts = [told.composite.verdict, *(trend.verdict for trend in told.measures.values())]
    verdicts += [past.verdict for past in told.periods]
    return [verdict.text for verdict in verdicts]


@given(diaries(), st.integers(-40, 140))
def test_a_verdict_is_one_to_three_sentences(written: Written, day: int) -> None:
    for text in texts(seen(written, day)):
        assert 1 <= len(re.findall(r"[.](?= |$)", text)) <= 3
        assert "{" not in text
        assert "None" not in text


def test_no_text_advises() -> None:
    names = [name for kinds in ENGLISH.names.values() for name in kinds.values()]
    for text in (*ENGLISH.sentences.values(), *names):
        assert ADVICE.search(text) is None


def test_every_placeholder_has_a_name() -> None:
    for text in ENGLISH.sentences.values():
        assert all(name is None or name.isidentifier() for _, name, _, _ in Formatter().parse(text))


def test_dates_are_written_out() -> None:
    assert ENGLISH.day(FIRST_DOSE) == "9 February 2026"


def test_a_kind_without_a_name_is_other() -> None:
    assert ENGLISH.name("event", "eclipse") == "Event"


FULL = Written(days=steady(range(-28, 60)), doses=taken(range(60)), tracked=tracked())


def test_a_full_diary_without_a_change_has_no_caveat() -> None:
    assert seen(FULL, 59).caveats == ()


@pytest.mark.parametrize("dosed", [0, 60])
def test_where_no_symptom_is_chosen_nothing_else_is_said_to_be_missing(dosed: int) -> None:
    unchosen = Written(days=steady(range(-28, 60)), doses=taken(range(dosed)), tracked=tracked(), condition=None)
    assert ENGLISH.say("no-measures") in seen(unchosen, 59).composite.verdict.text
    assert ENGLISH.say("older-notes") not in seen(unchosen, 59).composite.verdict.text


@pytest.mark.parametrize(("scored", "low"), [(29, True), (30, False)])
def test_fewer_than_half_of_the_days_is_low_coverage(scored: int, *, low: bool) -> None:
    written = Written(days=steady([*range(-28, 0), *range(scored)]), doses=taken(range(60)), tracked=tracked())
    assert ("low-coverage" in codes(written, 59)) is low


def test_coverage_is_not_low_within_the_first_week() -> None:
    assert codes(Written(doses=taken(range(9)), tracked=tracked()), 5) == []
    assert "low-coverage" in codes(Written(doses=taken(range(9)), tracked=tracked()), 6)


@pytest.mark.parametrize(("chosen", "late"), [(0, False), (1, True), (None, True)])
def test_measures_chosen_after_the_first_dose_are_said(chosen: int | None, *, late: bool) -> None:
    written = Written(doses=taken(range(9)), tracked=tracked(chosen=None if chosen is None else on(chosen)))
    assert seen(written, 5).primary_chosen_after_start is late
    assert ("primary-chosen-after-start" in codes(written, 5)) is late


def test_before_a_first_dose_no_choice_is_late() -> None:
    assert not seen(Written(), 0).primary_chosen_after_start


def test_a_first_dose_from_the_plan_is_said() -> None:
    assert "first-dose-from-plan" in codes(Written(steps=[step(0)], tracked=tracked()), 4)


@pytest.mark.parametrize(("day", "silent"), [(62 + 56, False), (62 + 57, True)])
def test_a_diary_is_silent_when_no_week_counts_for_8_weeks(day: int, *, silent: bool) -> None:
    written = Written(days=steady(range(-28, 63)), doses=taken(range(200)))
    assert ("diary-silent" in codes(written, day)) is silent


@pytest.mark.parametrize(("day", "silent"), [(55, False), (56, True)])
def test_a_diary_without_any_week_since_the_first_dose_is_silent_in_the_end(day: int, *, silent: bool) -> None:
    written = Written(days=steady(range(-28, 0)), doses=taken(range(200)))
    assert ("diary-silent" in codes(written, day)) is silent


def test_a_diary_that_has_not_begun_is_not_silent() -> None:
    assert "diary-silent" not in codes(Written(), 300)
    assert "diary-silent" in codes(Written(days=steady(range(10))), 300)


def confounders(written: Written, as_of: int = 59) -> list[tuple[str, str, str]]:
    return [(other.kind, other.id, other.text) for other in seen(written, as_of).confounders]


def medicine(name: str, begins: int | None, ends: int | None = None, kind: str | None = None) -> Medication:
    began, ended = (None if day is None else on(day) for day in (begins, ends))
    return Medication(id=name, drug_class=kind, starts_on=began, ends_on=ended)


def test_medicines_that_begin_or_end_in_the_window_are_listed_by_kind() -> None:
    written = Written(
        doses=taken(range(60)),
        medications=[
            medicine("d", 20, 30, "opioid"),
            medicine("a", -56),
            medicine("before", -57),
            medicine("c", -400, 9, "steroid"),
            medicine("later", 60),
            medicine("goes on", -400, 61),
            medicine("undated", None),
            medicine("b", None, -56, "nsaid"),
        ],
    )
    assert confounders(written) == [
        ("medication", "b", "Another medicine (an anti-inflammatory painkiller) was stopped on 15 December 2025."),
        ("medication", "c", "Another medicine (a steroid) was stopped on 18 February 2026."),
        ("medication", "a", "Another medicine (kind not given) was started on 15 December 2025."),
        (
            "medication",
            "d",
            "Another medicine (an opioid) was started on 1 March 2026 and stopped on 11 March 2026. "
            + ENGLISH.sentences["opioid-label"],
        ),
    ]
    assert "confounded" in codes(written, 59)


def test_an_opioid_counts_whenever_it_may_have_been_taken_in_the_window() -> None:
    written = Written(
        doses=taken(range(60)),
        medications=[
            medicine("goes on", -400, None, "opioid"),
            medicine("undated", None, None, "opioid"),
            medicine("over", -400, -57, "opioid"),
            medicine("to come", 60, None, "opioid"),
            medicine("steroid", -400, None, "steroid"),
        ],
    )
    label = ENGLISH.sentences["opioid-label"]
    assert confounders(written) == [
        ("medication", "undated", f"Another medicine (an opioid) is recorded for the same time. {label}"),
        ("medication", "goes on", f"Another medicine (an opioid) is recorded for the same time. {label}"),
    ]
    told = seen(written, 59).confounders[1]
    assert (told.what, told.starts_on, told.ends_on) == ("opioid", on(-400), None)


def test_events_that_overlap_the_window_are_listed() -> None:
    written = Written(
        doses=taken(range(60)),
        events=[
            Event(id="c", kind="infection", starts_on=on(5), ends_on=None),
            Event(id="a", kind="travel", starts_on=on(-60), ends_on=on(-56)),
            Event(id="gone", kind="travel", starts_on=on(-60), ends_on=on(-57)),
            Event(id="b", kind="flare", starts_on=on(0), ends_on=on(99)),
            Event(id="later", kind="stress", starts_on=on(60), ends_on=None),
        ],
    )
    assert confounders(written) == [
        ("event", "a", "Travel from 11 December 2025 to 15 December 2025."),
        ("event", "b", "Flare since 9 February 2026."),
        ("event", "c", "Infection on 14 February 2026."),
    ]


def test_before_a_first_dose_nothing_is_confounded() -> None:
    assert confounders(Written(medications=[medicine("a", 0)]), 0) == []
