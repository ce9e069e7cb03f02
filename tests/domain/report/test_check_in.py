"""The two papers of a check-in say what was handed over, and nothing else."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from app.domain.catalogue import Direction
from app.domain.fhir.own import OwnCondition, OwnDay, OwnDose, OwnMedication, OwnMoment, OwnStep
from app.domain.fhir.shown import Person, Shown
from app.domain.report.check_in import rendering, story
from app.domain.report.content import Paragraph, Points, Report, Table
from app.domain.trends.choice import Scale
from tests.support.fhir import generated, steady

DAY = date(2026, 3, 1)
EMPTY = Shown(person=Person(name="Ada", born="1975-04-30", gender="female"), as_of=DAY)


def titles(report: Report) -> list[str]:
    return [column.section.title for row in report.rows for column in row]


def texts(report: Report) -> list[str]:
    found: list[str] = []
    for row in report.rows:
        for block in row[0].section.blocks:
            match block:
                case Paragraph():
                    found.append(block.text)
                case Points():
                    found += block.items
                case Table():
                    found += [" | ".join(cells) for cells in (block.head, *block.rows)]
                case _:
                    raise AssertionError
    return found


def test_both_say_whose_they_are() -> None:
    for report in (story(EMPTY), rendering(EMPTY)):
        assert report.lines == ("Ada, born 30 April 1975, female", "Up to 1 March 2026")
        assert texts(report) == ["Nothing is written down."]
    by_year = replace(EMPTY, person=Person(born="1975"))
    assert story(by_year).lines[0] == "born 1975"


def test_the_rendering_holds_every_entry() -> None:
    shown = replace(
        EMPTY,
        conditions=[
            OwnCondition("c1", None, "Grip", "active", date(2019, 5, 4), date(2026, 1, 1)),
            OwnCondition("c2", None, None, None, None, None),
        ],
        measures={"own:grip": Scale(label="Grip strength", direction=Direction.HIGHER_IS_BETTER)},
        days=[
            OwnDay(DAY, {"own:grip": 0, "pain": 4, "own:gone": 1}, (), "a <note>"),
            OwnDay(DAY.replace(day=2), {"pain": None, "fatigue": 2}, (), None),
        ],
        moments=[
            OwnMoment("m1", DAY, "2026-03-01T08:15:00+01:00", "pain", 3, None),
            OwnMoment("m2", DAY, "2026-03-01T09:15:00+01:00", "own:gone", 3, None),
        ],
        doses=[OwnDose("d1", DAY, "taken", None, None, None)],
        medications=[
            OwnMedication("n1", "Ibuprofen", DAY, DAY, "with food"),
            OwnMedication("n2", "Zinc", None, None, None),
        ],
        steps=[],
    )
    assert texts(rendering(shown)) == [
        "Grip, active, diagnosed 4 May 2019, tracked since 1 January 2026",
        "Condition without a name",
        "Other medicines:",
        "Ibuprofen from 2026-03-01 to 2026-03-01",
        "Zinc",
        "Date | Fatigue | Grip strength | Pain",
        "2026-03-01 |  | 0 | 4",
        "2026-03-02 | 2 |  | ",
        "Time | Measure | Score",
        "2026-03-01 08:15 | Pain | 3",
        "Night | Dose | Amount",
        "2026-03-01 | taken | ",
        "Ibuprofen: with food",
        "2026-03-01: a <note>",
    ]
    assert "In the patient's words" in titles(story(shown))


def test_the_plan_is_told_step_by_step() -> None:

    steps = [
        OwnStep("s1", DAY, None, Decimal("1.5"), 1, "bedtime", None, stops=False),
        OwnStep("s2", DAY.replace(day=8), None, Decimal(3), 1, None, None, stops=False),
    ]
    assert texts(story(replace(EMPTY, steps=steps))) == [
        "From | To | Low-dose naltrexone, as planned",
        "2026-03-01 | 2026-03-07 | 1.5 mg, once a day, bedtime",
        "2026-03-08 |  | 3 mg, once a day",
    ]


def test_many_measures_stand_in_several_tables() -> None:
    own = {f"own:m{number}": Scale(label=f"M{number}", direction=Direction.LOWER_IS_BETTER) for number in range(9)}
    shown = replace(EMPTY, measures=own, days=[OwnDay(DAY, dict.fromkeys(own, 3), (), None)])
    tables = [block for block in rendering(shown).rows[0][0].section.blocks if isinstance(block, Table)]
    assert [len(table.head) for table in tables] == [8, 3]
    assert all(abs(sum(table.widths) - 1) < 1e-9 for table in tables)


def test_what_the_diary_tells_is_in_both() -> None:
    for shown in (steady(60), generated(1)):
        for summary in shown.summaries:
            assert summary.composite.verdict.text in texts(story(shown))
        assert len([title for title in titles(rendering(shown)) if title.startswith("Trend")]) == len(shown.summaries)
