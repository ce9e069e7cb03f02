"""The two papers of a check-in: the patient's story, and a rendering of everything that is handed over with it.

Made from what the reader may see, as the resources beside them are, so that they say nothing more.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from app.domain.fhir.codes import measure_concepts
from app.domain.fhir.condition import condition_names, name_of
from app.domain.fhir.datatypes import text_of
from app.domain.fhir.medication_statement import dose_text, medicine_name, steps_in_force
from app.domain.fhir.shown import Shown
from app.domain.records.record import plain
from app.domain.report.content import Block, Column, Paragraph, Points, Report, Section, Table
from app.domain.report.report_tables import results
from app.domain.trends.messages import ENGLISH
from app.domain.trends.summary import Summary

_COLUMNS: Final = 7
"""So many measures stand side by side."""
_DATE: Final = 0.16
_FOOTER: Final = "Written down by the patient in Onset, a symptom diary. Nobody has confirmed it."
_NOTHING: Final = "Nothing is written down."


def story(shown: Shown) -> Report:
    """What the patient tracks, takes and wrote, and what the diary tells of it, on few pages."""
    return _report(
        "The patient's story",
        shown,
        (
            Section(title="Conditions", blocks=_points(_conditions(shown))),
            Section(title="Treatment", blocks=_treatment(shown)),
            *_verdicts(shown),
            Section(title="In the patient's words", blocks=_points(_words(shown))),
        ),
    )


def rendering(shown: Shown) -> Report:
    """Every entry that is handed over."""
    called = condition_names(shown)
    trends = [
        Section(title=f"Trend: {called.get(summary.condition, '')}", blocks=(results(summary, ENGLISH),))
        for summary in shown.summaries
    ]
    return _report(
        "Health diary",
        shown,
        (
            Section(title="Conditions", blocks=_points(_conditions(shown))),
            Section(title="Treatment", blocks=_treatment(shown)),
            *trends,
            Section(title="Daily scores, 0 to 10", blocks=tuple(_days(shown))),
            Section(title="Readings within a day", blocks=_table(("Time", "Measure", "Score"), _readings(shown))),
            Section(title="Doses by their nights", blocks=_table(("Night", "Dose", "Amount"), _doses(shown))),
            Section(title="In the patient's words", blocks=_points(_words(shown))),
        ),
    )


def _report(title: str, shown: Shown, sections: Iterable[Section]) -> Report:
    filled = tuple((Column(section=section),) for section in sections if section.blocks)
    nothing = ((Column(section=Section(title=title, blocks=(Paragraph(text=_NOTHING),))),),)
    return Report(
        title=title,
        lines=tuple(_lines(shown)),
        rows=filled or nothing,
        footer=_FOOTER,
        page=ENGLISH.sentences["report-page"],
        language=ENGLISH.language,
        date=shown.as_of,
    )


def _lines(shown: Shown) -> Iterator[str]:
    person = shown.person
    told = (person.name, person.born and f"born {_born(person.born)}", person.gender)
    yield ", ".join(filter(None, told))
    yield f"Up to {ENGLISH.day(shown.as_of)}"


def _born(text: str) -> str:
    return ENGLISH.day(date.fromisoformat(text)) if len(text) > len("1975") else text


def _conditions(shown: Shown) -> Iterator[str]:
    for condition in shown.conditions:
        dates = (
            condition.diagnosed_on and f"diagnosed {ENGLISH.day(condition.diagnosed_on)}",
            condition.tracked_since and f"tracked since {ENGLISH.day(condition.tracked_since)}",
        )
        yield ", ".join(filter(None, (name_of(condition), condition.status, *dates)))


def _treatment(shown: Shown) -> tuple[Block, ...]:
    steps = [
        (f"{step.starts_on}", f"{last}" if last else "", dose_text(step)) for step, last in steps_in_force(shown.steps)
    ]
    others = [
        " ".join(
            [
                medicine_name(medicine),
                *([f"from {medicine.starts_on}"] if medicine.starts_on else []),
                *([f"to {medicine.ends_on}"] if medicine.ends_on else []),
            ]
        )
        for medicine in shown.medications
    ]
    plan = _table(("From", "To", "Low-dose naltrexone, as planned"), steps, widths=(0.2, 0.2, 0.6))
    return (*plan, *([Paragraph(text="Other medicines:"), *_points(others)] if others else []))


def _verdicts(shown: Shown) -> Iterator[Section]:
    called = condition_names(shown)
    for summary in shown.summaries:
        yield Section(title=f"How it went: {called.get(summary.condition, '')}", blocks=_verdict(summary))


def _verdict(summary: Summary) -> tuple[Block, ...]:
    caveats = (caveat.text for caveat in summary.caveats)
    return (Paragraph(text=summary.composite.verdict.text), *_points(caveats))


def _words(shown: Shown) -> Iterator[str]:
    """All notes by their dates; those of medicines first."""
    for medicine in shown.medications:
        if note := text_of(medicine.note):
            yield f"{medicine_name(medicine)}: {note}"
    dated = [(row.local_date, text_of(row.note)) for row in (*shown.days, *shown.moments, *shown.doses)]
    for day, note in sorted((day, note) for day, note in dated if note):
        yield f"{day}: {note}"


def _days(shown: Shown) -> Iterator[Block]:
    """A row for each day, in tables of a few measures each."""
    labels = _labels(shown)
    answered = {code for day in shown.days for code, value in day.scores.items() if value is not None}
    codes = sorted(answered & labels.keys(), key=lambda code: labels[code])
    for begin in range(0, len(codes), _COLUMNS):
        some = codes[begin : begin + _COLUMNS]
        rows = [
            (f"{day.local_date}", *(_score(day.scores.get(code)) for code in some))
            for day in shown.days
            if any(day.scores.get(code) is not None for code in some)
        ]
        each = (1 - _DATE) / _COLUMNS
        spare = 1 - _DATE - each * len(some)
        head = ("Date", *(labels[code] for code in some))
        yield from _table(head, rows, widths=(_DATE + spare, *([each] * len(some))))


def _readings(shown: Shown) -> list[tuple[str, ...]]:
    labels = _labels(shown)
    return [
        (moment.at[:16].replace("T", " "), labels[moment.measure], f"{moment.value}")
        for moment in shown.moments
        if moment.measure in labels
    ]


def _doses(shown: Shown) -> list[tuple[str, ...]]:
    return [
        (f"{dose.local_date}", dose.status, f"{plain(dose.mg)} mg" if dose.mg is not None else "")
        for dose in shown.doses
    ]


def _labels(shown: Shown) -> Mapping[str, str]:
    """What the measures are called; one that is not there any more has no name, and nobody can tell its direction."""
    return {code: concept["text"] for code, concept in measure_concepts(shown.measures).items()}


def _score(value: int | None) -> str:
    return "" if value is None else f"{value}"


def _points(items: Iterable[str]) -> tuple[Block, ...]:
    told = tuple(items)
    return (Points(items=told),) if told else ()


def _table(
    head: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, widths: tuple[float, ...] = (0.3, 0.4, 0.3)
) -> tuple[Block, ...]:
    return (Table(head=head, rows=tuple(rows), widths=widths),) if rows else ()
